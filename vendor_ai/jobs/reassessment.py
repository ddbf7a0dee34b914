"""Looks every day which components must be assessed again, prepares those assessments, and closes findings whose cause is gone."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.component import look_at_component, stored_components
from vendor_ai.services.reassessment import standing, waiting
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    """All components once a day, and at every look those for which a cause came up since."""
    at = app.clock.now()
    yield DueItem(f"{at:%Y-%m-%d}", partial(_run, app, at))
    with app.records.read() as session:
        late = waiting(session, at=at)
    for key, wait in late:
        yield DueItem(wait, partial(_run_one, app, key, at))


def _run_one(app: App, key: int, at: datetime) -> str:
    with app.records.write() as session:
        _, _, started = look_at_component(session, key, at=at)
        now = standing(session, key, at=at)
    if started:
        return f"{now.component}: {now.assessment} is prepared"
    if now.assessment:
        return f"{now.component}: {now.assessment}, which is on its way, answers it"
    return f"{now.component} was never decided, so nothing is asked again; start with `vendor-ai assessment send {now.component}`"


def _run(app: App, at: datetime) -> str:
    """One transaction a component, so that others are not kept waiting; what was done before a failure is not done twice."""
    with app.records.read() as session:
        keys = stored_components(session)
    settled = noted = started = 0
    for key in keys:
        with app.records.write() as session:
            one = look_at_component(session, key, at=at)
        settled, noted, started = settled + one[0], noted + one[1], started + one[2]
    return f"{noted} causes noted, {started} assessments prepared, {settled} causes settled"


JOB = Job("reassessment", "Starts assessments that are due again", every_s=3_600, due=_due)

"""Looks every day which components must be assessed again, prepares those assessments, and closes findings whose cause is gone."""

from collections.abc import Iterator
from datetime import datetime

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.component import look_at_component, stored_components
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    at = app.clock.now()
    yield DueItem(f"{at:%Y-%m-%d}", lambda: _run(app, at))


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

"""Measures every component's drift, week by week and month by month."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from functools import partial

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.drift import Span, last_week, notice_drifts
from vendor_ai.services.plain_counters import logged_components
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    """The last week and the last month that are over, for each component."""
    month_end = app.clock.now().astimezone(UTC).date().replace(day=1)
    spans = [last_week(app.log), Span((month_end - timedelta(days=1)).replace(day=1), month_end)]
    for component in logged_components(app.log):
        for span in spans:
            yield DueItem(f"{span.first}/{span.end}/{component}", partial(_measure, app, component, span))


def _measure(app: App, component: str, span: Span) -> str:
    return f"{notice_drifts(app.log, component, span)} signals"


JOB = Job("drift", "Measures drift of inputs, answers, labels and accuracy", every_s=86_400, due=_due)

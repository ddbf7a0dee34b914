"""Watches every component for a change that nobody announced, and its last seven days."""

from collections.abc import Iterator
from functools import partial

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services import change_watch, rolling_watch
from vendor_ai.services.plain_counters import logged_components
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    """A look for changes a component and week, as the stated rate of false alarms allows; the last days every day."""
    now = app.clock.now()
    year, week, _ = now.isocalendar()
    for component in logged_components(app.log):
        yield DueItem(f"{year}-W{week:02d}/change/{component}", partial(_look, app, component))
        yield DueItem(f"{now:%Y-%m-%d}/week/{component}", partial(_roll, app, component))


def _look(app: App, component: str) -> str:
    return f"{change_watch.watch(app.log, component)} changes"


def _roll(app: App, component: str) -> str:
    return f"{rolling_watch.notice_warnings(app.log, component)} warnings"


JOB = Job("change_watch", "Watches components for unannounced changes and bad weeks", every_s=86_400, due=_due)

"""Queues the calls that a person must look at, and warns where people only nod."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.oversight_queue import overseen, queue_day
from vendor_ai.services.oversight_report import watch
from vendor_ai.wiring import App

DAYS_BACK = 3  # calls that were spooled arrive late


def _due(app: App) -> Iterator[DueItem]:
    """One item a component and day: its calls of the days before."""
    today = app.clock.now().date()
    for component in overseen(app.log):
        yield DueItem(f"{today}/{component}", partial(_look, app, component))


def _look(app: App, component: str) -> str:
    midnight = datetime.combine(app.clock.now().date(), time(), UTC)
    queued = queue_day(app.log, component, start=midnight - timedelta(days=DAYS_BACK), end=midnight)
    left_out = f", {queued.left_out} audits left out" if queued.left_out else ""
    return f"{queued.opened} reviews opened{left_out}, {watch(app.log, component)} warnings"


JOB = Job("oversight", "Queues calls for human review and watches how people review", every_s=86_400, due=_due)

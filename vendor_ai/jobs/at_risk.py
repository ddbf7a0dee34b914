"""Looks every day whether a running period's promises are at risk."""

from collections.abc import Iterator

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.at_risk import SETTLING, running, watch
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    # A contract's day becomes due when its rows have settled, so that each run takes in the day before.
    with app.records.read() as session:
        known = running(session, app.clock.now() - SETTLING)
    for contract, day in known:
        yield _item(app, contract, day.isoformat())


def _item(app: App, contract: str, day: str) -> DueItem:
    def run() -> str:
        alarms = watch(app.log, contract, at=app.clock.now())
        return f"new alarms: {len(alarms)}"

    return DueItem(f"{contract}/{day}", run)


JOB = Job("at_risk", "Raises an alarm where a running period's promise looks broken", every_s=3_600, due=_due)

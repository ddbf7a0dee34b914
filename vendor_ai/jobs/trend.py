"""Looks where every contract's promises are heading, once a day."""

from collections.abc import Iterator
from functools import partial

from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.contract import contracts
from vendor_ai.services.trend import notice_trends
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    """One item a contract and day."""
    today = app.clock.now().date()
    with app.records.read() as session:
        known = contracts(session)
    for contract in known:
        yield DueItem(f"{today}/{contract.ref}", partial(_look, app, contract.ref))


def _look(app: App, reference: str) -> str:
    return f"{notice_trends(app.log, reference)} signals"


JOB = Job("trend", "Looks where promises are heading", every_s=86_400, due=_due)

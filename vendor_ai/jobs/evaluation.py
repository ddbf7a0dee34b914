"""Judges every contract once a period has closed, and again when its labels freeze."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.job import DueItem, Job
from vendor_ai.kit.period import Period, PeriodLength, next_period
from vendor_ai.services.contract import contracts
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.measurement import term_of
from vendor_ai.wiring import App


def closed_periods(contract: Contract, at: datetime) -> Iterator[tuple[Period, date]]:
    """Periods of the contract that are over, each with the day its labels freeze."""
    freezes: dict[PeriodLength, int] = {}
    for clause in contract.clauses:
        if isinstance(clause.terms, Performance):
            freezes[clause.terms.period] = max(freezes.get(clause.terms.period, 0), clause.terms.freeze_days)
    for length, days in freezes.items():
        period = contract.period_on(contract.starts, length)
        while (clipped := period.clipped(*term_of(contract))).closed(at) and period.first <= contract.ends:
            yield period, clipped.end + timedelta(days=days)
            period = next_period(period, contract.year_starts)


def _due(app: App) -> Iterator[DueItem]:
    now = app.clock.now()
    with app.records.read() as session:
        known = contracts(session)
    for contract in known:
        for period, frozen_on in closed_periods(contract, now):
            yield _item(app, contract.ref, period.name, "closed")
            if now.date() > frozen_on:
                yield _item(app, contract.ref, period.name, "frozen")


def _item(app: App, contract: str, period: str, stage: str) -> DueItem:
    def run() -> str:
        evaluation = evaluate(app.log, contract, period)
        return f"{evaluation.status}, {len(evaluation.clauses)} clauses"

    return DueItem(f"{contract}/{period}/{stage}", run)


JOB = Job("evaluation", "Judges contracts over closed periods", every_s=3_600, due=_due)

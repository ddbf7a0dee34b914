"""Days of the prediction log that may not be deleted, since a claim can still be fought over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, select

from vendor_ai.db import retention as store
from vendor_ai.db.contract import ContractRow
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.contract_json import contract_from_json
from vendor_ai.kit.period import Period, PeriodError, PeriodLength, local_midnight, next_period, parse_period
from vendor_ai.services.measurement import term_of

CLAIMABLE_DAYS = 365  # after the contract's end, where it agrees no deadline to claim
_LATEST = date(9990, 12, 31)  # a year after it is a date still
DISPUTABLE = ("open", "acknowledged", "disputed")


@dataclass(frozen=True, slots=True)
class Hold:
    """The UTC days from ``first`` to ``last`` are kept, and why."""

    first: date
    last: date
    reason: str

    def covers(self, day: date) -> bool:
        """Whether a UTC day is among them."""
        return self.first <= day <= self.last


def holds(session: Session, component_id: int, ref: str, *, at: datetime) -> list[Hold]:
    """What holds days of a component's log at an instant.

    These are periods of its contracts that run, that nobody judged yet, or whose deadline to claim (at least the day on which labels
    freeze; where none is agreed, a year after the contract's end) has not passed; and whatever an open, acknowledged or disputed
    violation rests on.
    """
    found: list[Hold] = []
    judged = store.judged_periods(session, component_id)
    contracts = {row.id: contract_from_json(row.definition) for row in session.exec(select(ContractRow).order_by("ref"))}
    for key, contract in contracts.items():
        assert key is not None
        found += _periods_held(contract, ref, {(clause, period) for which, clause, period in judged if which == key}, at)
    for violation in store.violations_in(session, component_id, DISPUTABLE):
        contract = contracts[violation.contract_id]
        first, end = _span_of(contract, violation.subject)
        reason = f"violation {violation.id} of {contract.ref} ({violation.clause}, {violation.subject}) is {violation.state}"
        found.append(_hold(first, end, contract.time_zone, reason))
    return found


def _periods_held(contract: Contract, ref: str, judged: set[tuple[str, str]], at: datetime) -> Iterator[Hold]:
    clauses = [
        (clause.id, clause.terms)
        for clause in contract.clauses
        if isinstance(clause.terms, Performance) and ref in contract.components_of(clause)
    ]
    for length in sorted({terms.period for _, terms in clauses}):
        alike = [(name, terms) for name, terms in clauses if terms.period is length]
        for period in _periods(contract, length, at):
            reason = _why_held(contract, period, alike, judged=judged, at=at)
            if reason:
                yield _hold(period.first, period.end, contract.time_zone, reason)


def _periods(contract: Contract, length: PeriodLength, at: datetime) -> Iterator[Period]:
    """The periods of a contract that have begun, clipped to its term."""
    period = contract.period_on(contract.starts, length)
    while period.first <= contract.ends and (clipped := period.clipped(*term_of(contract))).start_at <= at:
        yield clipped
        period = next_period(period, contract.year_starts)


def _why_held(
    contract: Contract, period: Period, clauses: Sequence[tuple[str, Performance]], *, judged: set[tuple[str, str]], at: datetime
) -> str:
    """Why a period's rows are still needed, or nothing where they are not."""
    if not period.closed(at):
        return f"the period {period.name} of {contract.ref} is not over"
    deadline = max(_deadline(contract, period, terms) for _, terms in clauses)
    if at < local_midnight(deadline + timedelta(days=1), contract.time_zone):
        return f"{period.name} of {contract.ref} can be claimed or corrected until {deadline}"
    if any((name, period.name) not in judged for name, _ in clauses):
        command = f"vendor-ai sla evaluate --contract {contract.ref} --period {period.name}"
        return f"{period.name} of {contract.ref} has no verdict yet; run: {command}"
    return ""


def _deadline(contract: Contract, period: Period, terms: Performance) -> date:
    """The last day on which a period can be claimed or corrected under a clause."""
    frozen = period.end - timedelta(days=1) + timedelta(days=max(terms.freeze_days, terms.claim_days or 0))
    return frozen if terms.claim_days is not None else max(frozen, min(contract.ends, _LATEST) + timedelta(days=CLAIMABLE_DAYS))


def _span_of(contract: Contract, subject: str) -> tuple[date, date]:
    """The local dates a violation is about; one about a version, or about what is no period, is about the whole term."""
    try:
        period = parse_period(subject, time_zone=contract.time_zone, year_starts=contract.year_starts)
    except PeriodError:
        return term_of(contract)
    clipped = period.clipped(*term_of(contract))
    return clipped.first, clipped.end


def _hold(first: date, end: date, time_zone: str, reason: str) -> Hold:
    """The UTC days that share an instant with the local dates ``[first, end)``."""
    last = local_midnight(end, time_zone) - timedelta(microseconds=1)
    return Hold(local_midnight(first, time_zone).astimezone(UTC).date(), last.date(), reason)

"""A contract over a period: verdicts, runs of violated periods, credits, violations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session

from vendor_ai.clauses.performance import PastPeriod, credit_due, is_persistent, judge, run_length
from vendor_ai.db import contract as contract_store
from vendor_ai.db import verdict as verdict_store
from vendor_ai.db.contract import ContractRow
from vendor_ai.db.retention import deleted_days, never_counted
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.contract_json import contract_from_json
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.measure import Measure
from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, ContractStatus, Reason, Result, VersionChange
from vendor_ai.domain.verdict_json import verdict_from_json
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period, PeriodError, next_period, parse_period
from vendor_ai.metrics import METRICS
from vendor_ai.services import measurement, verdict, version_change
from vendor_ai.services.footing import footings
from vendor_ai.services.prediction_log import PredictionLog
from vendor_ai.services.recount import local_days

PastPeriods = dict[tuple[str, str], list[PastPeriod]]


@dataclass(frozen=True, slots=True)
class _Case:
    """The contract under evaluation, with what its rows need."""

    log: PredictionLog
    contract: Contract
    contract_id: int
    sha256: str
    at: datetime
    stale: int  # rows that the counters lack

    def final(self, period: Period) -> bool:
        """Whether a period's verdict may be stored: its part of the term is over, and nothing known waits to be counted."""
        return self.closed(period) and not self.stale

    def closed(self, period: Period) -> bool:
        """Whether the part of a period inside the contract's term is over."""
        return period.clipped(*measurement.term_of(self.contract)).closed(self.at)


def load_contract(session: Session, reference: str) -> tuple[Contract, int, ContractRow]:
    """Return a stored contract; ``NotFoundError`` when there is none."""
    key, row = contract_store.contract_key(session, reference)
    return contract_from_json(row.definition), key, row


def evaluate(log: PredictionLog, reference: str, period_name: str, *, refresh: bool = True) -> ContractEvaluation:
    """Evaluate every clause of a contract over a period.

    A closed period's verdict is stored, and any earlier one that is not stored yet; a running one is not, nor one that rows known to
    the log are missing from.

    Args:
        log: The prediction log; its clock says what is closed.
        reference: The contract's.
        period_name: ``2026-Q3``, ``2026-07`` or ``2026``.
        refresh: Fold the inbox and recount changed days first.

    Raises:
        NotFoundError: When there is no such contract.
        InvalidInputError: When the text names no period, or one outside the contract's term.
    """
    with log.records.read() as session:
        contract, key, row = load_contract(session, reference)
        period = _period(contract, period_name)
        unregistered = measurement.unregistered(session, contract)
    if unregistered:
        with log.records.write() as session:
            measurement.register_measures(session, contract)
    if refresh:
        log.refresh(contract.components)
    stale = 0 if refresh else log.stale_rows(contract.components, _measures(log, contract))
    case = _Case(log, contract, key, row.sha256, log.clock.now(), stale)
    verdicts = _through(case, period)
    clipped = period.clipped(*measurement.term_of(contract))
    changes = version_change.changes(log, contract, clipped)
    if case.final(period):
        with log.records.write() as session:
            version_change.open_violations(session, contract, key, changes, at=case.at)
    return ContractEvaluation(
        contract=contract.ref,
        period=clipped,
        at=case.at,
        status=status_of(verdicts, changes),
        clauses=tuple(verdicts),
        changes=tuple(changes),
        credits_total=credits_of(contract, verdicts),
        stale=stale,
    )


def _measures(log: PredictionLog, contract: Contract) -> list[Measure]:
    with log.records.read() as session:
        wanted = measurement.subjects(session, contract)
    return [measurement.measure_of(contract, subject.terms, subject.component) for subject in wanted]


def _period(contract: Contract, name: str) -> Period:
    try:
        period = parse_period(name, time_zone=contract.time_zone, year_starts=contract.year_starts)
    except PeriodError as error:
        raise InvalidInputError(str(error)) from error
    clipped = period.clipped(*measurement.term_of(contract))
    if clipped.first == clipped.end:
        raise InvalidInputError(
            f"The period {period.name} lies outside the term of {contract.ref}, which runs from {contract.starts} to {contract.ends}."
        )
    return period


def _through(case: _Case, wanted: Period) -> list[ClauseVerdict]:
    """Go through the periods from the contract's start to the wanted one, so that runs and revisions are right."""
    past: PastPeriods = {}
    period = case.contract.period_on(case.contract.starts, wanted.length)
    while True:
        verdicts = _one_period(case, period, past)
        if period.first >= wanted.first:
            return verdicts
        for entry in verdicts:
            past.setdefault((entry.clause, entry.component), []).append(PastPeriod(entry.result, entry.violated))
        period = next_period(period, case.contract.year_starts)


def _one_period(case: _Case, period: Period, past: PastPeriods) -> list[ClauseVerdict]:
    closed = case.closed(period)
    clipped = measurement.counted_part(case.contract, period, case.at)
    with case.log.records.read() as session:
        subjects = measurement.subjects(session, case.contract, period)
        counted = measurement.count(session, case.contract, clipped, subjects)
        found = footings(case.log, session, case.contract, clipped, subjects)
        stored = [verdict_store.latest(session, case.contract_id, entry.component_id, entry.clause.id, period.name) for entry in subjects]
        gone = {entry.component_id for entry in subjects if _touches(clipped, deleted_days(session, entry.component_id))}
        lost = [
            entry.subject.component_id in gone and _touches(clipped, never_counted(session, entry.subject.component_id, entry.measure.key))
            for entry in counted
        ]
    digest = measurement.digest(case.sha256, clipped, counted, found)
    if closed and stored and all(row is not None and row.digest == digest for row in stored):
        known = [verdict_from_json(row.figures) for row in stored if row is not None]
        fresh = [_with_run(case, entry.subject.terms, old, past, closed=closed) for entry, old in zip(counted, known, strict=True)]
        if fresh == known:
            return known
    else:
        none = measurement.PeriodCounters(())
        known_calls = [replace(entry, counters=none) if is_lost else entry for entry, is_lost in zip(counted, lost, strict=True)]
        figures = measurement.measured(case.log, case.contract, clipped, known_calls, running=not closed, footings=found, keep=True)
        figures = [
            replace(figure, reasons=(Reason.ROWS_DELETED,)) if is_lost else figure for figure, is_lost in zip(figures, lost, strict=True)
        ]
        fresh = []
        for entry, figure, row in zip(counted, figures, stored, strict=True):
            terms = entry.subject.terms
            if row is not None and entry.subject.component_id in gone:
                fresh.append(_with_run(case, terms, verdict_from_json(row.figures), past, closed=closed))
                continue
            result, violated = judge(terms, figure)
            judged = ClauseVerdict(
                clause=entry.subject.clause.id,
                component=entry.subject.component,
                metric=terms.metric,
                unit=METRICS[terms.metric].unit,
                threshold=terms.threshold,
                limit=terms.limit,
                is_floor=terms.is_floor,
                measurement=figure,
                result=result,
                violated=violated,
                consecutive=0,
                persistent=False,
                credit=None,
            )
            fresh.append(_with_run(case, terms, judged, past, closed=closed))
    if not case.final(period):
        return fresh
    with case.log.records.write() as session:
        return verdict.store(
            session,
            fresh,
            [entry.subject.component_id for entry in counted],
            contract_id=case.contract_id,
            contract_sha256=case.sha256,
            period=clipped,
            digest=digest,
            at=case.at,
        )


def _touches(period: Period, utc_days: set[date]) -> bool:
    """Whether a period has an instant of deleted days: what was said of it before stands, since nobody can count it again."""
    return any(period.first <= day < period.end for day in local_days(utc_days, period.time_zone))


def _with_run(case: _Case, terms: Performance, entry: ClauseVerdict, past: PastPeriods, *, closed: bool) -> ClauseVerdict:
    """The verdict with the run of violated periods it ends, and the credit that makes due; while the period runs, none is."""
    history = [*past.get((entry.clause, entry.component), []), PastPeriod(entry.result, entry.violated)]
    consecutive = run_length(history, terms)
    credit = credit_due(
        terms,
        violated=entry.violated,
        consecutive=consecutive,
        monthly_fee=case.contract.monthly_fee,
        value=entry.measurement.value,
    )
    return replace(entry, consecutive=consecutive, persistent=is_persistent(terms, consecutive), credit=credit if closed else None)


def status_of(verdicts: Sequence[ClauseVerdict], changes: Sequence[VersionChange] = ()) -> ContractStatus:
    """A contract's status: violated by any clause, else partial or insufficient for want of data, else compliant."""
    if any(entry.violated for entry in verdicts) or any(change.violated for change in changes):
        return ContractStatus.VIOLATED
    insufficient = [entry.result is Result.INSUFFICIENT_DATA for entry in verdicts]
    if all(insufficient):
        return ContractStatus.INSUFFICIENT_DATA
    return ContractStatus.PARTIAL if any(insufficient) else ContractStatus.COMPLIANT


def credits_of(contract: Contract, verdicts: Sequence[ClauseVerdict]) -> Money | None:
    """The credits of some verdicts together; None where no fee is agreed."""
    if contract.monthly_fee is None:
        return None
    due = Money(Decimal(0), contract.monthly_fee.currency)
    for entry in verdicts:
        due = due + entry.credit if entry.credit is not None else due
    return due

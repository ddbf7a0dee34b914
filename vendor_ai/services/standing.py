"""Where a contract stands, read without folding, counting or storing anything: what pages and the API show."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from vendor_ai.clauses.change_notice import ServedChange, judge_change
from vendor_ai.clauses.performance import PastPeriod, is_persistent, judge, run_length
from vendor_ai.db import verdict as verdict_store
from vendor_ai.db.prediction_log import CounterRow, MeasureRow
from vendor_ai.db.vendor import component_key
from vendor_ai.db.verdict import VerdictRow
from vendor_ai.domain.contract import ChangeNotice, Contract, Performance
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.measure import Measure
from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation, VersionChange
from vendor_ai.domain.verdict_json import verdict_from_json
from vendor_ai.kit.period import Period, PeriodError, PeriodLength, local_midnight, parse_period, period_at
from vendor_ai.metrics import METRICS
from vendor_ai.services import measurement
from vendor_ai.services.evaluation import credits_of, load_contract, status_of
from vendor_ai.services.footing import footings
from vendor_ai.services.prediction_log import PredictionLog


@dataclass(frozen=True, slots=True)
class Standing:
    """A contract's last closed and running periods; ``unevaluated`` are closed periods that nobody evaluated yet."""

    contract: Contract
    at: datetime
    closed: tuple[ContractEvaluation, ...]
    running: tuple[ContractEvaluation, ...]
    unevaluated: tuple[Period, ...]


def period_lengths(contract: Contract) -> tuple[PeriodLength, ...]:
    """The lengths its measured clauses have, shortest first."""
    found = {clause.terms.period for clause in contract.clauses if isinstance(clause.terms, Performance)}
    return tuple(sorted(found, key=lambda length: length.months))


def _inside(contract: Contract, period: Period) -> bool:
    return period.end > contract.starts and period.first <= contract.ends


def current_period(contract: Contract, length: PeriodLength, at: datetime) -> Period | None:
    """The period that runs at ``at``; None outside the contract's term."""
    period = contract.period_on(at.astimezone(ZoneInfo(contract.time_zone)).date(), length)
    return period if _inside(contract, period) else None


def last_closed_period(contract: Contract, length: PeriodLength, at: datetime) -> Period | None:
    """The last period of the term that is over at ``at``; None before there is one."""
    today = at.astimezone(ZoneInfo(contract.time_zone)).date()
    running = contract.period_on(today, length)
    day = min(running.first - timedelta(days=1), contract.ends)
    period = period_at(day, length, contract.time_zone, contract.year_starts)
    return period if _inside(contract, period) and period.closed(at) else None


def standing(log: PredictionLog, reference: str) -> Standing:
    """Return where a contract stands now; ``NotFoundError`` when there is none of this reference."""
    at = log.clock.now()
    with log.records.read() as session:
        contract, key, _ = load_contract(session, reference)
        rows = verdict_store.in_force(session, key)
        closed, unevaluated = closed_evaluations(session, contract, key, rows, at=at)
        wanted = [current_period(contract, length, at) for length in period_lengths(contract)]
    running = [_running_evaluation(log, contract, key, rows, period, at=at) for period in wanted if period is not None]
    return Standing(contract, at, tuple(closed), tuple(running), tuple(unevaluated))


def standing_over(log: PredictionLog, reference: str, period_name: str) -> ContractEvaluation:
    """Return a contract's evaluation over one period: the stored verdicts of a closed one, the course of a running one.

    Raises:
        NotFoundError: When there is no such contract.
        InvalidInputError: When the text names no period, or one outside the term.
        ConflictError: When the period is over and was not evaluated yet.
    """
    at = log.clock.now()
    with log.records.read() as session:
        contract, key, _ = load_contract(session, reference)
        rows = verdict_store.in_force(session, key)
        try:
            period = parse_period(period_name, time_zone=contract.time_zone, year_starts=contract.year_starts)
        except PeriodError as error:
            raise InvalidInputError(str(error)) from error
        if not _inside(contract, period) or period.start_at > at:
            raise InvalidInputError(
                f"{period.name} has not begun or lies outside {contract.starts} to {contract.ends}. Choose another period."
            )
        if period.closed(at):
            found = _closed_evaluation(session, contract, key, rows, period, at=at)
            if found is None:
                command = f"vendor-ai sla evaluate --contract {contract.ref} --period {period.name}"
                raise ConflictError(f"{period.name} is over, and was not evaluated yet. Run: {command}")
            return found
    return _running_evaluation(log, contract, key, rows, period, at=at)


def closed_evaluations(
    session: Session, contract: Contract, contract_id: int, rows: Sequence[VerdictRow], *, at: datetime
) -> tuple[list[ContractEvaluation], list[Period]]:
    """The stored evaluations of the last closed period of every length, and the periods that lack one."""
    found: list[ContractEvaluation] = []
    lacking: list[Period] = []
    for length in period_lengths(contract):
        period = last_closed_period(contract, length, at)
        if period is None:
            continue
        evaluation = _closed_evaluation(session, contract, contract_id, rows, period, at=at)
        if evaluation is None:
            lacking.append(period)
        else:
            found.append(evaluation)
    return found, lacking


def _closed_evaluation(
    session: Session, contract: Contract, contract_id: int, rows: Sequence[VerdictRow], period: Period, *, at: datetime
) -> ContractEvaluation | None:
    stored = {(row.clause, row.component_id): row for row in rows if row.period == period.name}
    subjects = measurement.subjects(session, contract, period)
    mine = [stored.get((subject.clause.id, subject.component_id)) for subject in subjects]
    verdicts = [verdict_from_json(row.figures) for row in mine if row is not None]
    if len(verdicts) < len(subjects):
        return None
    return _evaluation(contract, period, verdicts, seen_changes(session, contract, contract_id, period), at)


def _running_evaluation(
    log: PredictionLog, contract: Contract, contract_id: int, rows: Sequence[VerdictRow], period: Period, *, at: datetime
) -> ContractEvaluation:
    """How a period goes so far, from the counters as they are; nothing in it is decided, so no credit is due."""
    with log.records.read() as session:
        subjects = measurement.subjects(session, contract, period)
        counted = measurement.count(session, contract, period, subjects)
        known = footings(log, session, contract, period, subjects)
        changes = seen_changes(session, contract, contract_id, period)
    figures = measurement.measured(log, contract, period, counted, running=True, footings=known)
    verdicts = []
    for entry, figure in zip(counted, figures, strict=True):
        clause, terms, component = entry.subject.clause, entry.subject.terms, entry.subject.component
        result, violated = judge(terms, figure)
        past = [
            PastPeriod(old.result, old.violated)
            for old in (verdict_from_json(row.figures) for row in rows if row.clause == clause.id)
            if old.component == component
        ]
        run = run_length([*past, PastPeriod(result, violated)], terms)
        metric = METRICS[terms.metric]
        verdicts.append(
            ClauseVerdict(
                clause.id, component, terms.metric, metric.unit, terms.threshold, terms.limit, terms.is_floor, figure,
                result, violated, run, is_persistent(terms, run), None,
            )
        )  # fmt: skip
    stale = log.stale_rows(contract.components)
    return replace(_evaluation(contract, period, verdicts, changes, at), stale=stale)


def _evaluation(
    contract: Contract, period: Period, verdicts: Sequence[ClauseVerdict], changes: Sequence[VersionChange], at: datetime
) -> ContractEvaluation:
    return ContractEvaluation(
        contract=contract.ref,
        period=period,
        at=at,
        status=status_of(verdicts, changes),
        clauses=tuple(verdicts),
        changes=tuple(changes),
        credits_total=credits_of(contract, verdicts),
    )


def seen_changes(session: Session, contract: Contract, contract_id: int, period: Period | None = None) -> list[VersionChange]:
    """Served versions that first appear in the counters inside a period, beside the notices of them.

    Counters know days, not instants: a version counts as first seen when its first day begins. A change is material where a violation
    says so; else whether it is stays open.
    """
    clause = next((entry for entry in contract.clauses if isinstance(entry.terms, ChangeNotice)), None)
    if clause is None or not isinstance(clause.terms, ChangeNotice):
        return []
    material = {(row.component_id, row.subject) for row in verdict_store.violations(session, contract_ids=[contract_id])}
    found: list[VersionChange] = []
    for reference in contract.components_of(clause):
        key, component = component_key(session, reference)
        seen = seen_versions(session, key, contract.time_zone)
        notices = {notice.model_version.lower(): notice for notice in reversed(verdict_store.notices(session, key))}
        for (before, _), (after, day) in pairwise(seen):
            if period is not None and not period.first <= day < period.end:
                continue
            notice = notices.get(after.lower())
            judged = judge_change(
                clause.terms,
                ServedChange(
                    component=component.ref,
                    before=before,
                    after=after,
                    # The day's last instant gives the vendor the benefit of the hours that a day does not show.
                    first_seen=local_midnight(day + timedelta(days=1), contract.time_zone) - timedelta(microseconds=1),
                    received_at=notice.received_at if notice else None,
                    notice_id=str(notice.id) if notice else None,
                    emergency=notice.emergency if notice else False,
                    material=True if (key, f"version:{after}") in material else None,
                ),
                time_zone=contract.time_zone,
            )
            found.append(replace(judged, first_seen=local_midnight(day, contract.time_zone)))
    return found


def seen_versions(session: Session, component_id: int, time_zone: str | None = None) -> list[tuple[str, date]]:
    """The served versions of a component with the first local day each was counted on, earliest first."""
    measures = session.exec(select(MeasureRow).where(col(MeasureRow.component_id) == component_id))
    keys = [row.id for row in measures if time_zone is None or Measure.from_json(row.definition).time_zone == time_zone]
    query = select(CounterRow.model_version, CounterRow.day).where(
        col(CounterRow.measure_id).in_(keys), col(CounterRow.model_version) != ""
    )
    first: dict[str, str] = {}
    for version, day in session.exec(query.distinct()):
        first[version] = min(day, first.get(version, day))
    return sorted(((version, date.fromisoformat(day)) for version, day in first.items()), key=lambda entry: (entry[1], entry[0]))

"""Gathers all that one vendor's month rests on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlmodel import Session

from vendor_ai import __version__
from vendor_ai.db import contract as contract_store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import verdict as verdict_store
from vendor_ai.db.vendor import component_key, components, find_vendor
from vendor_ai.db.verdict import VerdictRow, ViolationRow
from vendor_ai.domain.account import (
    AccountFacts,
    ClauseHistory,
    ComparisonFact,
    ComponentMonth,
    ContractAccount,
    FileTrace,
    NoticeFact,
    PastPeriod,
    Series,
    SeriesPoint,
    ShadowFact,
    SignalFed,
    VerdictTrace,
    ViolationFact,
)
from vendor_ai.domain.contract import Contract, Performance
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.measure import Counts, Measure, total
from vendor_ai.domain.metric import MetricOptions
from vendor_ai.domain.sighting import Service
from vendor_ai.domain.vendor import Component
from vendor_ai.domain.verdict import ContractEvaluation
from vendor_ai.domain.verdict_json import verdict_from_json
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import Period, PeriodError, PeriodLength, parse_period, period_at
from vendor_ai.kit.slug import slug
from vendor_ai.metrics import METRICS
from vendor_ai.outside.clock import FixedClock
from vendor_ai.services import contract, measurement, shadow
from vendor_ai.services.account_claim import claims_of, findings_of
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog
from vendor_ai.services.version_change import compare_versions

SIGNALS = ("network",)
DAY_ENOUGH = 30  # calls a day below which a day's share is drawn hollow: its standard error is near 9 points at one half


@dataclass(frozen=True, slots=True)
class _Month:
    """One vendor's month while its facts are gathered."""

    log: PredictionLog
    period: Period
    as_of: datetime
    contracts: tuple[Contract, ...]
    components: tuple[Component, ...]


def parse_month(name: str, time_zone: str) -> Period:
    """The calendar month that ``2026-10`` names.

    Raises:
        InvalidInputError: When the text names no month.
    """
    try:
        period = parse_period(name, time_zone=time_zone)
    except PeriodError as error:
        raise InvalidInputError(str(error)) from error
    if period.length is not PeriodLength.MONTH:
        raise InvalidInputError(f"{name!r} is not a month. Write 2026-10.")
    return period


def gather(log: PredictionLog, vendor_ref: str, month: str, *, services: Sequence[Service], refresh: bool = True) -> AccountFacts:
    """Return the facts of one vendor's month, as known at its end (or now, while it runs).

    Raises:
        NotFoundError: When there is no such vendor.
        InvalidInputError: When the text names no month, or one that has not begun.
    """
    with log.records.read() as session:
        vendor = find_vendor(session, vendor_ref)
        contracts = tuple(contract.contracts(session, vendor=vendor.ref))
        own = tuple(components(session, vendor=vendor.ref))
    period = parse_month(month, contracts[0].time_zone if contracts else "UTC")
    now = log.clock.now()
    if now < period.start_at:
        raise InvalidInputError(f"The month {period.name} has not begun. Choose a month up to now.")
    case = _Month(log, period, min(now, period.end_at), contracts, own)
    with log.records.write() as session:
        for component in own:
            log_store.register_measure(session, component_key(session, component.ref)[0], _plain(case, component))
    if refresh:
        log.refresh([component.ref for component in own])
    accounts = tuple(_contract_account(case, entry) for entry in contracts)
    comparisons = tuple(
        ComparisonFact(change.component, compare_versions(log, change.component, change.before, change.after))
        for change in dict.fromkeys(change for account in accounts for entry in account.evaluations for change in entry.changes)
    )
    with log.records.read() as session:
        return AccountFacts(
            vendor=vendor,
            month=period,
            at=case.as_of,
            program_version=__version__,
            components=tuple(_component_month(session, case, component) for component in own),
            contracts=accounts,
            series=tuple(series for entry in contracts for series in _daily(session, case, entry)),
            violations=tuple(_violations(session, case)),
            notices=tuple(_notices(session, case)),
            comparisons=comparisons,
            earlier_credits=tuple(_earlier_credits(session, case, accounts)),
            claims=tuple(claims_of(session, own)),
            findings=tuple(findings_of(session, own, at=case.as_of)),
            shadow=tuple(_shadow(session, vendor.ref, services)),
            signals=tuple(SignalFed(name, shadow.signals_fed(session).get(name)) for name in SIGNALS),
            verdicts=tuple(_traces(session, case)),
            files=tuple(_files(session, case)),
            metric_labels={key: metric.label for key, metric in METRICS.items()},
        )


def _plain(case: _Month, component: Component) -> Measure:
    """Every call of a component, without a limit."""
    return Measure(component=component.ref, time_zone=case.period.time_zone)


def _contract_account(case: _Month, entry: Contract) -> ContractAccount:
    """The last closed and the running period of every length the contract knows, with the past of its clauses."""
    lengths = dict.fromkeys(clause.terms.period for clause in entry.clauses if isinstance(clause.terms, Performance))
    evaluations: list[ContractEvaluation] = []
    last_day = min(case.period.end - timedelta(days=1), entry.ends)
    for length in lengths:
        current = entry.period_on(last_day, length)
        if not current.closed(case.as_of):
            previous = period_at(current.first - timedelta(days=1), length, entry.time_zone, entry.year_starts)
            wanted = [previous, current]
        else:
            wanted = [current]
        evaluations += [
            evaluate(_standing(case), entry.ref, period.name, refresh=False)
            for period in wanted
            if period.end > entry.starts and period.first <= entry.ends
        ]
    with case.log.records.read() as session:
        history = _history(session, entry, case.as_of)
    return ContractAccount(entry, tuple(evaluations), history)


def _standing(case: _Month) -> PredictionLog:
    """The log as it stands at the end of the month, with the clock of then."""
    return PredictionLog(case.log.records, case.log.engine, FixedClock(case.as_of))


def _stored(session: Session, entry: Contract) -> list[VerdictRow]:
    key, _ = contract_store.contract_key(session, entry.ref)
    return verdict_store.in_force(session, key)


def _history(session: Session, entry: Contract, as_of: datetime) -> tuple[ClauseHistory, ...]:
    """The closed periods of every clause and component, oldest first."""
    groups: dict[tuple[str, str], list[VerdictRow]] = {}
    for row in _stored(session, entry):
        if row.end_at <= as_of:
            groups.setdefault((row.clause, row.figures["component"]), []).append(row)
    found = []
    for (clause, component), rows in groups.items():
        verdicts = [verdict_from_json(row.figures) for row in rows]
        periods = tuple(
            PastPeriod(row.period, one.measurement.value, one.limit, one.measurement.n, one.result, one.measurement.interval)
            for row, one in zip(rows, verdicts, strict=True)
        )
        last = verdicts[-1]
        found.append(ClauseHistory(entry.ref, clause, component, last.metric, METRICS[last.metric].unit, last.is_floor, periods))
    return tuple(found)


def _component_month(session: Session, case: _Month, component: Component) -> ComponentMonth:
    days = log_store.counters(session, _plain(case, component), first=case.period.first.isoformat(), end=case.period.end.isoformat())
    versions: Counter[str] = Counter()
    for day in days:
        versions[day.model_version] += day.counts.attempted
    return ComponentMonth(component, total(day.counts for day in days), dict(versions))


def _daily(session: Session, case: _Month, entry: Contract) -> list[Series]:
    """The days of the month for every clause that counts calls, with the limit each is held against."""
    found = []
    for subject in measurement.subjects(session, entry):
        metric = METRICS[subject.terms.metric]
        options = MetricOptions(subject.terms.positive, subject.terms.average)
        if metric.read is None or metric.statistic_for(options) is not None:
            continue  # no share of a day's calls
        definition = measurement.measure_of(entry, subject.terms, subject.component)
        by_day: dict[str, list[Counts]] = {}
        for day in log_store.counters(session, definition, first=case.period.first.isoformat(), end=case.period.end.isoformat()):
            by_day.setdefault(day.day, []).append(day.counts)
        points = []
        for label, parts in sorted(by_day.items()):
            reading = metric.read(total(parts), options)
            points.append(SeriesPoint(label, reading.share, reading.trials, reading.trials >= DAY_ENOUGH))
        limit = subject.terms.limit if metric.quantile is None else 1 - metric.quantile
        title = f"{metric.label} by day" if metric.quantile is None else f"Share of calls above {definition.limit_ms:,f} ms by day"
        if subject.terms.where:
            title += f" ({subject.clause.id})"
        found.append(Series(title, subject.component, "share", subject.terms.is_floor, Fraction(limit), tuple(points)))
    return found


def _contract_ids(session: Session, case: _Month) -> dict[int, Contract]:
    return {contract_store.contract_key(session, entry.ref)[0]: entry for entry in case.contracts}


def _happened(entry: Contract, row: ViolationRow) -> datetime:
    """When the breach was complete: the end of its period, or the first call of the unannounced version."""
    if "first_seen" in row.figures:
        return datetime.fromisoformat(row.figures["first_seen"])
    return parse_period(row.subject, time_zone=entry.time_zone, year_starts=entry.year_starts).end_at


def _violations(session: Session, case: _Month) -> list[ViolationFact]:
    by_id = _contract_ids(session, case)
    found = []
    for row in verdict_store.violations(session, contract_ids=list(by_id)):
        if _happened(by_id[row.contract_id], row) > case.as_of:
            continue
        credit = row.figures.get("credit")
        found.append(
            ViolationFact(
                ref=str(row.id),
                contract=by_id[row.contract_id].ref,
                clause=row.clause,
                component=row.figures["component"],
                period=row.subject,
                state=row.state,
                opened_at=row.opened_at,
                credit=None if credit is None else Money(Decimal(credit["amount"]), credit["currency"]),
                note=row.figures.get("reason", ""),
            )
        )
    return sorted(found, key=lambda fact: (fact.period, fact.clause, fact.component))


def _notices(session: Session, case: _Month) -> list[NoticeFact]:
    found = []
    for component in case.components:
        for row in verdict_store.notices(session, component_key(session, component.ref)[0]):
            effective = None if row.effective_at is None else _local(case, row.effective_at)
            found.append(NoticeFact(str(row.id), component.ref, row.received_at, effective, row.model_version, row.text))
    return found


def _local(case: _Month, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(case.period.time_zone)).date()


def _earlier_credits(session: Session, case: _Month, accounts: Sequence[ContractAccount]) -> list[tuple[str, str, str, Money]]:
    """Credits of closed periods before those the report shows."""
    found = []
    for account in accounts:
        shown = {entry.period.name for entry in account.evaluations}
        for row in _stored(session, account.contract):
            verdict = verdict_from_json(row.figures)
            if verdict.credit is not None and row.period not in shown and row.end_at <= case.as_of:
                found.append((row.period, row.clause, verdict.component, verdict.credit))
    return found


def _shadow(session: Session, vendor: str, services: Sequence[Service]) -> list[ShadowFact]:
    return [
        ShadowFact(
            service=entry.finding.name,
            signal=entry.finding.signal,
            first_seen=entry.finding.first_seen,
            last_seen=entry.finding.last_seen,
            calls=entry.finding.calls,
            people=entry.finding.people or None,
            bytes_out=entry.finding.bytes_out,
            state=entry.state,
            alternatives=entry.finding.alternatives,
        )
        for entry in shadow.stored_findings(session, services)
        if slug(entry.finding.vendor) == vendor
    ]


def _traces(session: Session, case: _Month) -> list[VerdictTrace]:
    return [
        VerdictTrace(str(row.id), entry.ref, row.clause, row.figures["component"], row.period, row.revision, row.digest)
        for entry in case.contracts
        for row in _stored(session, entry)
        if row.end_at <= case.as_of
    ]


def _files(session: Session, case: _Month) -> list[FileTrace]:
    """The log's files that hold days of the month."""
    first, last = case.period.start_at.date(), case.period.end_at.date()
    return [
        FileTrace(file.path, file.sha256, file.rows)
        for component in case.components
        for kind in (PREDICTION, OUTCOME)
        for file in log_store.files(session, component_key(session, component.ref)[0], kind)
        if file.last_day >= first and file.first_day <= last
    ]

"""From counters to measured clauses: one contract over one period."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session

from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.contract import Clause, Contract, Performance
from vendor_ai.domain.measure import Counts, DayCounts, Measure, total
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.domain.prediction import field_name
from vendor_ai.domain.verdict import Measurement
from vendor_ai.inference.measure import Entry, measure
from vendor_ai.kit.number import finite_decimal
from vendor_ai.kit.period import Period
from vendor_ai.metrics import METRICS
from vendor_ai.metrics.percentile import percentile_ranks
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog


@dataclass(frozen=True, slots=True)
class Subject:
    """One performance clause for one component."""

    clause: Clause
    terms: Performance
    component: str
    component_id: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A subject's counters over one period."""

    subject: Subject
    measure: Measure
    days: tuple[DayCounts, ...]

    @property
    def counts(self) -> Counts:
        """All days together."""
        return total(entry.counts for entry in self.days)


def limit_ms(terms: Performance, metric: Metric) -> Decimal | None:
    """The latency whose exceedances a clause counts; None for metrics without one."""
    if metric.quantile is None:
        return None
    limit = finite_decimal(terms.limit)
    # A relative tolerance can leave a limit without a finite form; a millionth of a millisecond decides nothing.
    return limit if limit is not None else Decimal(round(terms.limit * 10**6)).scaleb(-6)


def measure_of(contract: Contract, terms: Performance, component: str) -> Measure:
    """The counters a clause is judged by."""
    return Measure(
        component=component,
        time_zone=contract.time_zone,
        where={field_name(name): values for name, values in terms.where.items()},
        limit_ms=limit_ms(terms, METRICS[terms.metric]),
        label_sources=terms.label_sources,
    )


def subjects(session: Session, contract: Contract, period: Period | None = None) -> list[Subject]:
    """Every performance clause beside every component it covers; those of another period length are left out."""
    found: list[Subject] = []
    for clause in contract.clauses:
        if not isinstance(clause.terms, Performance) or (period is not None and clause.terms.period is not period.length):
            continue
        for reference in contract.components_of(clause):
            key, component = component_key(session, reference)
            found.append(Subject(clause, clause.terms, component.ref, key))
    return found


def register_measures(session: Session, contract: Contract) -> None:
    """Keep counters for every clause of a contract from now on."""
    for subject in subjects(session, contract):
        log_store.register_measure(session, subject.component_id, measure_of(contract, subject.terms, subject.component))


def term_of(contract: Contract) -> tuple[date, date]:
    """The contract's term as half-open dates."""
    return contract.starts, contract.ends + timedelta(days=1)


def counted_part(contract: Contract, period: Period, at: datetime) -> Period:
    """The days of a period that count at an instant: those of the contract's term, up to and with the day of ``at``."""
    first, end = term_of(contract)
    today = (at.astimezone(ZoneInfo(contract.time_zone)) - timedelta(microseconds=1)).date()
    return period.clipped(first, min(end, today + timedelta(days=1)))


def count(session: Session, contract: Contract, clipped: Period, wanted: Sequence[Subject]) -> list[Counted]:
    """Read the counters of the days that count."""
    found = []
    for subject in wanted:
        definition = measure_of(contract, subject.terms, subject.component)
        days = log_store.counters(session, definition, first=clipped.first.isoformat(), end=clipped.end.isoformat())
        found.append(Counted(subject, definition, tuple(days)))
    return found


def digest(contract_sha256: str, period: Period, counted: Sequence[Counted]) -> str:
    """A hash over everything a period's figures rest on: the contract's text and the counters."""
    content = [
        contract_sha256,
        period.name,
        period.first.isoformat(),
        period.end.isoformat(),
        *(
            [entry.subject.clause.id, entry.subject.component, entry.measure.key]
            + [[day.day, day.model_version, day.sampling_fraction, day.counts.as_json()] for day in entry.days]
            for entry in counted
        ),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def measured(log: PredictionLog, contract: Contract, clipped: Period, counted: Sequence[Counted], *, running: bool) -> list[Measurement]:
    """Measure every subject of a period as one family."""
    entries = [_entry(log, contract, clipped, item, running=running) for item in counted]
    return measure(entries, significance=contract.significance) if entries else []


def _entry(log: PredictionLog, contract: Contract, clipped: Period, counted: Counted, *, running: bool) -> Entry:
    terms, counts = counted.subject.terms, counted.counts
    metric = METRICS[terms.metric]
    by_day: dict[str, list[Counts]] = {}
    versions: Counter[str] = Counter()
    for entry in counted.days:
        by_day.setdefault(entry.day, []).append(entry.counts)
        versions[entry.model_version] += entry.counts.attempted
    value, at_least, interval = _percentile(log, clipped, counted, metric, 1 - float(contract.significance))
    return Entry(
        metric=metric,
        counts=counts,
        limit=terms.limit,
        is_floor=terms.is_floor,
        options=MetricOptions(terms.positive, terms.average),
        by_day={day: total(parts) for day, parts in by_day.items()},
        value=value,
        value_at_least=at_least,
        interval=interval,
        running=running,
        completeness_needed=terms.completeness,
        versions=dict(versions),
    )


def _percentile(
    log: PredictionLog, clipped: Period, counted: Counted, metric: Metric, confidence: float
) -> tuple[float | None, bool, tuple[float | None, float | None]]:
    """A percentile from rows: its value, whether that is only its lowest possible one, and its interval."""
    timed = counted.counts.timed
    if metric.quantile is None or not timed:
        return None, False, (None, None)
    ranks = percentile_ranks(timed, metric.quantile, confidence)
    with log.records.read() as session:
        files = log_store.files(session, counted.subject.component_id, PREDICTION)

    def at(wanted: list[int], *, endless: bool) -> list[float]:
        return log.engine.ranked_latencies(
            counted.measure, files, start=clipped.start_at, end=clipped.end_at, ranks=wanted, timed=timed, endless=endless
        )

    logged = at([ranks.value, *([] if ranks.low is None else [ranks.low])], endless=False)
    endless = at([ranks.value, *([] if ranks.high is None else [ranks.high])], endless=True)
    low = logged[1] if ranks.low is not None else None
    high = endless[1] if ranks.high is not None and math.isfinite(endless[1]) else None
    return logged[0], endless[0] != logged[0], (low, high)

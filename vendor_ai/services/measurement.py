"""From counters to measured clauses: one contract over one period."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlmodel import Session

from vendor_ai.db import counter as counter_store
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
from vendor_ai.metrics.completed import completed
from vendor_ai.services.figure import RowFigure, Wanted, row_figures
from vendor_ai.services.footing import Footing, entry_fields
from vendor_ai.services.prediction_log import PredictionLog


@dataclass(frozen=True, slots=True)
class Subject:
    """One performance clause for one component."""

    clause: Clause
    terms: Performance
    component: str
    component_id: int


@dataclass(frozen=True)
class PeriodCounters:
    """A measure's counters over one period; clauses that rest on the same calls share them."""

    days: tuple[DayCounts, ...]

    @cached_property
    def counts(self) -> Counts:
        """All days together."""
        return total(self.by_day.values())

    @cached_property
    def by_day(self) -> dict[str, Counts]:
        """By local day, whichever version answered."""
        found: dict[str, list[Counts]] = {}
        for entry in self.days:
            found.setdefault(entry.day, []).append(entry.counts)
        return {day: parts[0] if len(parts) == 1 else total(parts) for day, parts in found.items()}

    @cached_property
    def versions(self) -> dict[str, int]:
        """Calls by served version."""
        found: Counter[str] = Counter()
        for entry in self.days:
            found[entry.model_version] += entry.counts.attempted
        return dict(found)

    @cached_property
    def sha256(self) -> str:
        """A hash over every counter."""
        content = [[entry.day, entry.model_version, entry.sampling_fraction, entry.counts.as_json()] for entry in self.days]
        return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


@dataclass(frozen=True, slots=True)
class Counted:
    """A subject's counters over one period."""

    subject: Subject
    measure: Measure
    counters: PeriodCounters

    @property
    def days(self) -> tuple[DayCounts, ...]:
        """By local day, served version and sampling fraction."""
        return self.counters.days

    @property
    def counts(self) -> Counts:
        """All days together."""
        return self.counters.counts


def limit_ms(terms: Performance, metric: Metric) -> Decimal | None:
    """The latency whose exceedances a clause counts; None for metrics without one."""
    if metric.bounded:
        return terms.bound_ms
    if metric.quantile is None:
        return None
    limit = finite_decimal(terms.limit)
    # A relative tolerance can leave a limit without a finite form; a millionth of a millisecond decides nothing.
    return limit if limit is not None else Decimal(round(terms.limit * 10**6)).scaleb(-6)


def measure_of(contract: Contract, terms: Performance, component: str) -> Measure:
    """The counters a clause is judged by."""
    metric = METRICS[terms.metric]
    return Measure(
        component=component,
        time_zone=contract.time_zone,
        where={field_name(name): values for name, values in terms.where.items()},
        limit_ms=limit_ms(terms, metric),
        label_sources=(metric.label_source,) if metric.label_source else terms.label_sources,
        cluster_key=field_name(terms.cluster),
        group_by=field_name(terms.by) if metric.grouped else "",
        needs=tuple(sorted({need.name for need in metric.needs_for(terms.positive)})),
    )


def subjects(session: Session, contract: Contract, period: Period | None = None) -> list[Subject]:
    """Every performance clause beside every component it covers; those of another period length are left out."""
    found: list[Subject] = []
    known: dict[str, tuple[int, str]] = {}
    for clause in contract.clauses:
        if not isinstance(clause.terms, Performance) or (period is not None and clause.terms.period is not period.length):
            continue
        for reference in contract.components_of(clause):
            if reference not in known:
                key, component = component_key(session, reference)
                known[reference] = key, component.ref
            key, ref = known[reference]
            found.append(Subject(clause, clause.terms, ref, key))
    return found


def register_measures(session: Session, contract: Contract) -> None:
    """Keep counters for every clause of a contract from now on."""
    counter_store.register_measures(session, _measures(session, contract))


def unregistered(session: Session, contract: Contract) -> bool:
    """Whether counters of some clause are not kept yet."""
    return bool(counter_store.unknown_measures(session, [measure.key for _, measure in _measures(session, contract)]))


def _measures(session: Session, contract: Contract) -> list[tuple[int, Measure]]:
    wanted = subjects(session, contract)
    return [(subject.component_id, measure_of(contract, subject.terms, subject.component)) for subject in wanted]


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
    measures = [measure_of(contract, subject.terms, subject.component) for subject in wanted]
    keys = [measure.key for measure in measures]
    stored = counter_store.counters_of(session, keys, first=clipped.first.isoformat(), end=clipped.end.isoformat())
    shared = {key: PeriodCounters(tuple(days)) for key, days in stored.items()}
    return [Counted(subject, measure, shared[key]) for subject, measure, key in zip(wanted, measures, keys, strict=True)]


def digest(contract_sha256: str, period: Period, counted: Sequence[Counted], footings: Sequence[Footing] = ()) -> str:
    """A hash over everything a period's figures rest on: the contract's text, the counters, and what else verdicts rest on."""
    content = [
        contract_sha256,
        period.name,
        period.first.isoformat(),
        period.end.isoformat(),
        *([entry.subject.clause.id, entry.subject.component, entry.measure.key, entry.counters.sha256] for entry in counted),
        *(facts for footing in footings if (facts := footing.as_json())),
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def measured(
    log: PredictionLog,
    contract: Contract,
    clipped: Period,
    counted: Sequence[Counted],
    *,
    running: bool,
    footings: Sequence[Footing] = (),
    keep: bool = False,
) -> list[Measurement]:
    """Measure every subject of a period as one family.

    Args:
        log: The prediction log.
        contract: The contract.
        clipped: The days that count.
        counted: The subjects with their counters.
        running: Whether the period is not over.
        footings: What each verdict rests on besides the counters; none: on the counters alone.
        keep: Keep figures that had to be read from rows.
    """
    if not counted:
        return []
    figures = figures_from_rows(log, contract, clipped, counted, keep=keep)
    facts = [entry_fields(log, clipped, item, footing) for item, footing in zip(counted, footings, strict=True)] if footings else []
    entries = [
        _entry(item, figures.get(index, RowFigure()), running=running, facts=facts[index] if facts else {})
        for index, item in enumerate(counted)
    ]
    return measure(entries, significance=contract.significance)


def _entry(counted: Counted, figure: RowFigure, *, running: bool, facts: Mapping[str, Any]) -> Entry:
    terms, counts = counted.subject.terms, counted.counts
    metric = METRICS[terms.metric]
    sampled = metric.every_call and any(float(entry.sampling_fraction or 1) < 1 for entry in counted.days if entry.counts.attempted)
    return Entry(
        metric=metric,
        counts=counts,
        limit=terms.limit,
        is_floor=terms.is_floor,
        options=_options(terms, metric, counts),
        by_day=counted.counters.by_day,
        value=figure.value,
        value_at_least=figure.value_at_least,
        interval=figure.interval,
        p_values=figure.p_values,
        base=figure.base,
        running=running,
        completeness_needed=terms.completeness,
        versions=counted.counters.versions,
        **(dict(facts) | ({"mixed_sampling": True} if sampled else {})),
    )


def _options(terms: Performance, metric: Metric, counts: Counts) -> MetricOptions:
    return completed(metric, counts, MetricOptions(terms.positive, terms.average, minimum_group=terms.minimum_group))


def figures_from_rows(
    log: PredictionLog, contract: Contract, clipped: Period, counted: Sequence[Counted], *, keep: bool
) -> dict[int, RowFigure]:
    """Figures that only rows give, by the subject's position."""
    wanted: dict[int, Wanted] = {}
    for index, item in enumerate(counted):
        terms = item.subject.terms
        metric = METRICS[terms.metric]
        calls = item.counts.timed if metric.quantile is not None else item.counts.labelled if metric.rows is not None else 0
        if calls:
            wanted[index] = Wanted(
                metric=metric,
                options=_options(terms, metric, item.counts),
                measure=item.measure,
                component_id=item.subject.component_id,
                counters_sha256=item.counters.sha256,
                calls=calls,
                limit=float(terms.limit),
                is_floor=terms.is_floor,
                confidence=1 - float(contract.significance),
            )
    found = row_figures(log, clipped, list(wanted.values()), keep=keep)
    return dict(zip(wanted, found, strict=True))

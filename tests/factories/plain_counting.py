"""The counting rules read plainly, one call after another, and random logs to read."""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from zoneinfo import ZoneInfo

import pyarrow as pa

from vendor_ai.domain.measure import HUMAN_DECISION, MODERATION, Counts, DayCounts, Measure
from vendor_ai.domain.need import Need, usable
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.counting import Window
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import write_files
from vendor_ai.predictions.folding import numbered
from vendor_ai.predictions.schema import AGAIN, OUTCOME_SCHEMA, PREDICTION_SCHEMA

STATUSES = ("ok", "ok", "ok", "ok", "error", "timeout", "rate_limited", "client_error", "cancelled")
LABELS = ("yes", "no", "perhaps", "Yes", "ja, 'sicher'", "")
SOURCES = (None, "audit", "proxy", "customer", HUMAN_DECISION, MODERATION)
NUMBERS = (None, 1.5, 1.5, -2.25, 0.1, 1e15, 1e200)
COSTS = (None, 0.0, 5e-7, 4.9e-7, -5e-7, 0.1, 0.30000000000000004, 123_456.789, 1e12, 1.1e12)
LIMITS = (Decimal("100"), Decimal("200.1"), Decimal("250"))


@dataclass(frozen=True)
class Call:
    """One logged call."""

    prediction_id: str
    occurred_at: datetime
    status: str = "ok"
    fault: str | None = None
    prediction: str | None = None
    prediction_value: float | None = None
    latency_ms: float | None = None
    model_version: str | None = None
    sampling_fraction: float | None = None
    confidence: float | None = None
    cost: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cluster: str | None = None
    segments: Mapping[str, str | None] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """What a filter compares, a group is named by, and a cluster is."""
        return getattr(self, name) if name in {"model_version", "cluster"} else self.segments.get(name)

    @property
    def excluded(self) -> str | None:
        """Why the call counts for nobody, maintenance apart."""
        return self.excluded_with(())

    def excluded_with(self, windows: Sequence[Window]) -> str | None:
        """Why the call counts for nobody, given announced maintenance."""
        if self.status == "cancelled":
            return "cancelled"
        if self.segments.get("segment.traffic") == "shadow":
            return "shadow"
        if any(window.starts_at <= self.occurred_at < window.ends_at for window in windows):
            return "maintenance"
        if self.fault == "customer":
            return "customer_fault"
        return self.status if self.status in ("client_error", "rate_limited") and self.fault != "vendor" else None


@dataclass(frozen=True)
class Label:
    """One outcome."""

    prediction_id: str
    actual: str | None = None
    actual_value: float | None = None
    correct: bool | None = None
    observed_at: datetime | None = None
    source: str | None = None


def random_calls(seed: int, zone: str, first: date, rows: int, *, days: int = 3) -> list[Call]:
    """Calls of some local days, many of them close to a midnight."""
    draw = random.Random(seed)
    midnights = [datetime.combine(first + timedelta(days=n), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC) for n in range(days + 1)]
    span = (midnights[-1] - midnights[0]) // timedelta(microseconds=1)
    edges = [timedelta(microseconds=shift) for shift in (-700_000, -500_001, -1, 0, 1, 499_999, 3_600_000_000, 5_399_600_000)]
    found = []
    for number in range(rows):
        at = midnights[0] + timedelta(microseconds=draw.randrange(span))
        if draw.random() < 0.4:
            at = draw.choice(midnights) + draw.choice(edges)
        latency = draw.choice((None, 0.0, 100.0, 200.1, 200.10000000000002, 250.0, draw.uniform(0, 400)))
        found.append(
            Call(
                f"call-{number}",
                at,
                draw.choice(STATUSES),
                draw.choice((None, None, "vendor", "customer")),
                draw.choice((None, *LABELS)) or None,
                draw.choice(NUMBERS),
                latency,
                draw.choice((None, "v1", "v2")),
                draw.choice((None, 0.1, 1.0)),
                draw.choice((None, 0.0, 0.5, 0.123_456_5, 1.0)),
                draw.choice(COSTS),
                draw.choice((None, 0, 7, 2**40)),
                draw.choice((None, 3)),
                draw.choice((None, "Praxis Süd", "cust-1", "cust-2", "")) or None,
                {
                    "segment.region": draw.choice((None, "EU", "US", "eu")),
                    "segment.tier": draw.choice((None, "gold")),
                    "segment.traffic": draw.choice((None, None, "", "shadow")),
                },
            )
        )
    return found


def random_labels(seed: int, calls: Sequence[Call], rows: int) -> list[Label]:
    """Outcomes in the order they arrive; several for a call, exact repeats among them."""
    draw = random.Random(seed)
    times = [None, *(datetime(2027, 1, 1, hour, tzinfo=UTC) for hour in range(3))]
    found = [
        Label(
            draw.choice(calls).prediction_id,
            draw.choice((None, *LABELS)) or None,
            draw.choice(NUMBERS),
            draw.choice((None, True, False)),
            draw.choice(times),
            draw.choice(SOURCES),
        )
        for _ in range(rows)
    ]
    found = [label for label in found if (label.actual, label.actual_value, label.correct) != (None, None, None)]
    return found + draw.sample(found, len(found) // 10)


def label_in_force(labels: Iterable[Label], sources: Sequence[str]) -> Label | None:
    """The best source, then the latest observation, then the last stored; an exact repeat is not stored again."""
    best: Label | None = None
    for label in dict.fromkeys(labels):
        if counts_as_truth(label, sources) and (best is None or _place(label, sources) >= _place(best, sources)):
            best = label
    return best


def counts_as_truth(label: Label, sources: Sequence[str]) -> bool:
    """Only named sources count; where none is named, all but those that say what people did."""
    return label.source in sources if sources else label.source not in (HUMAN_DECISION, MODERATION)


def _place(label: Label, sources: Sequence[str]) -> tuple[int, datetime]:
    rank = sources.index(label.source) if label.source in sources else len(sources)
    return -rank, label.observed_at or datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fact:
    """What one call counts as: the names of ``vendor_ai.domain.need.Call``, None where a thing is not known."""

    call: Call
    excluded: str | None
    answered: bool
    predicted: bool
    timed: bool
    hit: bool | None
    actual: str | None
    actual_value: float | None
    source: str | None
    contradicted: bool
    opens_minute: bool
    minute_answered: bool

    @property
    def counted(self) -> bool:
        """Whether it counts."""
        return self.excluded is None

    @property
    def labelled(self) -> bool:
        """Whether it is known to be right or wrong."""
        return self.hit is not None

    @property
    def error(self) -> float | None:
        """Distance of two numbers; None where one is missing."""
        said, true = self.call.prediction_value, self.actual_value
        return None if not self.answered or said is None or true is None else abs(said - true)


def _units(amount: float | None) -> int:
    """An amount in units of 1e-6; 0 for one that cannot be summed."""
    return 0 if amount is None or not -1e12 <= amount <= 1e12 else math.floor(amount * 1_000_000 + 0.5)


# Each need beside the plain reading of it.
NEEDS: dict[str, tuple[Need, Callable[[Fact], int]]] = {
    need.name: (need, plainly)
    for need, plainly in (
        (Need("minutes", lambda call: call.opens_minute), lambda fact: int(fact.opens_minute)),
        (
            Need("answered_minutes", lambda call: call.opens_minute & call.minute_answered),
            lambda fact: int(fact.opens_minute and fact.minute_answered),
        ),
        (
            Need("slow_or_timeout", lambda call: call.counted & ((call.status == "timeout") | (call.latency_ms > 200))),
            lambda fact: int(fact.counted and (fact.call.status == "timeout" or (fact.call.latency_ms or 0) > 200)),
        ),
        (
            Need("missed_yes", lambda call: call.labelled & (call.actual == "yes") & (call.prediction != "yes")),
            lambda fact: int(fact.labelled and fact.actual == "yes" and fact.call.prediction not in (None, "yes")),
        ),
        (
            Need("audited", lambda call: call.answered & (call.source == "audit") & call.actual.notnull()),
            lambda fact: int(fact.answered and fact.source == "audit" and fact.actual is not None),
        ),
        (Need("wrong", lambda call: call.labelled & ~call.hit), lambda fact: int(fact.hit is False)),
        (
            Need("cost", lambda call: call.counted & usable(call.cost), lambda call: call.cost),
            lambda fact: _units(fact.call.cost) if fact.counted else 0,
        ),
        (
            Need("error", lambda call: call.valued, lambda call: (call.prediction_value - call.actual_value).abs()),
            lambda fact: _units(fact.error),
        ),
        (
            Need("error_counted", lambda call: call.valued & usable((call.prediction_value - call.actual_value).abs())),
            lambda fact: int(fact.error is not None and fact.error <= 1e12),
        ),
        (
            Need("doubt_of_hits", lambda call: call.hit, lambda call: (1 - call.confidence) * (1 - call.confidence)),
            lambda fact: (
                _units((1 - fact.call.confidence) * (1 - fact.call.confidence)) if fact.hit and fact.call.confidence is not None else 0
            ),
        ),
        (
            Need("tokens", lambda call: call.timed, lambda call: call.input_tokens + call.output_tokens),
            lambda fact: (
                _units(fact.call.input_tokens + fact.call.output_tokens)
                if fact.timed and fact.call.input_tokens is not None and fact.call.output_tokens is not None
                else 0
            ),
        ),
    )
}


def expected(
    calls: Sequence[Call], labels: Sequence[Label], measure: Measure, windows: Sequence[Window] = ()
) -> dict[tuple[str, str, str], Counts]:
    """Counters by local day, version and sampling fraction."""
    places: dict[tuple[str, str, str], list[Fact]] = {}
    for fact in facts(calls, labels, measure, windows):
        day = _day(fact.call, measure)
        fraction = "" if fact.call.sampling_fraction is None else str(fact.call.sampling_fraction)
        places.setdefault((day, fact.call.model_version or "", fraction), []).append(fact)
    return {place: _with_parts(found, measure) for place, found in places.items()}


@dataclass(frozen=True)
class Minutes:
    """The counted calls that open their minute, and the minutes with an answered one."""

    opening: Mapping[tuple[str, datetime], Call]
    answered: frozenset[tuple[str, datetime]]


def facts(calls: Sequence[Call], labels: Sequence[Label], measure: Measure, windows: Sequence[Window] = ()) -> list[Fact]:
    """What each call of a measure counts as."""
    by_call: dict[str, list[Label]] = {}
    for label in labels:
        by_call.setdefault(label.prediction_id, []).append(label)
    mine = [call for call in calls if all(call.value(name) in values for name, values in measure.where.items())]
    counted = [call for call in mine if call.excluded_with(windows) is None]
    opening: dict[tuple[str, datetime], Call] = {}
    for call in sorted(counted, key=lambda entry: (entry.occurred_at, entry.prediction_id)):
        opening.setdefault(_minute(call, measure), call)
    minutes = Minutes(opening, frozenset(_minute(call, measure) for call in counted if call.status == "ok"))
    return [_fact(call, by_call.get(call.prediction_id, []), measure, call.excluded_with(windows), minutes) for call in mine]


def _day(call: Call, measure: Measure) -> str:
    return call.occurred_at.astimezone(ZoneInfo(measure.time_zone)).date().isoformat()


def _minute(call: Call, measure: Measure) -> tuple[str, datetime]:
    return _day(call, measure), call.occurred_at.replace(second=0, microsecond=0)


def _fact(call: Call, labels: Sequence[Label], measure: Measure, excluded: str | None, minutes: Minutes) -> Fact:
    label = label_in_force(labels, measure.label_sources)
    answered = excluded is None and call.status == "ok"
    predicted = answered and (call.prediction is not None or call.prediction_value is not None)
    true = [other for other in labels if counts_as_truth(other, measure.label_sources)]
    alike = [other for other in true if label is not None and _rank(other, measure) == _rank(label, measure)]
    said = [{getattr(other, name) for other in alike} - {None} for name in ("actual", "actual_value", "correct")]
    return Fact(
        call=call,
        excluded=excluded,
        answered=answered,
        predicted=predicted,
        timed=(excluded is None and call.status == "timeout") or (answered and call.latency_ms is not None),
        hit=_right(call, label) if predicted and label is not None else None,
        actual=label.actual if label is not None else None,
        actual_value=label.actual_value if label is not None else None,
        source=label.source if label is not None else None,
        contradicted=any(len(values) > 1 for values in said),
        opens_minute=minutes.opening.get(_minute(call, measure)) is call,
        minute_answered=_minute(call, measure) in minutes.answered,
    )


def _rank(label: Label, measure: Measure) -> int:
    return measure.label_sources.index(label.source) if label.source in measure.label_sources else len(measure.label_sources)


def _right(call: Call, label: Label) -> bool | None:
    if label.actual is not None and call.prediction is not None:
        return label.actual == call.prediction
    no_text = label.actual is None and call.prediction is None
    if no_text and label.actual_value is not None and call.prediction_value is not None:
        return label.actual_value == call.prediction_value
    return label.correct


def _with_parts(found: Sequence[Fact], measure: Measure) -> Counts:
    """The counts of some facts, and again for each group and bucket."""
    groups: dict[str, list[Fact]] = {}
    clusters: dict[str, list[Fact]] = {}
    for fact in found:
        group, cluster = fact.call.value(measure.group_by), fact.call.value(measure.cluster_key)
        if measure.group_by and group is not None:
            groups.setdefault(group, []).append(fact)
        if measure.cluster_key and cluster is not None:
            clusters.setdefault(str(md5(cluster.encode()).digest()[0] >> 2), []).append(fact)
    nested = [{name: _counts(inner, measure) for name, inner in part.items()} for part in (groups, clusters)]
    return _counts(found, measure, *nested)


def _counts(found: Sequence[Fact], measure: Measure, groups: Mapping[str, Counts] = {}, clusters: Mapping[str, Counts] = {}) -> Counts:
    excluded = Counter(fact.excluded for fact in found if fact.excluded is not None)
    labelled = [fact for fact in found if fact.labelled]
    compared = [(fact.actual, fact.call.prediction) for fact in labelled if fact.actual is not None and fact.call.prediction is not None]
    timed = [fact.call for fact in found if fact.timed] if measure.limit_ms is not None else []
    above = [call for call in timed if call.latency_ms is not None and Decimal(repr(call.latency_ms)) > (measure.limit_ms or 0)]
    sums = {name: sum(NEEDS[name][1](fact) for fact in found) for name in measure.needs}
    return Counts(
        attempted=len(found),
        answered=sum(fact.answered for fact in found),
        failed=Counter(fact.call.status for fact in found if fact.counted and not fact.answered),
        excluded=excluded,
        predicted=sum(fact.predicted for fact in found),
        labelled=len(labelled),
        correct=sum(fact.hit is True for fact in labelled),
        confusion={} if measure.limit_ms is not None else Counter(compared),
        timed=sum(fact.timed for fact in found),
        above=len(above),
        undecided=sum(call.status == "timeout" for call in timed) - sum(call.status == "timeout" for call in above),
        contradicted=sum(fact.contradicted for fact in labelled),
        sums={name: value for name, value in sums.items() if value},
        groups=groups,
        clusters=clusters,
    )


def prediction_table(calls: Sequence[Call]) -> pa.Table:
    """Calls as a batch of the log."""
    names = [name for name in PREDICTION_SCHEMA.names if hasattr(Call("", datetime.now(UTC)), name)]
    arrays = [pa.array([getattr(call, name) for call in calls], PREDICTION_SCHEMA.field(name).type) for name in names]
    extra = sorted({name for call in calls for name in call.segments})
    arrays += [pa.array([call.segments.get(name) for call in calls], pa.string()) for name in extra]
    return pa.table(arrays, names=[*names, *extra])


def outcome_table(labels: Sequence[Label]) -> pa.Table:
    """Outcomes as a batch of the log."""
    names = [name for name in OUTCOME_SCHEMA.names if hasattr(Label(""), name)]
    return pa.table([pa.array([getattr(label, name) for label in labels], OUTCOME_SCHEMA.field(name).type) for name in names], names=names)


def stored(
    engine: DuckDBEngine, calls: Sequence[Call], labels: Sequence[Label], *, by_number: bool = True
) -> tuple[list[LogFile], list[LogFile]]:
    """Files of calls and outcomes, as one fold writes them; without numbers as it wrote them before there were any."""
    fresh = engine.sift_predictions([(1, prediction_table(calls))], [])
    rows = numbered(fresh.rows, 7 << 32) if by_number else fresh.rows
    placed = engine.sift_outcomes([(2, outcome_table(labels))], predictions=[], outcomes=[], fresh=rows, first_sequence=0)
    return (
        write_files(engine.folder, "ocr", "prediction", rows),
        write_files(engine.folder, "ocr", "outcome", placed.rows if by_number else placed.rows.drop_columns([AGAIN])),
    )


def as_found(entries: Sequence[DayCounts]) -> dict[tuple[str, str, str], Counts]:
    """Counters by their keys; a key that comes twice is a mistake."""
    found = {(entry.day, entry.model_version, entry.sampling_fraction): entry.counts for entry in entries}
    assert len(found) == len(entries)
    return found


def days_of(calls: Iterable[Call], zone: str) -> list[date]:
    """The local days that hold calls."""
    return sorted({call.occurred_at.astimezone(ZoneInfo(zone)).date() for call in calls})

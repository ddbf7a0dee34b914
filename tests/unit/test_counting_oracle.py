"""The counters against a plain reading of the rules, one call at a time, on seeded random logs."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from vendor_ai.domain.measure import Counts, DayCounts, Measure
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import write_files
from vendor_ai.predictions.schema import OUTCOME_SCHEMA, PREDICTION_SCHEMA

STATUSES = ("ok", "ok", "ok", "ok", "error", "timeout", "rate_limited", "client_error", "cancelled")
LABELS = ("yes", "no", "perhaps", "Yes", "ja, 'sicher'", "")
SOURCES = (None, "audit", "proxy", "customer")
LIMITS = (Decimal("100"), Decimal("200.1"), Decimal("250"))

# A zone with the first of three days that matter in it: clocks that change, at midnight too, and offsets of half and quarter hours.
ZONES = (
    ("UTC", date(2026, 2, 27)),
    ("Europe/Berlin", date(2026, 3, 28)),
    ("Europe/Berlin", date(2026, 10, 24)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Asia/Kolkata", date(2026, 6, 29)),
    ("Asia/Kathmandu", date(2026, 12, 30)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Pacific/Chatham", date(2026, 4, 4)),
    ("Africa/Cairo", date(2026, 4, 23)),
    ("America/Havana", date(2026, 10, 31)),
    ("America/Sao_Paulo", date(2018, 11, 3)),
    ("Europe/London", date(1969, 12, 30)),
)


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
    segments: Mapping[str, str | None] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """What a filter compares."""
        return self.model_version if name == "model_version" else self.segments.get(name)

    @property
    def excluded(self) -> str | None:
        """Why the call counts for nobody."""
        if self.status == "cancelled":
            return "cancelled"
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
                draw.choice((None, 1.5)),
                latency,
                draw.choice((None, "v1", "v2")),
                draw.choice((None, 0.1, 1.0)),
                {"segment.region": draw.choice((None, "EU", "US", "eu")), "segment.tier": draw.choice((None, "gold"))},
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
            draw.choice((None, 1.5)),
            draw.choice((None, True, False)),
            draw.choice(times),
            draw.choice(SOURCES),
        )
        for _ in range(rows)
    ]
    found = [label for label in found if (label.actual, label.actual_value, label.correct) != (None, None, None)]
    return found + draw.sample(found, len(found) // 10)


def label_in_force(labels: Iterable[Label], sources: Sequence[str]) -> Label | None:
    """The best ranked source, then the latest observation, then the last stored; an exact repeat is not stored again."""
    best: Label | None = None
    for label in dict.fromkeys(labels):
        if best is None or _place(label, sources) >= _place(best, sources):
            best = label
    return best


def _place(label: Label, sources: Sequence[str]) -> tuple[int, datetime]:
    rank = sources.index(label.source) if label.source in sources else len(sources)
    return -rank, label.observed_at or datetime.min.replace(tzinfo=UTC)


def expected(calls: Sequence[Call], labels: Sequence[Label], measure: Measure) -> dict[tuple[str, str, str], Counts]:
    """Counters by local day, version and sampling fraction."""
    by_call: dict[str, list[Label]] = {}
    for label in labels:
        by_call.setdefault(label.prediction_id, []).append(label)
    tallies: dict[tuple[str, str, str], Counter[object]] = {}
    for call in calls:
        if any(call.value(name) not in values for name, values in measure.where.items()):
            continue
        day = call.occurred_at.astimezone(ZoneInfo(measure.time_zone)).date().isoformat()
        fraction = "" if call.sampling_fraction is None else str(call.sampling_fraction)
        tally = tallies.setdefault((day, call.model_version or "", fraction), Counter())
        _tally(tally, call, label_in_force(by_call.get(call.prediction_id, []), measure.label_sources), measure.limit_ms)
    return {place: _counts(tally, limited=measure.limit_ms is not None) for place, tally in tallies.items()}


def _tally(tally: Counter[object], call: Call, label: Label | None, limit_ms: Decimal | None) -> None:
    tally["attempted"] += 1
    if call.excluded:
        tally["excluded", call.excluded] += 1
        return
    if call.status != "ok":
        tally["failed", call.status] += 1
    else:
        tally["answered"] += 1
        if call.prediction is not None or call.prediction_value is not None:
            tally["predicted"] += 1
            _judge(tally, call, label)
    if call.status == "timeout" or (call.status == "ok" and call.latency_ms is not None):
        tally["timed"] += 1
        if limit_ms is not None:
            exceeds = call.latency_ms is not None and Decimal(repr(call.latency_ms)) > limit_ms
            tally["above"] += exceeds
            tally["undecided"] += call.status == "timeout" and not exceeds


def _judge(tally: Counter[object], call: Call, label: Label | None) -> None:
    if label is None:
        return
    comparable = label.actual is not None and call.prediction is not None
    right = label.actual == call.prediction if comparable else label.correct
    if right is None:
        return
    tally["labelled"] += 1
    tally["correct"] += right
    if comparable:
        tally["confusion", label.actual, call.prediction] += 1


def _counts(tally: Counter[object], *, limited: bool) -> Counts:
    plain = ("attempted", "answered", "predicted", "labelled", "correct", "timed", "above", "undecided")
    parts = {key: value for key, value in tally.items() if isinstance(key, tuple)}
    return Counts(
        failed={key[1]: value for key, value in parts.items() if key[0] == "failed"},
        excluded={key[1]: value for key, value in parts.items() if key[0] == "excluded"},
        confusion={} if limited else {key[1:]: value for key, value in parts.items() if key[0] == "confusion"},
        **{name: tally[name] for name in plain},
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


def stored(engine: DuckDBEngine, calls: Sequence[Call], labels: Sequence[Label]) -> tuple[list[LogFile], list[LogFile]]:
    """Files of calls and outcomes, as one fold writes them."""
    fresh = engine.sift_predictions([(1, prediction_table(calls))], [])
    placed = engine.sift_outcomes([(2, outcome_table(labels))], predictions=[], outcomes=[], fresh=fresh.rows, first_sequence=0)
    return (
        write_files(engine.folder, "ocr", "prediction", fresh.rows),
        write_files(engine.folder, "ocr", "outcome", placed.rows),
    )


def measures(zone: str) -> list[Measure]:
    """Every kind of measure: with and without limits, filters and ranked sources."""
    region = {"segment.region": ("EU",)}
    return [
        Measure("ocr", zone),
        Measure("ocr", zone, label_sources=("audit", "customer")),
        Measure("ocr", zone, where=region),
        Measure("ocr", zone, where={"segment.region": ("EU", "US"), "model_version": ("v2",)}),
        Measure("ocr", zone, where={"segment.nowhere": ("EU",)}),
        *(Measure("ocr", zone, limit_ms=limit) for limit in LIMITS),
        Measure("ocr", zone, where=region, limit_ms=LIMITS[1]),
    ]


def as_found(entries: Sequence[DayCounts]) -> dict[tuple[str, str, str], Counts]:
    """Counters by their keys; a key that comes twice is a mistake."""
    found = {(entry.day, entry.model_version, entry.sampling_fraction): entry.counts for entry in entries}
    assert len(found) == len(entries)
    return found


def days_of(calls: Iterable[Call], zone: str) -> list[date]:
    """The local days that hold calls."""
    return sorted({call.occurred_at.astimezone(ZoneInfo(zone)).date() for call in calls})


@pytest.mark.parametrize(("seed", "zone", "first"), [(seed, *place) for seed, place in enumerate(ZONES)])
def test_the_engine_counts_what_reading_one_call_after_another_counts(tmp_path: Path, seed: int, zone: str, first: date) -> None:
    calls = random_calls(seed, zone, first, 400)
    labels = random_labels(seed, calls, 500)
    engine = DuckDBEngine(tmp_path, threads=1)
    predictions, outcomes = stored(engine, calls, labels)
    wanted = measures(zone)
    found = engine.count(wanted, predictions=predictions, outcomes=outcomes, days=days_of(calls, zone))
    for measure in wanted:
        assert as_found(found[measure.key]) == expected(calls, labels, measure), measure
    plain = [number for entry in found[wanted[0].key] for number in entry.counts.as_json().values() if not isinstance(number, dict | list)]
    assert plain
    assert {type(number) for number in plain} == {int}


@pytest.mark.parametrize(("zone", "first"), ZONES[1::3])
def test_a_day_counted_alone_holds_its_own_calls_and_no_others(tmp_path: Path, zone: str, first: date) -> None:
    calls = random_calls(3, zone, first, 200)
    labels = random_labels(3, calls, 200)
    engine = DuckDBEngine(tmp_path, threads=1)
    predictions, outcomes = stored(engine, calls, labels)
    measure = Measure("ocr", zone)
    together = expected(calls, labels, measure)
    for day in days_of(calls, zone):
        found = as_found(engine.count([measure], predictions=predictions, outcomes=outcomes, days=[day])[measure.key])
        assert found == {place: counts for place, counts in together.items() if place[0] == day.isoformat()}

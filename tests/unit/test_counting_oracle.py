"""The counters against a plain reading of the rules, one call at a time, on seeded random logs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.factories.plain_counting import (
    LIMITS,
    NEEDS,
    Call,
    Label,
    as_found,
    days_of,
    expected,
    label_in_force,
    outcome_table,
    prediction_table,
    random_calls,
    random_labels,
    stored,
)
from vendor_ai.domain.measure import Measure
from vendor_ai.predictions.counting import Window
from vendor_ai.predictions.duckdb import DuckDBEngine

__all__ = [  # what other tests of the log read from here
    "Call",
    "Label",
    "as_found",
    "expected",
    "label_in_force",
    "measures",
    "outcome_table",
    "prediction_table",
    "random_calls",
    "random_labels",
]

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


def measures(zone: str, *, needing: bool = False) -> list[Measure]:
    """Every kind of measure: with and without limits, filters, ranked sources, groups and clusters; ``needing``: and needs of this test."""
    region = {"segment.region": ("EU",)}
    found = [
        Measure("ocr", zone),
        Measure("ocr", zone, label_sources=("audit", "customer")),
        Measure("ocr", zone, where=region),
        Measure("ocr", zone, where={"segment.region": ("EU", "US"), "model_version": ("v2",)}),
        Measure("ocr", zone, where={"segment.nowhere": ("EU",)}),
        *(Measure("ocr", zone, limit_ms=limit) for limit in LIMITS),
        Measure("ocr", zone, where=region, limit_ms=LIMITS[1]),
        Measure("ocr", zone, needs=tuple(NEEDS)),
        Measure("ocr", zone, where=region, needs=("minutes", "answered_minutes", "cost"), label_sources=("proxy",)),
        Measure("ocr", zone, group_by="segment.region", needs=("error", "error_counted")),
        Measure("ocr", zone, group_by="segment.nowhere"),
        Measure("ocr", zone, cluster_key="cluster", needs=("wrong",), label_sources=("audit", "proxy")),
        Measure("ocr", zone, cluster_key="segment.tier", limit_ms=LIMITS[0]),
        Measure("ocr", zone, group_by="segment.region", cluster_key="cluster", limit_ms=LIMITS[2]),
        Measure("ocr", zone, group_by="segment.region", cluster_key="cluster", needs=("minutes",)),
    ]
    return found if needing else [replace(measure, needs=()) for measure in found if measure.needs != tuple(NEEDS)]


_NEEDS = {name: need for name, (need, _) in NEEDS.items()}


def windows(calls: Sequence[Call]) -> list[Window]:
    """Two announced windows, one of them around a moment at which calls begin."""
    moments = sorted(call.occurred_at for call in calls)
    return [Window(moments[10], moments[20]), Window(moments[60], moments[60] + timedelta(microseconds=1))]


@pytest.mark.parametrize(("seed", "zone", "first"), [(seed, *place) for seed, place in enumerate(ZONES)])
def test_the_engine_counts_what_reading_one_call_after_another_counts(tmp_path: Path, seed: int, zone: str, first: date) -> None:
    calls = random_calls(seed, zone, first, 400)
    labels = random_labels(seed, calls, 500)
    engine = DuckDBEngine(tmp_path, threads=1)
    predictions, outcomes = stored(engine, calls, labels, by_number=seed % 3 != 1)
    wanted = measures(zone, needing=True)
    announced = windows(calls) if seed % 2 else []
    found = engine.count(wanted, predictions=predictions, outcomes=outcomes, days=days_of(calls, zone), needs=_NEEDS, windows=announced)
    for measure in wanted:
        assert as_found(found[measure.key]) == expected(calls, labels, measure, announced), measure
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

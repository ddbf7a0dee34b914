"""Laws of the prediction log: however rows arrive, what is counted is the same."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

from tests.factories.log import AT, add_component
from tests.unit.test_counting_oracle import (
    Call,
    Label,
    as_found,
    expected,
    measures,
    outcome_table,
    prediction_table,
    random_calls,
    random_labels,
)
from vendor_ai.db import prediction_log as store
from vendor_ai.db.base import Records
from vendor_ai.db.prediction_log import MeasureRow
from vendor_ai.db.schema import ensure
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.prediction import LogFile
from vendor_ai.outside.clock import FixedClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.folding import Sifted
from vendor_ai.services import prediction_log
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog, accept

REF = "acme-ocr"
BERLIN = "Europe/Berlin"


def open_log(folder: Path, engine: Callable[[Path], DuckDBEngine] = lambda path: DuckDBEngine(path, threads=1)) -> PredictionLog:
    records = Records(f"sqlite:///{folder / 'vendor-ai.db'}", busy_timeout_s=30)
    ensure(records)
    return PredictionLog(records, engine(folder / "predictions"), FixedClock(AT))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    found = open_log(tmp_path)
    add_component(found.records, REF)
    yield found
    found.records.close()


def component_id(log: PredictionLog) -> int:
    with log.records.read() as session:
        return component_key(session, REF)[0]


def keep_counting(log: PredictionLog, wanted: Sequence[Measure]) -> None:
    with log.records.write() as session:
        for measure in wanted:
            store.register_measure(session, component_id(log), measure)


def take(log: PredictionLog, rows: Sequence[Any], name: str) -> None:
    """Acknowledge one batch."""
    kind, table = (OUTCOME, outcome_table) if isinstance(rows[0], Label) else (PREDICTION, prediction_table)
    with log.records.write() as session:
        accept(session, [(component_id(log), kind, table(rows))], batch_id=name, at=AT, pseudonyms=False)


def counted(log: PredictionLog, measure: Measure) -> dict[tuple[str, str, str], Any]:
    with log.records.read() as session:
        return as_found(store.counters(session, measure, first="0001-01-01", end="9999-12-31"))


def manifest(log: PredictionLog, kind: str) -> list[LogFile]:
    with log.records.read() as session:
        return store.files(session, component_id(log), kind)


def stored_ids(log: PredictionLog, kind: str = PREDICTION) -> list[str]:
    return [
        identity
        for file in manifest(log, kind)
        for identity in pq.read_table(log.engine.folder / file.path, partitioning=None)["prediction_id"].to_pylist()
    ]


def ours(zone: str, *, few: bool = False) -> list[Measure]:
    found = [replace(measure, component=REF) for measure in measures(zone)]
    return [found[0], found[3], found[6]] if few else found


def without_ties(labels: Sequence[Label]) -> list[Label]:
    """The same outcomes, each observed at a moment of its own, so that the order of arrival decides nothing."""
    moments = {label: datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=n) for n, label in enumerate(dict.fromkeys(labels))}
    return [replace(label, observed_at=moments[label]) for label in labels]


def cut(rows: Sequence[Any], draw: random.Random, parts: int) -> list[list[Any]]:
    """The rows in some pieces."""
    places = sorted({0, len(rows), *(draw.randrange(1, len(rows)) for _ in range(parts - 1))})
    return [list(rows[start:end]) for start, end in pairwise(places)]


@pytest.mark.parametrize("seed", range(4))
def test_any_split_and_order_of_batches_and_folds_counts_the_same(log: PredictionLog, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)
    monkeypatch.setattr(prediction_log, "ROWS_A_FOLD", draw.choice((50, 120, 2_000_000)))
    calls = random_calls(seed, BERLIN, date(2026, 3, 28), 300)
    labels = without_ties(random_labels(seed, calls, 300))
    keep_counting(log, ours(BERLIN))
    shuffled_calls, shuffled_labels = draw.sample(calls, len(calls)), draw.sample(labels, len(labels))
    batches = [*cut(shuffled_calls, draw, 6), *cut(shuffled_labels, draw, 6)]
    batches += draw.sample(batches, 3)  # some come a second time
    draw.shuffle(batches)
    for number, batch in enumerate(batches):
        take(log, batch, f"batch-{number}")
        if draw.random() < 0.4:
            log.refresh([REF])
    log.refresh([REF])
    for measure in ours(BERLIN):
        assert counted(log, measure) == expected(calls, shuffled_labels, measure), measure
    assert sorted(stored_ids(log)) == sorted(call.prediction_id for call in calls)


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_among_equal_outcomes_the_last_to_arrive_counts_whatever_lay_between(log: PredictionLog, seed: int) -> None:
    draw = random.Random(seed)
    calls = random_calls(seed, "UTC", date(2026, 5, 1), 120)
    labels = random_labels(seed, calls, 500)
    measure = Measure(REF, "UTC", label_sources=("audit", "proxy"))
    keep_counting(log, [measure])
    waves = cut(labels, draw, 6)
    early = set(draw.sample(range(120), 60))
    take(log, [call for number, call in enumerate(calls) if number in early], "early calls")
    for number, wave in enumerate(waves):
        take(log, wave, f"wave-{number}")
        if draw.random() < 0.5:
            log.refresh([REF])
    take(log, [call for number, call in enumerate(calls) if number not in early], "late calls")
    log.refresh([REF])
    assert counted(log, measure) == expected(calls, labels, measure)


def test_outcomes_wait_for_their_prediction_and_then_count(log: PredictionLog) -> None:
    measure = Measure(REF, "UTC")
    keep_counting(log, [measure])
    take(log, [Label("a", actual="yes"), Label("a", actual="yes"), Label("b", actual="no"), Label("never", actual="no")], "labels")
    log.refresh([REF])
    assert counted(log, measure) == {}
    assert log.stale_rows([REF]) == 0
    take(log, [Call("a", AT, prediction="yes")], "first")
    log.refresh([REF])
    assert {place: (counts.labelled, counts.correct) for place, counts in counted(log, measure).items()} == {("2026-07-01", "", ""): (1, 1)}
    take(log, [Call("b", AT + timedelta(days=1), prediction="yes")], "second")
    log.refresh([REF])
    found = {place[0]: (counts.labelled, counts.correct) for place, counts in counted(log, measure).items()}
    assert found == {"2026-07-01": (1, 1), "2026-07-02": (1, 0)}
    assert sorted(stored_ids(log, OUTCOME)) == ["a", "b"]


class InterruptedEngine(DuckDBEngine):
    """An engine during whose first placing of outcomes something else happens."""

    meanwhile: Callable[[], None] | None = None

    def sift_outcomes(self, batches: Sequence[tuple[int | None, pa.Table]], **arguments: Any) -> Sifted:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        return super().sift_outcomes(batches, **arguments)


def test_an_outcome_accepted_while_an_older_one_is_put_aside_to_wait_stays_the_later_one(tmp_path: Path) -> None:
    log = open_log(tmp_path, lambda path: InterruptedEngine(path, threads=1))
    assert isinstance(log.engine, InterruptedEngine)
    add_component(log.records, REF)
    measure = Measure(REF, "UTC")
    keep_counting(log, [measure])
    older, newer = Label("a", actual="no"), Label("a", actual="yes")
    take(log, [older], "older")
    log.engine.meanwhile = lambda: take(log, [newer], "newer")
    log.refresh([REF])
    take(log, [Call("a", AT, prediction="yes")], "call")
    log.refresh([REF])
    assert counted(log, measure) == expected([Call("a", AT, prediction="yes")], [older, newer], measure)
    log.records.close()


def test_the_same_batches_again_change_neither_files_nor_figures(log: PredictionLog) -> None:
    calls = random_calls(20, BERLIN, date(2026, 10, 24), 150)
    labels = random_labels(20, calls, 150)
    keep_counting(log, ours(BERLIN, few=True))
    for name in ("once", "twice", "thrice"):
        take(log, calls, f"calls {name}")
        take(log, labels, f"labels {name}")
        folded = log.refresh([REF])
        if name == "once":
            before = [counted(log, measure) for measure in ours(BERLIN, few=True)], manifest(log, PREDICTION), manifest(log, OUTCOME)
        else:
            assert {(entry.stored, entry.conflicts) for entry in folded.values()} == {(0, ())}
    assert ([counted(log, measure) for measure in ours(BERLIN, few=True)], manifest(log, PREDICTION), manifest(log, OUTCOME)) == before


def test_of_a_repeated_call_the_first_stored_stays_and_the_other_content_is_named(log: PredictionLog) -> None:
    measure = Measure(REF, "UTC")
    keep_counting(log, [measure])
    take(log, [Call("a", AT, prediction="yes"), Call("a", AT, prediction="no")], "one")
    first = log.refresh([REF])
    take(log, [Call("a", AT, "error")], "two")
    second = log.refresh([REF])
    assert [(entry.stored, entry.duplicates, [identity for _, identity in entry.conflicts]) for entry in first.values()] == [(1, 1, ["a"])]
    assert [(entry.stored, entry.duplicates, [identity for _, identity in entry.conflicts]) for entry in second.values()] == [(0, 1, ["a"])]
    assert counted(log, measure) == expected([Call("a", AT, prediction="yes")], [], measure)


class WatchedEngine(DuckDBEngine):
    """An engine that says which days it counted."""

    counted: set[date]

    def count_together(self, measures: Sequence[Measure], **arguments: Any) -> dict[str, list[DayCounts]]:
        self.counted.update(arguments["days"])
        return super().count_together(measures, **arguments)


def test_counting_the_changed_days_alone_equals_counting_all_of_them(tmp_path: Path) -> None:
    zone = "Asia/Kathmandu"
    log = open_log(tmp_path, lambda path: WatchedEngine(path, threads=1))
    assert isinstance(log.engine, WatchedEngine)
    add_component(log.records, REF)
    keep_counting(log, ours(zone, few=True))
    calls = random_calls(30, zone, date(2026, 1, 1), 400, days=70)
    labels = random_labels(30, calls, 200)
    draw = random.Random(30)
    for number, batch in enumerate([*cut(calls, draw, 4), *([label] for label in labels[:6]), labels[6:]]):
        log.engine.counted = set()
        take(log, batch, f"batch-{number}")
        log.refresh([REF])
        ids = {row.prediction_id for row in batch}
        touched = {call.occurred_at.astimezone(UTC).date() for call in calls if call.prediction_id in ids}
        near = {day + timedelta(days=shift) for day in touched for shift in (-1, 0, 1)}
        assert log.engine.counted <= near
    changed_only = [counted(log, measure) for measure in ours(zone, few=True)]
    with log.records.write() as session:
        session.connection().execute(update(MeasureRow).values(counted=-1))
    log.recount(component_id(log))
    assert [counted(log, measure) for measure in ours(zone, few=True)] == changed_only
    assert changed_only == [expected(calls, labels, measure) for measure in ours(zone, few=True)]
    log.records.close()


def test_a_measure_that_comes_later_counts_what_was_there_before(log: PredictionLog) -> None:
    calls = random_calls(31, BERLIN, date(2026, 3, 28), 100)
    take(log, calls, "calls")
    log.refresh([REF])
    keep_counting(log, ours(BERLIN))
    assert log.stale_rows([REF]) == 100
    log.refresh([REF])
    assert log.stale_rows([REF]) == 0
    assert [counted(log, measure) for measure in ours(BERLIN)] == [expected(calls, [], measure) for measure in ours(BERLIN)]

"""Files and races of the prediction log: merging, folds that lose, counters that come too late."""

import os
import random
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import update

from tests.factories.log import AT, add_component
from tests.integration.test_prediction_log_laws import (
    BERLIN,
    REF,
    component_id,
    counted,
    cut,
    keep_counting,
    manifest,
    open_log,
    ours,
    stored_ids,
    take,
)
from tests.unit.test_counting_oracle import Call, as_found, days_of, expected, random_calls, random_labels
from vendor_ai.db import prediction_log as store
from vendor_ai.db.prediction_log import MeasureRow
from vendor_ai.domain.measure import DayCounts, Measure
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions import files as log_files
from vendor_ai.predictions.duckdb import DuckDBEngine, Source
from vendor_ai.predictions.folding import Sifted
from vendor_ai.services import prediction_log
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[PredictionLog]:
    found = open_log(tmp_path)
    add_component(found.records, REF)
    yield found
    found.records.close()


def on_disk(log: PredictionLog) -> set[str]:
    return {path.relative_to(log.engine.folder).as_posix() for path in log.engine.folder.rglob("*.parquet")}


def ranked(log: PredictionLog, measure: Measure, files: Sequence[LogFile], ranks: Sequence[int], timed: int) -> list[float]:
    start, end = AT - timedelta(days=400), AT + timedelta(days=400)
    found = log.engine.timed_calls([measure], sources={measure.component: Source(files, [])}, start=start, end=end)[measure.key]
    assert found.latency_ms.size == timed
    return found.at(ranks, endless=False)


def test_merging_small_files_changes_no_figure_and_keeps_the_old_ones_for_their_readers(
    log: PredictionLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = random_calls(40, "UTC", date(2026, 6, 10), 400, days=30)
    labels = random_labels(40, calls, 400)
    keep_counting(log, ours("UTC", few=True))
    draw = random.Random(40)
    for number, batch in enumerate([*cut(calls, draw, 5), *cut(labels, draw, 5)]):
        take(log, batch, f"batch-{number}")
        log.refresh([REF])
    before = [counted(log, measure) for measure in ours("UTC", few=True)]
    old = {kind: manifest(log, kind) for kind in (PREDICTION, OUTCOME)}
    timed = sum(counts.timed for counts in before[0].values())
    ranks = [1, timed // 2, timed]
    latencies = ranked(log, ours("UTC", few=True)[0], old[PREDICTION], ranks, timed)

    monkeypatch.setattr(prediction_log, "SMALL_FILES", 4)
    take(log, [Call("one more", AT + timedelta(days=90))], "one more")
    log.refresh([REF])
    new = {kind: manifest(log, kind) for kind in (PREDICTION, OUTCOME)}
    assert [len(new[kind]) for kind in (PREDICTION, OUTCOME)] == [3, 2]  # June, July and September; outcomes of June and July
    with log.records.write() as session:
        session.connection().execute(update(MeasureRow).values(counted=-1))
    log.recount(component_id(log))
    for measure, figures in zip(ours("UTC", few=True), before, strict=True):
        found = counted(log, measure)
        assert {place: counts for place, counts in found.items() if place[0] < "2026-09"} == figures
    assert ranked(log, ours("UTC", few=True)[0], [file for file in new[PREDICTION] if file.first_day.month < 9], ranks, timed) == latencies

    days = days_of(calls, "UTC")
    late_reader = log.engine.count(ours("UTC", few=True), predictions=old[PREDICTION], outcomes=old[OUTCOME], days=days)
    assert [as_found(late_reader[measure.key]) for measure in ours("UTC", few=True)] == before

    for path in on_disk(log):
        os.utime(log.engine.folder / path, (0, 0))
    take(log, [Call("the last", AT + timedelta(days=91))], "the last")
    log.refresh([REF])
    assert on_disk(log) == {file.path for kind in (PREDICTION, OUTCOME) for file in manifest(log, kind)}
    assert counted(log, ours("UTC", few=True)[0]).keys() >= before[0].keys()


def test_one_small_file_a_month_is_left_as_it_is(log: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction_log, "SMALL_FILES", 2)
    for month in range(1, 7):
        take(log, [Call(f"call-{month}", datetime(2026, month, 5, tzinfo=UTC))], f"month {month}")
        log.refresh([REF])
    paths = [file.path for file in manifest(log, PREDICTION)]
    take(log, [Call("call-7", datetime(2026, 7, 5, tzinfo=UTC))], "month 7")
    log.refresh([REF])
    assert [file.path for file in manifest(log, PREDICTION)][:6] == paths


def test_files_hold_whole_days_of_one_month_and_their_manifest_is_true(log: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_files, "ROWS_A_FILE", 40)
    calls = random_calls(50, "UTC", date(2026, 1, 25), 300, days=12)
    take(log, calls, "calls")
    log.refresh([REF])
    spans = []
    for file in manifest(log, PREDICTION):
        times = pq.read_table(log.engine.folder / file.path, partitioning=None)["occurred_at"].to_pylist()
        assert (len(times), min(times).date(), max(times).date()) == (file.rows, file.first_day, file.last_day)
        assert (file.first_day.year, file.first_day.month) == (file.last_day.year, file.last_day.month)
        spans.append((file.first_day, file.last_day))
    assert all(earlier[1] < later[0] for earlier, later in pairwise(spans))
    assert sum(file.rows for file in manifest(log, PREDICTION)) == 300


class MeetingEngine(DuckDBEngine):
    """An engine that waits for another one before it folds, the first time."""

    meeting: threading.Barrier | None = None

    def sift_predictions(self, batches: Sequence[tuple[int | None, pa.Table]], stored: Sequence[LogFile]) -> Sifted:
        meeting, self.meeting = self.meeting, None
        if meeting is not None:
            meeting.wait(30)
        return super().sift_predictions(batches, stored)


def test_of_two_folds_at_once_one_loses_and_every_row_is_stored_once(tmp_path: Path) -> None:
    meeting = threading.Barrier(2)
    logs = [open_log(tmp_path, lambda path: MeetingEngine(path, threads=1)) for _ in range(2)]
    add_component(logs[0].records, REF)
    keep_counting(logs[0], ours("UTC", few=True))
    calls = random_calls(60, "UTC", date(2026, 6, 1), 200)
    labels = random_labels(60, calls, 200)
    take(logs[0], calls, "calls")
    take(logs[0], labels, "labels")
    for log in logs:
        assert isinstance(log.engine, MeetingEngine)
        log.engine.meeting = meeting
    with ThreadPoolExecutor(2) as pool:
        folded = list(pool.map(lambda log: log.refresh([REF]), logs))
    assert sorted(len(entry) for entry in folded) == [0, 2]
    assert sorted(stored_ids(logs[0])) == sorted(call.prediction_id for call in calls)
    assert on_disk(logs[0]) == {file.path for kind in (PREDICTION, OUTCOME) for file in manifest(logs[0], kind)}
    assert [counted(logs[0], measure) for measure in ours("UTC", few=True)] == [
        expected(calls, labels, measure) for measure in ours("UTC", few=True)
    ]
    for log in logs:
        log.records.close()


def write_and_fold(folder: Path, name: str, seed: int) -> int:
    """What each process does: acknowledge batches of its own and of everybody's, folding in between; returns the rows it stored."""
    log = open_log(folder)
    rows = 0
    for part in range(3):
        take(log, random_calls(seed + part, "UTC", date(2026, 6, 1), 40), f"shared-{part} from {name}")
        mine = [
            replace(call, prediction_id=f"{name}-{part}-{call.prediction_id}") for call in random_calls(part, "UTC", date(2026, 6, 2), 10)
        ]
        take(log, mine, f"{name}-{part}")
        rows += sum(entry.stored for entry in log.refresh([REF]).values())
    log.records.close()
    return rows


def test_processes_that_write_and_fold_at_once_store_every_row_once(tmp_path: Path, processes: ProcessPoolExecutor) -> None:
    log = open_log(tmp_path)
    add_component(log.records, REF)
    measure = Measure(REF, "UTC")
    keep_counting(log, [measure])
    stored_by_each = list(processes.map(write_and_fold, [tmp_path] * 3, ["a", "b", "c"], [70] * 3))
    log.refresh([REF])
    ids = stored_ids(log)
    assert len(ids) == len(set(ids)) == 40 + 3 * 3 * 10  # the shared batches name the same forty calls
    assert sum(stored_by_each) == len(ids)
    assert sum(counts.attempted for counts in counted(log, measure).values()) == len(ids)
    log.records.close()


class DisturbedEngine(DuckDBEngine):
    """An engine during whose first count something else happens."""

    disturb: Callable[[], None] | None = None

    def count_together(self, measures: Sequence[Measure], **arguments: Any) -> dict[str, list[DayCounts]]:
        found = super().count_together(measures, **arguments)
        disturb, self.disturb = self.disturb, None
        if disturb is not None:
            disturb()
        return found


def test_counters_that_another_process_stored_of_an_older_state_are_counted_again(tmp_path: Path) -> None:
    log = open_log(tmp_path, lambda path: DisturbedEngine(path, threads=1))
    assert isinstance(log.engine, DisturbedEngine)
    add_component(log.records, REF)
    measure = Measure(REF, "UTC")
    keep_counting(log, [measure])
    calls = [Call("early", AT, prediction="yes"), Call("late", AT + timedelta(hours=1))]
    key = component_id(log)
    take(log, calls[:1], "early")
    log.fold(key, REF)
    older = DuckDBEngine(log.engine.folder).count([measure], predictions=manifest(log, PREDICTION), outcomes=[], days=[AT.date()])
    take(log, calls[1:], "late")
    log.fold(key, REF)

    def store_older() -> None:
        with log.records.write() as session:
            assert store.store_counts(session, measure, ["2026-07-01"], older[measure.key], expected=-1, counted=1)

    log.engine.disturb = store_older
    log.recount(key)
    assert counted(log, measure) == expected(calls, [], measure)
    log.records.close()


@pytest.mark.parametrize(("seed", "zone"), [(80, BERLIN), (81, "America/New_York"), (82, "Pacific/Chatham")])
def test_the_latency_at_a_rank_is_that_of_the_sorted_list(log: PredictionLog, seed: int, zone: str) -> None:
    calls = random_calls(seed, zone, date(2026, 10, 31), 500, days=2)
    take(log, calls, "calls")
    log.refresh([REF])
    start = datetime.combine(date(2026, 10, 31), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    end = datetime.combine(date(2026, 11, 2), datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    for where in ({}, {"segment.region": ("EU", "US"), "model_version": ("v1",)}):
        measure = Measure(REF, zone, where=where, limit_ms=Decimal(100))
        mine = [
            call
            for call in calls
            if start <= call.occurred_at < end
            and not call.excluded
            and (call.status == "timeout" or (call.status == "ok" and call.latency_ms is not None))
            and all(call.value(name) in values for name, values in where.items())
        ]
        sources = {REF: Source(manifest(log, PREDICTION), [])}
        timed = log.engine.timed_calls([measure], sources=sources, start=start, end=end)[measure.key]
        for endless in (False, True):
            ordered = sorted(float("inf") if endless and call.status == "timeout" else call.latency_ms or 0.0 for call in mine)
            ranks = list(range(1, len(ordered) + 1))
            assert timed.latency_ms.size == len(ordered)
            assert timed.at(ranks, endless=endless) == ordered

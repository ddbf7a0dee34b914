"""The inbox and its folding where the ordinary way does not go: many small batches, lost commits, readers of old files."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from tests.factories.log import add_component
from vendor_ai.db import prediction_log as log
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.errors import StoreUnavailableError
from vendor_ai.domain.prediction import LogFile
from vendor_ai.outside.clock import SystemClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services import prediction_log
from vendor_ai.services.prediction_log import PREDICTION, PredictionLog, accept

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def inbox(records: Records, tmp_path: Path) -> Iterator[PredictionLog]:
    add_component(records)
    yield PredictionLog(records, DuckDBEngine(tmp_path / "predictions", threads=1), SystemClock())


def send(inbox: PredictionLog, first: int, rows: int = 1) -> None:
    """Acknowledge one batch."""
    table = pa.table(
        {
            "prediction_id": [f"call-{number}" for number in range(first, first + rows)],
            "occurred_at": pa.array([NOON + timedelta(days=first // 40)] * rows, pa.timestamp("us", tz="UTC")),
            "status": ["ok"] * rows,
            "source_row": pa.array(range(rows), pa.int64()),
        }
    )
    with inbox.records.write() as session:
        key, _ = component_key(session, "acme-ocr")
        accept(session, [(key, PREDICTION, table)], batch_id=f"batch-{first}", at=NOON)


def files(inbox: PredictionLog) -> list[LogFile]:
    with inbox.records.read() as session:
        return log.files(session, component_key(session, "acme-ocr")[0], PREDICTION)


def on_disk(inbox: PredictionLog) -> set[str]:
    return {path.relative_to(inbox.engine.folder).as_posix() for path in inbox.engine.folder.rglob("*.parquet")}


def identities(inbox: PredictionLog) -> list[str]:
    return sorted(inbox.engine.merge(files(inbox))["prediction_id"].to_pylist())


def test_more_batches_than_one_fold_takes_are_all_folded(inbox: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MOST_ENTRIES", 2)
    for number in range(120):
        send(inbox, number)
    folded = inbox.refresh(["acme-ocr"])
    assert len(folded) == 120
    assert identities(inbox) == sorted(f"call-{number}" for number in range(120))
    with inbox.records.read() as session:
        assert log.pending_rows(session) == {}
        assert {batch: outcome.stored for batch, outcome in log.became(session, folded).items()} == dict.fromkeys(folded, 1)


def test_a_fold_that_fails_leaves_no_file_that_counts_and_is_done_again(inbox: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    send(inbox, 0, rows=10)
    real = log.register_files

    def fail(*_arguments: object, **_more: object) -> None:
        raise StoreUnavailableError("The disk is full.")

    monkeypatch.setattr(prediction_log.log, "register_files", fail)
    with pytest.raises(StoreUnavailableError):
        inbox.refresh(["acme-ocr"])
    assert files(inbox) == []
    if inbox.records.embedded:
        assert on_disk(inbox) == set()
    monkeypatch.setattr(prediction_log.log, "register_files", real)
    inbox.refresh(["acme-ocr"])
    assert len(identities(inbox)) == 10


def test_a_commit_whose_answer_was_lost_keeps_its_files(inbox: PredictionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    send(inbox, 0, rows=10)
    real = Records.write

    def lose_the_answer(records: Records) -> object:
        from contextlib import contextmanager

        @contextmanager
        def write() -> Iterator[object]:
            with real(records) as session:
                yield session
            raise StoreUnavailableError("The connection was lost.")

        return write()

    monkeypatch.setattr(Records, "write", lose_the_answer)
    with pytest.raises(StoreUnavailableError):
        inbox.refresh(["acme-ocr"])
    monkeypatch.setattr(Records, "write", real)
    assert {file.path for file in files(inbox)} == on_disk(inbox)
    assert len(identities(inbox)) == 10
    assert inbox.refresh(["acme-ocr"]) == {}


def test_files_that_were_merged_stay_for_their_readers_for_an_hour_however_old_they_are(inbox: PredictionLog) -> None:
    for number in range(prediction_log.SMALL_FILES - 1):
        send(inbox, number)
        inbox.refresh(["acme-ocr"])
    snapshot = files(inbox)
    yesterday = time.time() - 86_400
    for path in on_disk(inbox):
        os.utime(inbox.engine.folder / path, (yesterday, yesterday))
    send(inbox, prediction_log.SMALL_FILES)
    inbox.refresh(["acme-ocr"])
    assert len(files(inbox)) < len(snapshot)
    assert inbox.engine.merge(snapshot).num_rows == prediction_log.SMALL_FILES - 1  # a reader that began before
    for path in on_disk(inbox):
        os.utime(inbox.engine.folder / path, (yesterday, yesterday))
    send(inbox, prediction_log.SMALL_FILES + 1)
    inbox.refresh(["acme-ocr"])
    assert on_disk(inbox) == {file.path for file in files(inbox)}

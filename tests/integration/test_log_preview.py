"""A dry run of an import says what the import then does, and stores nothing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import func, select

from tests.factories.log import add_component, write_calls
from tests.factories.shape import langfuse_call, langfuse_score, lines
from vendor_ai.db.base import Records
from vendor_ai.db.prediction_log import BatchRow, InboxRow, LogFileRow
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.problem import ImportResult
from vendor_ai.importers.log_table import LogReader
from vendor_ai.outside.clock import SystemClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.prediction_log import PredictionLog

NOON = "2026-07-01T12:00:00Z"


@pytest.fixture
def log(records: Records, tmp_path: Path) -> Iterator[PredictionLog]:
    add_component(records)
    yield PredictionLog(records, DuckDBEngine(tmp_path / "predictions", threads=1), SystemClock())


def run(
    log: PredictionLog, path: Path, *, dry_run: bool = True, outcomes: bool = False, component: str | None = "acme-ocr", rows: int = 40
) -> tuple[ImportResult, list[str]]:
    said: list[str] = []
    reader = LogReader(outcomes_only=outcomes)
    result = import_log_files(log, [path], reader=reader, component=component, batch_rows=rows, dry_run=dry_run, notice=said.append)
    return result, said


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    return result.read, result.stored, result.duplicates, result.rejected


def stored_anywhere(log: PredictionLog) -> int:
    with log.records.read() as session:
        rows = [session.exec(select(func.count()).select_from(table)).one() for table in (BatchRow, InboxRow, LogFileRow)]
    return sum(rows) + len(list(log.engine.folder.rglob("*")))


def csv_file(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def test_a_dry_run_counts_as_the_import_then_does_and_stores_nothing(log: PredictionLog, tmp_path: Path) -> None:
    path = write_calls(tmp_path / "calls.csv", 0, 100)
    dry, _ = run(log, path)
    assert stored_anywhere(log) == 0
    real, _ = run(log, path, dry_run=False)
    assert dry == real == ImportResult(100, 100, 0, 0)
    assert counts(run(log, path)[0]) == (100, 0, 100, 0)


def test_problems_repeats_and_conflicts_are_named_by_their_rows(log: PredictionLog, tmp_path: Path) -> None:
    run(log, write_calls(tmp_path / "before.csv", 0, 1), dry_run=False)
    header = "prediction_id,occurred_at,prediction,latency_ms"
    rows = [f"a,{NOON},yes,5", f"b,{NOON},yes,fast", f"a,{NOON},yes,5", f"a,{NOON},no,5", f"call-0,{NOON},no,5", f",{NOON},no,5"]
    path = csv_file(tmp_path / "calls.csv", header, *rows)
    dry, _ = run(log, path, rows=2)
    assert counts(dry) == (6, 1, 3, 2)
    assert [(problem.row, problem.column) for problem in dry.problems] == [
        (3, "latency_ms"),
        (5, "prediction_id"),
        (6, "prediction_id"),
        (7, "prediction_id"),
    ]
    assert dry.problems[2].message == "'call-0' is stored already with other content; the first stored stays."
    assert replace(run(log, path, dry_run=False, rows=2)[0]) == dry


def test_rows_that_wait_in_the_inbox_are_duplicates_too(log: PredictionLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_calls(tmp_path / "calls.csv", 0, 10)
    monkeypatch.setattr(PredictionLog, "refresh", lambda _log, _components: {})
    run(log, path, dry_run=False)
    monkeypatch.undo()
    assert log.stale_rows(["acme-ocr"]) == 20
    assert counts(run(log, path)[0]) == (10, 0, 10, 0)
    assert log.stale_rows(["acme-ocr"]) == 20


def test_people_who_are_stored_under_pseudonyms_are_known_again(log: PredictionLog, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "calls.csv", "prediction_id,occurred_at,cluster", f"a,{NOON},Ines", f"b,{NOON},Omar")
    assert run(log, path)[0] == run(log, path, dry_run=False)[0]
    assert run(log, path)[0] == ImportResult(2, 0, 2, 0)


def test_outcomes_that_would_wait_for_their_prediction_are_said(log: PredictionLog, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "labels.csv", "prediction_id,actual", "call-0,yes", "call-1,no", "call-1,no", "nobody,yes")
    run(log, write_calls(tmp_path / "calls.csv", 0, 2), dry_run=False)
    dry, said = run(log, path, outcomes=True)
    assert counts(dry) == (4, 2, 2, 0)  # every call brought its outcome, yes
    assert said[-1].startswith("1 outcomes would wait for a prediction")
    real, said = run(log, path, dry_run=False, outcomes=True)
    assert real == dry
    assert said[-1].startswith("1 outcomes wait for a prediction")


def test_rows_of_several_components_are_each_held_against_their_own_log(log: PredictionLog, tmp_path: Path) -> None:
    add_component(log.records, "second")
    run(log, csv_file(tmp_path / "first.csv", "prediction_id,occurred_at", f"a,{NOON}"), dry_run=False)
    rows = (f"a,{NOON},acme-ocr", f"a,{NOON},second", f"a,{NOON},SECOND", f"a,{NOON},third")
    path = csv_file(tmp_path / "calls.csv", "prediction_id,occurred_at,component", *rows)
    dry, _ = run(log, path, component=None)
    assert counts(dry) == (4, 1, 2, 1)
    assert [(problem.row, problem.column) for problem in dry.problems] == [(5, "component")]
    assert run(log, path, component=None, dry_run=False)[0] == dry


def test_a_dry_run_refuses_what_the_import_refuses(log: PredictionLog, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        run(log, write_calls(tmp_path / "calls.csv", 0, 1), component="nobody")
    with pytest.raises(InvalidInputError, match="no rows below the header"):
        run(log, csv_file(tmp_path / "empty.csv", "prediction_id,occurred_at"))


def test_outcomes_that_another_program_s_log_holds_beside_its_calls_are_counted_too(log: PredictionLog, tmp_path: Path) -> None:
    path = lines(tmp_path, langfuse_call(1), langfuse_score(1), langfuse_call(2), langfuse_score(9))
    dry, said = run(log, path)
    assert counts(dry) == (4, 4, 0, 0)
    assert said[-1].startswith("1 outcomes would wait for a prediction")
    assert run(log, path, dry_run=False)[0] == dry

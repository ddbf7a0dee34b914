"""Columns of a log file and the fields they fill; what is wrong is named by row and column."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_file import read_log_file
from vendor_ai.importers.log_table import LogReader

NOON = "2026-07-01T12:00:00Z"


@dataclass(frozen=True)
class Found:
    """What a file came to."""

    predictions: list[dict[str, Any]]
    outcomes: list[dict[str, Any]]
    prediction_rows: list[int]
    problems: list[tuple[int | None, str | None, str]]
    read: int
    rejected: int

    @property
    def places(self) -> list[tuple[int | None, str | None]]:
        """Row and column of each problem."""
        return [(row, column) for row, column, _ in self.problems]


def read_all(
    path: Path, *, batch_rows: int = 3, mapping: Mapping[str, str] | None = None, zone: str | None = None, outcomes: bool = False
) -> Found:
    """Read a whole file in small batches."""
    reader = LogReader(mapping or {}, zone, outcomes)
    batches = [
        reader.convert(raw.columns, raw.rows, problems=raw.problems, decimal_comma=raw.decimal_comma)
        for raw in read_log_file(path, batch_rows)
    ]
    for batch in batches:
        assert batch.predictions.num_rows == len(batch.prediction_rows)
        assert batch.outcomes.num_rows == len(batch.outcome_rows)
    return Found(
        [{name: value for name, value in row.items() if value is not None} for batch in batches for row in batch.predictions.to_pylist()],
        [{name: value for name, value in row.items() if value is not None} for batch in batches for row in batch.outcomes.to_pylist()],
        [row for batch in batches for row in batch.prediction_rows],
        [(problem.row, problem.column, problem.message) for batch in batches for problem in batch.problems],
        sum(batch.read for batch in batches),
        sum(batch.rejected for batch in batches),
    )


def csv_file(folder: Path, text: str) -> Path:
    path = folder / "log.csv"
    path.write_text(text)
    return path


def test_every_wrong_value_is_named_with_its_row_and_its_column_in_the_file(tmp_path: Path) -> None:
    header = "request,when,ms,sure,status,fault,in,sampling_fraction,right"
    rows = [
        f"1,{NOON},5,0.5,ok,,1,0.5,yes",
        f"2,{NOON},fast,1.5,fine,us,1.5,0,perhaps",
        f",{NOON},,,,,,,",
        "4,yesterday,-1,-0.1,OK,Vendor,-3,1,",
        f"5,{NOON},inf,0,timeout,,99999999999999999999,1.01,1",
        f"6,{NOON},1e3,1,rate_limited,customer,,1,0",
    ]
    names = {
        "prediction_id": "request",
        "occurred_at": "when",
        "latency_ms": "ms",
        "confidence": "sure",
        "input_tokens": "in",
        "correct": "right",
    }
    found = read_all(csv_file(tmp_path, "\n".join([header, *rows])), mapping=names)
    assert [row["prediction_id"] for row in found.predictions] == ["1", "6"]
    assert found.prediction_rows == [2, 7]
    wrong_in_third = [(3, "fault"), (3, "in"), (3, "ms"), (3, "right"), (3, "sampling_fraction"), (3, "status"), (3, "sure")]
    assert sorted(found.places[:7]) == wrong_in_third
    assert found.places[7:8] == [(4, "request")]
    assert sorted(found.places[8:]) == [(5, "ms"), (5, "sure"), (5, "when"), (6, "in"), (6, "ms"), (6, "sampling_fraction")]
    assert (found.read, found.rejected) == (6, 4)


def test_cells_of_blanks_are_empty_whatever_their_column(tmp_path: Path) -> None:
    header = "prediction_id,occurred_at,status,correct,latency_ms,observed_at,prediction,input_tokens"
    text = f"{header}\n 1 ,{NOON}, ,  ,\t, , ,  \n  ,{NOON},ok,,,,,\n"
    found = read_all(csv_file(tmp_path, text))
    assert [set(row) for row in found.predictions] == [{"prediction_id", "occurred_at", "status"}]
    assert found.predictions[0]["prediction_id"] == "1"
    assert found.places == [(3, "prediction_id")]


def test_an_absent_status_is_error_where_error_is_filled_and_else_ok(tmp_path: Path) -> None:
    text = f"prediction_id,occurred_at,error,status\n1,{NOON},,\n2,{NOON},boom,\n3,{NOON},boom,ok\n4,{NOON},,TIMEOUT\n"
    assert [row["status"] for row in read_all(csv_file(tmp_path, text)).predictions] == ["ok", "error", "ok", "timeout"]


def test_a_row_that_holds_both_feeds_both_and_an_empty_label_feeds_no_outcome(tmp_path: Path) -> None:
    header = "prediction_id,occurred_at,prediction,actual,actual_value,correct,source"
    text = f"{header}\n1,{NOON},a,b,,,audit\n2,{NOON},a,,,,audit\n3,{NOON},,,0,,\n4,{NOON},,,,0.0,\n"
    found = read_all(csv_file(tmp_path, text))
    assert len(found.predictions) == 4
    assert found.outcomes == [
        {"prediction_id": "1", "actual": "b", "source": "audit"},
        {"prediction_id": "3", "actual_value": 0.0},
        {"prediction_id": "4", "correct": False},
    ]


def test_outcomes_read_their_own_fields_only(tmp_path: Path) -> None:
    text = "prediction_id,occurred_at,latency_ms,actual\n1,2026-07-01 12:00,broken,yes\n2,,,\n"
    found = read_all(csv_file(tmp_path, text), outcomes=True)
    assert (found.predictions, found.outcomes) == ([], [{"prediction_id": "1", "actual": "yes"}])
    assert found.problems == [(3, None, "The row has no outcome: actual, actual_value and correct are empty.")]
    assert LogReader(outcomes_only=True).unknown(["prediction_id", "latency_ms", "actual", ""]) == ["latency_ms"]


def test_columns_that_fill_no_field_are_named_and_segments_are_not_among_them() -> None:
    columns = ["prediction_id", "occurred_at", "Colour", "segment.region", "feature.age", "", "answer"]
    assert LogReader({"prediction": "answer"}).unknown(columns) == ["Colour"]


def test_segments_that_differ_in_case_are_one(tmp_path: Path) -> None:
    text = f"prediction_id,occurred_at,segment.Region,FEATURE\n1,{NOON},EU,x\n"
    (row,) = read_all(csv_file(tmp_path, text), mapping={"feature.Age": "FEATURE"}).predictions
    assert (row["segment.region"], row["feature.age"]) == ("EU", "x")
    with pytest.raises(InvalidInputError, match=r"'segment.Region' and 'segment.region' both fill segment.region"):
        LogReader().fields(["prediction_id", "occurred_at", "segment.Region", "segment.region"])


def test_a_mapped_column_wins_over_one_that_has_the_fields_name(tmp_path: Path) -> None:
    text = f"prediction_id,occurred_at,prediction,answer\n1,{NOON},raw,mapped\n"
    (row,) = read_all(csv_file(tmp_path, text), mapping={"prediction": "answer"}).predictions
    assert row["prediction"] == "mapped"


def test_one_column_may_fill_two_fields_when_both_are_mapped(tmp_path: Path) -> None:
    names = {"prediction_id": "id", "input_id": "id"}
    (row,) = read_all(csv_file(tmp_path, f"id,occurred_at\n7,{NOON}\n"), mapping=names).predictions
    assert (row["prediction_id"], row["input_id"]) == ("7", "7")


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"actual": "truth"}, r"--map actual=truth: the file has no column 'truth'. It has: prediction_id, occurred_at"),
        ({"truth": "occurred_at"}, r"--map truth=…: 'truth' is not a field of the log"),
        ({"actual": "occurred_at"}, r"no column for occurred_at. Name it: --map occurred_at=COLUMN"),
        ({"segment": "occurred_at"}, r"'segment' is not a field of the log"),
    ],
)
def test_a_mistaken_mapping_is_refused_before_a_row_is_read(mapping: dict[str, str], sentence: str) -> None:
    with pytest.raises(InvalidInputError, match=sentence):
        LogReader(mapping).fields(["prediction_id", "occurred_at"])


def test_rows_that_are_all_beyond_reading_are_problems_not_a_mistake_in_the_columns() -> None:
    found = LogReader().convert({}, [], problems=[])
    assert (found.read, found.predictions.num_rows, found.outcomes.num_rows) == (0, 0, 0)

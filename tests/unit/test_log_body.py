"""Bodies larger than one step: rows keep their numbers, and steps with other columns become one table."""

import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories.shape import litellm_call
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers import log_body
from vendor_ai.importers.log_body import Body, BodyFormat, BodyTooLargeError, read_body
from vendor_ai.importers.log_table import LogReader, LogRows

NOON = "2026-07-01T12:00:00Z"


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_body, "ROWS_A_STEP", 3)


def call(number: int, **fields: Any) -> dict[str, Any]:
    return {"prediction_id": f"p{number}", "occurred_at": NOON, **fields}


def read(content: bytes, form: BodyFormat, *, limit: int = 1 << 20) -> LogRows:
    return read_body(Body(content, form, limit), LogReader())


def lines(rows: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


def arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def test_a_refused_line_is_named_by_its_number_and_the_others_are_kept() -> None:
    rows = [call(number, latency_ms=-1 if number == 7 else number) for number in range(8)]
    found = read(lines(rows), BodyFormat.NDJSON)
    assert found.prediction_rows.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert [(problem.row, problem.column, problem.message) for problem in found.problems] == [
        (8, "latency_ms", "-1 must be at least 0 and at most ten days.")
    ]
    assert (found.read, found.rejected) == (8, 1)


def test_steps_whose_rows_have_other_fields_become_one_table() -> None:
    rows = [*(call(number) for number in range(4)), *(call(number, segment={"region": "EU"}, latency_ms="fast") for number in (4, 5))]
    found = read(lines([*rows, call(6, segment={"region": "US"})]), BodyFormat.NDJSON)
    assert found.predictions["segment.region"].to_pylist() == [None] * 4 + ["US"]
    assert [problem.row for problem in found.problems] == [5, 6]


@pytest.mark.parametrize(("form", "packed"), [(BodyFormat.ARROW, arrow), (BodyFormat.PARQUET, parquet)])
def test_one_value_beyond_reading_leaves_the_rest_of_its_column_as_it_is(form: BodyFormat, packed: Any) -> None:
    table = pa.table({"prediction_id": [f"p{n}" for n in range(8)], "occurred_at": [NOON] * 8, "confidence": [0.5] * 6 + [1.5, 0.25]})
    found = read(packed(table), form)
    assert found.predictions["confidence"].to_pylist() == [0.5] * 6 + [0.25]
    assert [(problem.row, problem.message) for problem in found.problems] == [(7, "1.5 must be between 0 and 1.")]


@pytest.mark.parametrize(("form", "packed"), [(BodyFormat.ARROW, arrow), (BodyFormat.PARQUET, parquet)])
def test_columns_that_unpack_to_more_than_the_limit_are_refused(form: BodyFormat, packed: Any) -> None:
    table = pa.table({"prediction_id": ["x" * 100_000], "occurred_at": [NOON]})
    with pytest.raises(BodyTooLargeError):
        read(packed(table), form, limit=50_000)


@pytest.mark.parametrize("form", list(BodyFormat))
def test_a_body_without_rows_is_refused(form: BodyFormat) -> None:
    nothing = pa.table({"prediction_id": pa.array([], pa.string())})
    empty = {BodyFormat.JSON: b"[]", BodyFormat.NDJSON: b"\n", BodyFormat.ARROW: arrow(nothing), BodyFormat.PARQUET: parquet(nothing)}
    with pytest.raises(InvalidInputError, match=r"The body holds no rows\. Send at least one\."):
        read(empty[form], form)


def test_lines_in_which_no_row_has_a_required_field_are_each_told_so() -> None:
    found = read(lines([{"prediction_id": "a"}, {"prediction_id": "b"}]), BodyFormat.NDJSON)
    assert [(problem.row, problem.column) for problem in found.problems] == [(1, "occurred_at"), (2, "occurred_at")]
    assert (found.read, found.rejected, found.predictions.num_rows) == (2, 2, 0)


def test_a_log_of_another_program_is_recognised_and_its_outcomes_come_with_its_calls() -> None:
    calls = [litellm_call(number) for number in (1, 2)]
    found = read(lines(calls), BodyFormat.NDJSON)
    assert found.predictions["prediction_id"].to_pylist() == ["call-1", "call-2"]
    assert (found.read, found.rejected, found.problems) == (2, 0, ())

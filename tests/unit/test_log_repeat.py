"""Rows that repeat an earlier one of their body are left out; the first stays, with its number."""

from typing import Any

import numpy as np
import pyarrow as pa

from vendor_ai.importers.log_repeat import without_repeats
from vendor_ai.importers.log_table import LogReader, LogRows

NOON = "2026-07-01T12:00:00Z"


def rows_of(*, outcomes_only: bool = False, **columns: list[Any]) -> LogRows:
    length = len(columns["prediction_id"])
    given = columns if outcomes_only else {"occurred_at": [NOON] * length, **columns}
    return LogReader(outcomes_only=outcomes_only).convert(given, range(1, length + 1))


def test_a_prediction_is_taken_once_by_its_id_whatever_else_it_says() -> None:
    found = without_repeats(rows_of(prediction_id=["b", "a", "b", "c", "a"], prediction=["1", "2", "3", "4", "5"]))
    assert found.predictions.select(["prediction_id", "prediction"]).to_pylist() == [
        {"prediction_id": "b", "prediction": "1"},
        {"prediction_id": "a", "prediction": "2"},
        {"prediction_id": "c", "prediction": "4"},
    ]
    assert found.prediction_rows.tolist() == [1, 2, 4]
    assert (found.read, found.rejected) == (5, 0)


def test_an_outcome_is_taken_once_by_all_it_says() -> None:
    found = without_repeats(
        rows_of(
            outcomes_only=True,
            prediction_id=["a", "a", "a", "b", "a"],
            actual=["x", "y", "x", "x", None],
            actual_value=[None, None, None, None, 1.0],
        )
    )
    assert found.outcome_rows.tolist() == [1, 2, 4, 5]
    assert found.outcomes["actual"].to_pylist() == ["x", "y", "x", None]


def test_zero_and_minus_zero_are_one_number() -> None:
    assert without_repeats(rows_of(outcomes_only=True, prediction_id=["a", "a"], actual_value=[0.0, -0.0])).outcome_rows.tolist() == [1]


def test_the_component_a_row_names_makes_no_other_outcome_of_it() -> None:
    found = without_repeats(rows_of(outcomes_only=True, prediction_id=["a", "a"], actual=["x", "x"], component=["one", "two"]))
    assert found.outcome_rows.tolist() == [1]


def test_calls_that_repeat_keep_what_their_repeats_say_of_the_outcome() -> None:
    found = without_repeats(rows_of(prediction_id=["a", "a"], actual=["x", "y"]))
    assert (found.prediction_rows.tolist(), found.outcome_rows.tolist()) == ([1], [1, 2])


def test_rows_without_repeats_are_left_as_they_are() -> None:
    rows = rows_of(prediction_id=["a", "b"], actual=["x", "x"])
    assert without_repeats(rows) is rows


def test_no_rows_at_all_are_no_repeats() -> None:
    nothing = pa.table({"component": pa.array([], pa.string())})
    rows = LogRows(0, nothing, nothing, np.zeros(0, np.int64), np.zeros(0, np.int64), (), 0)
    assert without_repeats(rows) is rows

"""Recognising the logs of other programs, and what a mapping still decides."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.shape import (
    azure_record,
    databricks_call,
    gen_ai_span,
    imported,
    langfuse_call,
    langfuse_score,
    lines,
    litellm_call,
    litellm_failure,
    phoenix_annotation,
    phoenix_span,
    sagemaker_capture,
    sagemaker_truth,
    traces,
)
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_file import RawBatch, by_column
from vendor_ai.importers.log_jsonl import flattened
from vendor_ai.importers.log_shape import SHAPES, shape_of, shaped

ROOT = Path(__file__).resolve().parents[2]
SAMPLES: dict[str, list[dict[str, Any]]] = {
    "litellm": [litellm_call(), litellm_failure(2, error_code="500")],
    "langfuse": [langfuse_call(), langfuse_score()],
    "databricks": [databricks_call()],
    "sagemaker": [sagemaker_capture(), sagemaker_truth()],
    "azure-ml": [azure_record()],
    "openinference": [phoenix_span(), phoenix_annotation()],
    "otlp": [traces(gen_ai_span())],
}
EACH = [pytest.param(key, record, id=f"{key}-{number}") for key, records in SAMPLES.items() for number, record in enumerate(records)]


@pytest.mark.parametrize(("key", "record"), EACH)
def test_each_sample_is_recognised_as_its_own_shape_and_no_other(key: str, record: dict[str, Any]) -> None:
    columns = frozenset(flattened(record))

    assert [shape.key for shape in SHAPES.values() if shape.recognises(columns)] == [key]


def test_every_shape_has_a_sample_here_and_a_line_in_the_manual() -> None:
    manual = (ROOT / "docs" / "log-shapes.md").read_text(encoding="utf-8")

    assert set(SAMPLES) == set(SHAPES)
    assert [shape.key for shape in SHAPES.values() if shape.label not in manual or shape.source not in manual] == []


@pytest.mark.parametrize(("key", "record"), EACH)
def test_the_same_records_come_to_the_same_rows_in_an_array_in_lines_and_in_one_object(
    tmp_path: Path, key: str, record: dict[str, Any]
) -> None:
    by_line = imported(lines(tmp_path, record))
    array, single = tmp_path / "array.json", tmp_path / "single.json"
    array.write_text(json.dumps([record]))
    single.write_text(json.dumps(record, indent=1))

    assert by_line.notices[0] == f"recognised as {SHAPES[key].label}."
    assert by_line.problems == []
    assert imported(array) == imported(single) == by_line


@pytest.mark.parametrize("key", ["litellm", "langfuse", "databricks"])
def test_csv_and_parquet_come_to_the_same_rows(tmp_path: Path, key: str) -> None:
    record = SAMPLES[key][0]
    texts = {name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in record.items()}
    path = tmp_path / "log.csv"
    with path.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(texts))
        writer.writeheader()
        writer.writerow(texts)
    pq.write_table(pa.Table.from_pylist([texts]), tmp_path / "log.parquet")
    expected = imported(lines(tmp_path, record)).predictions

    assert imported(path).predictions == expected
    assert imported(tmp_path / "log.parquet").predictions == expected


def test_objects_in_parquet_columns_are_looked_into(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([sagemaker_capture(1, "cat")]), tmp_path / "log.parquet")

    assert [row["prediction"] for row in imported(tmp_path / "log.parquet").predictions] == ["cat"]


def test_a_log_in_our_own_fields_is_no_other_program_s(tmp_path: Path) -> None:
    own = {**litellm_call(), "status": "ok", "prediction_id": "mine", "occurred_at": "2026-07-01T10:00:00Z"}
    found = imported(lines(tmp_path, own))

    assert [row["prediction_id"] for row in found.predictions] == ["mine"]
    assert found.notices == []
    assert shape_of(["startTime", "endTime"]) is None


def test_a_mapped_field_wins_over_the_shape_s(tmp_path: Path) -> None:
    path = lines(tmp_path, litellm_call(1), litellm_call(2, session_id="s-9"))
    found = imported(path, mapping={"cluster": "session_id", "model_version": "model", "prediction_id": "id"})

    assert [(row["prediction_id"], row["model_version"], row.get("cluster")) for row in found.predictions] == [
        ("chatcmpl-1", "acme/reader", None),
        ("chatcmpl-2", "acme/reader", "s-9"),
    ]
    assert [row["latency_ms"] for row in found.predictions] == [1_750.0, 1_750.0]


def test_a_mapping_to_a_column_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="the file has no column 'sesion'"):
        imported(lines(tmp_path, litellm_call()), mapping={"cluster": "sesion"})


def test_lines_that_are_no_json_are_named_beside_the_rows_of_the_shape(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(f"{json.dumps(litellm_call(1))}\nnonsense\n{json.dumps(litellm_call(2))}\n")
    found = imported(path)

    assert [row["prediction_id"] for row in found.predictions] == ["call-1", "call-2"]
    assert [row for row, _, _ in found.problems] == [2]
    assert (found.read, found.rejected) == (3, 1)


def test_lines_under_the_ending_of_an_array_are_read_as_lines(tmp_path: Path) -> None:
    path = lines(tmp_path, litellm_call(1), litellm_call(2), name="export.json")

    assert len(imported(path).predictions) == 2


def test_a_log_without_outcomes_is_not_one_to_import_outcomes_from(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"This LiteLLM log holds no outcome\. Import it with `vendor-ai prediction import`\."):
        imported(lines(tmp_path, litellm_call()), outcomes_only=True)


def test_a_record_nested_too_deeply_is_one_problem(tmp_path: Path) -> None:
    deep: Any = "x"
    for _ in range(3_000):
        deep = [deep]
    batch = RawBatch(by_column([{**litellm_call(), "messages": deep}]), [1], [], 1.0)

    (found,) = shaped([batch])
    assert found.rows == []
    assert [problem.message for problem in found.problems] == ["The record is nested too deeply."]


_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["ERROR", "GENERATION", "{", "[1", "LLM"])
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=6
)


@pytest.mark.parametrize(("key", "record"), EACH)
@given(data=st.data())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_whatever_stands_in_a_known_field_is_a_row_or_a_problem_never_a_failure(
    key: str, record: dict[str, Any], data: st.DataObject
) -> None:
    flat = flattened(record)
    changed = data.draw(st.lists(st.sampled_from(sorted(flat)), min_size=1, max_size=3, unique=True))
    odd = {**flat, **{name: data.draw(_VALUES, label=name) for name in changed}}
    batches = list(shaped([RawBatch(by_column([odd]), [1], [], 1.0)]))

    assert all(set(batch.rows) <= {1} for batch in batches)
    assert sum(len(batch.problems) for batch in batches) <= 1

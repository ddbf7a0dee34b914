"""OpenInference spans and annotations, as Phoenix exports them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories.shape import imported, lines, phoenix_annotation, phoenix_span


def test_a_model_span_is_a_call(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, phoenix_span())).predictions

    assert (call["prediction_id"], call["prediction"], call["latency_ms"], call["status"]) == ("span-1", "no", 750.0, "ok")
    assert (call["model_version"], call["cluster"], call["input_tokens"], call["output_tokens"]) == ("reader-3", "session-2", 5, 1)


def test_the_columns_of_a_data_frame_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "spans.parquet"
    row = {
        "context.span_id": "span-1",
        "start_time": "2026-07-01T10:00:00Z",
        "end_time": "2026-07-01T10:00:01Z",
        "span_kind": "LLM",
        "status_code": "UNSET",
        "attributes.output.value": "yes",
        "attributes.llm.request.model_name": "reader",
        "attributes.llm.response.model_name": "reader-2026-05",
    }
    pq.write_table(pa.Table.from_pylist([row]), path)
    (call,) = imported(path).predictions

    assert (call["prediction_id"], call["prediction"], call["latency_ms"], call["status"]) == ("span-1", "yes", 1_000.0, "ok")
    assert (call["requested_version"], call["model_version"]) == ("reader", "reader-2026-05")


@pytest.mark.parametrize(
    ("exception", "status"),
    [("openai.RateLimitError", "rate_limited"), ("httpx.ReadTimeout", "timeout"), ("BadRequestError", "client_error"), (None, "error")],
)
def test_a_failed_span_ends_as_its_exception_says(tmp_path: Path, exception: str | None, status: str) -> None:
    attributes = {"openinference.span.kind": "LLM", "exception.type": exception, "output.value": "half an ans"}
    (call,) = imported(lines(tmp_path, phoenix_span(status_code="ERROR", attributes=attributes))).predictions

    assert (call["status"], call["error"]) == (status, exception or "error")
    assert "prediction" not in call


def test_other_spans_are_left_out_and_counted(tmp_path: Path) -> None:
    chain = phoenix_span(2, attributes={"openinference": {"span": {"kind": "CHAIN"}}})
    found = imported(lines(tmp_path, phoenix_span(1), chain))

    assert [call["prediction_id"] for call in found.predictions] == ["span-1"]
    assert found.notices[1].startswith("1 spans are steps of the program")


def test_annotations_are_outcomes_of_their_span(tmp_path: Path) -> None:
    unsure = phoenix_annotation(3, label=None, score=0.4)
    path = lines(tmp_path, phoenix_span(1), phoenix_annotation(1), phoenix_annotation(2, label="invoice", annotator_kind="LLM"), unsure)
    found = imported(path, outcomes_only=True)

    assert [(row["prediction_id"], row.get("correct"), row.get("actual"), row["source"]) for row in found.outcomes] == [
        ("span-1", True, None, "correctness/human"),
        ("span-2", None, "invoice", "correctness/llm"),
    ]
    assert found.notices[1].startswith("1 scores are numbers on a scale")


def test_an_annotation_may_hold_its_result_in_an_object(tmp_path: Path) -> None:
    record = {"span_id": "span-1", "name": "correctness", "annotator_kind": "CODE", "result": {"label": "fail", "score": 0}}
    (row,) = imported(lines(tmp_path, record), outcomes_only=True).outcomes

    assert (row["correct"], row["source"]) == (False, "correctness/code")


def test_a_judgement_in_the_span_itself_is_its_outcome(tmp_path: Path) -> None:
    span = phoenix_span()
    span["attributes"]["evaluation"] = {"name": "Correctness", "label": "incorrect", "annotator_kind": "LLM"}
    path = lines(tmp_path, span)

    assert imported(path).outcomes == imported(path, outcomes_only=True).outcomes
    assert imported(path).outcomes == [{"prediction_id": "span-1", "correct": False, "source": "correctness/llm"}]


def test_a_page_of_the_api_is_read_as_its_rows(tmp_path: Path) -> None:
    path = lines(tmp_path, {"data": [phoenix_annotation(1), phoenix_annotation(2)], "next_cursor": None}, name="page.json")

    assert [row["prediction_id"] for row in imported(path, outcomes_only=True).outcomes] == ["span-1", "span-2"]

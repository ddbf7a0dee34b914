"""OpenTelemetry spans of generative models, from files of trace requests."""

from pathlib import Path
from typing import Any

import pytest

from tests.factories.shape import attribute, evaluation, gen_ai_span, imported, lines, traces


def test_a_client_span_is_a_call(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, traces(gen_ai_span()))).predictions

    assert call["occurred_at"].isoformat() == "2026-07-01T10:00:01+00:00"
    assert (call["prediction_id"], call["vendor_request_id"], call["latency_ms"], call["status"]) == ("resp-1", "resp-1", 1_250.0, "ok")
    assert (call["requested_version"], call["model_version"], call["input_tokens"]) == ("reader", "reader-2026-05", 7)
    assert call["segment.operation"] == "chat"


def test_a_call_without_a_response_id_goes_by_trace_and_span(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, traces(gen_ai_span(named={"gen_ai.response.id": None})))).predictions

    assert call["prediction_id"] == "5b8efff798038103d269b633813fc60c:0000000000000001"


@pytest.mark.parametrize(
    "span",
    [
        gen_ai_span(2, named={"gen_ai.operation.name": None}),
        gen_ai_span(2, named={"gen_ai.operation.name": "execute_tool"}),
        gen_ai_span(2, kind=2),
        gen_ai_span(2, kind=1),
    ],
    ids=["no operation", "a tool", "a server", "internal"],
)
def test_other_spans_are_no_calls(tmp_path: Path, span: dict[str, Any]) -> None:
    found = imported(lines(tmp_path, traces(gen_ai_span(1), span)))

    assert [call["prediction_id"] for call in found.predictions] == ["resp-1"]
    assert found.notices[1] == "1 spans are no client calls of a generative model and were left out."


@pytest.mark.parametrize(
    ("error", "status"),
    [("429", "rate_limited"), ("timeout", "timeout"), ("500", "error"), ("400", "client_error"), ("_OTHER", "error")],
)
def test_the_error_s_type_says_how_a_call_ended(tmp_path: Path, error: str, status: str) -> None:
    (call,) = imported(lines(tmp_path, traces(gen_ai_span(named={"error.type": error})))).predictions

    assert (call["status"], call["error"]) == (status, error)


@pytest.mark.parametrize("code", [2, "STATUS_CODE_ERROR"])
def test_a_span_that_failed_without_a_type_is_an_error(tmp_path: Path, code: object) -> None:
    (call,) = imported(lines(tmp_path, traces({**gen_ai_span(), "status": {"code": code}}))).predictions

    assert (call["status"], call["error"]) == ("error", "error")


def test_a_short_answer_is_the_prediction_and_messages_are_only_hashed(tmp_path: Path) -> None:
    answer = '[{"role": "assistant", "parts": [{"type": "text", "content": "invoice"}], "finish_reason": "stop"}]'
    span = gen_ai_span(named={"gen_ai.output.messages": answer, "gen_ai.input.messages": '[{"role": "user", "content": "secret"}]'})
    (call,) = imported(lines(tmp_path, traces(span))).predictions

    assert call["prediction"] == "invoice"
    assert len(call["input_id"]) == 64
    assert "secret" not in str(call)


def test_messages_may_be_structured_values(tmp_path: Path) -> None:
    text = {"kvlistValue": {"values": [attribute("type", "text"), attribute("content", "no")]}}
    parts = {"kvlistValue": {"values": [{"key": "parts", "value": {"arrayValue": {"values": [text]}}}]}}
    span = gen_ai_span()
    span["attributes"].append({"key": "gen_ai.output.messages", "value": {"arrayValue": {"values": [parts]}}})

    assert [call["prediction"] for call in imported(lines(tmp_path, traces(span))).predictions] == ["no"]


def test_an_evaluation_is_an_outcome_of_its_response(tmp_path: Path) -> None:
    events = [
        evaluation(name="Correctness", score_label="pass", response_id="resp-9"),
        evaluation(name="Correctness", score_label="incorrect"),
        evaluation(name="class", score_label="receipt"),
        evaluation(name="helpfulness", score_value=0.8),
    ]
    found = imported(lines(tmp_path, traces(gen_ai_span(events=events))))

    assert [(row["prediction_id"], row.get("correct"), row.get("actual"), row["source"]) for row in found.outcomes] == [
        ("resp-9", True, None, "correctness"),
        ("resp-1", False, None, "correctness"),
        ("resp-1", None, "receipt", "class"),
    ]
    assert found.outcomes[0]["observed_at"].isoformat() == "2026-07-01T10:00:02+00:00"
    assert found.notices[1].startswith("1 scores are numbers on a scale")


def test_an_evaluation_that_names_no_response_in_a_span_that_is_none_is_left_out(tmp_path: Path) -> None:
    judge = gen_ai_span(2, events=[evaluation(name="c", score_label="pass")], kind=1)
    found = imported(lines(tmp_path, traces(gen_ai_span(1), judge)))

    assert found.outcomes == []
    assert found.notices[2].startswith("1 evaluations name no response")


def test_a_component_named_by_span_or_resource_fills_its_column(tmp_path: Path) -> None:
    by_span = gen_ai_span(2, named={"vendor_ai.component": "acme-chat"})
    found = imported(lines(tmp_path, traces(gen_ai_span(1), by_span, component="acme-ocr")))

    assert [call["component"] for call in found.predictions] == ["acme-ocr", "acme-chat"]


def test_a_request_of_another_form_is_a_problem_of_its_line(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, traces(gen_ai_span(1)), {"resourceSpans": [{"scopeSpans": [{"spans": "none"}]}]}))

    assert len(found.predictions) == 1
    assert [(row, column) for row, column, _ in found.problems] == [(2, "resourceSpans")]
    assert "$.resourceSpans[0].scopeSpans[0].spans" in found.problems[0][2]


def test_a_span_without_a_start_is_refused_and_one_that_ends_before_it_too(tmp_path: Path) -> None:
    backwards = {**gen_ai_span(2), "endTimeUnixNano": "1"}
    found = imported(lines(tmp_path, traces({**gen_ai_span(1), "startTimeUnixNano": "0"}), traces(backwards), traces(gen_ai_span(3))))

    assert [call["prediction_id"] for call in found.predictions] == ["resp-3"]
    assert [(row, column) for row, column, _ in found.problems] == [(1, "occurred_at"), (2, "latency_ms")]

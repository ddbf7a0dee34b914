"""LiteLLM's logs: whose time, whose limit and whose cache it was."""

import json
from pathlib import Path

import pytest

from tests.factories.shape import imported, lines, litellm_call, litellm_failure


def test_a_call_fills_our_fields_and_the_proxy_s_own_time_is_subtracted(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, litellm_call())).predictions

    assert call["occurred_at"].isoformat() == "2026-07-01T10:00:01+00:00"
    assert call["latency_ms"] == 1_750.0  # 2 s between start and end, 250 ms of them in the proxy
    assert {name: call[name] for name in ("prediction_id", "prediction", "status", "model_version", "requested_version")} == {
        "prediction_id": "call-1",
        "prediction": "invoice",
        "status": "ok",
        "model_version": "reader-2026-05",
        "requested_version": "acme/reader",
    }
    assert (call["vendor_request_id"], call["cost"], call["input_tokens"], call["output_tokens"]) == ("chatcmpl-1", 0.002, 12, 1)


def test_a_streamed_call_lasts_until_its_end_not_until_its_first_token(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, litellm_call(stream=True, response_time=0.5))).predictions

    assert call["latency_ms"] == 1_750.0


def test_the_response_time_stands_in_for_an_absent_end(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, litellm_call(1), litellm_call(2, endTime=None, response_time=0.5)))

    assert found.predictions[1]["latency_ms"] == 250.0  # 500 ms less 250 ms


def test_an_overhead_longer_than_the_call_leaves_no_time_and_no_negative_one(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, litellm_call(hidden_params={"litellm_overhead_time_ms": 9_000}))).predictions

    assert call["latency_ms"] == 0.0


@pytest.mark.parametrize("flag", [True, "True", "true"])
def test_an_answer_from_the_cache_has_no_latency_and_says_so(tmp_path: Path, flag: object) -> None:
    found = imported(lines(tmp_path, litellm_call(1), litellm_call(2, cache_hit=flag)))

    assert ["latency_ms" in call for call in found.predictions] == [True, False]
    assert [call["segment.cache_hit"] for call in found.predictions] == ["false", "true"]
    assert found.notices[1] == "1 calls were answered from LiteLLM's own cache; their time is not the vendor's and was left out."


@pytest.mark.parametrize(
    ("error", "status", "fault"),
    [
        (
            {"error_code": "429", "error_class": "RateLimitError", "error_rate_limit_category": "vendor_rate_limit"},
            "rate_limited",
            "vendor",
        ),
        ({"error_code": "429", "error_rate_limit_category": "litellm_rate_limit"}, "rate_limited", "customer"),
        ({"error_code": "429", "error_class": "RateLimitError"}, "rate_limited", None),
        ({"error_code": "400", "error_class": "BadRequestError"}, "client_error", None),
        ({"error_code": "504", "error_class": "Timeout"}, "timeout", None),
        ({"error_code": None, "error_class": "APITimeoutError"}, "timeout", None),
        ({"error_code": "503", "error_class": "ServiceUnavailableError"}, "error", None),
        ({"error_code": "", "error_class": "APIConnectionError"}, "error", None),
    ],
)
def test_a_failure_says_how_it_ended_and_whose_limit_it_was(tmp_path: Path, error: dict[str, str], status: str, fault: str | None) -> None:
    (call,) = imported(lines(tmp_path, litellm_failure(1, **error))).predictions

    assert (call["status"], call.get("fault")) == (status, fault)
    assert "prediction" not in call


def test_the_error_s_message_and_the_input_are_not_kept(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, litellm_call(1), litellm_failure(2, error_code="500", error_message="Is this an invoice?")))

    assert "Is this an invoice?" not in json.dumps([*found.predictions, *found.notices], default=str)
    assert found.predictions[1]["error"] == "failure 500"


def test_the_same_input_has_the_same_id_and_another_one_another(tmp_path: Path) -> None:
    other = litellm_call(3, messages=[{"role": "user", "content": "Something else"}])
    first, second, third = imported(lines(tmp_path, litellm_call(1), litellm_call(2), other)).predictions

    assert first["input_id"] == second["input_id"] != third["input_id"]
    assert len(first["input_id"]) == 64


def test_people_go_to_the_cluster_and_nowhere_else(tmp_path: Path) -> None:
    keyed = litellm_call(2, end_user=None, metadata={"user_api_key_user_id": "person-9"})
    found = imported(lines(tmp_path, litellm_call(1), keyed))

    assert [call["cluster"] for call in found.predictions] == ["person-7", "person-9"]
    assert [name for call in found.predictions for name, value in call.items() if value in ("person-7", "person-9")] == [
        "cluster",
        "cluster",
    ]


def test_a_log_without_answers_says_that_the_served_model_is_unknown(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, litellm_call(response="redacted-by-litellm " * 20)))

    assert "prediction" not in found.predictions[0]
    assert "model_version" not in found.predictions[0]
    assert [sentence.partition(" ")[0] for sentence in found.notices[1:]] == ["1", "1"]
    assert found.predictions[0]["requested_version"] == "acme/reader"


def test_a_call_without_its_own_id_goes_by_the_answer_s(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, litellm_call(litellm_call_id=None))).predictions

    assert call["prediction_id"] == "chatcmpl-1"


def test_times_that_are_none_are_named_by_row_and_column(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, litellm_call(1), litellm_call(2, endTime="later"), litellm_call(3, startTime=None)))

    assert [call["prediction_id"] for call in found.predictions] == ["call-1"]
    assert [(row, column) for row, column, _ in found.problems] == [(2, "endTime"), (3, "occurred_at")]
    assert found.problems[0][2].startswith("'later' is not a time.")
    assert (found.read, found.rejected) == (3, 2)

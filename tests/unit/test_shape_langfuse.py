"""Langfuse's exports: which observations are calls, and which scores are outcomes."""

from pathlib import Path
from typing import Any

import pytest

from tests.factories.shape import imported, langfuse_call, langfuse_score, lines


def test_a_generation_is_a_call(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, langfuse_call())).predictions

    assert (call["prediction_id"], call["prediction"], call["latency_ms"], call["status"]) == ("obs-1", "yes", 1_500.0, "ok")
    assert (call["model_version"], call["cluster"], call["cost"]) == ("reader-2", "person-7", 0.01)
    assert (call["input_tokens"], call["output_tokens"], call["segment.operation"]) == (9, 2, "generation")


def test_the_names_of_the_api_are_read_as_those_of_the_tables(tmp_path: Path) -> None:
    call = {
        "id": "obs-1",
        "traceId": "trace-1",
        "type": "GENERATION",
        "startTime": "2026-07-01T10:00:00Z",
        "endTime": "2026-07-01T10:00:02Z",
        "level": "DEFAULT",
        "model": "reader-2",
        "output": "no",
        "promptTokens": 3,
        "calculatedTotalCost": 0.5,
    }
    score = {"traceId": "trace-1", "observationId": "obs-1", "name": "correct", "dataType": "CATEGORICAL", "stringValue": "fail"}
    found = imported(lines(tmp_path, call, score))

    assert [(row["prediction"], row["latency_ms"], row["input_tokens"], row["cost"]) for row in found.predictions] == [
        ("no", 2_000.0, 3, 0.5)
    ]
    assert [(row["prediction_id"], row["correct"]) for row in found.outcomes] == [("obs-1", False)]


def test_steps_around_the_calls_are_left_out_and_counted(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, langfuse_call(1), langfuse_call(2, type="SPAN"), langfuse_call(3, type="EVENT", end_time=None)))

    assert [call["prediction_id"] for call in found.predictions] == ["obs-1"]
    assert found.notices[1].startswith("2 observations are steps of the program around the calls")
    assert (found.read, found.rejected) == (1, 0)


@pytest.mark.parametrize(
    ("message", "status"),
    [("Rate_limit reached", "rate_limited"), ("Request timeout", "timeout"), ("invalid thing the vendor sent", "error"), (None, "error")],
)
def test_a_failed_call_has_no_prediction_and_its_message_blames_nobody(tmp_path: Path, message: str | None, status: str) -> None:
    (call,) = imported(lines(tmp_path, langfuse_call(level="ERROR", status_message=message))).predictions

    assert (call["status"], call["error"]) == (status, status)
    assert "prediction" not in call


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        ({"data_type": "BOOLEAN", "value": 1}, {"correct": True}),
        ({"data_type": "BOOLEAN", "value": 0.0}, {"correct": False}),
        ({"data_type": "CATEGORICAL", "value": None, "string_value": "Pass"}, {"correct": True}),
        ({"data_type": "CATEGORICAL", "value": 0, "string_value": "incorrect"}, {"correct": False}),
        ({"data_type": "CATEGORICAL", "value": 2, "string_value": "receipt"}, {"actual": "receipt"}),
    ],
)
def test_a_score_is_an_outcome(tmp_path: Path, score: dict[str, Any], outcome: dict[str, Any]) -> None:
    (row,) = imported(lines(tmp_path, langfuse_score(**score))).outcomes

    assert row.pop("observed_at").isoformat() == "2026-07-03T08:00:00+00:00"
    assert row == {"prediction_id": "obs-1", "source": "correctness/annotation", **outcome}


def test_a_score_on_a_scale_says_neither_right_nor_wrong(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, langfuse_score(1), langfuse_score(2, data_type="NUMERIC", value=0.8)))

    assert len(found.outcomes) == 1
    assert found.notices[1] == "1 scores are numbers on a scale, which say neither right nor wrong, and were left out."


def test_a_score_of_a_whole_trace_is_named_as_what_nobody_can_place(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, langfuse_score(1), langfuse_score(2, observation_id=None)), outcomes_only=True)

    assert [row["prediction_id"] for row in found.outcomes] == ["obs-1"]
    assert found.problems == [(2, "observation_id", "The score belongs to a whole trace, not to a call. Export scores of observations.")]


def test_a_file_that_holds_both_feeds_both(tmp_path: Path) -> None:
    path = lines(tmp_path, langfuse_call(1), langfuse_score(1), langfuse_call(2), langfuse_score(2, value=0))
    both, late = imported(path), imported(path, outcomes_only=True)

    assert [call["prediction_id"] for call in both.predictions] == ["obs-1", "obs-2"]
    assert [(row["prediction_id"], row["correct"]) for row in both.outcomes] == [("obs-1", True), ("obs-2", False)]
    assert late.predictions == []
    assert late.outcomes == both.outcomes
    assert (both.read, late.read, both.rejected, late.rejected) == (4, 2, 0, 0)

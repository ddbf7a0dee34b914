"""SageMaker's data capture: no latency and no status, ground truth by event."""

import base64
from pathlib import Path

from tests.factories.shape import imported, lines, sagemaker_capture, sagemaker_truth


def test_a_capture_is_an_answered_call_without_a_latency(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, sagemaker_capture())).predictions

    assert (call["prediction_id"], call["prediction_value"], call["status"]) == ("event-1", 0.87, "ok")
    assert "latency_ms" not in call
    assert len(call["input_id"]) == 64


def test_the_inference_s_id_goes_before_the_event_s(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, sagemaker_capture(inferenceId="mine-1"))).predictions

    assert call["prediction_id"] == "mine-1"


def test_ground_truth_is_an_outcome_of_the_same_event(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, sagemaker_capture(1, "1"), sagemaker_truth(1, "0")))

    assert [(row["prediction_id"], row["prediction"]) for row in found.predictions] == [("event-1", "1")]
    assert found.outcomes == [{"prediction_id": "event-1", "actual": "0", "actual_value": 0.0, "source": "ground truth"}]


def test_ground_truth_alone_is_read_as_outcomes(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, sagemaker_truth(1), sagemaker_truth(2, "cat")), outcomes_only=True)

    assert [(row["prediction_id"], row["actual"]) for row in found.outcomes] == [("event-1", "1"), ("event-2", "cat")]


def test_several_answers_of_one_event_are_told_apart_by_their_position_on_both_sides(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, sagemaker_capture(1, "cat\ndog\n"), sagemaker_truth(1, "cat\ncat\n")))

    assert [(row["prediction_id"], row["prediction"]) for row in found.predictions] == [("event-1:0", "cat"), ("event-1:1", "dog")]
    assert [(row["prediction_id"], row["actual"]) for row in found.outcomes] == [("event-1:0", "cat"), ("event-1:1", "cat")]
    assert "input_id" not in found.predictions[0]  # the request's hash would pair answers to different inputs


def test_json_answers_are_looked_into(tmp_path: Path) -> None:
    record = sagemaker_capture(1, '{"predictions": [{"predicted_label": "cat", "score": 0.9}, {"predicted_label": "dog", "score": 0.6}]}')
    found = imported(lines(tmp_path, record))

    assert [(row["prediction"], row["confidence"]) for row in found.predictions] == [("cat", 0.9), ("dog", 0.6)]


def test_base64_is_undone_and_what_is_none_is_named(tmp_path: Path) -> None:
    good, bad = sagemaker_capture(1, base64.b64encode(b"cat").decode()), sagemaker_capture(2, "%%%")
    for record in (good, bad):
        record["captureData"]["endpointOutput"]["encoding"] = "BASE64"
    found = imported(lines(tmp_path, good, bad))

    assert [row["prediction"] for row in found.predictions] == ["cat"]
    assert found.problems == [(2, "captureData.endpointOutput.data", "The captured data is not Base64 of UTF-8 text.")]


def test_the_probabilities_of_several_classes_are_no_label(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, sagemaker_capture(1, "0.1,0.9"), sagemaker_capture(2, "[0.1, 0.9]")))

    assert [row["prediction_id"] for row in found.predictions] == ["event-1", "event-2"]
    assert not any("prediction" in row or "prediction_value" in row for row in found.predictions)
    assert found.notices[1].startswith("2 answers")


def test_a_capture_without_any_id_is_refused(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, sagemaker_capture(1), sagemaker_capture(2, eventId=None)))

    assert [(row, column) for row, column, _ in found.problems] == [(2, "prediction_id")]

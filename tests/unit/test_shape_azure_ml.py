"""Azure ML's data collector: several calls in one record, inputs left where they are."""

from pathlib import Path

from tests.factories.shape import azure_record, imported, lines


def test_each_answer_of_a_record_is_a_call_of_its_own(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, azure_record(1), azure_record(2, data=[{"label": "no"}])))

    assert [(row["prediction_id"], row["prediction"]) for row in found.predictions] == [
        ("correlation-1:0", "yes"),
        ("correlation-1:1", "no"),
        ("correlation-2:0", "no"),
    ]
    assert {(row["model_version"], row["status"]) for row in found.predictions} == {("4", "ok")}
    assert not any("latency_ms" in row for row in found.predictions)


def test_a_record_of_one_answer_that_is_no_array_has_the_position_too(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, azure_record(data={"prediction": 3})))

    assert [(row["prediction_id"], row["prediction"], row["prediction_value"]) for row in found.predictions] == [
        ("correlation-1:0", "3", 3.0)
    ]


def test_inputs_are_no_calls(tmp_path: Path) -> None:
    inputs = [azure_record(n, type=f"azureml.inference.{kind}") for n, kind in ((2, "model_inputs"), (3, "inputs"), (4, "request"))]
    found = imported(lines(tmp_path, azure_record(1), *inputs))

    assert len(found.predictions) == 2
    assert found.notices[1] == "3 records hold inputs, which are not stored, and were left out."


def test_data_in_another_file_leaves_a_call_without_a_prediction(tmp_path: Path) -> None:
    found = imported(
        lines(tmp_path, azure_record(1), azure_record(2, data=None, datainblob="outputs/2.json", type="azureml.inference.response"))
    )

    assert found.predictions[2]["prediction_id"] == "correlation-2:0"
    assert "prediction" not in found.predictions[2]
    assert found.notices[1].startswith("1 records say that their data lies in a file of its own")


def test_a_record_that_names_no_request_is_refused(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, azure_record(1), azure_record(2, correlationid=None, xrequestid=None, id=None)))

    assert found.problems == [(2, "correlationid", "The record names no request, so its calls cannot be told apart.")]
    assert (found.read, found.rejected) == (3, 1)

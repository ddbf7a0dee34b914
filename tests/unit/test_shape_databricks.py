"""Inference tables of MLflow and Databricks in their three layouts."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories.shape import databricks_call, imported, lines


def test_a_row_of_the_gateway_is_a_call(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, databricks_call())).predictions

    assert (call["prediction_id"], call["vendor_request_id"], call["prediction"]) == ("mine-1", "db-1", "fraud")
    assert (call["latency_ms"], call["sampling_fraction"], call["status"]) == (320.0, 0.25, "ok")
    assert (call["model_version"], call["cluster"]) == ("entity-3", "person@example.com")


def test_a_call_without_the_client_s_id_goes_by_databricks_own(tmp_path: Path) -> None:
    (call,) = imported(lines(tmp_path, databricks_call(client_request_id=None))).predictions

    assert call["prediction_id"] == "db-1"


@pytest.mark.parametrize(
    ("code", "status"),
    [(200, "ok"), (400, "client_error"), (408, "timeout"), (429, "rate_limited"), (499, "cancelled"), (500, "error"), (504, "timeout")],
)
def test_the_status_code_says_how_a_call_ended(tmp_path: Path, code: int, status: str) -> None:
    (call,) = imported(lines(tmp_path, databricks_call(status_code=code))).predictions

    assert call["status"] == status
    assert call.get("error") == (None if code == 200 else f"HTTP {code}")
    assert ("prediction" in call) is (code == 200)


def test_the_older_table_counts_in_milliseconds_and_names_its_model_in_a_map(tmp_path: Path) -> None:
    path = tmp_path / "legacy.parquet"
    metadata = [[("endpoint_name", "claims"), ("model_name", "reader"), ("model_version", "7")]]
    table = pa.table(
        {
            "client_request_id": pa.array([None], pa.string()),
            "databricks_request_id": ["db-1"],
            "timestamp_ms": pa.array([1_782_900_000_000], pa.int64()),
            "status_code": pa.array([200], pa.int32()),
            "execution_time_ms": pa.array([41], pa.int64()),
            "sampling_fraction": [1.0],
            "request": ['{"dataframe_records": []}'],
            "response": ['{"predictions": [0.75]}'],
            "request_metadata": pa.array(metadata, pa.map_(pa.string(), pa.string())),
        }
    )
    pq.write_table(table, path)
    found = imported(path)

    assert found.notices == ["recognised as Databricks inference table."]
    (call,) = found.predictions
    assert (call["occurred_at"], call["latency_ms"], call["prediction_value"]) == (datetime(2026, 7, 1, 10, tzinfo=UTC), 41.0, 0.75)
    assert call["model_version"] == "reader/7"
    assert "prediction" not in call  # a fraction is a number, not a class


def test_the_newest_table_goes_by_its_invocation(tmp_path: Path) -> None:
    record = {"event_time": "2026-07-01T10:00:00Z", "invocation_id": "i-1", "latency_ms": 12, "status_code": 503, "requester": "p"}
    (call,) = imported(lines(tmp_path, record)).predictions

    assert (call["prediction_id"], call["latency_ms"], call["status"], call["cluster"]) == ("i-1", 12.0, "error", "p")


def test_a_csv_export_is_recognised_too(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(
        "databricks_request_id,request_time,status_code,sampling_fraction,execution_duration_ms,response\n"
        'db-1,2026-07-01T10:00:00Z,200,0.5,9,"{""choices"": [{""message"": {""content"": ""yes""}}]}"\n'
        "db-2,2026-07-01T10:00:01Z,soon,0.5,9,\n"
    )
    found = imported(path)

    assert [(call["prediction_id"], call["prediction"]) for call in found.predictions] == [("db-1", "yes")]
    assert found.problems == [(3, "status_code", "'soon' is not a number.")]


def test_several_answers_of_one_request_are_no_prediction_of_the_call(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, databricks_call(response='{"predictions": ["a", "b"]}')))

    assert "prediction" not in found.predictions[0]
    assert found.notices[1].startswith("1 answers are long, nested or of several lines")


def test_a_sampling_fraction_of_nothing_is_refused(tmp_path: Path) -> None:
    found = imported(lines(tmp_path, databricks_call(1), databricks_call(2, sampling_fraction=0)))

    assert [(row, column) for row, column, _ in found.problems] == [(2, "sampling_fraction")]

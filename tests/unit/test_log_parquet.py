"""Parquet and Arrow files, whatever types their columns have."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.test_log_columns import Found, read_all
from vendor_ai.domain.errors import InvalidInputError

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
NOON_NS = 1_782_907_200_123_456_789


def found_in(folder: Path, columns: dict[str, Any], **reading: Any) -> Found:
    path = folder / "log.parquet"
    pq.write_table(pa.table(columns), path)
    return read_all(path, **reading)


def two(**columns: Any) -> dict[str, Any]:
    """Two rows with what every row needs, unless given."""
    return {"prediction_id": ["1", "2"], "occurred_at": pa.array([NOON, NOON], pa.timestamp("us", "UTC"))} | columns


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["1.5", "2,5"]),
        pa.array([Decimal("1.5"), Decimal("2.5")]),
        pa.array([1.5, 2.5], pa.float32()),
        pa.array(["1.5", "2.5"]).dictionary_encode(),
        pa.array([b"1.5", b"2.5"]),
        pa.array(["1.5", " 2.5 "], pa.large_string()),
        pa.array(["1.5", "2.5"], pa.string_view()),
    ],
    ids=lambda values: str(values.type),
)
def test_numbers_are_read_from_any_type(tmp_path: Path, values: pa.Array) -> None:
    assert [row["latency_ms"] for row in found_in(tmp_path, two(latency_ms=values)).predictions] == [1.5, 2.5]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (pa.array([1, 0], pa.int8()), ["1", "0"]),
        (pa.array([1.0, 0.0]), ["1", "0"]),
        (pa.array([True, False]), ["true", "false"]),
        (pa.array([1.0, float("nan")]), ["1", None]),
        (pa.array(["a", None]).dictionary_encode(), ["a", None]),
        (pa.array([b"caf\xc3\xa9", None]), ["café", None]),
        (pa.array([UUID(int=1).bytes, UUID(int=2).bytes], pa.uuid()), [str(UUID(int=1)), str(UUID(int=2))]),
        (pa.nulls(2), [None, None]),
    ],
    ids=lambda values: str(values.type) if isinstance(values, pa.Array) else "",
)
def test_labels_are_read_as_the_text_they_mean(tmp_path: Path, values: pa.Array, texts: list[str | None]) -> None:
    found = found_in(tmp_path, two(prediction=values, actual=values))
    assert [row.get("prediction") for row in found.predictions] == texts
    assert [row["actual"] for row in found.outcomes] == [text for text in texts if text is not None]


@pytest.mark.parametrize(
    ("values", "micros"),
    [
        (pa.array([NOON_NS], pa.timestamp("ns", "UTC")), 123_456),
        (pa.array([NOON_NS // 1_000], pa.timestamp("us", "Asia/Kolkata")), 123_456),
        (pa.array([NOON_NS // 1_000_000], pa.timestamp("ms", "+05:45")), 123_000),
        (pa.array([NOON_NS // 1_000_000_000], pa.timestamp("s", "UTC")), 0),
        (pa.array([NOON_NS]), 123_456),
        (pa.array([NOON_NS // 1_000]), 123_456),
        (pa.array([NOON_NS // 1_000_000]), 123_000),
        (pa.array([1_782_907_200.5]), 500_000),
        (pa.array([Decimal("1782907200.5")]), 500_000),
        (pa.array(["2026-07-01T12:00:00.123456789Z"]), 123_456),
        (pa.array([NOON_NS], pa.timestamp("ns", "UTC")).dictionary_encode(), 123_456),
    ],
    ids=lambda values: str(values.type) if isinstance(values, pa.Array) else "",
)
def test_instants_are_read_from_any_type(tmp_path: Path, values: pa.Array, micros: int) -> None:
    (row,) = found_in(tmp_path, {"prediction_id": ["1"], "occurred_at": values}).predictions
    assert row["occurred_at"] == NOON.replace(microsecond=micros)


@pytest.mark.parametrize(
    "values", [pa.array([NOON_NS], pa.timestamp("ns")), pa.array([NOON_NS // 10**6], pa.timestamp("ms")), pa.array([date(2026, 7, 1)])]
)
def test_naive_times_and_days_need_a_zone(tmp_path: Path, values: pa.Array) -> None:
    columns = {"prediction_id": ["1"], "occurred_at": values}
    assert found_in(tmp_path, columns).places == [(1, "occurred_at")]
    (row,) = found_in(tmp_path, columns, zone="Europe/Berlin").predictions
    assert row["occurred_at"].replace(minute=0, microsecond=0) in (
        datetime(2026, 7, 1, 10, tzinfo=UTC),
        datetime(2026, 6, 30, 22, tzinfo=UTC),
    )


def test_a_time_beyond_the_calendar_is_a_problem_of_its_row(tmp_path: Path) -> None:
    values = pa.array([10**18, 1_782_907_200_000_000], pa.timestamp("us", "UTC"))
    found = found_in(tmp_path, two(occurred_at=values))
    assert [row["prediction_id"] for row in found.predictions] == ["2"]
    assert found.places == [(1, "occurred_at")]
    assert "is not a time" in found.problems[0][2]


def test_text_that_is_not_utf8_is_a_problem_of_its_row(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0\4\0\0\0"), pa.py_buffer(b"ok\xff\xfe")])
    found = found_in(tmp_path, two(prediction=broken))
    assert [row["prediction"] for row in found.predictions] == ["ok"]
    assert found.problems == [(2, "prediction", "the value is binary, not text.")]


def test_a_struct_gives_a_segment_for_each_of_its_fields(tmp_path: Path) -> None:
    structs = pa.array([{"Region": "EU", "seats": 5}, None], pa.struct([("Region", pa.string()), ("seats", pa.int64())]))
    nested = pa.StructArray.from_arrays([pa.array(["gold", None]).dictionary_encode()], ["tier"])
    first, second = found_in(tmp_path, two(segment=structs, feature=nested)).predictions
    assert (first["segment.region"], first["segment.seats"], first["feature.tier"]) == ("EU", "5", "gold")
    assert not [name for name in second if name.startswith(("segment.", "feature."))]


def test_rows_are_counted_over_batches_and_row_groups(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    table = pa.table(
        {"prediction_id": [str(n) for n in range(10)], "occurred_at": ["2026-07-01T12:00Z"] * 10, "latency_ms": ["1"] * 7 + ["x", "1", "y"]}
    )
    pq.write_table(table, path, row_group_size=4)
    found = read_all(path, batch_rows=3)
    assert found.prediction_rows == [1, 2, 3, 4, 5, 6, 7, 9]
    assert found.places == [(8, "latency_ms"), (10, "latency_ms")]


@pytest.mark.parametrize("name", ["log.arrow", "log.feather", "stream.arrow"])
def test_arrow_files_and_streams_are_read_too(tmp_path: Path, name: str) -> None:
    table = pa.table(two(segment=[{"region": "EU"}, {"region": "US"}]))
    opened = pa.ipc.new_stream if name.startswith("stream") else pa.ipc.new_file
    with opened(tmp_path / name, table.schema) as writer:
        writer.write_table(table)
    assert [row["segment.region"] for row in read_all(tmp_path / name).predictions] == ["EU", "US"]


def test_a_file_without_rows_holds_none(tmp_path: Path) -> None:
    assert found_in(tmp_path, {"prediction_id": pa.array([], pa.string()), "occurred_at": pa.array([], pa.int64())}).read == 0


def test_a_file_spoiled_in_the_middle_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(
        pa.table({"prediction_id": [str(n) for n in range(5_000)], "occurred_at": [1_782_907_200 + n for n in range(5_000)]}), path
    )
    content = bytearray(path.read_bytes())
    content[3_000:3_400] = b"\xff" * 400
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"log.parquet is not a readable parquet file"):
        read_all(path)


@pytest.mark.parametrize("name", ["log.parquet", "log.arrow", "log.feather"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"prediction_id,occurred_at\n")
    with pytest.raises(InvalidInputError, match="is not a readable"):
        read_all(tmp_path / name)

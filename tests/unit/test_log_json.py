"""Logs of JSON objects, one a line or in an array."""

import json
from pathlib import Path

import pytest

from tests.unit.test_log_columns import NOON, read_all
from vendor_ai.domain.errors import InvalidInputError


def test_bad_lines_are_named_and_the_good_ones_around_them_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    good = [json.dumps({"prediction_id": number, "occurred_at": NOON}).encode() for number in range(3)]
    lines = [good[0], b"", b'{"prediction_id": 9,', b'["a"]', b'{"prediction_id": "\xe9"}', b"[" * 100_000, b"  ", good[1], b"NaN", good[2]]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines))
    found = read_all(path)
    assert [row["prediction_id"] for row in found.predictions] == ["0", "1", "2"]
    assert found.prediction_rows == [1, 8, 10]
    assert found.places == [(3, None), (4, None), (5, None), (6, None), (9, None)]
    assert found.problems[2][2] == "The line is not UTF-8 text. Save the file as UTF-8."
    assert found.problems[3][2] == "The line is nested too deeply for a row."
    assert (found.read, found.rejected) == (8, 5)


def test_lines_that_are_all_bad_are_named_each(tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    path.write_text("one\ntwo\nthree\nfour\n")
    found = read_all(path)
    assert found.places == [(1, None), (2, None), (3, None), (4, None)]
    assert (found.read, found.rejected) == (4, 4)


def test_a_key_that_stands_in_late_or_early_lines_only_is_a_column_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    records = [{"prediction_id": n, "occurred_at": NOON} | ({"truth": "yes"} if n in (0, 11) else {}) for n in range(12)]
    path.write_text("\n".join(json.dumps(record) for record in records))
    found = read_all(path, mapping={"actual": "truth"})
    assert [row["prediction_id"] for row in found.outcomes] == ["0", "11"]
    path.with_suffix(".json").write_text(json.dumps(records))
    assert [row["prediction_id"] for row in read_all(path.with_suffix(".json"), mapping={"actual": "truth"}).outcomes] == ["0", "11"]
    with pytest.raises(InvalidInputError, match="the file has no column 'trutz'"):
        read_all(path, mapping={"actual": "trutz"})


def test_segments_and_features_may_be_objects(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    record = {"prediction_id": 1, "occurred_at": NOON, "segment": {"region": "EU", "Tier": 2}, "feature": {"age": 41.0}, "other": {"a": 1}}
    path.write_text(json.dumps([record, {"prediction_id": 2, "occurred_at": NOON, "segment.region": "US", "segment": None}]))
    first, second = read_all(path).predictions
    assert {name: value for name, value in first.items() if "." in name} == {
        "segment.region": "EU",
        "segment.tier": "2",
        "feature.age": "41",
    }
    assert second["segment.region"] == "US"


def test_json_values_keep_their_meaning(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    records = [
        {"prediction_id": 12345678901234567890, "occurred_at": 1782907200, "prediction": True, "latency_ms": 1, "correct": False},
        {"prediction_id": 2.0, "occurred_at": 1782907200123.5, "prediction": 0.25, "latency_ms": "1,5", "correct": 1},
        {"prediction_id": "c", "occurred_at": "2026-07-01T14:00:00+02:00", "prediction": "", "latency_ms": None, "correct": "Correct"},
    ]
    path.write_text(json.dumps(records))
    found = read_all(path)
    assert [row["prediction_id"] for row in found.predictions] == ["12345678901234567890", "2", "c"]
    assert [row.get("prediction") for row in found.predictions] == ["true", "0.25", None]
    assert [row.get("latency_ms") for row in found.predictions] == [1.0, 1.5, None]
    assert [row["correct"] for row in found.outcomes] == [False, True, True]


def test_an_array_names_the_entries_it_cannot_use_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(
        json.dumps([{"prediction_id": 1, "occurred_at": NOON}, 3, None, {"prediction_id": 2}, {"prediction_id": 5, "occurred_at": NOON}])
    )
    found = read_all(path)
    assert found.prediction_rows == [1, 5]
    assert found.places == [(2, None), (3, None), (4, "occurred_at")]


def test_a_single_object_is_one_row_and_an_empty_array_none(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps({"prediction_id": 1, "occurred_at": NOON}))
    assert read_all(path).read == 1
    path.write_text("[]")
    assert read_all(path).read == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"3", "is JSON, but not an array of objects"),
        (b'{"prediction_id": 1}\n{"prediction_id": 2}', "is not JSON"),
        ("[]".encode("utf-16"), "is not JSON"),
        (b'["caf\xe9"]', "is not JSON"),
        (b"[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_is_no_array_of_objects_is_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(content)
    with pytest.raises(InvalidInputError, match=sentence):
        read_all(path)

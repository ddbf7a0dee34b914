"""Personal data stays out of the log: people under pseudonyms, what was asked not at all."""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.log import AT, add_component
from vendor_ai.db.base import Records
from vendor_ai.domain.prediction import OUTCOME_FIELDS, PREDICTION_FIELDS
from vendor_ai.importers.log_table import LogReader
from vendor_ai.outside.clock import FixedClock
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services.log_import import import_log_files
from vendor_ai.services.prediction_log import PredictionLog
from vendor_ai.services.pseudonym import pseudonym, pseudonym_key, pseudonymised

KEY = b"a key of this installation"


def clusters(*names: str | None) -> pa.Table:
    return pa.table({"prediction_id": [str(number) for number in range(len(names))], "cluster": pa.array(names, pa.string())})


def found(table: pa.Table) -> list[str | None]:
    return list(pseudonymised(table, KEY)["cluster"].to_pylist())


def test_a_person_becomes_the_first_half_of_an_hmac_under_the_key() -> None:
    expected = "p:" + hmac.new(KEY, b"ada@example.com", hashlib.sha256).hexdigest()[:32]
    assert found(clusters("ada@example.com", None, "ada@example.com")) == [expected, None, expected]


def test_people_stay_apart_and_another_key_names_them_otherwise() -> None:
    names = found(clusters(*(f"user-{number}" for number in range(1_000))))
    assert len(set(names)) == 1_000
    assert pseudonym("user-0", b"another key") != names[0]


def test_doing_it_again_changes_nothing() -> None:
    once = pseudonymised(clusters("ada", "bob", None), KEY)
    assert pseudonymised(once, KEY).equals(once)


@pytest.mark.parametrize(
    "name", ["p:ada", "p:", "p:" + "0" * 31, "p:" + "G" * 32, "p:" + "0" * 33, "p:" + "0" * 32 + "\n", "P:" + "0" * 32]
)
def test_a_name_that_only_looks_like_a_pseudonym_is_a_name(name: str) -> None:
    (changed,) = found(clusters(name))
    assert changed != name


def test_reviewers_have_pseudonyms_too_and_every_other_column_stays() -> None:
    table = pa.table({"prediction_id": ["1"], "reviewer": ["ada"], "source": ["ada"], "correct": [True]})
    changed = pseudonymised(table, KEY)
    assert changed.column_names == table.column_names
    assert changed.to_pylist() == [{"prediction_id": "1", "reviewer": pseudonym("ada", KEY), "source": "ada", "correct": True}]


def test_tables_without_people_are_left_as_they_are() -> None:
    for table in (pa.table({"prediction_id": ["1"]}), clusters(), clusters(None, None), pa.table({"cluster": pa.nulls(2)})):
        assert pseudonymised(table, KEY).equals(table)


def test_parts_of_a_table_and_dictionaries_are_read_like_any_text() -> None:
    parts = pa.table({"cluster": pa.chunked_array([["ada", "bob"], [], ["ada", None]], pa.string())})
    assert found(parts) == [pseudonym("ada", KEY), pseudonym("bob", KEY), pseudonym("ada", KEY), None]
    coded = pa.table({"cluster": pa.array(["ada", "bob", "ada"]).dictionary_encode()})
    assert found(coded) == [pseudonym("ada", KEY), pseudonym("bob", KEY), pseudonym("ada", KEY)]
    assert found(clusters("x", "ada", "bob").slice(1)) == [pseudonym("ada", KEY), pseudonym("bob", KEY)]


@given(st.lists(st.none() | st.text(max_size=20), max_size=30))
def test_who_is_equal_stays_equal_and_who_is_not_does_not(people: list[str | None]) -> None:
    people = [None if person is None else person.encode("utf-8", "replace").decode() for person in people]
    changed = found(clusters(*people))
    assert [value is None for value in changed] == [person is None for person in people]
    for mine, my_name in zip(people, changed, strict=True):
        for other, other_name in zip(people, changed, strict=True):
            assert (mine == other) == (my_name == other_name)


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="must not be empty"):
        pseudonymised(clusters("ada"), b"")


def test_the_key_is_made_once_and_stays(records: Records) -> None:
    first = pseudonym_key(records)
    assert len(first) == 32
    assert pseudonym_key(records) == first


RAW = ("input", "prompt", "messages", "request", "response", "output", "content", "input_text", "user", "email")


def test_no_field_of_the_log_holds_what_was_asked_or_answered_at_length() -> None:
    assert not {field.name for field in (*PREDICTION_FIELDS, *OUTCOME_FIELDS)} & set(RAW)


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv", ".parquet"])
def test_what_was_asked_reaches_no_file_of_the_log_whatever_it_came_in(records: Records, tmp_path: Path, ending: str) -> None:
    secret = "Ada Lovelace, born 1815, asks about her account " * 5
    rows: list[dict[str, Any]] = [
        {"prediction_id": f"call-{number}", "occurred_at": AT.isoformat(), "prediction": "yes", "latency_ms": 5.0, "status": "ok"}
        | dict.fromkeys(RAW, f"{secret}{number}")
        for number in range(20)
    ]
    path = tmp_path / f"calls{ending}"
    match ending:
        case ".jsonl":
            path.write_text("\n".join(json.dumps(row) for row in rows))
        case ".json":
            path.write_text(json.dumps(rows))
        case ".csv":
            path.write_text(
                "\n".join(",".join(f'"{value}"' for value in row.values()) for row in [dict(zip(rows[0], rows[0], strict=True)), *rows])
            )
        case _:
            pq.write_table(pa.Table.from_pylist(rows), path)
    add_component(records, "acme-ocr")
    log = PredictionLog(records, DuckDBEngine(tmp_path / "predictions", threads=1), FixedClock(AT))
    said: list[str] = []
    result = import_log_files(log, [path], reader=LogReader(), component="acme-ocr", batch_rows=100, notice=said.append)
    assert result.stored == 20
    assert any("left out" in sentence and "prompt" in sentence for sentence in said)
    (file,) = (tmp_path / "predictions").rglob("*.parquet")
    table = pq.read_table(file, partitioning=None)
    assert not set(table.column_names) & set(RAW)
    assert "Lovelace" not in str(table.to_pylist())

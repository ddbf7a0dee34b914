"""The log's columns are learnt from what arrives, and a change of them is said once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from tests.factories.log import AT, add_component
from vendor_ai.db import signal
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import component_key
from vendor_ai.services.log_schema import LogColumn, SchemaChange, note_columns, schema_of

REF = "acme-ocr"
INSTANT = pa.timestamp("us", tz="UTC")


@pytest.fixture
def known(records: Records) -> Records:
    add_component(records, REF)
    return records


def calls(number: int, *, day: int = 0, **columns: Any) -> pa.Table:
    """Calls of one day; a column is one value for all, or one for each."""
    at = [AT + timedelta(days=day, seconds=second) for second in range(number)]
    found = {"prediction_id": [f"{day}-{second}" for second in range(number)], "occurred_at": pa.array(at, INSTANT)}
    for name, value in columns.items():
        values = value if isinstance(value, list) else [value] * number
        found[name.replace("__", ".")] = pa.array(values, pa.string() if None in values and set(values) == {None} else None)
    return pa.table(found)


def note(records: Records, table: pa.Table, *, kind: str = "prediction", at: datetime = AT) -> list[SchemaChange]:
    with records.write() as session:
        return note_columns(session, component_key(session, REF)[0], kind, table, at=at)


def events(changes: Sequence[SchemaChange]) -> list[tuple[str, str]]:
    return sorted((change.column, change.event.value) for change in changes)


def schema(records: Records) -> dict[str, LogColumn]:
    with records.read() as session:
        return {f"{column.kind}.{column.name}": column for column in schema_of(session, component_key(session, REF)[0])}


def kept(records: Records) -> list[str]:
    with records.read() as session:
        return [row.subject for row in signal.signals(session, component_key(session, REF)[0], kind="schema")]


def test_the_first_rows_teach_and_change_nothing(known: Records) -> None:
    table = calls(100, prediction=["yes", "no"] * 50, latency_ms=[1.5] * 75 + [None] * 25, cluster=None)
    assert note(known, table) == []
    columns = schema(known)
    assert sorted(columns) == [f"prediction.{name}" for name in ("latency_ms", "occurred_at", "prediction", "prediction_id")]
    assert columns["prediction.prediction"].labels == ("no", "yes")
    latency = columns["prediction.latency_ms"]
    assert (latency.type, latency.rows, latency.nulls, latency.as_json()["empty_share"]) == ("double", 100, 25, "0.2500")
    assert kept(known) == []


def test_rows_like_those_before_change_nothing(known: Records) -> None:
    for number in range(5):
        assert note(known, calls(50, day=number, prediction=["yes", "no"] * 25, latency_ms=1.0)) == []
    assert schema(known)["prediction.latency_ms"].rows == 250


def test_a_new_column_is_said_once_and_then_known(known: Records) -> None:
    note(known, calls(30, prediction="yes"))
    (change,) = note(known, calls(30, day=1, prediction="yes", segment__region="EU"))
    assert (change.column, change.event, change.severity) == ("segment.region", "new", "low")
    assert "segment.region" in change.text
    assert note(known, calls(30, day=2, prediction="yes", segment__region="EU")) == []
    assert kept(known) == [f"prediction.segment.region new@{AT.date()}"]


def test_a_column_missing_for_a_whole_day_is_gone_even_where_other_days_have_it(known: Records) -> None:
    note(known, calls(100, prediction="yes", latency_ms=1.0))
    table = pa.concat_tables(
        [calls(30, day=1, prediction="yes", latency_ms=1.0), calls(20, day=2, prediction="yes")], promote_options="default"
    )
    (change,) = note(known, table, at=AT + timedelta(days=3))
    assert (change.column, change.event, change.severity) == ("latency_ms", "gone", "medium")
    assert change.figures == {"kind": "prediction", "column": "latency_ms", "day": "2026-07-03", "rows": 20}


def test_a_column_that_stays_away_is_said_once(known: Records) -> None:
    note(known, calls(100, prediction="yes", latency_ms=1.0))
    for day in range(1, 5):
        note(known, calls(100, day=day, prediction="yes"), at=AT + timedelta(days=day))
    assert kept(known) == [f"prediction.latency_ms gone since {AT.date()}"]


def test_few_rows_without_a_column_say_nothing(known: Records) -> None:
    note(known, calls(100, prediction="yes", latency_ms=1.0))
    assert note(known, calls(19, day=1, prediction="yes")) == []


def test_a_column_that_is_mostly_empty_may_be_empty_for_a_day(known: Records) -> None:
    note(known, calls(100, prediction="yes", error=["timeout"] + [None] * 99))
    assert note(known, calls(100, day=1, prediction="yes")) == []


@pytest.mark.parametrize(("filled", "changed"), [(81, False), (80, False), (79, True), (20, True)])
def test_a_share_of_empty_fields_that_jumps_by_more_than_a_fifth_is_said(known: Records, filled: int, changed: bool) -> None:
    note(known, calls(1_000, prediction="yes", cost=1.0))
    found = note(known, calls(100, day=1, prediction="yes", cost=[1.0] * filled + [None] * (100 - filled)))
    assert events(found) == ([("cost", "nulls")] if changed else [])


def test_after_a_jump_the_new_share_is_the_usual_one_until_it_jumps_back(known: Records) -> None:
    half = [1.0, None] * 50
    note(known, calls(1_000, prediction="yes", cost=1.0))
    assert events(note(known, calls(100, day=1, prediction="yes", cost=half))) == [("cost", "nulls")]
    assert note(known, calls(100, day=2, prediction="yes", cost=half), at=AT + timedelta(days=2)) == []
    (back,) = note(known, calls(100, day=3, prediction="yes", cost=1.0), at=AT + timedelta(days=3))
    assert (back.event, back.severity) == ("nulls", "low")


def test_a_jump_that_so_few_rows_may_show_by_chance_is_none(known: Records) -> None:
    note(known, calls(24, prediction="yes", cost=[1.0, None] * 12))
    assert note(known, calls(24, day=1, prediction="yes", cost=[1.0] * 6 + [None] * 18)) == []  # 50 % to 75 %


def test_a_label_nobody_has_seen_is_said_with_its_name(known: Records) -> None:
    note(known, calls(200, prediction=["yes", "no"] * 100))
    (change,) = note(known, calls(50, day=1, prediction=["yes"] * 49 + ["maybe"]))
    assert (change.event, change.severity, change.figures["label"]) == ("label", "low", "maybe")
    assert note(known, calls(50, day=2, prediction="maybe")) == []
    assert schema(known)["prediction.prediction"].labels == ("maybe", "no", "yes")


def test_labels_are_still_being_learnt_in_the_first_rows(known: Records) -> None:
    note(known, calls(199, prediction="yes"))
    assert note(known, calls(50, day=1, prediction="no")) == []
    assert schema(known)["prediction.prediction"].labels == ("no", "yes")


def test_answers_that_are_too_many_or_too_long_are_no_labels_and_are_not_kept(known: Records) -> None:
    note(known, calls(100, prediction=[f"answer {number}" for number in range(100)]))
    assert schema(known)["prediction.prediction"].labels == ()
    assert note(known, calls(100, day=1, prediction="an answer")) == []


@pytest.mark.parametrize("answers", [[f"answer {number}" for number in range(60)], ["a long answer " * 20] * 60])
def test_labels_that_turn_into_texts_are_said_without_the_texts(known: Records, answers: list[str]) -> None:
    note(known, calls(200, prediction=["yes", "no"] * 100))
    (change,) = note(known, calls(60, day=1, prediction=answers))
    assert (change.event, change.severity) == ("label", "medium")
    assert "answer" not in f"{change.text}{change.subject}{change.figures}"
    assert schema(known)["prediction.prediction"].labels == ()


def test_a_type_that_changes_is_said_and_then_the_usual_one(known: Records) -> None:
    note(known, calls(100, prediction="yes", feature__age=41.5))
    (change,) = note(known, calls(100, day=1, prediction="yes", feature__age="41"))
    assert (change.event, change.figures["before"], change.figures["type"]) == ("type", "double", "string")
    assert note(known, calls(100, day=2, prediction="yes", feature__age="41")) == []


def test_outcomes_have_columns_of_their_own(known: Records) -> None:
    note(known, calls(30, prediction="yes"))
    assert note(known, calls(30, actual="yes", source="clerk"), kind="outcome") == []
    assert [name for name in schema(known) if "actual" in name] == ["outcome.actual"]


def test_no_rows_teach_nothing(known: Records) -> None:
    assert note(known, calls(0, prediction="yes")) == []
    assert schema(known) == {}

"""A column read at a glance comes to what its values come to one by one: the same rows, the same problems."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_arrow import ArrowColumn
from vendor_ai.importers.log_body import Body, BodyFormat, lines_by_column, read_body, step_by_step
from vendor_ai.importers.log_table import LogReader, LogRows

NOON = "2026-07-01T12:00:00Z"
NOON_S = 1_782_907_200
WORDS = st.sampled_from(
    ["a", "b", " a", "b\t", "", "  ", "é", "éa", "a\x00b", "a\nb", "\u00a0a", "a\u2003", "1", "1.0", "-7.00", "10", "True", "False", "true"]
) | st.text(max_size=4)
NUMBERS = st.sampled_from([0, 1, -1, 2**53, 2**53 + 1, 2**63 - 1, -(2**62), 864_000_000, 864_000_001]) | st.integers(-9, 9)
FLOATS = st.sampled_from([0.0, -0.0, 0.5, 1.0, 1.5, -0.1, 2.0**53, 1e22, float("nan"), float("inf")]) | st.floats(-2, 2)
TIMES = st.sampled_from(
    [
        NOON,
        "2026-07-01 12:00:00+02:00",
        "2026-07-01T12:00:00.5Z",
        "2026-07-01T12:00:00.123456-05:30",
        "2026-07-01T12:00:00.123456789Z",
        "2026-07-01T12:00Z",
        "2026-07-01T12Z",
        "2026-07-01T12:00:00",
        "2026-07-01T24:00:00Z",
        "2026-07-01T23:59:60Z",
        "2026-02-29T00:00:00Z",
        "2026-07-01",
        "20260701T120000Z",
        "2026-07-01t12:00:00z",
        "2026-07-01T12:00:00+0200",
        "2026-07-01T12:00:00+02",
        "2026-07-01T12:00:00+24:00",
        "2026-07-01T12:00:00+02:00:30",
        "1969-12-31T23:59:59Z",
        "2099-12-31T23:59:59.999999Z",
        "2100-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:00",
        "1782907200",
        "1782907200.5",
        " 2026-07-01T12:00:00Z",
        "",
        "soon",
    ]
)
EPOCHS = st.sampled_from([NOON_S, NOON_S * 1_000 + 7, NOON_S * 1_000_000 + 7, NOON_S * 10**9 + 7_999, 0, -1, 10**11 - 1, 10**11, 2**63 - 1])
INSTANTS = st.datetimes(datetime(1960, 1, 1), datetime(2110, 1, 1))  # noqa: DTZ001 - Arrow's type brings the zone

COLUMNS: tuple[tuple[st.SearchStrategy[Any], pa.DataType], ...] = (
    (WORDS, pa.string()),
    (WORDS, pa.large_string()),
    (WORDS, pa.string_view()),
    (WORDS, pa.dictionary(pa.int32(), pa.string())),
    (st.binary(max_size=3), pa.binary()),
    (NUMBERS, pa.int64()),
    (st.integers(-128, 127), pa.int8()),
    (st.integers(0, 2**64 - 1), pa.uint64()),
    (FLOATS, pa.float64()),
    (FLOATS.filter(lambda value: not 1e30 < value < float("inf")), pa.float32()),
    (st.booleans(), pa.bool_()),
    (st.decimals(-9, 9, places=2), pa.decimal128(5, 2)),
    (TIMES, pa.string()),
    (EPOCHS, pa.int64()),
    (EPOCHS.map(float), pa.float64()),
    (INSTANTS, pa.timestamp("us", "UTC")),
    (INSTANTS, pa.timestamp("ns", "Asia/Kolkata")),
    (INSTANTS.map(lambda value: value.replace(microsecond=0)), pa.timestamp("s", "+05:45")),
    (INSTANTS, pa.timestamp("us")),
    (INSTANTS.map(datetime.date), pa.date32()),
    (st.none(), pa.null()),
)
FIELDS = [
    *("occurred_at", "prediction", "prediction_value", "confidence", "latency_ms", "status", "error", "model_version", "input_tokens"),
    *(
        "fault",
        "sampling_fraction",
        "actual",
        "correct",
        "actual_value",
        "observed_at",
        "segment.Region",
        "feature.age",
        "component",
        "colour",
    ),
]


def arrays(length: int) -> st.SearchStrategy[pa.Array]:
    def of(choice: tuple[st.SearchStrategy[Any], pa.DataType]) -> st.SearchStrategy[pa.Array]:
        values, kind = choice
        return st.lists(values | st.none(), min_size=length, max_size=length).map(lambda entries: _array(entries, kind))

    return st.sampled_from(COLUMNS).flatmap(of)


def _array(entries: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(entries, kind)
    except UnicodeEncodeError:
        return pa.nulls(len(entries), kind)


@st.composite
def tables(draw: Callable[..., Any]) -> dict[str, pa.Array]:
    """Columns of any type under the names of fields, with an offset into a larger one now and then."""
    length = draw(st.integers(1, 6))
    ids = draw(st.lists(st.sampled_from(["1", "2", " 3", "x", "é", ""]) | st.none(), min_size=length, max_size=length))
    columns = {"prediction_id": pa.array(ids, pa.string()), "occurred_at": pa.array([NOON] * length)}
    for name in draw(st.lists(st.sampled_from(FIELDS), unique=True, max_size=8)):
        columns[name] = draw(arrays(length))
    start = draw(st.integers(0, length - 1))
    return {name: array[start:] for name, array in columns.items()}


def outcome(read: Callable[[], LogRows]) -> object:
    """What a reading came to, in plain values; the order of columns says nothing."""
    try:
        rows = read()
    except InvalidInputError as error:
        return str(error)
    found = []
    for table in (rows.predictions, rows.outcomes):
        names = sorted(table.column_names)
        found.append((names, [str(table.schema.field(name).type) for name in names], [repr(table[name].to_pylist()) for name in names]))
    return (found, rows.read, rows.rejected, rows.prediction_rows.tolist(), rows.outcome_rows.tolist(), rows.problems)


@pytest.mark.parametrize("outcomes_only", [False, True])
@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
def test_a_table_at_a_glance_is_the_table_value_by_value(zone: str | None, outcomes_only: bool, soak: bool) -> None:
    reader = LogReader(time_zone=zone, outcomes_only=outcomes_only)

    @settings(max_examples=5_000 if soak else 120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tables())
    def law(columns: dict[str, pa.Array]) -> None:
        if outcomes_only:
            columns.setdefault("actual", pa.array(["a"] * len(columns["prediction_id"])))
        rows = range(2, 2 + len(columns["prediction_id"]))
        whole = {name: ArrowColumn(array) for name, array in columns.items()}
        single = {name: list(column) for name, column in whole.items()}
        assert outcome(lambda: reader.convert(whole, rows)) == outcome(lambda: reader.convert(single, rows))

    law()


JSON_VALUES = (
    WORDS
    | NUMBERS
    | TIMES
    | EPOCHS
    | st.booleans()
    | st.none()
    | st.sampled_from([0.5, 1.0, 1.5, -0.0, 1e22, 2.0**53])
    | st.integers(0, 2**70)
)
JSON_COLUMNS = st.sampled_from(
    [WORDS, NUMBERS, TIMES, EPOCHS, st.booleans(), st.floats(0, 1), st.sampled_from(["ok", "error"]), JSON_VALUES]
)


@st.composite
def json_lines(draw: Callable[..., Any]) -> bytes:
    """Rows that mostly have the same fields with values of one kind, and now and then a line that is none."""
    names = draw(st.lists(st.sampled_from([*FIELDS, "segment", "feature"]), unique=True, max_size=7))
    kinds = {name: draw(JSON_COLUMNS) for name in names}
    lines = []
    for number in range(draw(st.integers(1, 8))):
        row: dict[str, Any] = {"prediction_id": draw(st.sampled_from([f"call-{number}"] * 9 + ["call-0", None, 7])), "occurred_at": NOON}
        for name, kind in kinds.items():
            if draw(st.integers(0, 9)):
                value = draw(kind)
                row[name] = {"Region": value, "x": draw(JSON_VALUES)} if name in ("segment", "feature") else value
        line = json.dumps(row, ensure_ascii=draw(st.booleans()))
        lines.append(draw(st.sampled_from([line] * 30 + [line + line, line + " ", "", "7", line[:-1], "{}", line.replace(":", ":[", 1)])))
    end = draw(st.sampled_from(["\n", "", "\n\n", "\r\n"]))
    return ("\n".join(lines) + end).encode("utf-8", "surrogatepass")


PLAIN = b'{"prediction_id": "a", "occurred_at": "2026-07-01T12:00:00Z", "latency_ms": 5}\n'


@pytest.mark.parametrize("outcomes_only", [False, True])
def test_lines_by_column_are_the_lines_one_by_one(outcomes_only: bool, soak: bool) -> None:
    reader = LogReader(outcomes_only=outcomes_only)

    @settings(max_examples=10_000 if soak else 300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(json_lines())
    @example(PLAIN + b'{"prediction_id": "b", "occurred_at": "2026-07-01T12:00:00Z", "latency_ms": -5}\n')
    @example(PLAIN + b'{"prediction_id": "b", "prediction_id": "c", "occurred_at": "2026-07-01T12:00:00Z"}\n')
    @example(PLAIN + b'{"prediction_id": "\xff", "occurred_at": "2026-07-01T12:00:00Z"}\n')
    @example(PLAIN + b'{"prediction_id": "\\ud800", "occurred_at": "2026-07-01T12:00:00Z"}\n')
    @example(PLAIN + b'{"prediction_id": "\\ud83d\\ude00", "occurred_at": "2026-07-01T12:00:00Z"}\n')
    @example(PLAIN.replace(b"}", b', "segment": {"a": "2026-07-01"}}') * 2)
    @example(PLAIN.replace(b"}", b', "segment": {"a": 1.0}, "segment.a": 2}'))
    @example(PLAIN.replace(b"}", b', "prediction": 12345678901234567890123}'))
    @example(PLAIN.rstrip() + PLAIN.rstrip() + b"\n\n")
    @example(b"\xef\xbb\xbf" + PLAIN)
    def law(content: bytes) -> None:
        body = Body(content, BodyFormat.NDJSON, 1 << 20)
        assert outcome(lambda: read_body(body, reader)) == outcome(lambda: step_by_step(body, reader))

    law()


def ndjson(rows: list[dict[str, Any]]) -> Body:
    return Body(b"\n".join(json.dumps(row).encode() for row in rows), BodyFormat.NDJSON, 1 << 20)


def test_lines_as_programs_write_them_are_read_by_column() -> None:
    """Else the laws above would hold for a reading that never happens."""
    start = datetime(2026, 7, 1, tzinfo=UTC)
    rows = [
        {
            "prediction_id": f"call-{number}",
            "occurred_at": (start + timedelta(seconds=number)).isoformat(),
            "prediction": ["approve", 1, 0.5][number % 1],
            "confidence": 0.5 + number / 1_000,
            "latency_ms": 12 if number % 2 else 12.5,
            "status": "ok",
            "actual": None if number == 0 else "approve",
            "observed_at": None if number == 0 else NOON,
            "segment": {"region": "EU", "seats": number},
        }
        for number in range(100)
    ]
    found = lines_by_column(ndjson(rows), LogReader())
    assert found is not None
    assert (found.predictions.num_rows, found.outcomes.num_rows) == (100, 99)
    assert found.predictions["segment.seats"].to_pylist()[:3] == ["0", "1", "2"]
    assert found.predictions["occurred_at"].to_pylist()[59] == start + timedelta(seconds=59)
    rows[41] = {**rows[41], "latency_ms": -3, "segment": {"region": " US ", "seats": 41}}
    mended = lines_by_column(ndjson(rows), LogReader())
    assert mended is not None
    assert [(problem.row, problem.message) for problem in mended.problems] == [(42, "-3 must be at least 0 and at most ten days.")]
    assert (mended.prediction_rows.tolist(), mended.rejected) == ([*range(1, 42), *range(43, 101)], 1)


@pytest.mark.parametrize(
    "line",
    [
        b'{"occurred_at": "2026-07-01T12:00:00Z", "id": "a"}',
        b'{"prediction_id": "a", "occurred_at": "2026-07-01T12:00:00Z", "latency_ms": "fast"}',  # every line is odd
        b'{"prediction_id": "a", "occurred_at": "2026-07-01T12:00:00"}',
        b'{"prediction_id": "a", "occurred_at": 1782907200.5}',
        b'{"prediction_id": "a", "tags": ["x"]}',
        b' {"prediction_id": "a", "occurred_at": "2026-07-01T12:00:00Z"}',
        b'{"prediction_id": "a",\n"occurred_at": "2026-07-01T12:00:00Z"}',
        b"",
    ],
)
def test_what_could_be_read_otherwise_is_left_to_the_reading_line_by_line(line: bytes) -> None:
    assert lines_by_column(Body(line, BodyFormat.NDJSON, 1 << 20), LogReader()) is None


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_value_nested_a_hundred_thousand_deep_never_reaches_the_reader_that_it_would_end(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    deep = b'{"prediction_id": "b", "occurred_at": "2026-07-01T12:00:00Z", "x": ' + opening * 100_000 + b"1" + closing * 100_000 + b"}\n"
    body = Body(PLAIN * 50_000 + deep, BodyFormat.NDJSON, 1 << 30)
    assert lines_by_column(body, LogReader()) is None
    rows = read_body(Body(PLAIN + deep, BodyFormat.NDJSON, 1 << 30), LogReader())
    assert [(problem.row, problem.message) for problem in rows.problems] == [(2, "The line is nested too deeply for a row.")]


def test_decimals_and_other_rare_types_are_read_value_by_value() -> None:
    columns = {
        "prediction_id": ArrowColumn(pa.array(["a", "b"])),
        "occurred_at": ArrowColumn(pa.array([NOON, NOON])),
        "latency_ms": ArrowColumn(pa.array([Decimal("1.50"), Decimal("-2.00")])),
    }
    rows = LogReader().convert(columns, [1, 2])
    assert rows.predictions["latency_ms"].to_pylist() == [1.5]
    assert [(problem.row, problem.message) for problem in rows.problems] == [
        (2, "Decimal('-2.00') must be at least 0 and at most ten days.")
    ]

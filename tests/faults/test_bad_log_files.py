"""Log files as people really send them: each mistake gets one clear sentence or a problem by row, and the right exit code."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.factories.command_line import HEADER, CommandLine, Outcome
from vendor_ai.db import prediction_log as log
from vendor_ai.db.vendor import component_key
from vendor_ai.settings import Settings
from vendor_ai.wiring import open_app

ROW = "p{0},2026-07-01T09:00:00+02:00,yes,yes,120.5,v1"


@pytest.fixture
def ocr(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    return cli


def imported(cli: CommandLine, content: bytes | str, name: str = "log.csv", *options: str) -> Outcome:
    path = cli.home.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return cli("prediction", "import", path, "--component", "ocr", "--json", *options)


def stored(cli: CommandLine, kind: str = "prediction") -> list[dict[str, Any]]:
    """The rows of the log, by prediction_id."""
    app = open_app(settings=Settings(home=cli.home))
    with app.records.read() as session:
        files = log.files(session, component_key(session, "ocr")[0], kind)
    rows: list[dict[str, Any]] = app.log.engine.merge(files).to_pylist() if files else []
    app.close()
    return sorted(rows, key=lambda row: str(row["prediction_id"]))


def assert_refused(outcome: Outcome, *parts: str) -> None:
    """Exit code 3 and one sentence that holds these parts."""
    assert outcome.code == 3, outcome
    assert len(outcome.err.splitlines()) == 1, outcome.err
    for part in parts:
        assert part in outcome.err, outcome.err
    assert outcome.json["error"]["message"] == outcome.err.strip()


def test_an_empty_file_is_refused(ocr: CommandLine) -> None:
    assert_refused(imported(ocr, b""), "log.csv is empty", "Export it again")


def test_a_file_without_rows_is_refused(ocr: CommandLine) -> None:
    assert_refused(imported(ocr, HEADER + "\n"), "no rows below the header")


def test_a_file_that_is_not_there_is_refused(ocr: CommandLine) -> None:
    assert_refused(ocr("prediction", "import", "nowhere.csv", "--component", "ocr", "--json"), "There is no file nowhere.csv")


def test_a_file_of_an_unknown_ending_is_refused(ocr: CommandLine) -> None:
    assert_refused(imported(ocr, "x", "log.docx"), ".docx", "Known endings", ".parquet")


def test_a_component_nobody_knows_is_refused(ocr: CommandLine) -> None:
    (ocr.home.parent / "log.csv").write_text(f"{HEADER}\n{ROW.format(1)}\n")
    refused = ocr("prediction", "import", ocr.home.parent / "log.csv", "--component", "nobody", "--json")
    assert_refused(refused, "no component 'nobody'", "vendor-ai inventory")


def test_a_component_column_with_an_unknown_name_refuses_its_rows_only(ocr: CommandLine) -> None:
    path = ocr.home.parent / "log.csv"
    path.write_text(f"{HEADER},component\n{ROW.format(1)},ocr\n{ROW.format(2)},nobody\n{ROW.format(3)},\n{ROW.format(4)},OCR\n")
    found = ocr("prediction", "import", path, "--json")
    assert found.code == 1
    assert (found.json["read"], found.json["stored"], found.json["rejected"]) == (4, 2, 2)
    assert [(problem["row"], problem["column"]) for problem in found.json["problems"]] == [(3, "component"), (4, "component")]
    assert "nobody" in found.json["problems"][0]["message"]


@pytest.mark.parametrize("missing", ["prediction_id", "occurred_at"])
def test_a_file_without_a_required_column_is_refused(ocr: CommandLine, missing: str) -> None:
    text = f"{HEADER}\n{ROW.format(1)}\n".replace(missing, "other")
    assert_refused(imported(ocr, text), f"no column for {missing}", f"--map {missing}=COLUMN", "It has: ")


def test_a_mapped_column_that_is_absent_is_refused(ocr: CommandLine) -> None:
    assert_refused(imported(ocr, f"{HEADER}\n{ROW.format(1)}\n", "log.csv", "--map", "actual=truth"), "no column 'truth'", "It has: ")


def test_a_bad_row_in_the_middle_is_named_and_the_good_ones_are_stored(ocr: CommandLine) -> None:
    rows = [ROW.format(number) for number in range(1, 6)]
    rows[1] = rows[1].replace("120.5", "fast")
    rows[2] = rows[2].replace("2026-07-01T09:00:00+02:00", "2026-07-01 09:00")
    rows[3] = rows[3].replace("p4", "")
    found = imported(ocr, "\n".join([HEADER, *rows]) + "\n")
    assert found.code == 1
    assert (found.json["read"], found.json["stored"], found.json["duplicates"], found.json["rejected"]) == (5, 2, 0, 3)
    problems = {(entry["row"], entry["column"]): entry["message"] for entry in found.json["problems"]}
    assert list(problems) == [(3, "latency_ms"), (4, "occurred_at"), (5, "prediction_id")]
    assert "'fast' is not a number" in problems[3, "latency_ms"]
    assert "no offset from UTC" in problems[4, "occurred_at"]
    assert "--time-zone" in problems[4, "occurred_at"]
    assert [row["prediction_id"] for row in stored(ocr)] == ["p1", "p5"]


def test_people_get_the_bad_row_on_standard_error(ocr: CommandLine) -> None:
    path = ocr.home.parent / "log.csv"
    path.write_text(f"{HEADER}\n{ROW.format(1)}\n{ROW.format(2).replace('120.5', 'fast')}\n")
    found = ocr("prediction", "import", path, "--component", "ocr")
    assert found.code == 1
    assert "2 rows read: 1 stored, 0 duplicates, 1 rejected." in found.out
    first, *notices = found.err.splitlines()
    assert first == "log.csv, line 3, field latency_ms: 'fast' is not a number."
    assert [sentence.partition(": ")[2] for sentence in notices] == [
        "no column fills status or error: every call counts as answered, so uptime and error rate say nothing. "
        "If one does: --map status=COLUMN."
    ]


def test_a_row_with_too_few_or_too_many_cells_is_named(ocr: CommandLine) -> None:
    found = imported(ocr, f"{HEADER}\n{ROW.format(1)}\np2,2026\n{ROW.format(3)},extra\n{ROW.format(4)}\n")
    assert found.code == 1
    assert [problem["row"] for problem in found.json["problems"]] == [3, 4]
    assert "2 cells, the header 6" in found.json["problems"][0]["message"]
    assert found.json["stored"] == 2


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("latin-1", b""), ("cp1252", b""), ("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe")],
    ids=["Latin-1", "Windows-1252", "UTF-8", "byte-order mark", "UTF-16"],
)
def test_text_in_any_usual_encoding_is_read_right(ocr: CommandLine, encoding: str, mark: bytes) -> None:
    text = f"{HEADER}\np1,2026-07-01T09:00:00+02:00,Größe,Größe,1,v1\n"
    assert imported(ocr, mark + text.encode(encoding)).json["stored"] == 1
    (row,) = stored(ocr)
    assert row["prediction"] == "Größe"


def test_semicolons_and_decimal_commas_are_read_right(ocr: CommandLine) -> None:
    rows = ["p1;2026-07-01T09:00:00+02:00;ja;ja;1.234,5;v1", 'p2;2026-07-01T10:00:00+02:00;"a;b";ja;0,25;v1']
    assert imported(ocr, "\r\n".join([HEADER.replace(",", ";"), *rows])).json["stored"] == 2
    first, second = stored(ocr)
    assert (first["latency_ms"], second["latency_ms"], second["prediction"]) == (1234.5, 0.25, "a;b")


def test_an_unclosed_quote_and_a_nul_byte_do_not_stop_the_rest(ocr: CommandLine) -> None:
    found = imported(ocr, f'{HEADER}\n{ROW.format(1)}\np\x002,2026-07-01T09:00:00Z,a,a,1,v1\np3,2026-07-01T09:00:00Z,"open,a,1,v1\n')
    assert found.code in (0, 1)
    assert found.json["read"] == found.json["stored"] + found.json["rejected"]
    assert found.json["stored"] >= 1


def parquet(cli: CommandLine, table: pa.Table, *options: str) -> Outcome:
    path = cli.home.parent / "log.parquet"
    pq.write_table(table, path)
    return cli("prediction", "import", path, "--component", "ocr", "--json", *options)


NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "columns",
    [
        {"occurred_at": pa.array([NOON], pa.timestamp("ns", tz="UTC"))},
        {"occurred_at": pa.array([NOON], pa.timestamp("s", tz="Europe/Berlin"))},
        {"occurred_at": pa.array([int(NOON.timestamp())], pa.int64())},
        {"occurred_at": pa.array([NOON.timestamp() * 1000], pa.float64())},
        {"occurred_at": pa.array(["2026-07-01T12:00:00Z"], pa.large_string())},
        {"prediction_id": pa.array([1], pa.int64())},
        {"prediction_id": pa.array(["1"]).dictionary_encode()},
        {"latency_ms": pa.array(["120,5"], pa.string())},
        {"latency_ms": pa.array([Decimal("120.5")], pa.decimal128(10, 2))},
        {"latency_ms": pa.array([120.5], pa.float16())},
        {"input_tokens": pa.array([12.0], pa.float64())},
        {"prediction": pa.array([True], pa.bool_())},
        {"prediction": pa.array([7], pa.int8())},
        {"segment.region": pa.array([None], pa.null())},
        {"segment": pa.array([{"region": "EU"}])},
    ],
    ids=lambda columns: f"{next(iter(columns))} as {next(iter(columns.values())).type}",
)
def test_parquet_columns_of_other_types_are_read_as_what_they_say(ocr: CommandLine, columns: dict[str, pa.Array]) -> None:
    base = {"prediction_id": pa.array(["1"]), "occurred_at": pa.array([NOON], pa.timestamp("us", tz="UTC"))}
    found = parquet(ocr, pa.table(base | columns))
    assert (found.code, found.json["stored"]) == (0, 1), found
    (row,) = stored(ocr)
    assert (row["prediction_id"], row["occurred_at"]) == ("1", NOON)
    assert row.get("latency_ms") in (None, 120.5)
    assert row.get("input_tokens") in (None, 12)
    assert row.get("prediction") in (None, "true", "7")


@pytest.mark.parametrize(
    ("column", "values", "sentence"),
    [
        ("occurred_at", pa.array([datetime(2026, 7, 1), NOON.replace(tzinfo=None)], pa.timestamp("us")), "no offset from UTC"),  # noqa: DTZ001
        ("occurred_at", pa.array([date(2026, 7, 1), date(2026, 7, 2)]), "no offset from UTC"),
        ("occurred_at", pa.array([True, False]), "not a time"),
        ("prediction_id", pa.array([b"\x00\xff", b"\x01"], pa.binary()), "binary"),
        ("latency_ms", pa.array([[1.0], [2.0]]), "not a number"),
        ("latency_ms", pa.array([float("nan"), float("inf")]), "not a finite number"),
        ("latency_ms", pa.array([-1.0, -2.0]), "at least 0"),
        ("input_tokens", pa.array([1.5, 2.5]), "not a whole number"),
        ("status", pa.array([200, 500]), "not one of"),
    ],
)
def test_a_parquet_column_that_cannot_be_read_names_every_row(ocr: CommandLine, column: str, values: pa.Array, sentence: str) -> None:
    base = {"prediction_id": pa.array(["1", "2"]), "occurred_at": pa.array([NOON, NOON], pa.timestamp("us", tz="UTC"))}
    found = parquet(ocr, pa.table(base | {column: values}))
    assert (found.code, found.json["read"], found.json["stored"], found.json["rejected"]) == (1, 2, 0, 2), found
    assert [(problem["row"], problem["column"]) for problem in found.json["problems"]] == [(1, column), (2, column)]
    assert all(sentence in problem["message"] for problem in found.json["problems"]), found.json["problems"]


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"no parquet at all"])
def test_a_broken_parquet_file_is_refused(ocr: CommandLine, content: bytes) -> None:
    assert_refused(imported(ocr, content, "log.parquet"), "log.parquet is not a readable parquet file")


def test_a_parquet_file_that_was_cut_off_is_refused(ocr: CommandLine) -> None:
    path = ocr.home.parent / "log.parquet"
    pq.write_table(pa.table({"prediction_id": ["1"], "occurred_at": [NOON]}), path)
    assert_refused(imported(ocr, path.read_bytes()[:-20], "log.parquet"), "not a readable parquet file")


def test_a_bad_line_of_jsonl_is_named_and_the_good_ones_are_stored(ocr: CommandLine) -> None:
    good = [json.dumps({"prediction_id": f"p{number}", "occurred_at": "2026-07-01T09:00:00Z"}) for number in range(3)]
    found = imported(ocr, "\n".join([good[0], '{"prediction_id": ', "[1, 2]", good[1], "", good[2]]), "log.jsonl")
    assert found.code == 1
    assert (found.json["stored"], found.json["rejected"]) == (3, 2)
    assert [problem["row"] for problem in found.json["problems"]] == [2, 3]


def test_outcomes_without_any_label_column_are_refused(ocr: CommandLine) -> None:
    path = ocr.home.parent / "labels.csv"
    path.write_text("prediction_id,truth\np1,yes\n")
    refused = ocr("outcome", "import", path, "--component", "ocr", "--json")
    assert_refused(refused, "no column for actual, actual_value or correct", "--map actual=COLUMN")


def test_one_bad_file_of_several_keeps_what_the_good_ones_brought(ocr: CommandLine) -> None:
    good, empty = ocr.home.parent / "good.csv", ocr.home.parent / "empty.csv"
    good.write_text(f"{HEADER}\n{ROW.format(1)}\n")
    empty.touch()
    assert_refused(ocr("prediction", "import", good, empty, "--component", "ocr", "--json"), "empty.csv is empty")
    empty.write_text(f"{HEADER}\n{ROW.format(2)}\n")
    again = ocr.ok("prediction", "import", good, empty, "--component", "ocr", "--json").json
    assert (again["read"], again["stored"], again["duplicates"]) == (2, 1, 1)
    assert [row["prediction_id"] for row in stored(ocr)] == ["p1", "p2"]

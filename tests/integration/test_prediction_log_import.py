"""The same log in every format and cut gives the same counters."""

import csv
import json
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.factories.command_line import CommandLine, contract_text
from tests.unit.test_counting_oracle import (
    Call,
    Label,
    as_found,
    expected,
    outcome_table,
    prediction_table,
    random_calls,
    random_labels,
)
from vendor_ai.db import prediction_log as store
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.measure import Measure
from vendor_ai.wiring import open_app

ZONE = "Australia/Lord_Howe"
Rows = list[dict[str, Any]]


def plain(rows: Sequence[Call] | Sequence[Label], table: Callable[[Any], Any]) -> Rows:
    return [{name: value for name, value in row.items() if value is not None} for row in table(rows).to_pylist()]


def as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(timezone(timedelta(hours=5, minutes=45))).isoformat()
    return str(value)


def write_csv(path: Path, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",", comma: bool = False) -> Path:
    names = sorted({name for row in rows for name in row})
    with path.open("w", newline="", encoding=encoding) as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerow(names)
        for row in rows:
            cells = [row.get(name, "") for name in names]
            writer.writerow([str(cell).replace(".", ",") if comma and isinstance(cell, float) else as_text(cell) for cell in cells])
    return path


def write_jsonl(path: Path, rows: Rows) -> Path:
    def readable(value: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value

    path.write_text("\n".join(json.dumps({name: readable(value) for name, value in row.items()}) for row in rows))
    return path


def write_json(path: Path, rows: Rows) -> Path:
    path.write_text(f"[{','.join(write_jsonl(path, rows).read_text().splitlines())}]")
    return path


WRITERS: dict[str, Callable[[Path, Rows], Path]] = {"csv": write_csv, "jsonl": write_jsonl, "json": write_json}


@pytest.fixture
def rows() -> tuple[list[Call], list[Label]]:
    calls = random_calls(90, ZONE, date(2026, 4, 4), 250)
    return calls, random_labels(90, calls, 250)


def counters(cli: CommandLine, measure: Measure) -> dict[tuple[str, str, str], Any]:
    app = open_app(cli.home)
    with app.records.write() as session:
        store.register_measure(session, component_key(session, "ocr")[0], measure)
    app.log.refresh(["ocr"])
    with app.records.read() as session:
        return as_found(store.counters(session, measure, first="0001-01-01", end="9999-12-31"))


MEASURES = (Measure("ocr", ZONE, label_sources=("audit",)), Measure("ocr", ZONE, where={"segment.region": ("EU", "eu")}))


def imported(cli: CommandLine, noun: str, *paths: Path) -> dict[str, Any]:
    found: dict[str, Any] = cli.ok(noun, "import", *paths, "--component", "ocr", "--json").json
    assert found["read"] == found["stored"] + found["duplicates"] + found["rejected"]
    return found


@pytest.mark.parametrize("form", ["csv", "csv-utf16-semicolons", "jsonl", "json", "parquet"])
def test_a_log_counts_the_same_in_every_format_and_is_known_again_in_every_other(
    cli: CommandLine, tmp_path: Path, form: str, rows: tuple[list[Call], list[Label]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENDOR_AI_BATCH_ROWS", "37")
    calls, labels = rows
    tables = {"prediction": plain(calls, prediction_table), "outcome": plain(labels, outcome_table)}
    cli.inventory("ocr")
    for noun, entries in tables.items():
        path = tmp_path / f"{noun}.{form.partition('-')[0]}"
        if form == "parquet":
            pq.write_table(prediction_table(calls) if noun == "prediction" else outcome_table(labels), path)
        elif form == "csv-utf16-semicolons":
            write_csv(path, entries, encoding="utf-16", delimiter=";", comma=True)
        else:
            WRITERS[form](path, entries)
        stored = imported(cli, noun, path)
        distinct = len(calls) if noun == "prediction" else len(set(labels))
        assert (stored["read"], stored["stored"]) == (len(entries), distinct)
        assert imported(cli, noun, path)["stored"] == 0
    for measure in MEASURES:
        assert counters(cli, measure) == expected(calls, labels, measure)

    other = "jsonl" if form != "jsonl" else "csv"
    for noun, entries in tables.items():
        again = imported(cli, noun, WRITERS[other](tmp_path / f"again-{noun}.{other}", entries))
        assert (again["stored"], again["problems"]) == (0, [])


def test_a_log_cut_into_files_and_imported_in_any_order_counts_the_same(
    cli: CommandLine, tmp_path: Path, rows: tuple[list[Call], list[Label]]
) -> None:
    calls, labels = rows
    labels = list({label.prediction_id: label for label in labels}.values())  # one each: their order decides nothing
    cli.inventory("ocr")
    draw = random.Random(91)
    pieces = [("prediction", plain(calls[start::4], prediction_table)) for start in range(4)]
    pieces += [("outcome", plain(labels[start::3], outcome_table)) for start in range(3)]
    draw.shuffle(pieces)
    for number, (noun, entries) in enumerate(pieces):
        form = draw.choice(["csv", "jsonl"])
        imported(cli, noun, WRITERS[form](tmp_path / f"{number}.{form}", entries))
    for measure in MEASURES:
        assert counters(cli, measure) == expected(calls, labels, measure)


def test_one_file_that_holds_calls_and_labels_feeds_both(cli: CommandLine, tmp_path: Path, rows: tuple[list[Call], list[Label]]) -> None:
    calls, labels = rows
    single = {label.prediction_id: label for label in labels}
    label_rows = {row["prediction_id"]: row for row in plain(list(single.values()), outcome_table)}
    both = [row | label_rows.get(row["prediction_id"], {}) for row in plain(calls, prediction_table)]
    cli.inventory("ocr")
    path = write_csv(tmp_path / "both.csv", both)
    assert imported(cli, "prediction", path)["stored"] == len(calls)
    for measure in MEASURES:
        assert counters(cli, measure) == expected(calls, list(single.values()), measure)


def test_rows_of_several_components_go_to_each_by_their_column(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr", "Chat Bot")
    lines = [
        "component,prediction_id,occurred_at",
        *(f"{name},same,2026-07-01T12:00:00Z" for name in ("ocr", "CHAT-BOT", "chat bot", "nobody", "")),
    ]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(lines))
    found = cli("prediction", "import", path, "--json")
    assert found.code == 1
    assert (found.json["read"], found.json["stored"], found.json["duplicates"], found.json["rejected"]) == (5, 2, 1, 2)
    assert [(problem["row"], problem["column"]) for problem in found.json["problems"]] == [(5, "component"), (6, "component")]


def test_a_segment_matches_a_clause_whatever_the_case_of_its_name(cli: CommandLine) -> None:
    cli.inventory("ocr")
    clause = "  - {id: %s, kind: performance, metric: latency_p95, at_most: 5, period: quarter, minimum_sample: 1, where: {segment.%s: EU}}"
    cli.contract(contract_text(clause % ("lower", "region"), clause % ("upper", "Region")))
    for name, header in (("a.csv", "segment.region"), ("b.csv", "segment.REGION")):
        rows = [f"{name}{region},2026-01-02T12:00:00Z,{region},{ms}" for region, ms in (("EU", 7), ("eu", 9))]
        assert cli.predictions(rows, header=f"prediction_id,occurred_at,{header},latency_ms", name=name).code == 0
    found = cli.evaluate("acme-2026", "2026-Q1")["clauses"]
    assert [(clause["n"], clause["value"]) for clause in found] == [(2, "7"), (2, "7")]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--map", "actual"], "--map 'actual' is not of the form FIELD=COLUMN"),
        (["--map", "=x"], "is not of the form FIELD=COLUMN"),
        (["--map", "actual=a", "--map", "actual=b"], "--map names the field 'actual' twice"),
        (["--map", "colour=a"], "'colour' is not a field of the log"),
        (["--map", "actual=nothing"], "the file has no column 'nothing'. It has: prediction_id, occurred_at, a, b"),
        (["--time-zone", "Mars"], "There is no time zone 'Mars'"),
    ],
)
def test_a_mistake_in_the_command_is_said_in_one_sentence_and_stores_nothing(cli: CommandLine, options: list[str], sentence: str) -> None:
    cli.inventory("ocr")
    found = cli.predictions(["1,2026-01-02T12:00:00Z,x,y"], *options, header="prediction_id,occurred_at,a,b")
    assert found.code == 3
    assert sentence in found.err
    assert len(found.err.strip().splitlines()) == 1
    with open_app(cli.home).records.read() as session:
        assert store.pending_rows(session) == {}


def test_columns_left_out_are_named_on_standard_error(cli: CommandLine) -> None:
    cli.inventory("ocr")
    found = cli.predictions(["1,2026-01-02T12:00:00Z,x,y,"], header="prediction_id,occurred_at,Colour,segment.a,")
    assert found.code == 0
    assert found.err.strip().endswith("columns left out, no field has their name: Colour.")


@pytest.mark.parametrize("name", ["log.csv", "log.jsonl", "log.json", "log.parquet"])
def test_a_file_without_rows_is_refused_with_what_to_do(cli: CommandLine, tmp_path: Path, name: str) -> None:
    cli.inventory("ocr")
    path = tmp_path / name
    if name.endswith("parquet"):
        pq.write_table(prediction_table([]), path)
    else:
        path.write_text({"log.csv": "prediction_id,occurred_at\n", "log.jsonl": "\n", "log.json": "[]"}[name])
    found = cli("prediction", "import", path, "--component", "ocr", "--json")
    assert found.code == 3
    assert "Export it again" in found.err


def test_outcomes_whose_call_is_not_in_the_log_are_said_to_wait(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    (tmp_path / "labels.csv").write_text("prediction_id,actual\nnobody-1,yes\nnobody-2,no\n")
    said = cli.ok("outcome", "import", tmp_path / "labels.csv", "--component", "ocr").err
    assert said.startswith("2 outcomes wait for a prediction that the log does not hold yet.")


def test_a_file_without_a_status_column_says_what_that_means_for_uptime(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    (tmp_path / "log.csv").write_text("prediction_id,occurred_at,prediction,latency_ms,model_version\n1,2026-01-01T00:00:00Z,yes,5,v1\n")
    said = cli.ok("prediction", "import", tmp_path / "log.csv", "--component", "ocr").err
    assert "no column fills status or error: every call counts as answered, so uptime and error rate say nothing." in said

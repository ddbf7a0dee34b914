"""Rows that are well-formed and absurd: refused by name, and never able to hold up a component."""

from pathlib import Path

import pytest

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows


@pytest.fixture
def ocr(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause(), zone="Europe/Berlin"))
    return cli


@pytest.mark.parametrize("time", ["2200-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "0001-01-01T00:00:00Z", "20260101093000"])
def test_a_time_nobody_can_mean_is_refused_and_the_rest_is_judged(ocr: CommandLine, time: str) -> None:
    outcome = ocr.predictions([*labelled_rows("2026-02-10", 100, 0), f"odd,{time},yes,yes,1,v1"], header=HEADER)
    assert (outcome.code, outcome.json["stored"], outcome.json["problems"][0]["row"]) == (1, 100, 102)
    assert ocr.evaluate("acme-2026", "2026-Q1")["clauses"][0]["result"] == "MET"


def test_a_log_over_many_decades_can_be_counted(ocr: CommandLine) -> None:
    rows = [f"y{year},{year}-07-01T00:00:00Z,yes,yes,1,v1" for year in range(1971, 2100, 4)]
    ocr.predictions([*labelled_rows("2026-02-10", 100, 0), *rows], header=HEADER)
    assert ocr.evaluate("acme-2026", "2026-Q1")["clauses"][0]["n"] == 100


def test_a_control_character_is_refused_in_a_value_and_in_the_name_of_a_segment(ocr: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "value.jsonl").write_text('{"prediction_id": "1", "occurred_at": "2026-01-01T00:00:00Z", "model_version": "v\\u00001"}\n')
    outcome = ocr("prediction", "import", tmp_path / "value.jsonl", "--component", "ocr", "--json")
    assert (outcome.code, outcome.json["problems"][0]["column"]) == (1, "model_version")
    (tmp_path / "name.jsonl").write_text('{"prediction_id": "1", "occurred_at": "2026-01-01T00:00:00Z", "segment.a\\u0000b": "x"}\n')
    assert ocr("prediction", "import", tmp_path / "name.jsonl", "--component", "ocr").code == 3
    assert ocr.evaluate("acme-2026", "2026-Q1")["status"] == "INSUFFICIENT_DATA"


def test_flags_as_labels_mean_the_same_in_every_format(ocr: CommandLine, tmp_path: Path) -> None:
    ocr.predictions([f"b{n},2026-01-01T00:00:00Z,True,,1,v1" for n in range(100)], header=HEADER)
    (tmp_path / "labels.jsonl").write_text("".join(f'{{"prediction_id": "b{n}", "actual": true}}\n' for n in range(100)))
    ocr.ok("outcome", "import", tmp_path / "labels.jsonl", "--component", "ocr")
    assert ocr.evaluate("acme-2026", "2026-Q1")["clauses"][0]["value"] == "1"

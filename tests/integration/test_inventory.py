"""The inventory in and out."""

import json
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine

ROWS = (
    "vendor,component,ref,affected_rights,status,capabilities,notes\n"
    'Acme AI,Invoice OCR,,privacy;fair-trial,in_use,ocr;text,"=1+1"\n'
    "Acme AI,Chat,acme-chat,,approved,chat,\n"
)


def stored(cli: CommandLine) -> list[dict]:
    return cli.ok("inventory", "list", "--json").json


def test_a_dry_run_shows_what_would_happen_and_stores_nothing(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ROWS)
    plan = cli.ok("inventory", "import", tmp_path / "in.csv", "--dry-run", "--json").json
    assert [(entry["ref"], entry["change"]) for entry in plan["changes"]] == [("invoice-ocr", "new"), ("acme-chat", "new")]
    assert stored(cli) == []


def test_importing_again_changes_nothing_and_a_changed_field_is_named(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ROWS)
    cli.ok("inventory", "import", tmp_path / "in.csv")
    assert cli.ok("inventory", "import", tmp_path / "in.csv", "--json").json["unchanged"] == 2
    (tmp_path / "in.csv").write_text(ROWS.replace("approved", "retired"))
    changed = [
        entry for entry in cli.ok("inventory", "import", tmp_path / "in.csv", "--json").json["changes"] if entry["change"] == "changed"
    ]
    assert [(entry["ref"], entry["fields"]) for entry in changed] == [("acme-chat", ["status"])]


def test_a_column_the_file_lacks_keeps_what_is_stored(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(ROWS)
    cli.ok("inventory", "import", tmp_path / "in.csv")
    (tmp_path / "short.csv").write_text("vendor,component,ref,notes\nAcme AI,Chat,acme-chat,new note\n")
    cli.ok("inventory", "import", tmp_path / "short.csv")
    cli.ok("inventory", "export", tmp_path / "out.json")
    chat = next(entry for entry in json.loads((tmp_path / "out.json").read_text()) if entry["ref"] == "acme-chat")
    assert (chat["status"], chat["capabilities"], chat["notes"]) == ("approved", "chat", "new note")


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
def test_what_is_exported_is_imported_unchanged(cli: CommandLine, tmp_path: Path, ending: str) -> None:
    (tmp_path / "in.csv").write_text(ROWS.replace('"=1+1"', "plain"))
    cli.ok("inventory", "import", tmp_path / "in.csv")
    cli.ok("inventory", "export", tmp_path / f"out.{ending}")
    again = cli.ok("inventory", "import", tmp_path / f"out.{ending}", "--json").json
    assert (again["unchanged"], again["changed"], again["new"]) == (2, 0, 0)


def test_a_bad_row_is_named_and_the_good_ones_are_kept(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("vendor,component,status\nAcme AI,Chat,approved\n,Nameless,\nAcme AI,OCR,perhaps\n")
    outcome = cli("inventory", "import", tmp_path / "in.csv", "--json")
    assert outcome.code == 1
    assert [(problem["row"], problem["column"]) for problem in outcome.json["problems"]] == [(3, "vendor"), (4, "status")]
    assert [entry["ref"] for entry in stored(cli)] == ["chat"]


def test_a_file_without_the_required_column_is_one_sentence(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("supplier,component\nAcme,OCR\n")
    outcome = cli("inventory", "import", tmp_path / "in.csv")
    assert outcome.code == 3
    assert "has no column 'vendor'" in outcome.err
    assert "Traceback" not in outcome.err

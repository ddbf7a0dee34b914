"""The inventory in and out."""

import json
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.factories.command_line import CommandLine
from vendor_ai.domain.vendor import INVENTORY_COLUMNS
from vendor_ai.exporters.inventory_template import inventory_template

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


HEADINGS = "Vendor,COMPONENT,Use case,Decision-Type,Business  owner,Status,Our Own Column"


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_a_heading_with_blanks_hyphens_or_capitals_is_the_same_column(cli: CommandLine, tmp_path: Path, ending: str) -> None:
    row = ["Acme AI", "Chat", "drafting letters", "automated", "Ines", "In use", "x"]
    file = tmp_path / f"in.{ending}"
    if ending == "csv":
        file.write_text(f"{HEADINGS}\n{','.join(row)}\n")
    elif ending == "json":
        file.write_text(json.dumps([dict(zip(HEADINGS.split(","), row, strict=True))]))
    else:
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADINGS.split(","))
            sheet.write_row(1, 0, row)

    outcome = cli.ok("inventory", "import", file, "--json").json

    assert outcome["unknown_columns"] == ["our own column"]
    cli.ok("inventory", "export", tmp_path / "out.json")
    (chat,) = json.loads((tmp_path / "out.json").read_text())
    assert [chat[name] for name in ("use_case", "decision_type", "business_owner", "status")] == [
        "drafting letters",
        "automated",
        "Ines",
        "in_use",
    ]


def test_two_headings_of_one_column_are_refused(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("vendor,component,use_case,Use case\nAcme,Chat,a,b\n")
    outcome = cli("inventory", "import", tmp_path / "in.csv")
    assert outcome.code == 3
    assert "the column use_case twice, the second as 'Use case'" in " ".join(outcome.err.split())


def test_a_file_whose_every_row_was_refused_is_not_said_to_be_empty(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("vendor,component\n,Nameless\n")
    outcome = cli("inventory", "import", tmp_path / "in.csv")
    assert outcome.code == 1
    assert "No row could be stored" in outcome.out
    assert "holds no component" not in outcome.out


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_template_comes_back_as_one_component_with_every_column(cli: CommandLine, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"template.{ending}"
    cli.ok("inventory", "template", file)
    outcome = cli.ok("inventory", "import", file, "--json").json
    assert (outcome["new"], outcome["problems"], outcome["unknown_columns"]) == (1, [], [])
    assert cli("inventory", "template", file).code == 3  # it is not written over


def test_the_workbook_offers_what_is_allowed_and_explains_every_column(tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    file.write_bytes(inventory_template(".xlsx"))
    book = openpyxl.load_workbook(file)
    assert [cell.value for cell in book["Inventory"][1]] == list(INVENTORY_COLUMNS)
    assert [row[0] for row in book["Columns"].iter_rows(min_row=2, values_only=True)] == list(INVENTORY_COLUMNS)
    offered = {str(entry.sqref).split(":")[0]: entry.formula1 for entry in book["Inventory"].data_validations.dataValidation}
    assert offered == {
        "F2": '"human_in_the_loop,human_on_the_loop,automated"',
        "G2": '"non-discrimination,privacy,fair-trial,freedom-of-expression"',
        "J2": '"proposed,approved,in_use,retired"',
    }


def test_a_template_is_a_workbook_or_csv(cli: CommandLine, tmp_path: Path) -> None:
    assert "as .xlsx or .csv, not '.ods'" in cli("inventory", "template", tmp_path / "template.ods").err


def test_the_help_of_the_import_lists_every_column(cli: CommandLine) -> None:
    said = " ".join(cli.ok("inventory", "import", "--help").out.split())
    assert [name for name in INVENTORY_COLUMNS if name not in said] == []

"""To which assessment a returned workbook belongs: what it says about itself comes first, and it must be able to say so."""

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.command_line import CommandLine

PACK = "engineer-risk-checklist"


def stated(book: Any) -> dict[str, Any]:
    """The cells of the hidden sheet by the word before them."""
    return {row[0].value: row[1] for row in book["_meta"].iter_rows()}


def unsigned(book: Any) -> None:
    sheet = book["_meta"]
    sheet.delete_rows(next(row[0].row for row in sheet.iter_rows() if row[0].value == "vendor_ai_hmac"))
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]


def answered(path: Path, component: str = "", assessment: str | None = None, schema: str = "", *, signed: bool = True) -> None:
    """Choose Yes in the first row, and say something else about the file's origin where that is given."""
    book = openpyxl.load_workbook(path)
    sheet = book["Questionnaire"]
    header = next(row for row in range(1, 20) if "qid" in [cell.value for cell in sheet[row]])
    sheet.cell(header + 1, [cell.value for cell in sheet[header]].index("Answer") + 1).value = "Yes"
    said = {"component": component, "assessment": assessment, "schema": schema}
    for word, text in said.items():
        if text or (text == "" and word == "assessment"):
            stated(book)[f"vendor_ai_{word}"].value = text
    if not signed:
        unsigned(book)
    book.save(path)


@pytest.fixture
def folder(cli: CommandLine, tmp_path: Path) -> Path:
    """The workbook of the first of two assessments of one component with one pack, and one of another component."""
    cli.inventory("ocr", "chat")
    for component in ("ocr", "ocr", "chat"):
        cli.ok("assessment", "send", component, "--pack", PACK)
    folder = tmp_path / "returned"
    folder.mkdir()
    cli.ok("assessment", "workbook", "ocr-a1", folder / "ocr.xlsx")
    return folder


def shown(cli: CommandLine, folder: Path) -> dict[str, Any]:
    (file,) = cli("campaign", "import", folder, "--dry-run", "--json").json["files"]
    found: dict[str, Any] = file
    return found


def test_a_file_answers_the_assessment_it_was_sent_for_and_not_the_newest_of_its_component(cli: CommandLine, folder: Path) -> None:
    answered(folder / "ocr.xlsx")

    found = shown(cli, folder)

    assert (found["assessment"], len(found["changes"]), found["reason"]) == ("ocr-a1", 1, None)


@pytest.mark.parametrize(("component", "assessment"), [("", "ocr-a2"), ("", "chat-a1"), ("chat", None), ("chat", "chat-a1")])
def test_a_file_that_was_readdressed_is_named_and_answers_nothing(
    cli: CommandLine, folder: Path, component: str, assessment: str | None
) -> None:
    answered(folder / "ocr.xlsx", component, assessment)

    found = shown(cli, folder)

    assert (found["assessment"], found["changes"]) == (None, [])
    assert "its signature does not fit" in found["reason"]


@pytest.mark.parametrize("assessment", ["ocr-a1", "ocr-a2", "chat-a1", ""])
def test_a_file_whose_signature_was_deleted_is_named_and_answers_nothing(cli: CommandLine, folder: Path, assessment: str) -> None:
    answered(folder / "ocr.xlsx", "", assessment, signed=False)

    found = shown(cli, folder)

    assert (found["assessment"], found["changes"]) == (None, [])
    assert "its signature is missing" in found["reason"]


def test_one_assessment_refuses_the_file_too(cli: CommandLine, folder: Path) -> None:
    answered(folder / "ocr.xlsx", signed=False)

    refused = cli("assessment", "import", "ocr-a1", folder / "ocr.xlsx")

    assert refused.code == 3
    assert "its signature is missing" in refused.err


def test_a_file_of_the_first_form_finds_the_newest_assessment_of_its_component_and_pack(cli: CommandLine, folder: Path) -> None:
    answered(folder / "ocr.xlsx", "ocr", "", "vendor-ai-questionnaire-1", signed=False)

    found = shown(cli, folder)

    assert (found["assessment"], len(found["changes"])) == ("ocr-a2", 1)


def test_a_file_of_the_first_form_about_a_component_without_such_an_assessment_is_named(cli: CommandLine, folder: Path) -> None:
    answered(folder / "ocr.xlsx", "elsewhere", "", "vendor-ai-questionnaire-1", signed=False)

    assert "of elsewhere with engineer-risk-checklist" in shown(cli, folder)["reason"]

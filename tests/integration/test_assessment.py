"""The claim, stored."""

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from tests.factories.answers import every_answer
from tests.factories.command_line import CommandLine
from vendor_ai.domain.pack import Level
from vendor_ai.services.questionnaire import find_pack

PACK = "vendor-ai-due-diligence"


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr")
    return cli


def best_answers() -> dict[str, str]:
    """The mildest answer to every question."""
    return every_answer(find_pack(PACK), Level.LOW, today=datetime.now(UTC).date())


def test_the_best_answers_in_the_workbook_come_back_approved(acme: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "best.json").write_text(json.dumps(best_answers()))
    acme.ok("assessment", "import", "ocr-a1", tmp_path / "best.json")
    acme.ok("assessment", "workbook", "ocr-a1", tmp_path / "filled.xlsx")
    worse = every_answer(find_pack(PACK), Level.CRITICAL, today=datetime.now(UTC).date())
    (tmp_path / "worse.json").write_text(json.dumps(worse))
    acme.ok("assessment", "import", "ocr-a1", tmp_path / "worse.json")
    imported = acme.ok("assessment", "import", "ocr-a1", tmp_path / "filled.xlsx", "--json").json
    assert (imported["score"]["score"], imported["score"]["recommendation"], imported["problems"]) == ("1.00", "APPROVED", [])


def test_a_dry_run_shows_the_difference_and_stores_nothing(acme: CommandLine, tmp_path: Path) -> None:
    question, answer = next(iter(best_answers().items()))
    (tmp_path / "one.json").write_text(json.dumps({question: answer}))
    shown = acme.ok("assessment", "import", "ocr-a1", tmp_path / "one.json", "--dry-run", "--json").json
    assert shown["changes"] == [{"question": question, "before": None, "after": answer}]
    (listed,) = acme.ok("assessment", "list", "--json").json
    assert (listed["state"], listed["score"]) == ("sent", None)


def test_not_applicable_counts_as_unanswered_until_a_reviewer_accepts_it(acme: CommandLine, tmp_path: Path) -> None:
    answers: dict[str, object] = dict(best_answers())
    question = next(
        entry["id"] for entry in acme.ok("questionnaire", "show", PACK, "--json").json["questions"] if entry.get("not_applicable", True)
    )
    answers[question] = {"value": "NA", "reason": "We do not do this."}
    (tmp_path / "na.json").write_text(json.dumps(answers))
    score = acme.ok("assessment", "import", "ocr-a1", tmp_path / "na.json", "--json").json["score"]
    assert (score["unanswered"], score["complete"]) == ([question], False)


def test_a_workbook_of_another_pack_is_refused_by_name(acme: CommandLine, tmp_path: Path) -> None:
    acme.ok("questionnaire", "workbook", "engineer-risk-checklist", tmp_path / "other.xlsx")
    outcome = acme("assessment", "import", "ocr-a1", tmp_path / "other.xlsx")
    assert outcome.code == 3
    assert "engineer-risk-checklist" in outcome.err


def test_a_formula_as_an_answer_is_refused_with_its_row(acme: CommandLine, tmp_path: Path) -> None:
    acme.ok("assessment", "workbook", "ocr-a1", tmp_path / "hostile.xlsx")
    book = openpyxl.load_workbook(tmp_path / "hostile.xlsx")
    sheet = book["Questionnaire"]
    header = next(row for row in range(1, 20) if "Answer" in [cell.value for cell in sheet[row]])
    column = [cell.value for cell in sheet[header]].index("Answer") + 1
    sheet.cell(header + 2, column).value = '=HYPERLINK("http://evil.example","yes")'
    book.save(tmp_path / "hostile.xlsx")
    outcome = acme("assessment", "import", "ocr-a1", tmp_path / "hostile.xlsx", "--json")
    assert outcome.code == 1
    assert outcome.json["problems"][0]["row"] == header + 2


def test_a_used_version_of_a_pack_is_frozen(acme: CommandLine, tmp_path: Path) -> None:
    from vendor_ai.kit.data import data_folder

    text = (data_folder("questionnaires") / f"{PACK}.yaml").read_text()
    changed = text.replace("\ntitle: ", "\ntitle: Changed ", 1)
    assert changed != text
    (tmp_path / "changed.yaml").write_text(changed)
    outcome = acme("assessment", "send", "ocr", "--pack", tmp_path / "changed.yaml")
    assert outcome.code == 3
    assert "Raise the version" in outcome.err


def test_a_workbook_sent_about_another_component_is_refused_naming_both(acme: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "second.csv").write_text("vendor,component\nAcme AI,Translator\n")
    acme.ok("inventory", "import", tmp_path / "second.csv")
    acme.ok("assessment", "send", "translator")
    acme.ok("assessment", "workbook", "translator-a1", tmp_path / "translator.xlsx")
    for extra in ([], ["--dry-run"]):
        outcome = acme("assessment", "import", "ocr-a1", tmp_path / "translator.xlsx", *extra)
        assert outcome.code == 3
        assert "sent about 'translator'" in outcome.err
        assert "ocr-a1 is about 'ocr'" in outcome.err


def test_an_unfinished_questionnaire_says_what_it_could_still_become(acme: CommandLine, tmp_path: Path) -> None:
    question, answer = next(iter(best_answers().items()))
    (tmp_path / "one.json").write_text(json.dumps({question: answer}))
    said = acme.ok("assessment", "import", "ocr-a1", tmp_path / "one.json").out
    assert "Still possible: 1.00 APPROVED to " in said
    assert " REJECTED." in said

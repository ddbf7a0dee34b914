"""The workbook by the vendor's link: out, back, looked at, and only then stored."""

import io
import json
import re
import zipfile
from datetime import timedelta

import openpyxl
import pytest

from tests.factories.installation import BY, NOW
from tests.factories.respondent import ANSWERS, Visitor, link, send, visitor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.review import answers_digest
from vendor_ai.services import assessment
from vendor_ai.wiring import App

Cells = dict[str, dict[str, str | float]]


@pytest.fixture
def jane(app: App) -> Visitor:
    return visitor(app)


def answers(jane: Visitor) -> dict[str, Answer]:
    with jane.app.records.read() as session:
        return assessment.answers_of(session, jane.ref)


def filled(content: bytes, cells: Cells) -> bytes:
    """The workbook with cells written by question and column."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Questionnaire"]
    header = next(row for row in range(1, 20) if "qid" in [cell.value for cell in sheet[row]])
    names = [str(cell.value) for cell in sheet[header]]
    for row in range(header + 1, sheet.max_row + 1):
        for column, value in cells.get(str(sheet.cell(row, names.index("qid") + 1).value), {}).items():
            sheet.cell(row, names.index(column) + 1).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def questions_in(content: bytes) -> list[str]:
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Questionnaire"]
    known = {*ANSWERS, "remark"}
    return [str(cell.value) for row in sheet.iter_rows() for cell in row[:1] if str(cell.value) in known]


def test_the_blank_workbook_holds_the_questions_and_the_filled_one_the_answers_too(jane: Visitor) -> None:
    jane.answer_all()
    blank, full = (jane.client.get(f"/respond/workbook/{name}").content for name in ("blank", "filled"))

    assert questions_in(blank) == questions_in(full) == [*ANSWERS, "remark"]
    texts = [zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode() for content in (blank, full)]
    assert ["Cloud Ltd" in text for text in texts] == [False, True]
    assert not any(re.search(r"\b(LOW|MEDIUM|HIGH|CRITICAL)\b|score", text, re.IGNORECASE) for text in texts)


def test_a_link_for_one_section_gets_the_workbook_of_that_section(app: App) -> None:
    ref = send(app)
    bob = Visitor(app, ref).open(link(app, ref, "Bob", sections=["company"]).token)
    assert questions_in(bob.client.get("/respond/workbook/blank").content) == ["delay", "audited", "suppliers", "policy", "remark"]


def test_the_workbooks_instructions_say_who_asks_and_until_when(app: App) -> None:
    app.settings.organisation, app.settings.organisation_contact = "Harbour Bank", "risk@harbour.example"
    ref = send(app, due_at=NOW + timedelta(days=30))
    for sections in ([], ["company"]):
        jane = Visitor(app, ref).open(link(app, ref, sections=sections).token)
        content = jane.client.get("/respond/workbook/filled").content
        lines = [row[0].value for row in openpyxl.load_workbook(io.BytesIO(content))["Instructions"].iter_rows(max_row=6)]
        assert lines[2:] == [
            "Asked by Harbour Bank; “we” and “our” in the questions mean Harbour Bank.",
            "Contact: risk@harbour.example",
            f"Reference: {ref}",
            "The answers are due 2026-12-20 09:30 UTC.",
        ]


def preview(jane: Visitor, cells: Cells, *, name: str = "filled.xlsx") -> str:
    blank = jane.client.get("/respond/workbook/blank").content
    answer = jane.post("workbook", files={"file": (name, filled(blank, cells), "application/octet-stream")})
    assert answer.status_code == 200, answer.text
    return answer.text


def confirmed(page: str) -> dict[str, str]:
    """What the preview's button sends."""
    found = re.search(r'name="entries" value="([^"]*)"', page)
    assert found is not None
    return {"entries": found[1].replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")}


def test_a_filled_workbook_shows_its_differences_and_stores_nothing_before_they_are_confirmed(jane: Visitor) -> None:
    jane.autosave("tested", "o1", evidence="old.pdf")
    cells: Cells = {
        "tested": {"Answer": "Rarely", "Comment": "<b>since</b> May"},
        "covered": {"Answer": "Every week; Rarely"},
        "delay": {"Answer": "14"},
    }
    page = preview(jane, cells)
    assert "Answers that differ" in page
    assert "1. How often is it tested?" in page
    assert "&lt;b&gt;since&lt;/b&gt; May" in page
    assert answers(jane) == {"tested": Answer("tested", "o1", evidence="old.pdf")}

    stored = jane.post("workbook/answers", confirmed(page))
    assert "The answers of the workbook were saved." in stored.text
    assert {key: it.value for key, it in answers(jane).items()} == {"tested": "o3", "covered": "o1; o3", "delay": "14"}


def test_a_section_returns_in_the_first_workbook_that_was_ever_written(app: App) -> None:
    ref = send(app)
    bob = Visitor(app, ref).open(link(app, ref, "Bob", sections=["company"]).token)

    assert "Answers that differ" in preview(bob, {"delay": {"Answer": "14"}})


def test_a_number_cell_is_exact_and_text_with_two_readings_is_not(jane: Visitor) -> None:
    assert "Write 1125 or 1.1250." in preview(jane, {"delay": {"Answer": "1.125"}})
    jane.post("workbook/answers", confirmed(preview(jane, {"delay": {"Answer": 1.125}})))
    assert answers(jane)["delay"].value == "1.125"


def test_a_stored_number_may_be_sent_again_with_a_comment_and_a_typed_one_with_two_readings_is_refused(jane: Visitor) -> None:
    jane.autosave("delay", "1.1250")
    jane.autosave("delay", "1.125", comment="per month")
    assert answers(jane)["delay"] == Answer("delay", "1.125", "per month")

    jane.autosave("delay", "1.500")
    assert answers(jane)["delay"].value == "1.125"


def test_the_same_workbook_again_changes_nothing(jane: Visitor) -> None:
    cells: Cells = {"delay": {"Answer": "14"}}
    jane.post("workbook/answers", confirmed(preview(jane, cells)))
    assert "The workbook changes nothing" in preview(jane, cells)


def test_an_answer_that_changed_between_preview_and_confirmation_is_shown_and_not_overwritten(app: App, jane: Visitor) -> None:
    page = preview(jane, {"suppliers": {"Answer": "From the file"}})
    bob = Visitor(app, jane.ref).open(link(app, jane.ref, "Bob Ray").token)
    bob.autosave("suppliers", "From Bob")
    answer = jane.post("workbook/answers", confirmed(page))

    assert answer.status_code == 409
    assert "Bob Ray changed this answer meanwhile to “From Bob”" in answer.text
    assert ">\nFrom the file</textarea>" in answer.text
    assert answers(jane)["suppliers"].value == "From Bob"


def test_rows_that_cannot_be_used_are_named_beside_the_good_ones(jane: Visitor) -> None:
    page = preview(jane, {"delay": {"Answer": "two weeks"}, "suppliers": {"Answer": "Cloud Ltd"}})
    assert "Rows that cannot be used" in page
    assert "is not a number" in page
    assert "Cloud Ltd" in page


def test_an_answer_that_the_file_leaves_empty_stays_and_is_named(jane: Visitor) -> None:
    jane.autosave("delay", "14")
    page = preview(jane, {"suppliers": {"Answer": "Cloud Ltd"}})
    assert "Answers that stay" in page
    assert "Question 6: 14" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "No workbook was chosen"), (b"hello", "is not an Excel workbook"), (b"PK\x03\x04 nothing", "is damaged")],
)
def test_a_file_that_is_no_questionnaire_is_refused_with_a_sentence(jane: Visitor, content: bytes, sentence: str) -> None:
    name = "filled.xlsx" if content else ""
    answer = jane.post("workbook", {"x": "1"}, files={"file": (name, content, "application/octet-stream")})
    assert answer.status_code == 422
    assert sentence in answer.text


def test_another_components_workbook_is_refused_naming_both(app: App, jane: Visitor) -> None:
    other = send(app, "translator")
    content = Visitor(app, other).open(link(app, other).token).client.get("/respond/workbook/blank").content
    answer = jane.post("workbook", files={"file": ("x.xlsx", filled(content, {}), "application/octet-stream")})
    assert answer.status_code == 409
    assert "translator" in answer.text


def test_nothing_is_taken_by_workbook_once_it_was_handed_in(jane: Visitor) -> None:
    blank = jane.client.get("/respond/workbook/blank").content
    jane.answer_all()
    jane.hand_in()
    answer = jane.post("workbook", files={"file": ("x.xlsx", blank, "application/octet-stream")})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "entries",
    ["", "{}", "[1]", '[{"question": "tested"}]', "[" * 5_000, json.dumps([{"value": 1}]), '"x"'],
)
def test_confirmed_answers_that_are_not_the_previews_are_refused(jane: Visitor, entries: str) -> None:
    answer = jane.post("workbook/answers", {"entries": entries})
    assert answer.status_code in (200, 422)
    assert answers(jane) == {}


def test_confirmed_answers_pass_the_same_checks_as_typed_ones(app: App, jane: Visitor) -> None:
    ref = jane.ref
    bob = Visitor(app, ref).open(link(app, ref, "Bob", sections=["company"]).token)
    base = {"comment": "", "evidence": "", "dated": "", "seen": answers_digest([None])}
    foreign = json.dumps([{"question": "tested", "value": "o1", **base}])
    wrong = json.dumps([{"question": "delay", "value": "999", **base}])

    assert bob.post("workbook/answers", {"entries": foreign}).status_code == 403
    assert bob.post("workbook/answers", {"entries": wrong}).status_code == 422
    with app.records.write() as session:
        assessment.withdraw(session, ref, "No longer bought.", by=BY, at=NOW)
    assert bob.post("workbook/answers", {"entries": wrong}).status_code == 409

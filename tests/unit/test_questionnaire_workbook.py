"""The workbook out and back."""

import io
import math
import re
import zipfile
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from tests.factories.pack import SMALL_PACK_YAML
from tests.factories.workbook import edited
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.form_word import HEADINGS
from vendor_ai.domain.pack import Pack, QuestionType
from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook
from vendor_ai.exporters.workbook_layout import row_points
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook
from vendor_ai.importers.workbook_guard import WorkbookRefusedError
from vendor_ai.services.questionnaire import check_pack_text, find_pack

FIRST_ROW = 5  # of the sheet, below title, progress and header
ANSWER, EVIDENCE, DATE, COMMENT = 5, 6, 7, 8


def small_pack(text: str = SMALL_PACK_YAML) -> Pack:
    pack = check_pack_text(text).pack
    assert pack is not None
    return pack


def filled(*cells: tuple[int, int, Any]) -> bytes:
    """The blank small workbook with (row, column, value) written into it."""

    def write(book: Any) -> None:
        for row, column, value in cells:
            book["Questionnaire"].cell(row, column).value = value

    return edited(questionnaire_workbook(small_pack(), {}), write)


def read(content: bytes) -> AnswerSet:
    return read_questionnaire_workbook(small_pack(), content, name="back.xlsx")


def test_a_blank_workbook_has_no_answers_and_no_problems() -> None:
    assert read(questionnaire_workbook(small_pack(), {})) == AnswerSet(None, cleared=("tested", "retested", "lawful"))


def test_answers_written_out_come_back_equal() -> None:
    answers = {
        "tested": Answer("tested", "good", "=1+1 looks like a formula", "https://example.org/report", "2026-03-31"),
        "lawful": Answer("lawful", "bad", "line one\nline two: Žluťoučký"),
        "retested": Answer("retested", "NA", "not yet a year old"),
    }

    assert read(questionnaire_workbook(small_pack(), answers)).answers == answers


def test_labels_and_values_and_not_applicable_are_accepted_in_any_case() -> None:
    found = read(filled((FIRST_ROW, ANSWER, "WELL  tested "), (FIRST_ROW + 1, ANSWER, "n/a"), (FIRST_ROW + 2, ANSWER, "bad")))

    assert {key: answer.value for key, answer in found.answers.items()} == {"tested": "good", "retested": "NA", "lawful": "bad"}


def test_dates_come_back_as_iso_dates_from_cells_and_from_text() -> None:
    when = datetime(2026, 7, 31, tzinfo=UTC).replace(tzinfo=None)
    found = read(filled((5, ANSWER, "good"), (5, DATE, when), (7, ANSWER, "good"), (7, DATE, "2026-08-01")))

    assert [answer.dated for answer in found.answers.values()] == ["2026-07-31", "2026-08-01"]


@pytest.mark.parametrize(
    ("cells", "row", "column", "part"),
    [
        ([(5, ANSWER, "yes")], 5, "Answer", "'yes' is no answer"),
        ([(5, ANSWER, '=HYPERLINK("http://x")')], 5, "Answer", "is a formula"),
        ([(6, ANSWER, 1)], 6, "Answer", "'1' is no answer"),
        ([(7, ANSWER, "Not applicable")], 7, "Answer", "must be answered"),
        ([(7, ANSWER, "good"), (7, DATE, "31.7.26")], 7, "Evidence date", "not a date"),
        ([(5, ANSWER, "good"), (5, 1, None)], 5, "Answer", "lost its hidden question id"),
        ([(5, ANSWER, "good"), (5, 1, "elsewhere")], 5, "Answer", "no question 'elsewhere'"),
        ([(5, ANSWER, "good"), (20, 1, "tested"), (20, ANSWER, "bad")], 20, "Answer", "differently on row 5"),
        ([(5, ANSWER, "#REF!")], 5, "Answer", "#REF!"),
    ],
)
def test_a_refused_row_is_named_by_the_row_of_the_sheet(cells: list[tuple[int, int, Any]], row: int, column: str, part: str) -> None:
    found = read(filled(*cells))

    assert [(problem.row, problem.column) for problem in found.problems] == [(row, column)]
    assert part in found.problems[0].message


def test_the_vendors_changes_to_questions_order_and_locks_are_ignored() -> None:
    def rearrange(book: Any) -> None:
        sheet = book["Questionnaire"]
        sheet.cell(5, 4, "Is our product wonderful?")
        sheet.protection.sheet = False
        for column in (1, 2):
            first, third = sheet.cell(5, column).value, sheet.cell(7, column).value
            sheet.cell(5, column, third)
            sheet.cell(7, column, first)
        sheet.cell(5, ANSWER, "Unlawful")

    found = read(edited(questionnaire_workbook(small_pack(), {}), rearrange))

    assert found.answers == {"lawful": Answer("lawful", "bad")}


def test_the_pack_is_known_from_the_properties_when_the_hidden_sheet_is_gone() -> None:
    def remove(book: Any) -> None:
        del book["_meta"]

    assert read(edited(questionnaire_workbook(small_pack(), {}), remove)).problems == ()


@pytest.mark.parametrize(
    ("other", "part"),
    [
        (SMALL_PACK_YAML.replace("pack: small", "pack: another"), "belongs to the pack 'another', not to 'small'"),
        (SMALL_PACK_YAML.replace('version: "1.0"', 'version: "2.0"'), "version 2.0"),
        (SMALL_PACK_YAML.replace("Is it lawful?", "Is it legal?"), "another wording"),
    ],
)
def test_a_workbook_of_another_pack_or_version_is_refused(other: str, part: str) -> None:
    with pytest.raises(WorkbookRefusedError, match=part):
        read(questionnaire_workbook(small_pack(other), {}))


def test_a_workbook_that_is_no_questionnaire_is_refused() -> None:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)

    with pytest.raises(WorkbookRefusedError, match="not a questionnaire"):
        read(buffer.getvalue())


def test_a_renamed_sheet_is_found_by_its_headings() -> None:
    def rename(book: Any) -> None:
        book["Questionnaire"].title = "Answers of ACME"
        book["Answers of ACME"].cell(5, ANSWER, "Well tested")

    assert read(edited(questionnaire_workbook(small_pack(), {}), rename)).answers == {"tested": Answer("tested", "good")}


def test_a_workbook_without_its_sheet_is_refused() -> None:
    def remove(book: Any) -> None:
        del book["Questionnaire"]

    with pytest.raises(WorkbookRefusedError, match="no sheet 'Questionnaire'"):
        read(edited(questionnaire_workbook(small_pack(), {}), remove))


def test_the_same_pack_gives_the_same_bytes() -> None:
    assert questionnaire_workbook(small_pack(), {}) == questionnaire_workbook(small_pack(), {})


def test_the_workbook_has_what_people_expect_of_it() -> None:
    pack = find_pack("vendor-ai-due-diligence")
    book = openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(pack, {})))
    sheet = book["Questionnaire"]
    last = FIRST_ROW + len(pack.questions) - 1

    assert [(each.title, each.sheet_state) for each in book.worksheets] == [
        ("Instructions", "visible"),
        ("Questionnaire", "visible"),
        ("_lists", "hidden"),
        ("_meta", "veryHidden"),
    ]
    assert [cell.value for cell in sheet[FIRST_ROW - 1]] == list(HEADINGS["en"])
    assert [cell.value for cell in sheet["A"][FIRST_ROW - 1 :]] == [question.id for question in pack.questions]
    assert sheet.column_dimensions["A"].hidden
    assert sheet.protection.sheet and not sheet.protection.password
    assert sheet["A5"].protection.locked and not sheet["E5"].protection.locked
    assert (sheet.freeze_panes, sheet.print_title_rows, sheet.page_setup.orientation) == ("E5", "$4:$4", "landscape")
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert sheet.auto_filter.ref == f"A4:K{last}"
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert len(lists) == sum(question.type in (QuestionType.CHOICE, QuestionType.YES_NO, QuestionType.SCALE) for question in pack.questions)
    assert all(rule.formula1.startswith("answers_") and rule.formula1 in book.defined_names for rule in lists)
    assert len(sheet.conditional_formatting) == 4
    assert sheet["D2"].value == f'=SUMPRODUCT(($K$5:$K${last}=1)*($E$5:$E${last}=""))&" unanswered"'
    assert sheet.column_dimensions["K"].hidden
    assert sheet["E4"].comment is not None
    stated = {item.name: item.value for item in book.custom_doc_props.props}
    assert (stated["vendor_ai_pack"], stated["vendor_ai_version"], stated["vendor_ai_pack_sha256"]) == (
        pack.id,
        pack.version,
        pack.digest(),
    )


def test_a_drop_down_offers_the_labels_of_its_question() -> None:
    book = openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(small_pack(), {})))

    assert book.defined_names["answers_1"].attr_text == "'_lists'!$A$1:$A$3"
    assert [cell.value for cell in book["_lists"]["A"]] == ["Well tested", "Not tested", "Not applicable"]
    assert [cell.value for cell in book["_lists"]["C"][:2]] == ["Lawful", "Unlawful"]


def test_no_text_becomes_a_formula() -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=cmd|"/c calc"!A1', "{=1}", "%0a=1", "＝1+1"]

    for text in texts:
        content = questionnaire_workbook(small_pack(), {"tested": Answer("tested", "good", text, text)})
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert archive.read("xl/worksheets/sheet2.xml").count(b"<f>") == 2, "the progress, and whether question 2 applies"
        cell = openpyxl.load_workbook(io.BytesIO(content))["Questionnaire"].cell(FIRST_ROW, COMMENT)
        assert (cell.value, cell.data_type) == (text, "s")


def sheet_of(answers: dict[str, Answer], name: str = "Questionnaire") -> Any:
    return openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(small_pack(), answers)))[name]


def pixels(sheet: Any, letters: str) -> float:
    """The width of these columns on a screen: 7 pixels a character, as Excel has it for Arial 10."""
    return sum(float(sheet.column_dimensions[letter].width) * 7 for letter in letters)


def test_a_row_is_higher_the_more_text_it_holds() -> None:
    def height(text: str) -> float:
        row = sheet_of({"tested": Answer("tested", "good", comment=text)}).row_dimensions[FIRST_ROW]
        return float(row.height)

    none, some, more, lines = (height(text) for text in ("", "word " * 40, "word " * 80, "a\n" * 30))
    assert none < some < more
    assert some >= 7 * 11.5, "200 characters in a column of 28 take more than 7 lines, and a line of Arial 10 is 11.5 points high"
    assert lines >= 30 * 11.5
    assert 400 < height("word " * 2000) <= 409, "no row can be higher"


def test_signs_as_wide_as_high_are_counted_as_such() -> None:
    # 100 signs of 10 points are 1,333 pixels: 7 lines in a column of 201.
    assert row_points({0: "\u8aac" * 100}, (28,)) >= 7 * 11.5


def test_every_row_leaves_room_for_its_longest_answer() -> None:
    pack = find_pack("vendor-ai-due-diligence")
    sheet = openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(pack, {})))["Questionnaire"]
    for row, question in enumerate(pack.questions, start=FIRST_ROW):
        # No line of Arial 10 holds more than 1.25 letters for each digit of the column's width.
        lines = max((math.ceil(len(option.label) / (36 * 1.25)) for option in question.options), default=1)
        assert sheet.row_dimensions[row].height >= max(2, lines) * 11.5


def test_question_and_all_cells_to_fill_fit_on_a_small_screen() -> None:
    sheet = sheet_of({})
    assert pixels(sheet, "BCDEFGH") <= 1366 - 60, "row numbers and scroll bar take 60"
    assert sheet.sheet_view.selection[-1].activeCell == "E5"


def test_the_answers_of_a_question_can_be_told_apart_in_the_width_of_the_list() -> None:
    for question in find_pack("vendor-ai-due-diligence").questions:
        assert len({option.label[:34] for option in question.options}) == len(question.options)


def test_print_is_one_page_wide_on_its_side_and_readable() -> None:
    sheet = sheet_of({})
    page = sheet.page_setup
    assert (page.orientation, page.paperSize, sheet.sheet_properties.pageSetUpPr.fitToPage, page.fitToHeight) == ("landscape", 9, True, 0)
    assert sheet.print_area == "'Questionnaire'!$A$1:$I$7"
    across = (297 / 25.4 - sheet.page_margins.left - sheet.page_margins.right) * 72
    assert 10 * across / (pixels(sheet, "BCDEFGHI") * 0.75) >= 7, "points of a letter that is 10 points high unscaled"


def test_the_instructions_wrap_within_an_upright_page() -> None:
    sheet = sheet_of({}, "Instructions")
    across = (210 / 25.4 - sheet.page_margins.left - sheet.page_margins.right) * 72
    assert pixels(sheet, "A") * 0.75 <= across
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    steps = [row[0] for row in sheet.iter_rows(min_row=4)]
    assert all(cell.alignment.wrap_text for cell in steps)
    heights = [sheet.row_dimensions[cell.row].height for cell in steps]
    assert max(heights) > min(heights), "one step takes two lines"


def test_no_cells_are_merged_and_no_rules_overlap() -> None:
    book = openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(find_pack("vendor-ai-due-diligence"), {})))
    ruled = [cell for rule in book["Questionnaire"].data_validations.dataValidation for cells in rule.sqref.ranges for cell in cells.rows]
    places = [place for row in ruled for place in row]
    assert len(places) == len(set(places))
    assert all(not sheet.merged_cells.ranges for sheet in book)


def test_a_condition_names_the_number_of_the_question_and_the_answers_as_they_read_there() -> None:
    sheet = sheet_of({})
    assert "[Only if the answer to question 1 is: \u201cWell tested\u201d]" in str(sheet["D6"].value)


def test_of_a_long_list_of_conditions_the_first_ones_are_named() -> None:
    pack = find_pack("vendor-ai-due-diligence")
    book = openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(pack, {})))
    row = FIRST_ROW + next(place for place, question in enumerate(pack.questions) if question.id == "com-eu-ai-act")
    assert re.search(r"regions is: EU, European Union, .* or one of \d+ more\]$", str(book["Questionnaire"].cell(row, 4).value))

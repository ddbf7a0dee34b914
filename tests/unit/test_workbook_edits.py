"""What people and their programs do to a workbook before they send it back."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.factories.pack import EVERY_TYPE_YAML
from tests.factories.workbook import edited
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Pack
from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook
from vendor_ai.importers.workbook_guard import WorkbookRefusedError
from vendor_ai.services.questionnaire import check_pack_text

# Rows of the questions of EVERY_TYPE_YAML, and columns.
TESTED, CHANNELS, CHECKS, GRADE, NOTICE, AUDITED, REMARK, POLICY = range(5, 13)
ANSWER, EVIDENCE, DATE, COMMENT = 5, 6, 7, 8


def every_type() -> Pack:
    pack = check_pack_text(EVERY_TYPE_YAML).pack
    assert pack is not None
    return pack


def returned(edit: Callable[[Any], None], answers: dict[str, Answer] | None = None, *, language: str = "") -> AnswerSet:
    """What is read from the workbook after somebody worked on its questionnaire."""
    content = questionnaire_workbook(every_type(), answers or {}, language=language)
    return read_questionnaire_workbook(every_type(), edited(content, lambda book: edit(book["Questionnaire"])), name="back.xlsx")


def filled(*cells: tuple[int, int, Any], language: str = "") -> AnswerSet:
    """What is read after (row, column, value) were written."""

    def write(sheet: Any) -> None:
        for row, column, value in cells:
            sheet.cell(row, column).value = value

    return returned(write, language=language)


def the_problem(found: AnswerSet) -> tuple[int | None, str | None, str]:
    (problem,) = found.problems
    return problem.row, problem.column, problem.message


@pytest.mark.parametrize(
    ("row", "written", "value"),
    [
        (TESTED, "YES", "yes"),
        (TESTED, "\u00a0Yes. ", "yes"),
        (TESTED, True, "yes"),
        (TESTED, "Ja", "yes"),
        (TESTED, "Nein!", "no"),
        (TESTED, "Sí", "yes"),
        (TESTED, "não", "no"),
        (TESTED, "Oui,", "yes"),
        (TESTED, "N/A", "NA"),
        (TESTED, "n.a.", "NA"),
        (TESTED, "nicht zutreffend", "NA"),
        (TESTED, "Sans objet", "NA"),
        (TESTED, "No aplica", "NA"),
        (TESTED, "Não aplicável", "NA"),
        (TESTED, "Non applicabile", "NA"),
        (GRADE, 2, "2"),
        (GRADE, "2 - fair", "2"),
        (GRADE, "Good", "3"),
        (GRADE, "mittel", "2"),
        (CHANNELS, "e\u2011mail", "mail"),
        (CHANNELS, "E-mail; Chat; also by voice", "chat; mail"),
        (CHANNELS, "Chat; also by voice, E-mail", "chat; mail"),
        (CHANNELS, "\u2022 E-mail\n\u2022 nowhere\n", "mail; none"),
        (CHANNELS, "none;mail", "mail; none"),
        (CHANNELS, "Im Chat, Per E-Mail", "chat; mail"),
        (CHECKS, "lint, fuzz;unit", "lint; unit; fuzz"),
        (NOTICE, 12.5, "12.5"),
        (NOTICE, "12,5", "12.5"),
        (NOTICE, 1.125, "1.125"),
        (REMARK, 1.125, "1.125"),
        (NOTICE, "30 days", "30"),
        (NOTICE, "0,125", "0.125"),
        (NOTICE, "\u00a0 90", "90"),
        (AUDITED, datetime(2026, 7, 31, 14, 30), "2026-07-31"),  # noqa: DTZ001 - a cell knows no zone
        (AUDITED, "2026-07-31 00:00:00", "2026-07-31"),
        (AUDITED, "not applicable", "NA"),
        (REMARK, "  as it is \n", "  as it is \n"),
        (REMARK, 12, "12"),
        (POLICY, " https://example.org/p ", "https://example.org/p"),
    ],
)
def test_pasted_answers_are_understood(row: int, written: Any, value: str) -> None:
    found = filled((row, ANSWER, written))

    assert [answer.value for answer in found.answers.values()] == [value]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("row", "written", "part"),
    [
        (TESTED, "maybe", "'maybe' is no answer"),
        (CHANNELS, "E-mail; by pigeon", "'by pigeon' is no answer"),
        (GRADE, 4, "'4' is no answer"),
        (NOTICE, "1,500", "'1,500' is not a number"),
        (NOTICE, "1.500", "'1.500' can be read in two ways. Write 1500 or 1.5."),
        (NOTICE, "1.500 days", "Write 1500 or 1.5."),
        (NOTICE, 400, "above the most"),
        (NOTICE, "50%", "'50%' is not a number"),
        (AUDITED, "31.7.26", "'31.7.26' is not a date"),
        (AUDITED, "46234", "'46234' is not a date"),
        (TESTED, datetime(2026, 1, 2), "is a date, which is not read here"),  # noqa: DTZ001
        (REMARK, "=A1", "is a formula"),
        (REMARK, "x" * 5_001, "at most 5000"),
    ],
)
def test_what_cannot_be_an_answer_is_named_by_its_row(row: int, written: Any, part: str) -> None:
    where, column, message = the_problem(filled((row, ANSWER, written)))

    assert (where, column) == (row, "Answer")
    assert part in message


def test_a_number_that_a_program_turned_into_a_percentage_is_read_as_it_is_shown() -> None:
    pack = check_pack_text(EVERY_TYPE_YAML.replace("unit: days", "unit: percent")).pack
    assert pack is not None

    def type_half(book: Any) -> None:
        cell = book["Questionnaire"].cell(NOTICE, ANSWER, 0.07)
        cell.number_format = "0.00%"

    found = read_questionnaire_workbook(pack, edited(questionnaire_workbook(pack, {}), type_half), name="back.xlsx")

    assert found.answers["notice"].value == "7"


@pytest.mark.parametrize(
    ("column", "written", "label", "part"),
    [
        (EVIDENCE, "=HYPERLINK(A1)", "Evidence (link or document)", "is a formula"),
        (DATE, "summer", "Evidence date", "'summer' is not a date"),
        (DATE, "#REF!", "Evidence date", "an error value"),
        (COMMENT, "=1+1", "Comment", "is a formula"),
    ],
)
def test_a_bad_cell_beside_an_answer_is_named_and_the_answer_kept(column: int, written: str, label: str, part: str) -> None:
    found = filled((TESTED, ANSWER, "No"), (TESTED, column, written))

    assert found.answers == {"tested": Answer("tested", "no")}
    assert the_problem(found)[:2] == (TESTED, label)
    assert part in found.problems[0].message


def test_removed_rows_are_named() -> None:
    found = returned(lambda sheet: sheet.delete_rows(CHECKS, 3))

    assert [remark.message for remark in found.remarks] == [
        "3 questions have no row in this file: checks, grade, notice. What was answered before stays."
    ]


def test_a_question_that_was_never_sent_is_not_missed() -> None:
    content = questionnaire_workbook(every_type(), {}, questions=["tested", "grade"])

    found = read_questionnaire_workbook(every_type(), content, name="back.xlsx")

    assert (found.remarks, found.cleared) == ((), ("tested", "grade"))


def test_a_cleared_answer_is_told_from_one_that_has_no_row() -> None:
    def clear_and_remove(sheet: Any) -> None:
        sheet.cell(TESTED, ANSWER).value = "   "
        sheet.delete_rows(GRADE)

    found = returned(clear_and_remove, {"tested": Answer("tested", "yes"), "grade": Answer("grade", "1")})

    assert "tested" in found.cleared and "grade" not in found.cleared
    assert found.answers == {}


def test_rows_in_another_order_are_read_by_their_hidden_id() -> None:
    def reverse(sheet: Any) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=12, max_col=10)]
        for row, cells in enumerate(reversed(rows), start=5):
            for column, value in enumerate(cells, start=1):
                sheet.cell(row, column).value = value

    answers = {"tested": Answer("tested", "yes", "c"), "policy": Answer("policy", "p.pdf"), "notice": Answer("notice", "3", "", "e")}

    found = returned(reverse, answers)

    assert (found.answers, found.problems) == (answers, ())


def test_rows_sorted_without_their_hidden_id_are_refused_one_by_one() -> None:
    def swap_what_is_seen(sheet: Any) -> None:
        for column in range(2, 11):
            first, second = sheet.cell(TESTED, column), sheet.cell(GRADE, column)
            first.value, second.value = second.value, first.value

    found = returned(swap_what_is_seen, {"tested": Answer("tested", "yes"), "grade": Answer("grade", "1")})

    assert found.answers == {}
    assert [problem.row for problem in found.problems] == [TESTED, GRADE]
    assert "The number 4 stands beside the hidden id of question 1" in found.problems[0].message


def test_columns_in_another_order_are_read_by_their_headings() -> None:
    def move_comment_first(sheet: Any) -> None:
        for row in range(4, 13):
            comment, number = sheet.cell(row, COMMENT), sheet.cell(row, 2)
            comment.value, number.value = number.value, comment.value

    answers = {"tested": Answer("tested", "no", "why", "where", "2026-01-02")}

    assert returned(move_comment_first, answers).answers == answers


@pytest.mark.parametrize("heading", [4, "Our reply"])
def test_a_renamed_heading_is_read_by_its_place_and_named(heading: Any) -> None:
    def rename(sheet: Any) -> None:
        sheet.cell(4, ANSWER).value = str(heading)
        sheet.cell(TESTED, ANSWER).value = "Yes"

    found = returned(rename)

    assert found.answers == {"tested": Answer("tested", "yes")}
    assert [(remark.row, remark.column) for remark in found.remarks] == [(4, "Answer")]
    assert f"headed {str(heading)!r}; it was read as 'Answer'" in found.remarks[0].message


def test_ids_whose_heading_was_renamed_are_found_by_what_they_are() -> None:
    def rename(sheet: Any) -> None:
        sheet.cell(4, 1).value = "internal"
        sheet.cell(TESTED, ANSWER).value = "Yes"

    assert returned(rename).answers == {"tested": Answer("tested", "yes")}


def test_a_removed_column_of_comments_is_named_and_the_answers_kept() -> None:
    def remove(sheet: Any) -> None:
        sheet.cell(TESTED, ANSWER).value = "No"
        sheet.delete_cols(COMMENT)

    found = returned(remove)

    assert found.answers == {"tested": Answer("tested", "no")}
    assert "The column 'Comment' is missing" in found.remarks[0].message


@pytest.mark.parametrize(("column", "part"), [(1, "lost the column of question ids"), (ANSWER, "lost the column with the answers")])
def test_without_ids_or_answers_nothing_is_read(column: int, part: str) -> None:
    with pytest.raises(WorkbookRefusedError, match=part):
        returned(lambda sheet: sheet.delete_cols(column))


def test_a_copied_column_is_refused_because_nobody_knows_which_counts() -> None:
    def copy(sheet: Any) -> None:
        sheet.cell(4, 12).value = "Answer"

    with pytest.raises(WorkbookRefusedError, match=r"several columns 'Answer' \(E and L\)"):
        returned(copy)


def test_rows_and_text_above_the_header_do_not_matter() -> None:
    found = returned(
        lambda sheet: (sheet.insert_rows(1, 3), sheet.cell(1, 4, "Please return by Friday")), {"tested": Answer("tested", "no")}
    )

    assert found.answers == {"tested": Answer("tested", "no")}


def test_the_same_row_twice_is_one_answer() -> None:
    found = filled((TESTED, ANSWER, "Yes"), (20, 1, "tested"), (20, ANSWER, "yes"))

    assert (found.answers, found.problems) == ({"tested": Answer("tested", "yes")}, ())


def test_an_answer_in_the_wrong_column_is_named_with_its_place() -> None:
    row, column, message = the_problem(filled((TESTED, COMMENT, "yes")))

    assert (row, column) == (TESTED, "Comment")
    assert message == "'yes' is an answer, but stands in the column 'Comment'. Move it into 'Answer'."


def test_an_answer_beside_the_form_is_named_by_the_letter_of_its_column() -> None:
    found = filled((TESTED, 13, "yes"))

    assert the_problem(found)[:2] == (TESTED, "M")
    assert [(remark.row, remark.column) for remark in found.remarks] == [(TESTED, "M")]


def test_a_comment_without_an_answer_is_named_because_it_is_not_kept() -> None:
    found = filled((TESTED, COMMENT, "we are still looking into this"))

    assert (found.answers, found.problems) == ({}, ())
    assert [(remark.row, remark.column) for remark in found.remarks] == [(TESTED, "Answer")]


def test_not_applicable_without_reason_and_missing_evidence_are_remarked_on() -> None:
    found = filled((TESTED, ANSWER, "NA"), (NOTICE, ANSWER, 30))

    assert set(found.answers) == {"tested", "notice"}
    assert [remark.row for remark in found.remarks] == [TESTED, NOTICE]


def test_problems_in_a_german_file_carry_its_headings() -> None:
    assert the_problem(filled((TESTED, ANSWER, "vielleicht"), language="de"))[1] == "Antwort"


def test_english_answers_are_read_in_a_german_file_and_german_ones_in_an_english_file() -> None:
    assert filled((TESTED, ANSWER, "No"), (GRADE, ANSWER, "Good"), language="de").answers["grade"].value == "3"
    assert filled((TESTED, ANSWER, "Nein"), (GRADE, ANSWER, "3 \u2013 Gut")).answers["grade"].value == "3"


def test_a_character_that_cannot_be_stored_is_named() -> None:
    found = filled((TESTED, ANSWER, "Yes"), (TESTED, COMMENT, "a_x0000_b"))

    assert found.answers == {"tested": Answer("tested", "yes")}
    assert "U+0000" in the_problem(found)[2]

"""Packs as workbooks that a vendor fills in.

What identifies a question is a hidden, locked column; what the vendor writes into other cells is never read back.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import NOT_APPLICABLE, Pack, Question

SCHEMA = "vendor-ai-questionnaire-1"
ANSWER_SHEET = "Questionnaire"
HEADER = (
    "qid",
    "No.",
    "Area",
    "Question",
    "Answer",
    "Evidence (link or document)",
    "Evidence date",
    "Comment",
    "Evidence asked for",
    "Scope",
)
NOT_APPLICABLE_LABEL = "Not applicable"
_WIDTHS = (8, 6, 24, 70, 44, 36, 14, 44, 36, 12)
_HEADER_ROW = 3  # from 0; the rows above hold title and progress
_FIRST_ROW = _HEADER_ROW + 1
_ANSWER, _EVIDENCE, _DATE, _COMMENT = 4, 5, 6, 7
_LONGEST_TEXT = 32_767  # of a cell; longer text would be cut without a word
# A fixed time keeps the same pack the same bytes.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - the file format knows no zone

_INSTRUCTIONS = (
    "Fill in the sheet 'Questionnaire': one row is one question. Higher risk levels are worse; the levels are not shown here.",
    "Choose an answer from the list in the tinted cell. Free text in that cell cannot be read back.",
    "Where a question does not apply, choose 'Not applicable' and give the reason as a comment.",
    "Name the evidence for each answer: a link, or the title and page of a document, with its date (year-month-day).",
    "Some questions apply only after certain answers; the question says which. Leave them empty otherwise.",
    "You may sort, filter and resize. Do not delete or copy rows, and do not unlock the sheet: rows are matched by a hidden id.",
    "A cell that turns red is unanswered; orange means that evidence or a reason is missing.",
    "Save the file as .xlsx, without a password, and send it back.",
)


def questionnaire_workbook(pack: Pack, answers: Mapping[str, Answer], *, component: str = "") -> bytes:
    """The workbook of ``pack`` as bytes, with the answers so far filled in; the same input gives the same bytes."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": pack.title, "created": _CREATED})
        for key, value in meta(pack, component).items():
            book.set_custom_property(key, value, "text")
        style = _Style.of(book)
        _write_instructions(book.add_worksheet("Instructions"), pack, component, style)
        sheet = book.add_worksheet(ANSWER_SHEET)
        ranges = _write_lists(book, pack)
        _write_questions(sheet, pack, answers, ranges, style)
        _write_meta(book.add_worksheet("_meta"), meta(pack, component))
        sheet.activate()
    return buffer.getvalue()


def meta(pack: Pack, component: str) -> dict[str, str]:
    """What tells on the way back which pack and version was sent."""
    return {
        "vendor_ai_schema": SCHEMA,
        "vendor_ai_pack": pack.id,
        "vendor_ai_version": pack.version,
        "vendor_ai_pack_sha256": pack.digest(),
        "vendor_ai_component": component,
    }


@dataclass(frozen=True, slots=True)
class _Style:
    title: Any
    header: Any
    locked: Any
    hidden: Any
    choice: Any
    text: Any
    date: Any
    red: Any
    orange: Any

    @classmethod
    def of(cls, book: Any) -> "_Style":
        cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8CDD3"}
        open_cell = {**cell, "locked": False, "bg_color": "#FFF8E1"}
        return cls(
            title=book.add_format({"bold": True, "font_size": 14}),
            header=book.add_format({**cell, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}),
            locked=book.add_format({**cell, "quote_prefix": True}),
            hidden=book.add_format({"quote_prefix": True}),
            choice=book.add_format(open_cell),
            text=book.add_format({**open_cell, "num_format": "@", "quote_prefix": True}),
            date=book.add_format({**open_cell, "num_format": "yyyy-mm-dd"}),
            red=book.add_format({"bg_color": "#F8D7DA"}),
            orange=book.add_format({"bg_color": "#FFE0B2"}),
        )


def _write_instructions(sheet: Any, pack: Pack, component: str, style: _Style) -> None:
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, f"{pack.title} {pack.version}", style.title)
    sheet.write_string(1, 0, f"About: {component}" if component else "About: the AI component named in the letter that came with this file")
    for row, sentence in enumerate(_INSTRUCTIONS, start=3):
        sheet.write_string(row, 0, f"{row - 2}. {sentence}", style.locked)
    sheet.protect()


def _write_lists(book: Any, pack: Pack) -> list[str]:
    """Write every question's answers into the hidden sheet; return the named range of each question."""
    sheet = book.add_worksheet("_lists")
    sheet.hide()
    names: list[str] = []
    for column, question in enumerate(pack.questions):
        labels = _labels(question)
        for row, label in enumerate(labels):
            sheet.write_string(row, column, label)
        name = f"answers_{column + 1}"
        letter = xlsxwriter.utility.xl_col_to_name(column, col_abs=True)
        book.define_name(name, f"='_lists'!{letter}$1:{letter}${len(labels)}")
        names.append(name)
    sheet.protect()
    return names


def _labels(question: Question) -> list[str]:
    """The answers as the vendor reads them, in the pack's order."""
    return [option.label for option in question.options] + ([NOT_APPLICABLE_LABEL] if question.not_applicable else [])


def _write_meta(sheet: Any, values: Mapping[str, str]) -> None:
    for row, (key, value) in enumerate(values.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
    sheet.protect()


def _write_questions(sheet: Any, pack: Pack, answers: Mapping[str, Answer], ranges: list[str], style: _Style) -> None:
    last = _FIRST_ROW + len(pack.questions) - 1
    sheet.write_string(0, 3, pack.title, style.title)
    column = xlsxwriter.utility.xl_col_to_name(_ANSWER)
    unanswered = f'=COUNTBLANK({column}{_FIRST_ROW + 1}:{column}{last + 1})&" unanswered"'
    open_count = sum(question.id not in answers for question in pack.questions)
    sheet.write_formula(1, 3, unanswered, None, f"{open_count} unanswered")
    for place, (label, width) in enumerate(zip(HEADER, _WIDTHS, strict=True)):
        sheet.write_string(_HEADER_ROW, place, label, style.header)
        sheet.set_column(place, place, width, None, {"hidden": label == "qid"})
    sheet.write_comment(_HEADER_ROW, _ANSWER, "Choose from the list. The reason for 'Not applicable' goes into the comment.")
    labels = {dimension.id: dimension.label for dimension in pack.dimensions}
    for row, (question, name) in enumerate(zip(pack.questions, ranges, strict=True), start=_FIRST_ROW):
        _write_question(sheet, row, question, labels[question.dimension], style)
        _write_answer(sheet, row, question, answers.get(question.id), style)
        sheet.data_validation(row, _ANSWER, row, _ANSWER, _choice_rule(name))
    _write_rules(sheet, last, style)
    _lay_out(sheet, last)


def _write_question(sheet: Any, row: int, question: Question, area: str, style: _Style) -> None:
    sheet.write_string(row, 0, question.id, style.hidden)
    sheet.write_number(row, 1, row - _HEADER_ROW, style.locked)
    sheet.write_string(row, 2, area, style.locked)
    sheet.write_string(row, 3, _question_text(question), style.locked)
    sheet.write_string(row, 8, question.evidence, style.locked)
    sheet.write_string(row, 9, str(question.scope), style.locked)


def _question_text(question: Question) -> str:
    parts = [question.text]
    if question.guidance:
        parts.append(f"({question.guidance})")
    for trigger in question.applies_when:
        subject = f"question {trigger.question}" if trigger.question else f"the component's {(trigger.property or '').replace('_', ' ')}"
        parts.append(f"[Only if {subject} is: {' or '.join(trigger.values)}]")
    return "\n".join(parts)


def _write_answer(sheet: Any, row: int, question: Question, answer: Answer | None, style: _Style) -> None:
    option = question.option(answer.value) if answer else None
    label = NOT_APPLICABLE_LABEL if answer and answer.value == NOT_APPLICABLE else (option.label if option else "")
    _write_text(sheet, row, _ANSWER, label, style.choice)
    _write_text(sheet, row, _EVIDENCE, answer.evidence if answer else "", style.text)
    if answer and answer.dated:
        sheet.write_datetime(row, _DATE, date.fromisoformat(answer.dated), style.date)
    else:
        sheet.write_blank(row, _DATE, None, style.date)
    _write_text(sheet, row, _COMMENT, answer.comment if answer else "", style.text)


def _write_text(sheet: Any, row: int, column: int, text: str, cell_format: Any) -> None:
    if text:
        sheet.write_string(row, column, text[:_LONGEST_TEXT], cell_format)
    else:
        sheet.write_blank(row, column, None, cell_format)


def _choice_rule(name: str) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": f"={name}",
        "error_title": "Answer",
        "error_message": "Choose an answer from the list. Anything else goes into the comment.",
    }


def _write_rules(sheet: Any, last: int, style: _Style) -> None:
    first = _FIRST_ROW + 1  # as formulas count
    dates = {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1), "error_message": "Write a date such as 2026-07-31."}
    sheet.data_validation(_FIRST_ROW, _DATE, last, _DATE, {**dates, "ignore_blank": True})
    short = {
        "validate": "length",
        "criteria": "<=",
        "value": 5000,
        "error_message": "At most 5,000 characters. Attach longer text as evidence.",
    }
    sheet.data_validation(_FIRST_ROW, _EVIDENCE, last, _EVIDENCE, short)
    sheet.data_validation(_FIRST_ROW, _COMMENT, last, _COMMENT, short)
    blank = {"type": "formula", "criteria": f'=$E{first}=""', "format": style.red}
    sheet.conditional_format(_FIRST_ROW, _ANSWER, last, _ANSWER, blank)
    skipped = f'$E{first}="{NOT_APPLICABLE_LABEL}"'
    no_evidence = f'=AND($E{first}<>"",NOT({skipped}),$I{first}<>"",$F{first}="")'
    sheet.conditional_format(_FIRST_ROW, _EVIDENCE, last, _EVIDENCE, {"type": "formula", "criteria": no_evidence, "format": style.orange})
    no_reason = f'=AND({skipped},$H{first}="")'
    sheet.conditional_format(_FIRST_ROW, _COMMENT, last, _COMMENT, {"type": "formula", "criteria": no_reason, "format": style.orange})


def _lay_out(sheet: Any, last: int) -> None:
    sheet.freeze_panes(_FIRST_ROW, 4)
    sheet.autofilter(_HEADER_ROW, 0, last, len(HEADER) - 1)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&F&RPage &P of &N")
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

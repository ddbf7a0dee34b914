"""Packs as workbooks that a vendor fills in.

What identifies a question is a hidden, locked column; what the vendor writes into other cells is never read back.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_pixel_width

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import NOT_APPLICABLE, Pack, Question, Trigger
from vendor_ai.kit.wrapped_text import line_count

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
# In characters. Question to comment fit on a screen 1,366 pixels wide, and what is printed stays at 7 pt or more on A4.
_WIDTHS = (8, 5, 15, 52, 36, 23, 12, 28, 25, 11)
_PRINTED = 9  # columns; who the question is about follows from its text
_INSTRUCTIONS_WIDTH = 97  # fits an upright page unscaled: a single column wider than the page would be cut, not shrunk
# Arial has the same letter widths on every system (or a twin that has), so lines break where they were counted to break.
_FONT = {"font_name": "Arial", "font_size": 10}
_LINE_POINTS, _PADDING_POINTS, _TALLEST_POINTS = 12.75, 4, 409
_LEAST_LINES = 2  # of a question's row: room to write
_LISTED = 6  # values of a condition that are spelled out
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
    "You may sort, filter and resize: a row made taller shows more of a long comment. Do not delete or copy rows, and do not unlock "
    "the sheet: rows are matched by a hidden id.",
    "A red cell is unanswered; orange means that evidence or a reason is missing.",
    "Save the file as .xlsx, without a password, and send it back.",
)

_LEGEND = "Fill in the tinted cells. Red: not answered yet. Orange: evidence or a reason is missing."


def questionnaire_workbook(pack: Pack, answers: Mapping[str, Answer], *, component: str = "", reference: str = "", assessment: str = "", questions: object = None, language: str = "", key: bytes | None = None) -> bytes:  # noqa: ARG001, E501
    """The workbook of ``pack`` as bytes, with the answers so far filled in; the same input gives the same bytes.

    ``component`` is the name that is shown, ``reference`` what the way back is matched by: a component may be renamed meanwhile.
    """
    buffer = io.BytesIO()
    literal = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    options = {"in_memory": True, "default_format_properties": _FONT, **literal}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": pack.title, "created": _CREATED})
        for key, value in meta(pack, reference).items():
            book.set_custom_property(key, value, "text")
        style = _Style.of(book)
        _write_instructions(book.add_worksheet("Instructions"), pack, component, style)
        sheet = book.add_worksheet(ANSWER_SHEET)
        ranges = _write_lists(book, pack)
        _write_questions(sheet, pack, answers, ranges, style)
        _write_meta(book.add_worksheet("_meta"), meta(pack, reference))
        sheet.activate()
    return buffer.getvalue()


def meta(pack: Pack, reference: str) -> dict[str, str]:
    """What tells on the way back which pack and version was sent."""
    return {
        "vendor_ai_schema": SCHEMA,
        "vendor_ai_pack": pack.id,
        "vendor_ai_version": pack.version,
        "vendor_ai_pack_sha256": pack.digest(),
        "vendor_ai_component": reference,
    }


@dataclass(frozen=True, slots=True)
class _Style:
    title: Any
    progress: Any
    muted: Any
    step: Any
    header: Any
    locked: Any
    number: Any
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
            title=book.add_format({"bold": True, "font_size": 14, "font_color": "#1F3A5F"}),
            progress=book.add_format({"bold": True, "font_color": "#A3261B"}),
            muted=book.add_format({"font_color": "#5F6B76"}),
            step=book.add_format({"text_wrap": True, "valign": "top"}),
            header=book.add_format({**cell, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}),
            locked=book.add_format({**cell, "quote_prefix": True}),
            number=book.add_format({**cell, "align": "center"}),
            hidden=book.add_format({"quote_prefix": True}),
            choice=book.add_format(open_cell),
            text=book.add_format({**open_cell, "num_format": "@", "quote_prefix": True}),
            date=book.add_format({**open_cell, "num_format": "yyyy-mm-dd", "align": "center"}),
            red=book.add_format({"bg_color": "#F8D7DA"}),
            orange=book.add_format({"bg_color": "#FFE0B2"}),
        )


def row_points(cells: Mapping[int, str], widths: Sequence[float] = _WIDTHS, *, least: int = 1) -> float:
    """The height in points that shows the text of every column in full, as far as a row can grow."""
    lines = max([least, *(_lines(text, column, widths) for column, text in cells.items())])
    return min(_TALLEST_POINTS, lines * _LINE_POINTS + _PADDING_POINTS)


def _lines(text: str, column: int, widths: Sequence[float] = _WIDTHS) -> int:
    """How many lines ``text`` takes in a column; 7 pixels a character, less the cell's margins."""
    return line_count(text, widths[column] * 7 - 5, xl_pixel_width)


def _write_instructions(sheet: Any, pack: Pack, component: str, style: _Style) -> None:
    sheet.set_column(0, 0, _INSTRUCTIONS_WIDTH)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, f"{pack.title} {pack.version}", style.title)
    sheet.set_row(0, 24)
    about = f"About: {component}" if component else "About: the AI component named in the letter that came with this file"
    steps = [f"{number}. {sentence}" for number, sentence in enumerate(_INSTRUCTIONS, start=1)]
    for row, (text, look) in enumerate([(about, style.step), ("", style.step), *((step, style.step) for step in steps)], start=1):
        _write_text(sheet, row, 0, text, look)
        sheet.set_row(row, row_points({0: text}, (_INSTRUCTIONS_WIDTH,)))
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3)
    sheet.fit_to_pages(1, 0)
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
    _write_head(sheet, pack, answers, last, style)
    areas = {dimension.id: dimension.label for dimension in pack.dimensions}
    for row, (question, name) in enumerate(zip(pack.questions, ranges, strict=True), start=_FIRST_ROW):
        asked = {2: areas[question.dimension], 3: _question_text(pack, question), 8: question.evidence, 9: str(question.scope)}
        given = _answer_texts(question, answers.get(question.id))
        sheet.write_string(row, 0, question.id, style.hidden)
        sheet.write_number(row, 1, row - _HEADER_ROW, style.number)
        for column, text in asked.items():
            sheet.write_string(row, column, text, style.locked)
        _write_answer(sheet, row, given, style)
        sheet.data_validation(row, _ANSWER, row, _ANSWER, _choice_rule(name))
        # Any answer must fit the row once it is chosen, not only the one that stands there now.
        choices = {_ANSWER: max(_labels(question), key=lambda label: _lines(label, _ANSWER))}
        sheet.set_row(row, row_points({**asked, **given, **choices}, least=_LEAST_LINES))
    _write_rules(sheet, last, style)
    _lay_out(sheet, last)


def _write_head(sheet: Any, pack: Pack, answers: Mapping[str, Answer], last: int, style: _Style) -> None:
    """Title, progress and headings above the questions."""
    sheet.write_string(0, 1, pack.title, style.title)
    sheet.set_row(0, 24)
    column = xlsxwriter.utility.xl_col_to_name(_ANSWER)
    unanswered = f'=COUNTBLANK({column}{_FIRST_ROW + 1}:{column}{last + 1})&" unanswered"'
    open_count = sum(question.id not in answers for question in pack.questions)
    sheet.write_formula(1, 3, unanswered, style.progress, f"{open_count} unanswered")
    sheet.write_string(2, 3, _LEGEND, style.muted)
    for place, (label, width) in enumerate(zip(HEADER, _WIDTHS, strict=True)):
        sheet.write_string(_HEADER_ROW, place, label, style.header)
        sheet.set_column(place, place, width, None, {"hidden": label == "qid"})
    sheet.set_row(_HEADER_ROW, row_points(dict(enumerate(HEADER)), least=2))
    note = "Choose from the list. The reason for 'Not applicable' goes into the comment."
    sheet.write_comment(_HEADER_ROW, _ANSWER, note, {"width": 190, "height": 50})


def _question_text(pack: Pack, question: Question) -> str:
    guidance = [f"({question.guidance})"] if question.guidance else []
    return "\n".join([question.text, *guidance, *(f"[Only if {_condition(pack, trigger)}]" for trigger in question.applies_when)])


def _condition(pack: Pack, trigger: Trigger) -> str:
    """A trigger in the vendor's words: the number of the question and the answers as they read there."""
    earlier = pack.question(trigger.question) if trigger.question else None
    if earlier is None:
        values = [value.replace("_", " ") for value in trigger.values]
        return f"the component's {(trigger.property or '').replace('_', ' ')} is: {_one_of(values)}"
    labels = [f"\u201c{option.label if (option := earlier.option(it)) else NOT_APPLICABLE_LABEL}\u201d" for it in trigger.values]
    return f"the answer to question {pack.questions.index(earlier) + 1} is: {_one_of(labels)}"


def _one_of(words: list[str]) -> str:
    """``EU, Europe or worldwide``; of a long list the first ones."""
    if len(words) > _LISTED:
        words = [*words[: _LISTED - 1], f"one of {len(words) - _LISTED + 1} more"]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _answer_texts(question: Question, answer: Answer | None) -> dict[int, str]:
    """What the vendor's cells show for an answer, by column."""
    if answer is None:
        return dict.fromkeys((_ANSWER, _EVIDENCE, _DATE, _COMMENT), "")
    option = question.option(answer.value)
    label = NOT_APPLICABLE_LABEL if answer.value == NOT_APPLICABLE else (option.label if option else "")
    return {_ANSWER: label, _EVIDENCE: answer.evidence, _DATE: answer.dated, _COMMENT: answer.comment}


def _write_answer(sheet: Any, row: int, texts: Mapping[int, str], style: _Style) -> None:
    for column, look in ((_ANSWER, style.choice), (_EVIDENCE, style.text), (_COMMENT, style.text)):
        _write_text(sheet, row, column, texts[column], look)
    if texts[_DATE]:
        sheet.write_datetime(row, _DATE, date.fromisoformat(texts[_DATE]), style.date)
    else:
        sheet.write_blank(row, _DATE, None, style.date)


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
    sheet.freeze_panes(_FIRST_ROW, _ANSWER)
    sheet.set_selection(_FIRST_ROW, _ANSWER, _FIRST_ROW, _ANSWER)
    sheet.autofilter(_HEADER_ROW, 0, last, len(HEADER) - 1)
    sheet.repeat_rows(_HEADER_ROW)
    sheet.print_area(0, 0, last, _PRINTED - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&F&RPage &P of &N", {"scale_with_doc": False})
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

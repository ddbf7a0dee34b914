"""Packs as workbooks that a vendor fills in.

What identifies a question is a hidden, locked column; what the vendor writes into other cells is never read back.
"""

import io
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.asker import Cover
from vendor_ai.domain.form_origin import FormOrigin
from vendor_ai.domain.form_word import Column
from vendor_ai.domain.pack import Pack
from vendor_ai.exporters.workbook_cell import write_text
from vendor_ai.exporters.workbook_condition import ASKED
from vendor_ai.exporters.workbook_cover import cover_lines
from vendor_ai.exporters.workbook_form import Form
from vendor_ai.exporters.workbook_layout import (
    FIRST_ROW,
    HEADER_ROW,
    INSTRUCTIONS_WIDTH,
    PRINTED,
    WIDTHS,
    column_range,
    row_points,
)
from vendor_ai.exporters.workbook_row import RowWriter
from vendor_ai.exporters.workbook_rule import answer_rule, write_colours, write_column_rules
from vendor_ai.exporters.workbook_style import FONT, Style
from vendor_ai.scoring.applicability import Asked, asked_questions

ANSWER_SHEET = "Questionnaire"
# A fixed time keeps the same pack the same bytes.
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - the file format knows no zone
_LONGEST_TITLE = 255  # characters of a property


def questionnaire_workbook(
    pack: Pack,
    answers: Mapping[str, Answer],
    *,
    component: str = "",
    reference: str = "",
    assessment: str = "",
    questions: Collection[str] | None = None,
    language: str = "",
    key: bytes | None = None,
    cover: Cover | None = None,
) -> bytes:
    """The workbook of ``pack`` as bytes; the same input gives the same bytes.

    Args:
        pack: In all its languages.
        answers: So far, filled in.
        component: The name that is shown.
        reference: What the way back is matched by: a component may be renamed meanwhile.
        assessment: The assessment it belongs to.
        questions: Ids of those that are asked; None: all.
        language: Of questions and instructions, each where it is there; "": the pack's own.
        key: Signs what the file says about itself.
        cover: Who asks, and until when; None for a pack that is sent about no component.

    Raises:
        InvalidInputError: When the language is unknown, no question is left, or a text does not fit into a cell.
    """
    form = Form.of(pack, questions, language)
    origin = FormOrigin.of(pack, component=reference, assessment=assessment, language=form.language, questions=questions)
    stated = origin.properties(key)
    buffer = io.BytesIO()
    literal = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_format_properties": FONT, **literal}) as book:
        book.set_properties({"title": form.pack.title[:_LONGEST_TITLE], "created": _CREATED})
        for word, text in stated.items():
            book.set_custom_property(word, text, "text")
        style = Style.of(book)
        _write_instructions(book.add_worksheet(form.text.sheet), form, component, cover, style)
        sheet = book.add_worksheet(ANSWER_SHEET)
        ranges = _write_lists(book, form)
        _write_questions(sheet, form, answers, ranges, style)
        _write_meta(book.add_worksheet("_meta"), stated)
        sheet.activate()
    return buffer.getvalue()


def _write_instructions(sheet: Any, form: Form, component: str, cover: Cover | None, style: Style) -> None:
    sheet.set_column(0, 0, INSTRUCTIONS_WIDTH)
    sheet.hide_gridlines(2)
    write_text(sheet, 0, 0, f"{form.pack.title} {form.pack.version}", style.title, what="The title of the pack")
    sheet.set_row(0, 24)
    about = form.text.about.format(component) if component else form.text.about_unknown
    steps = [f"{number}. {sentence}" for number, sentence in enumerate(form.text.steps, start=1)]
    lines = cover_lines(cover, form.around) if cover else []
    for row, text in enumerate([about, *lines, "", *steps], start=1):
        write_text(sheet, row, 0, text, style.step, what="The name of the component or of who asks, or its use case,")
        sheet.set_row(row, row_points({0: text}, (INSTRUCTIONS_WIDTH,)))
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _write_lists(book: Any, form: Form) -> list[str]:
    """Write every question's answers into the hidden sheet; return the named range of each question."""
    sheet = book.add_worksheet("_lists")
    sheet.hide()
    names: list[str] = []
    for column, question in enumerate(form.questions):
        labels = form.labels(question)
        for row, label in enumerate(labels):
            sheet.write_string(row, column, label)
        name = f"answers_{column + 1}"
        if labels:
            letter = xl_col_to_name(column, col_abs=True)
            book.define_name(name, f"='_lists'!{letter}$1:{letter}${len(labels)}")
        names.append(name)
    sheet.protect()
    return names


def _write_meta(sheet: Any, values: Mapping[str, str]) -> None:
    for row, (key, value) in enumerate(values.items()):
        sheet.write_string(row, 0, key)
        sheet.write_string(row, 1, value)
    sheet.very_hidden()
    sheet.protect()


def _write_questions(sheet: Any, form: Form, answers: Mapping[str, Answer], ranges: list[str], style: Style) -> None:
    last = FIRST_ROW + len(form.questions) - 1
    asked = asked_questions(form.questions, answers)
    open_count = sum(question.required and question.id not in answers and asked[question.id] is not Asked.NO for question in form.questions)
    _write_head(sheet, form, last, open_count, style)
    writer = RowWriter(sheet, form, style, last)
    for row, (question, name) in enumerate(zip(form.questions, ranges, strict=True), start=FIRST_ROW):
        writer.write(row, question, answers.get(question.id), ruled_out=asked[question.id] is Asked.NO)
        sheet.data_validation(row, Column.ANSWER, row, Column.ANSWER, answer_rule(form, question, name))
    write_column_rules(sheet, form, last)
    write_colours(sheet, form, style, last)
    _lay_out(sheet, form, last)


def _write_head(sheet: Any, form: Form, last: int, open_count: int, style: Style) -> None:
    """Title, progress and headings above the questions."""
    write_text(sheet, 0, 1, form.pack.title, style.title, what="The title of the pack")
    sheet.set_row(0, 24)
    asked, given = column_range(Column.APPLIES, last), column_range(Column.ANSWER, last)
    unanswered = f'=SUMPRODUCT(({asked}={ASKED})*({given}=""))&" {form.text.unanswered}"'
    sheet.write_formula(1, Column.QUESTION, unanswered, style.progress, f"{open_count} {form.text.unanswered}")
    sheet.write_string(2, Column.QUESTION, form.text.legend, style.muted)
    for place, (label, width) in enumerate(zip(form.headings, WIDTHS, strict=True)):
        sheet.write_string(HEADER_ROW, place, label, style.header)
        sheet.set_column(place, place, width, None, {"hidden": place in (Column.ID, Column.APPLIES)})
    sheet.set_row(HEADER_ROW, row_points(dict(enumerate(form.headings)), least=2))
    sheet.write_comment(HEADER_ROW, Column.ANSWER, form.text.answer_note, {"width": 220, "height": 60})


def _lay_out(sheet: Any, form: Form, last: int) -> None:
    sheet.freeze_panes(FIRST_ROW, Column.ANSWER)
    sheet.set_selection(FIRST_ROW, Column.ANSWER, FIRST_ROW, Column.ANSWER)
    sheet.autofilter(HEADER_ROW, 0, last, Column.APPLIES)
    sheet.repeat_rows(HEADER_ROW)
    sheet.print_area(0, 0, last, PRINTED - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.3, right=0.3, top=0.4, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&F&R{form.text.page}", {"scale_with_doc": False})
    sheet.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})

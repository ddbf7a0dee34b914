"""What the workbook lets a person enter, and the colours that show what is missing."""

from datetime import date
from typing import Any

from vendor_ai.domain.form_word import Column
from vendor_ai.domain.pack import Question, QuestionType
from vendor_ai.exporters.workbook_condition import ASKED, RULED_OUT
from vendor_ai.exporters.workbook_form import LONGEST_ANSWER, Form
from vendor_ai.exporters.workbook_layout import FIRST_ROW, cell_name
from vendor_ai.exporters.workbook_style import Style

_FAR = 10**15  # the first number with more digits than programs keep
_LONGEST_TITLE, _LONGEST_MESSAGE = 32, 255  # of what a rule shows
_LONGEST_REMARK = 5_000
_DAYS = (date(1900, 3, 1), date(9999, 12, 31))


def answer_rule(form: Form, question: Question, name: str) -> dict[str, Any]:
    """What may stand in the answer's cell; ``name`` is the named range of the answers to choose."""
    rule = _rule_by_type(form, question, name)
    title = question.unit or form.headings[Column.ANSWER]
    shown = {"input_title": title[:_LONGEST_TITLE], "input_message": hint[:_LONGEST_MESSAGE]} if (hint := form.hint(question)) else {}
    # Not applicable is a text where a number or date is asked for: the program warns and lets it stand.
    lenient = {"error_type": "warning"} if question.not_applicable and question.type in (QuestionType.NUMBER, QuestionType.DATE) else {}
    return {**rule, **shown, **lenient, "error_title": form.headings[Column.ANSWER][:_LONGEST_TITLE]}


def _rule_by_type(form: Form, question: Question, name: str) -> dict[str, Any]:
    text = form.text
    match question.type:
        case QuestionType.NUMBER:
            message = text.write_number.format(form.hint(question))[:_LONGEST_MESSAGE]
            return {**_limits(question), "validate": "decimal", "error_message": message}
        case QuestionType.DATE:
            return {**_dates(), "error_message": text.write_date}
        case QuestionType.TEXT | QuestionType.FILE:
            return _length(form, LONGEST_ANSWER[question.type])
        case QuestionType.MULTI:
            return {"validate": "any"}
        case _:
            return {"validate": "list", "source": f"={name}", "error_message": text.choose}


def _limits(question: Question) -> dict[str, Any]:
    low = -_FAR if question.minimum is None else float(question.minimum)
    high = _FAR if question.maximum is None else float(question.maximum)
    return {"criteria": "between", "minimum": low, "maximum": high}


def _dates() -> dict[str, Any]:
    return {"validate": "date", "criteria": "between", "minimum": _DAYS[0], "maximum": _DAYS[1], "ignore_blank": True}


def _length(form: Form, longest: int) -> dict[str, Any]:
    return {"validate": "length", "criteria": "<=", "value": longest, "error_message": form.text.too_long.format(longest)}


def write_column_rules(sheet: Any, form: Form, last: int) -> None:
    """What may stand in the columns of evidence, date and comment."""
    sheet.data_validation(FIRST_ROW, Column.DATE, last, Column.DATE, {**_dates(), "error_message": form.text.write_date})
    for column in (Column.EVIDENCE, Column.COMMENT):
        sheet.data_validation(FIRST_ROW, column, last, column, _length(form, _LONGEST_REMARK))


def write_colours(sheet: Any, form: Form, style: Style, last: int) -> None:
    """Grey what does not apply, red what is unanswered, orange where evidence or a reason is missing."""
    answer, evidence, comment, asked_for, applies = (
        cell_name(FIRST_ROW, column) for column in (Column.ANSWER, Column.EVIDENCE, Column.COMMENT, Column.ASKED_FOR, Column.APPLIES)
    )
    skipped = f'OR({answer}="{form.not_applicable}",{answer}="NA",{answer}="N/A")'
    rules = (
        ((Column.NUMBER, Column.ASKED_FOR), f"={applies}={RULED_OUT}", style.grey, True),
        ((Column.ANSWER, Column.ANSWER), f'=AND({answer}="",{applies}={ASKED})', style.red, False),
        ((Column.EVIDENCE, Column.EVIDENCE), f'=AND({answer}<>"",NOT({skipped}),{asked_for}<>"",{evidence}="")', style.orange, False),
        ((Column.COMMENT, Column.COMMENT), f'=AND({skipped},{comment}="")', style.orange, False),
    )
    for (first, final), formula, look, stop in rules:
        rule = {"type": "formula", "criteria": formula, "format": look, "stop_if_true": stop}
        sheet.conditional_format(FIRST_ROW, first, last, final, rule)

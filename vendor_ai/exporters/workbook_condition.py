"""Formulas that say whether a question of the workbook is still asked, from the answers beside the earlier ones."""

from collections.abc import Iterator

from xlsxwriter.utility import xl_rowcol_to_cell

from vendor_ai.domain.form_word import Column
from vendor_ai.domain.pack import Question, QuestionType
from vendor_ai.exporters.workbook_form import Form
from vendor_ai.exporters.workbook_layout import column_range

ASKED, OPTIONAL, RULED_OUT = 1, 2, 0  # in the hidden column; only the first is counted and turns red
_LONGEST_FORMULA = 8_000  # characters; programs take 8,192
_Need = tuple[Question, tuple[str, ...]]


def applies_formula(form: Form, question: Question, last: int) -> str | None:
    """The formula of the hidden column, or None where nothing on the form can rule the question out.

    Rows are found by their id, so that sorting moves nothing; a question that hangs on an open one still counts as asked.
    """
    met = [_met(form, earlier, values, last) for earlier, values in _needs(form, question)]
    formula = f"=IF(AND({','.join(met)}),{settled(question)},{RULED_OUT})"
    return formula if met and len(formula) <= _LONGEST_FORMULA else None


def settled(question: Question) -> int:
    """What stands in the hidden column while nothing rules the question out."""
    return ASKED if question.required else OPTIONAL


def _needs(form: Form, question: Question) -> Iterator[_Need]:
    """What must have been answered: the question's own conditions and those of the questions they hang on."""
    for trigger in question.applies_when:
        earlier = form.question(trigger.question)
        if earlier is not None:
            yield earlier, trigger.values
            yield from _needs(form, earlier)


def _met(form: Form, earlier: Question, values: tuple[str, ...], last: int) -> str:
    """Whether the earlier answer is open or one of these."""
    answer = f'INDEX({column_range(Column.ANSWER, last)},MATCH("{earlier.id}",{column_range(Column.ID, last)},0))'
    column = form.questions.index(earlier)
    tests = [f'{answer}=""']
    for row, option in enumerate(earlier.options):
        if option.value in values:
            label = f"'_lists'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"
            if earlier.type is QuestionType.MULTI:
                tests += [f"ISNUMBER(FIND(LOWER({words}),LOWER({answer})))" for words in (label, f'"{option.value}"')]
            else:
                tests += [f"{answer}={label}", f'{answer}&""="{option.value}"']
    return f"OR({','.join(tests)})"

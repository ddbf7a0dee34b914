"""One question as a row of the workbook."""

from dataclasses import dataclass
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.form_word import Column
from vendor_ai.domain.pack import NOT_APPLICABLE, Question, QuestionType
from vendor_ai.exporters.workbook_cell import write_date, write_number, write_text
from vendor_ai.exporters.workbook_condition import RULED_OUT, applies_formula, settled
from vendor_ai.exporters.workbook_form import Form
from vendor_ai.exporters.workbook_layout import HEADER_ROW, LEAST_LINES, line_room, row_points
from vendor_ai.exporters.workbook_style import Style


@dataclass(frozen=True, slots=True)
class RowWriter:
    """Writes questions into one sheet, whose last row is known."""

    sheet: Any
    form: Form
    style: Style
    last: int

    def write(self, row: int, question: Question, answer: Answer | None, *, ruled_out: bool) -> None:
        """Write the question, the answer so far, and whether it is still asked."""
        given = answer or Answer(question.id, "")
        asked = self._asked(question)
        self.sheet.write_string(row, Column.ID, question.id, self.style.hidden)
        self.sheet.write_number(row, Column.NUMBER, row - HEADER_ROW, self.style.number)
        for column, text in asked.items():
            write_text(self.sheet, row, column, text, self.style.locked, what=f"The text of the question {question.id!r}")
        self._write_answer(row, question, answer)
        self._write_open(row, Column.EVIDENCE, given.evidence, f"The evidence of the question {question.id!r}")
        self._write_open(row, Column.COMMENT, given.comment, f"The comment of the question {question.id!r}")
        self._write_date(row, Column.DATE, given.dated)
        self._write_applies(row, question, ruled_out=ruled_out)
        answered = self._tallest_answer(question, answer)
        texts = asked | {Column.ANSWER: answered, Column.EVIDENCE: given.evidence, Column.COMMENT: given.comment}
        self.sheet.set_row(row, row_points(texts, least=LEAST_LINES))

    def _asked(self, question: Question) -> dict[int, str]:
        area = next(dimension.label for dimension in self.form.pack.dimensions if dimension.id == question.dimension)
        return {
            Column.AREA: area,
            Column.QUESTION: self.form.question_text(question),
            Column.ASKED_FOR: self.form.evidence_text(question),
            Column.SCOPE: self.form.text.scopes[str(question.scope)],
        }

    def _tallest_answer(self, question: Question, answer: Answer | None) -> str:
        """Any answer must fit the row once it is chosen, not only the one that stands there now."""
        choices = [] if question.type is QuestionType.MULTI else self.form.labels(question)
        return max([*choices, self.form.answer_text(question, answer)], key=lambda label: line_room(label, Column.ANSWER))

    def _write_answer(self, row: int, question: Question, answer: Answer | None) -> None:
        text = self.form.answer_text(question, answer)
        figure = bool(text) and answer is not None and answer.value != NOT_APPLICABLE
        match question.type:
            case QuestionType.NUMBER if figure:
                write_number(self.sheet, row, Column.ANSWER, text, self.style.choice)
            case QuestionType.DATE if figure or not text:
                self._write_date(row, Column.ANSWER, text)
            case QuestionType.TEXT | QuestionType.FILE | QuestionType.MULTI:
                self._write_open(row, Column.ANSWER, text, f"The answer to the question {question.id!r}")
            case _:
                write_text(self.sheet, row, Column.ANSWER, text, self.style.choice, what=f"The answer to the question {question.id!r}")

    def _write_open(self, row: int, column: int, text: str, what: str) -> None:
        write_text(self.sheet, row, column, text, self.style.text, what=what)

    def _write_date(self, row: int, column: int, text: str) -> None:
        if text:
            write_date(self.sheet, row, column, text, self.style.date)
        else:
            self.sheet.write_blank(row, column, None, self.style.date)

    def _write_applies(self, row: int, question: Question, *, ruled_out: bool) -> None:
        formula = applies_formula(self.form, question, self.last)
        state = settled(question)
        if formula is None:
            self.sheet.write_number(row, Column.APPLIES, state)
        else:
            self.sheet.write_formula(row, Column.APPLIES, formula, None, RULED_OUT if ruled_out else state)

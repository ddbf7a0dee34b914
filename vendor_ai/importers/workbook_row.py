"""One row of a returned workbook → an answer, what is wrong with it, and what it lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.form_word import Column
from vendor_ai.domain.pack import Question, QuestionType
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answer_word import is_iso_date, normal
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.importers.workbook_guard import Cell, SheetCell
from vendor_ai.importers.workbook_header import Header, column_letter
from vendor_ai.importers.workbook_word import AnswerWords, plain_date

_KINDS = {"formula": "a formula", "error": "an error value", "date": "a date"}
_SHORT = 60  # characters of a text that a message repeats


@dataclass(frozen=True, slots=True)
class FoundRow:
    """What one row gives; ``question`` is "" where it belongs to none of the pack."""

    question: str = ""
    answer: Answer | None = None
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one sheet; ``numbers`` are those the questions were sent with."""

    reader: AnswerReader
    words: AnswerWords
    header: Header
    numbers: Mapping[str, int]
    _by_id: dict[str, Question] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {normal(question.id): question for question in self.reader.pack.questions})

    def read(self, row: int, cells: Sequence[Cell]) -> FoundRow:
        """The answer in the row with this number."""
        stated, cell = self.header.cell(cells, Column.ID), self.header.cell(cells, Column.ANSWER)
        question_id = stated.strip() if isinstance(stated, str) else ""
        question = self._by_id.get(normal(question_id))
        if isinstance(cell, SheetCell) or (cell or "").strip():
            return self._answered(row, cells, question_id, question)
        return FoundRow() if question is None else self._unanswered(row, cells, question)

    def _answered(self, row: int, cells: Sequence[Cell], question_id: str, question: Question | None) -> FoundRow:
        if not question_id:
            return self._refused(row, "This row has an answer but lost its hidden question id. Copy the answer into the row that was sent.")
        if question is None:
            unknown = self.reader.answer(question_id, "", row=row)
            return self._refused(row, unknown.message if isinstance(unknown, Problem) else "")
        moved = self._number_of_another(cells, question)
        if moved:
            return self._refused(row, moved, question.id)
        text = self._answer_text(row, cells, question)
        if isinstance(text, Problem):
            return FoundRow(question.id, problems=(text,))
        found = self.reader.answer(question.id, self.words.word(question, text), row=row)
        if isinstance(found, Problem):
            return self._refused(row, found.message, question.id)
        answer, problems = self._with_evidence(row, cells, found)
        return FoundRow(question.id, answer, problems, self.reader.remarks(answer, row))

    def _with_evidence(self, row: int, cells: Sequence[Cell], answer: Answer) -> tuple[Answer, tuple[Problem, ...]]:
        """The answer with its evidence, date and comment; a cell that cannot be read is named and the answer kept."""
        evidence = self._text(row, cells, Column.EVIDENCE)
        comment = self._text(row, cells, Column.COMMENT)
        dated = self._date(row, cells)
        problems = tuple(each for each in (evidence, dated, comment) if isinstance(each, Problem))
        texts = {"evidence": evidence, "comment": comment, "dated": dated}
        return replace(answer, **{name: "" if isinstance(text, Problem) else str(text) for name, text in texts.items()}), problems

    def _answer_text(self, row: int, cells: Sequence[Cell], question: Question) -> str | Problem:
        cell = self.header.cell(cells, Column.ANSWER)
        if isinstance(cell, SheetCell) and cell.kind == "date" and question.type is QuestionType.DATE:
            return cell.text[:10]
        if isinstance(cell, SheetCell) and cell.kind == "date" and question.type not in (QuestionType.TEXT, QuestionType.FILE):
            return self._unread(row, Column.ANSWER, cell)
        return self._text(row, cells, Column.ANSWER)

    def _text(self, row: int, cells: Sequence[Cell], column: Column) -> str | Problem:
        """The text of a cell as it is; one of nothing but blanks is no text."""
        cell = self.header.cell(cells, column)
        if isinstance(cell, SheetCell):
            return cell.text.removesuffix("T00:00:00") if cell.kind == "date" else self._unread(row, column, cell)
        if cell and "\x00" in cell:
            message = "This cell holds a character that cannot be stored (U+0000). Write its text again."
            return Problem(row, self.header.label(column), message)
        return cell if cell and cell.strip() else ""

    def _date(self, row: int, cells: Sequence[Cell]) -> str | Problem:
        cell = self.header.cell(cells, Column.DATE)
        if isinstance(cell, SheetCell) and cell.kind != "date":
            return self._unread(row, Column.DATE, cell)
        written = cell.text[:10] if isinstance(cell, SheetCell) else (cell or "").strip()
        dated = plain_date(written)
        if dated and not is_iso_date(dated):
            return Problem(row, self.header.label(Column.DATE), f"{_short(written)} is not a date. Write it as 2026-07-31.")
        return dated

    def _unread(self, row: int, column: Column, cell: SheetCell) -> Problem:
        message = f"{_short(cell.text)} is {_KINDS[cell.kind]}, which is not read here. Write plain text, or choose from the list."
        return Problem(row, self.header.label(column), message)

    def _number_of_another(self, cells: Sequence[Cell], question: Question) -> str:
        """What to say where the number beside the id is that of another question: somebody sorted without the hidden column."""
        cell, sent = self.header.cell(cells, Column.NUMBER), self.numbers.get(question.id)
        if sent is None or not isinstance(cell, str) or not cell.strip().isdecimal() or int(cell) == sent:
            return ""
        return (
            f"The number {cell.strip()} stands beside the hidden id of question {sent}: rows were sorted or copied without it. "
            "Copy the answer into the file that was sent."
        )

    def _unanswered(self, row: int, cells: Sequence[Cell], question: Question) -> FoundRow:
        """A row without an answer, which may stand in another column or be meant by a comment."""
        beside = [
            (place, self.header.label(column))
            for column in (Column.COMMENT, Column.EVIDENCE, Column.DATE)
            if (place := self.header.columns.get(column)) is not None
        ]
        beside += [(place, column_letter(place)) for place in self.header.unknown]
        texts = [(label, cell.strip()) for place, label in beside if place < len(cells) and isinstance(cell := cells[place], str)]
        for label, text in texts:
            if text and question.options and self.words.option(question, text):
                answers = self.header.label(Column.ANSWER)
                message = f"{_short(text)} is an answer, but stands in the column {label!r}. Move it into {answers!r}."
                return FoundRow(question.id, problems=(Problem(row, label, message),))
        written = next((label for label, text in texts[:3] if text), "")
        message = f"This question has a text in {written!r} but no answer, so it stays open and the text is not kept."
        remarks = (Problem(row, self.header.label(Column.ANSWER), message),) if written else ()
        return FoundRow(question.id, remarks=remarks)

    def _refused(self, row: int, message: str, question: str = "") -> FoundRow:
        return FoundRow(question, problems=(Problem(row, self.header.label(Column.ANSWER), message),))


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHORT else f"{text[:_SHORT]}...")

"""Returned workbooks: bytes → answers by hidden question id, with problems by the sheet's rows.

Text, weights and locks in the vendor's file are ignored: only id, number, answer, evidence, date and comment are read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.form_origin import FormOrigin
from vendor_ai.domain.form_word import Column
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answers import AnswerReader, AnswerSet
from vendor_ai.importers.workbook_guard import Cell, WorkbookContent, WorkbookRefusedError, read_workbook
from vendor_ai.importers.workbook_header import Header, column_letter, find_header
from vendor_ai.importers.workbook_row import FoundRow, RowReader
from vendor_ai.importers.workbook_word import AnswerWords

_SHEET = "Questionnaire"
_META = "_meta"
_NAMED = 10  # questions without a row that are named


def read_questionnaire_workbook(pack: Pack, content: bytes, *, name: str, key: bytes | None = None) -> AnswerSet:
    """The answers in a workbook that was written for ``pack``; with ``key`` its signature is checked.

    Raises:
        WorkbookRefusedError: When the file is unsafe, no questionnaire, or of another pack or version.
        FormChangedError: When what it says about itself was changed.
    """
    book = read_workbook(content, name=name)
    origin = FormOrigin.read(stated_pack(book), name=name, key=key)
    if origin is None:
        raise WorkbookRefusedError(f"{name} is not a questionnaire that was written by vendor-ai. Fill in the file that was sent.")
    _refuse_other_pack(pack, origin, name)
    rows, header = _answer_sheet(book, [question.id for question in pack.questions], name)
    sent = origin.sent(pack)
    numbers = {question: number for number, question in enumerate(sent, start=1)}
    reader = RowReader(AnswerReader(pack), AnswerWords(pack, origin.language), header, numbers)
    given = _Given()
    for row, cells in enumerate(rows[header.row + 1 :], start=header.row + 2):
        given.add(row, reader.read(row, cells), header)
    return replace(given.answer_set(sent, _overall(rows, header)), component=origin.component, assessment=origin.assessment)


def stated_pack(book: WorkbookContent) -> dict[str, str]:
    """What the file says about the pack it was made from: the very hidden sheet, else the custom properties."""
    rows = book.sheets.get(_META, [])
    stated = {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and isinstance(row[0], str) and isinstance(row[1], str)}
    return stated if "vendor_ai_pack" in stated else book.properties


def _refuse_other_pack(pack: Pack, origin: FormOrigin, name: str) -> None:
    if origin.pack != pack.id:
        raise WorkbookRefusedError(f"{name} belongs to the pack {origin.pack!r}, not to {pack.id!r}. Give the matching pack or file.")
    if origin.version != pack.version or origin.pack_sha256 != pack.digest():
        other = f"version {origin.version}" if origin.version != pack.version else "another wording of the same version"
        raise WorkbookRefusedError(
            f"{name} was made from {other} of {pack.id!r}, not from {pack.version}. Score it with the pack it was sent with."
        )


def _answer_sheet(book: WorkbookContent, ids: Sequence[str], name: str) -> tuple[list[list[Cell]], Header]:
    """The sheet with the answers: by its name, or the only one with its headings where it was renamed."""
    rows = book.sheets.get(_SHEET)
    header = find_header(rows, ids, name) if rows else None
    if rows and header:
        return rows, header
    others = [(sheet, found) for sheet in book.sheets.values() if sheet and (found := find_header(sheet, ids, name))]
    if len(others) != 1:
        raise WorkbookRefusedError(f"{name} has no sheet {_SHEET!r} with the column of question ids. Fill in the file that was sent.")
    return others[0]


def _overall(rows: Sequence[Sequence[Cell]], header: Header) -> Iterable[Problem]:
    """What is to be said about columns."""
    yield from header.remarks
    for place in header.unknown:
        below = enumerate(rows[header.row + 1 :], start=header.row + 2)
        first = next((row for row, cells in below if place < len(cells) and cells[place] is not None), None)
        if first is not None:
            letter = column_letter(place)
            yield Problem(first, letter, f"The column {letter} does not belong to the questionnaire, so it was not read.")


@dataclass(slots=True)
class _Given:
    """What was found so far, row by row."""

    answers: dict[str, Answer] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)

    def add(self, row: int, found: FoundRow, header: Header) -> None:
        """Take over what one row gives."""
        self.problems.extend(found.problems)
        self.remarks.extend(found.remarks)
        before = self.answers.get(found.question)
        if found.answer is not None and before is not None and before != found.answer:
            first = self.rows[found.question]
            message = f"The question {found.question!r} is answered differently on row {first}. Keep one of the two rows."
            self.problems.append(Problem(row, header.label(Column.ANSWER), message))
        elif found.answer is not None and before is None:
            self.answers[found.question] = found.answer
            self.rows[found.question] = row
        elif found.answer is None and not found.problems:
            self.empty.append(found.question)
        self.rows.setdefault(found.question, row)

    def answer_set(self, sent: Sequence[str], overall: Iterable[Problem]) -> AnswerSet:
        """Everything found, with what is to be said about the whole file."""
        cleared = tuple(dict.fromkeys(question for question in self.empty if question and question not in self.answers))
        remarks = (*overall, *_without_row([question for question in sent if question not in self.rows]), *self.remarks)
        return AnswerSet(None, self.answers, tuple(self.problems), remarks=remarks, cleared=cleared)


def _without_row(questions: Sequence[str]) -> list[Problem]:
    if not questions:
        return []
    more = f" and {len(questions) - _NAMED} more" if len(questions) > _NAMED else ""
    these = "1 question has" if len(questions) == 1 else f"{len(questions)} questions have"
    message = f"{these} no row in this file: {', '.join(questions[:_NAMED])}{more}. What was answered before stays."
    return [Problem(None, None, message)]

"""Returned workbooks: bytes → answers by hidden question id, with problems by the sheet's rows.

Text, weights and locks in the vendor's file are ignored: only the id, the answer, evidence, date and comment are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answers import AnswerReader, AnswerSet, is_iso_date
from vendor_ai.importers.workbook_guard import Cell, SheetCell, WorkbookContent, WorkbookRefusedError, read_workbook

_SHEET = "Questionnaire"
_META = "_meta"
_ID = "qid"
_COLUMNS = {"answer": "Answer", "evidence": "Evidence (link or document)", "dated": "Evidence date", "comment": "Comment"}
_HEADER_WITHIN = 20  # rows


def read_questionnaire_workbook(pack: Pack, content: bytes, *, name: str, key: bytes | None = None) -> AnswerSet:  # noqa: ARG001
    """The answers in a workbook that was written for ``pack``.

    Raises:
        WorkbookRefusedError: When the file is unsafe, no questionnaire, or of another pack or version.
    """
    book = read_workbook(content, name=name)
    _refuse_other_pack(pack, book, name)
    rows = book.sheets.get(_SHEET)
    header = _find_header(rows) if rows else None
    if rows is None or header is None:
        raise WorkbookRefusedError(f"{name} has no sheet {_SHEET!r} with the column of question ids. Fill in the file that was sent.")
    return replace(_read_rows(AnswerReader(pack), rows, header), component=stated_pack(book).get("vendor_ai_component", ""))


@dataclass(frozen=True, slots=True)
class _Header:
    row: int  # index of the header row
    columns: dict[str, int]  # id, answer, evidence, dated, comment → index of the column


def stated_pack(book: WorkbookContent) -> dict[str, str]:
    """What the file says about the pack it was made from: the very hidden sheet, else the custom properties."""
    rows = book.sheets.get(_META, [])
    stated = {str(row[0]): str(row[1]) for row in rows if len(row) > 1 and isinstance(row[0], str) and isinstance(row[1], str)}
    return stated if "vendor_ai_pack" in stated else book.properties


def _refuse_other_pack(pack: Pack, book: WorkbookContent, name: str) -> None:
    stated = stated_pack(book)
    found, version = stated.get("vendor_ai_pack"), stated.get("vendor_ai_version")
    if found is None:
        raise WorkbookRefusedError(f"{name} is not a questionnaire that was written by vendor-ai. Fill in the file that was sent.")
    if found != pack.id:
        raise WorkbookRefusedError(f"{name} belongs to the pack {found!r}, not to {pack.id!r}. Give the matching pack or file.")
    if version != pack.version or stated.get("vendor_ai_pack_sha256") != pack.digest():
        other = f"version {version}" if version != pack.version else "another wording of the same version"
        raise WorkbookRefusedError(
            f"{name} was made from {other} of {pack.id!r}, not from {pack.version}. Score it with the pack it was sent with."
        )


def _find_header(rows: Sequence[Sequence[Cell]]) -> _Header | None:
    for index, row in enumerate(rows[:_HEADER_WITHIN]):
        labels = {cell.strip(): column for column, cell in enumerate(row) if isinstance(cell, str)}
        if _ID in labels and all(label in labels for label in _COLUMNS.values()):
            return _Header(index, {"id": labels[_ID], **{key: labels[label] for key, label in _COLUMNS.items()}})
    return None


def _read_rows(reader: AnswerReader, rows: Sequence[Sequence[Cell]], header: _Header) -> AnswerSet:
    answers: dict[str, Answer] = {}
    problems: list[Problem] = []
    first_row: dict[str, int] = {}
    for index, cells in enumerate(rows[header.row + 1 :], start=header.row + 2):
        found = _read_row(reader, index, {key: cells[column] if column < len(cells) else None for key, column in header.columns.items()})
        if found is None:
            continue
        if isinstance(found, Problem):
            problems.append(found)
        elif found.question not in answers:
            answers[found.question] = found
            first_row[found.question] = index
        elif found != answers[found.question]:
            message = (
                f"The question {found.question!r} is answered differently on row {first_row[found.question]}. Keep one of the two rows."
            )
            problems.append(Problem(index, "Answer", message))
    return AnswerSet(None, answers, tuple(problems))


def _read_row(reader: AnswerReader, row: int, cells: dict[str, Cell]) -> Answer | Problem | None:
    """The answer of one row, its mistake, or None where it is unanswered."""
    words: dict[str, str] = {}
    for key, cell in cells.items():
        if isinstance(cell, SheetCell) and not (cell.kind == "date" and key == "dated"):
            label = _COLUMNS.get(key, _ID)
            kind = {"formula": "a formula", "error": "an error value", "date": "a date"}[cell.kind]
            return Problem(row, label, f"{cell.text!r} is {kind}, which is not read here. Write plain text, or choose from the list.")
        words[key] = (cell.text[:10] if isinstance(cell, SheetCell) else cell or "").strip()
    if not words["answer"]:
        return None
    if not words["id"]:
        return Problem(row, "Answer", "This row has an answer but lost its hidden question id. Copy the answer into the row that was sent.")
    if words["dated"] and not is_iso_date(words["dated"]):
        return Problem(row, _COLUMNS["dated"], f"{words['dated']!r} is not a date. Write it as 2026-07-31.")
    found = reader.answer(words["id"], words["answer"], row=row, comment=words["comment"], evidence=words["evidence"], dated=words["dated"])
    return Problem(row, "Answer", found.message) if isinstance(found, Problem) else found

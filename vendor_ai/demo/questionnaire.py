"""Fills a questionnaire workbook as a vendor would: the sent file is opened, answered and saved again."""

from pathlib import Path
from typing import Any

from vendor_ai.demo.errors import DemoFailedError
from vendor_ai.domain.question import SEPARATOR, Question
from vendor_ai.services.questionnaire import DEFAULT_PACK, find_pack, read_answers

_SHEET = "Questionnaire"
_COLUMNS = {"value": "Answer", "evidence": "Evidence (link or document)", "dated": "Evidence date", "comment": "Comment"}


def fill_workbook(sent: Path, answers: Path, filled: Path) -> int:
    """Write the answers of a YAML file into a workbook of the default pack; returns how many.

    Raises:
        DemoFailedError: When the answers do not fit the pack that was sent.
    """
    import openpyxl

    pack = find_pack(DEFAULT_PACK)
    given = read_answers(pack, answers)
    if given.problems:
        raise DemoFailedError(given.problems[0].sentence(answers.name))
    questions = {question.id: question for question in pack.questions}
    book = openpyxl.load_workbook(sent)
    sheet = book[_SHEET]
    header, places = _header(sheet)
    written = 0
    for row in range(header + 1, sheet.max_row + 1):
        answer = given.answers.get(str(sheet.cell(row, places["qid"]).value))
        if answer is None:
            continue
        cells = {
            "value": _as_written(questions[answer.question], answer.value),
            "evidence": answer.evidence,
            "dated": answer.dated,
            "comment": answer.comment,
        }
        for name, text in cells.items():
            sheet.cell(row, places[_COLUMNS[name]]).value = text or None
        written += 1
    book.save(filled)
    return written


def _as_written(question: Question, value: str) -> str:
    """An answer as a person writes it: the labels of what was chosen, else the value itself."""
    chosen = [option.label for option in question.options if option.value in question.chosen(value)]
    return SEPARATOR.join(chosen) or value


def _header(sheet: Any) -> tuple[int, dict[str, int]]:
    """The header's row and the column of each of its labels, counted from 1."""
    for row in sheet.iter_rows(min_row=1, max_row=10):
        places = {str(cell.value): int(cell.column) for cell in row if cell.value is not None}
        if "qid" in places:
            return int(row[0].row), places
    raise DemoFailedError("The workbook that was sent has no header row.")

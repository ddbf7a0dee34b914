"""The first sheet of a workbook from outside as plain rows."""

from pathlib import Path

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.workbook_guard import Cell, SheetCell, read_workbook


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, SheetCell) else cell or ""


def first_sheet(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header row and the filled rows below it, each with its row number; a formula stays the text it is.

    Raises:
        InvalidInputError: When the file is absent, unsafe, no workbook, or has no header.
    """
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path}.")
    sheets = read_workbook(path.read_bytes(), name=path.name).sheets
    rows = [(number, [_text(cell) for cell in row]) for number, row in enumerate(next(iter(sheets.values())), start=1)]
    filled = [(number, row) for number, row in rows if any(cell.strip() for cell in row)]
    if not filled:
        raise InvalidInputError(f"{path} has no rows. Its first sheet needs a header row and at least one row of data.")
    return filled[0][1], filled[1:]

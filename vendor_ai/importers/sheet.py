"""The first sheet of a workbook as plain rows."""

from pathlib import Path
from typing import Any

from vendor_ai.domain.errors import InvalidInputError


def first_sheet(path: Path) -> tuple[list[Any], list[tuple[int, list[Any]]]]:
    """Return the header row and the filled rows below it, each with its row number.

    Raises:
        InvalidInputError: When the file is no workbook, or has no header.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except (OSError, KeyError, ValueError) as error:
        raise InvalidInputError(f"{path} is not a readable workbook ({error}). Save it as .xlsx and try again.") from error
    rows = (
        [(number, list(row)) for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1)]
        if book.worksheets
        else []
    )
    book.close()
    filled = [(number, row) for number, row in rows if any(cell not in (None, "") for cell in row)]
    if not filled:
        raise InvalidInputError(f"{path} has no rows. Its first sheet needs a header row and at least one row of data.")
    return filled[0][1], filled[1:]

"""Writing a text, number or date into a cell such that the very same comes back."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from vendor_ai.domain.errors import InvalidInputError

LONGEST_TEXT = 32_767  # of a cell, in UTF-16 units; longer text would be cut without a word
_DIGITS = 15  # that every office program keeps
_EARLIEST = date(1900, 3, 1)  # before it programs disagree: the format holds a 29 February 1900
_ESCAPE = re.compile("(?<=_)(x)(?=[0-9a-fA-F]{4})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # written as escapes, such as _x0007_
_UNCLEAR = re.compile("_x[0-9a-fA-F]{4}[\x00-\x08\x0b-\x1f\ufffe\uffff]")  # what looks like an escape and one share an underscore


class TextDoesNotFitError(InvalidInputError):
    """A cell cannot hold a text."""


def write_text(sheet: Any, row: int, column: int, text: str, style: Any, *, what: str) -> None:
    """Write text that no program takes for a formula, number or escape.

    Raises:
        TextDoesNotFitError: When no workbook can hold it; ``what`` says whose text it is.
    """
    _refuse(text, what)
    if not text:
        sheet.write_blank(row, column, None, style)
    elif _looks_formatted(text):
        sheet.write_rich_string(row, column, *_parts(text), style)
    else:
        sheet.write_string(row, column, text, style)


def write_number(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write a decimal number; one with more digits than programs keep stays text."""
    number = Decimal(text)
    if len(number.normalize().as_tuple().digits) <= _DIGITS:
        sheet.write_number(row, column, float(number), style)
    else:
        sheet.write_string(row, column, text, style)


def write_date(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """Write an ISO date; one before the first that all programs agree on stays text."""
    day = date.fromisoformat(text)
    if day >= _EARLIEST:
        sheet.write_datetime(row, column, day, style)
    else:
        sheet.write_string(row, column, text, style)


def _refuse(text: str, what: str) -> None:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units > LONGEST_TEXT:
        raise TextDoesNotFitError(f"{what} has {units} characters; a workbook's cell holds {LONGEST_TEXT}. Attach it as a document.")
    broken = _SURROGATE.search(text) or _UNCLEAR.search(text) or (_CONTROL.search(text) if _looks_formatted(text) else None)
    if broken:
        signs = " ".join(f"U+{ord(sign):04X}" for sign in broken[0])
        raise TextDoesNotFitError(f"{what} holds characters that a workbook cannot keep ({signs}). Remove them.")


def _looks_formatted(text: str) -> bool:
    """Whether xlsxwriter would take the text for formatting it wrote itself."""
    return text.startswith("<r>") and text.endswith("</r>")


def _parts(text: str) -> list[str]:
    """The text in three or more parts, none of which looks like formatting or like an escape."""
    return [part for piece in ("<", "r", text[2:]) for part in _ESCAPE.split(piece) if part]

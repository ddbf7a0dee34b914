"""Where things stand in the questionnaire's workbook: rows, columns, widths, heights."""

from collections.abc import Mapping, Sequence

from xlsxwriter.utility import xl_col_to_name, xl_pixel_width

from vendor_ai.domain.form_word import Column
from vendor_ai.kit.wrapped_text import line_count

HEADER_ROW = 3  # from 0; the rows above hold title and progress
FIRST_ROW = HEADER_ROW + 1
# In characters. Question to comment fit on a screen 1,366 pixels wide, and what is printed stays at 7 pt or more on A4.
WIDTHS = (8, 5, 15, 52, 36, 23, 12, 28, 25, 11, 8)
PRINTED = Column.SCOPE  # columns before it; who the question is about follows from its text
INSTRUCTIONS_WIDTH = 97  # fits an upright page unscaled: a single column wider than the page would be cut, not shrunk
LEAST_LINES = 2  # of a question's row: room to write
_LINE_POINTS, _PADDING_POINTS, _TALLEST_POINTS = 12.75, 4, 409


def row_points(cells: Mapping[int, str], widths: Sequence[float] = WIDTHS, *, least: int = 1) -> float:
    """The height in points that shows the text of every column in full, as far as a row can grow."""
    lines = max([least, *(line_room(text, column, widths) for column, text in cells.items())])
    return min(_TALLEST_POINTS, lines * _LINE_POINTS + _PADDING_POINTS)


def line_room(text: str, column: int, widths: Sequence[float] = WIDTHS) -> int:
    """How many lines ``text`` takes in a column; 7 pixels a character, less the cell's margins."""
    return line_count(text, widths[column] * 7 - 5, xl_pixel_width)


def cell_name(row: int, column: int) -> str:
    """A cell as formulas of conditional formats count it, whose column stays: ``$E5``."""
    return f"{xl_col_to_name(column, col_abs=True)}{row + 1}"


def column_range(column: int, last: int) -> str:
    """The cells of a column below the header, as formulas name them: ``$E$5:$E$119``."""
    letter = xl_col_to_name(column)
    return f"${letter}${FIRST_ROW + 1}:${letter}${last + 1}"

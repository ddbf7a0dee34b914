"""A table as a worksheet that reads and prints well: text stays text, the header stays in sight and on every page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vendor_ai.exporters.workbook_cell import LONGEST_TEXT, write_text

CUT = " … (cut; the csv has all of it)"
_A4 = 9
_WIDEST = 48  # what an id may take
_LINE, _TALLEST = 15, 409  # points; the format allows no taller row
_MARGIN = 0.4  # inches
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and its width in characters; ``own`` is left to whoever reads the file, ``whole`` holds ids, which no line may break."""

    title: str
    width: int
    own: bool = False
    whole: bool = False

    def fitted(self, cells: Sequence[str]) -> int:
        """The width that its cells need."""
        longest = max(map(len, cells), default=0) + 2 if self.whole else 0
        return max(self.width, min(longest, _WIDEST))


def write_table(book: Any, title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, note: str = "", cut: str = CUT) -> None:
    """Add a worksheet; ``note`` stands above the header, ``cut`` ends a text that is longer than a cell holds."""
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"quote_prefix": True, "text_wrap": True, "valign": "top"})
    own = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF6DC", "border": 4})
    sheet = book.add_worksheet(title)
    top = 1 if note else 0
    if note:
        sheet.write_string(0, 0, note)
    widths = [column.fitted([row[place] for row in rows]) for place, column in enumerate(columns)]
    for place, column in enumerate(columns):
        sheet.set_column(place, place, widths[place])
        sheet.write_string(top, place, column.title, head)
    sheet.set_row(top, _height([column.title for column in columns], widths))
    for row, cells in enumerate(rows, start=top + 1):
        shown = [_fitting(cell, cut) for cell in cells]
        sheet.set_row(row, _height(shown, widths))
        for place, cell in enumerate(shown):
            write_text(sheet, row, place, cell, own if columns[place].own else text, what=columns[place].title)
    sheet.freeze_panes(top + 1, 2)
    sheet.autofilter(top, 0, top + max(len(rows), 1), len(columns) - 1)
    _set_page(sheet, top)


def _set_page(sheet: Any, top: int) -> None:
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.set_margins(left=_MARGIN, right=_MARGIN)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, top)
    sheet.set_footer("&L&A&RPage &P of &N")


def _height(cells: Sequence[str], widths: Sequence[int]) -> int:
    """Points for the tallest cell; not every program works that out by itself."""
    lines = [sum(1 + len(piece) // width for piece in cell.split("\n")) for cell, width in zip(cells, widths, strict=True)]
    return min(_LINE * max(lines, default=1), _TALLEST)


def _fitting(cell: str, cut: str) -> str:
    shown = _UNPRINTABLE.sub("\ufffd", cell)
    units = shown.encode("utf-16-le")
    if len(units) <= 2 * LONGEST_TEXT:
        return shown
    return units[: 2 * (LONGEST_TEXT - len(cut))].decode("utf-16-le", "ignore") + cut

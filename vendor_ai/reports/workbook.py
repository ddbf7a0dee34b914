"""A workbook to print reports into: text stays text, numbers are numbers, the same input gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, assert_never

from vendor_ai.domain.report import Cell, Column, ColumnType, Mark, Quantity, Report, Shown, Span, Tone
from vendor_ai.kit import wrapped_text
from vendor_ai.kit.money import Money
from vendor_ai.reports.display import cell_text, printable
from vendor_ai.reports.quantity import quantity_text

_LONGEST = 32_767  # characters a cell can hold
_CUT = " [cut here; the JSON form holds the whole text]"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_TONES = {Tone.GOOD: "#1B6E3C", Tone.BAD: "#A3261B", Tone.UNKNOWN: "#6B5D00", Tone.NEUTRAL: "#1F2933"}
_HEADER = {
    "bold": True,
    "bg_color": "#1F3A5F",
    "font_color": "#FFFFFF",
    "text_wrap": True,
    "valign": "top",
    "left": 1,
    "left_color": "#FFFFFF",
}
# Arial has the same letter widths on every system (or a twin that has), so lines break where they were counted to break.
_FONT = {"font_name": "Arial", "font_size": 10}
_CELL = {"valign": "top", "bottom": 1, "bottom_color": "#E3E7EB"}
_WORDS = {**_CELL, "text_wrap": True, "align": "left", "indent": 1}
_NUMBER = {**_CELL, "align": "right"}
NUMBERS = frozenset(
    {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.PERCENT, ColumnType.MS, ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.SPAN}
)
_PAGE_PIXELS = 1400  # across A4 on its side with which 10 pt is printed at 7 pt
_CAPS = (420, 350, 280, 210)  # pixels of a column of words; the widest that the page allows is taken
_CODE_CAP = 560
_NARROWEST, MARGINS = 60, 24  # pixels; the margins with the indent
_LINE_POINTS, _PADDING_POINTS, _TALLEST_POINTS = 12.75, 3, 409


def open_book(buffer: BytesIO, report: Report) -> "Book":
    """A workbook into ``buffer`` that carries the report's own instant as its date."""
    import xlsxwriter

    literal = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    options = {"in_memory": True, "default_format_properties": _FONT, **literal}
    workbook = xlsxwriter.Workbook(buffer, options)
    created = report.at.replace(tzinfo=None, microsecond=0)
    title = printable(f"{report.title}, {report.subtitle}")
    workbook.set_properties({"title": title, "author": f"vendor-ai {report.program_version}", "created": created})
    return Book(workbook, printable(f"{report.vendor}, {report.subtitle}"))


def header_texts(column: Column) -> tuple[str, ...]:
    """The headings of a column; an interval takes two."""
    if column.type is ColumnType.SPAN:
        return (f"{column.label}, low", f"{column.label}, high")
    return (column.label,)


def shown_texts(column: Column, cell: Cell) -> tuple[str, ...]:
    """What the cells of a column show, one text a heading."""
    if column.type is not ColumnType.SPAN:
        return ("" if cell is None else cell_text(cell, column.type),)
    sides = (cell.low, cell.high) if isinstance(cell, Span) else (None, None)
    shown = [(side, cell.unit, cell.places) if side is not None and isinstance(cell, Span) else None for side in sides]
    return tuple(quantity_text(Quantity(*it)) if it else "" for it in shown)


def text_pixels(text: str) -> int:
    """The width of a line of text on the screen; a little generous."""
    from xlsxwriter.utility import xl_pixel_width

    return wrapped_text.text_pixels(text, xl_pixel_width)


def line_count(text: str, room: float) -> int:
    """How many lines ``text`` takes in ``room`` pixels; a little generous."""
    from xlsxwriter.utility import xl_pixel_width

    return wrapped_text.line_count(text, room, xl_pixel_width)


def row_points(lines: int, size: float = 10) -> float:
    """The height in points of that many lines of letters of ``size`` points, as far as a row can grow."""
    return min(_TALLEST_POINTS, max(1, lines) * _LINE_POINTS * size / 10 + _PADDING_POINTS)


@dataclass(frozen=True, slots=True)
class Layout:
    """How wide the columns of a table are, in pixels, and how many of them, from the left, are printed."""

    widths: tuple[int, ...]
    printed: int

    def lines(self, texts: Sequence[str]) -> int:
        """How many lines a row with these texts takes."""
        return max(line_count(text, width - MARGINS) for text, width in zip(texts, self.widths, strict=True))


def lay_out(columns: Sequence[Column], headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Layout:
    """Widths that show every text, wrapped where it is long; closing detail columns stay unprinted where letters would get too small."""
    types = [column for column in columns for _ in header_texts(column)]
    longest = [max((text_pixels(line) for row in rows for line in row[place].splitlines()), default=0) for place in range(len(headers))]
    words = [max(text_pixels(word) for word in header.split()) for header in headers]
    kept = max(place + 1 for place, column in enumerate(types) if not column.detail or place == 0)
    widths: tuple[int, ...] = ()
    for printed in dict.fromkeys((len(headers), kept)):
        for cap in _CAPS:
            caps = [_CODE_CAP if column.type is ColumnType.CODE else cap for column in types]
            needed = zip(longest, words, caps, strict=True)
            widths = tuple(max(_NARROWEST, min(body, most) + MARGINS, head + MARGINS) for body, head, most in needed)
            if sum(widths[:printed]) <= _PAGE_PIXELS:
                return Layout(widths, printed)
    return Layout(widths, kept)


def number_format(unit: Shown, places: int) -> str:
    """How a quantity is shown in a cell."""
    digits = "." + "0" * places if places else ""
    formats: dict[str, str] = {"share": f"0{digits}%", "ms": f'#,##0{digits}" ms"', "points": f'0{digits}" points"'}
    return formats.get(unit, f"#,##0{digits}")


def number_in(value: Decimal, unit: Shown) -> float:
    """The number a cell holds: shares as shares, since its format makes the percent; points as points."""
    return float(value * 100 if unit == "points" else value)


class Book:
    """Sheets by name and cell styles by look, each made once."""

    def __init__(self, workbook: Any, footer: str) -> None:
        self.workbook = workbook
        self._footer = footer.replace("&", "&&")[:200]
        self._sheets: dict[str, Any] = {}
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}

    def sheet(self, name: str, *, upright: bool = False) -> Any:
        """The sheet of that name, made at first use: A4 on its side unless ``upright``, one page wide."""
        if name not in self._sheets:
            sheet = self.workbook.add_worksheet(name)
            if not upright:
                sheet.set_landscape()
            sheet.set_paper(9)
            sheet.set_margins(left=0.3, right=0.3, top=0.6, bottom=0.6)
            sheet.fit_to_pages(1, 0)
            sheet.hide_gridlines(2)
            sheet.set_footer(f"&L{self._footer}&RPage &P of &N", {"scale_with_doc": False})
            self._sheets[name] = sheet
        return self._sheets[name]

    def write_header(self, sheet: Any, headers: Sequence[str], layout: Layout, right: Sequence[bool]) -> None:
        """Write the headings of a table, set its widths, and keep the headings in sight and on every printed page."""
        for position, (text, width, to_right) in enumerate(zip(headers, layout.widths, right, strict=True)):
            look = {**_HEADER, **({"align": "right"} if to_right else {"align": "left", "indent": 1})}
            sheet.write_string(0, position, text, self.style(**look))
            sheet.set_column_pixels(position, position, width)
        lines = max(line_count(text, width - MARGINS / 2) for text, width in zip(headers, layout.widths, strict=True))
        sheet.set_row(0, row_points(lines + 1))  # the filter buttons stand in the line below the words
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)

    def set_page(self, sheet: Any, caption: str, rows: int, layout: Layout) -> None:
        """Filter a table, and print its caption and what of it is printed."""
        sheet.autofilter(0, 0, rows, len(layout.widths) - 1)
        sheet.print_area(0, 0, rows, layout.printed - 1)
        left_out = len(layout.widths) - layout.printed
        note = f"&R{left_out} columns of detail are not printed" if left_out else ""
        caption = printable(caption).replace("&", "&&")[:150]
        sheet.set_header(f'&L&"Arial,Bold"{caption}{note}', {"scale_with_doc": False})

    def style(self, **look: Any) -> Any:
        """The cell format with that look."""
        key = tuple(sorted(look.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format(dict(look))
        return self._styles[key]

    def close(self) -> None:
        """Write everything out."""
        self.workbook.close()

    def write_text(self, sheet: Any, place: tuple[int, int], text: str, **look: Any) -> None:
        """Write text that no spreadsheet takes for a formula."""
        whole = printable(text)
        if len(whole) > _LONGEST:
            whole = whole[: _LONGEST - len(_CUT)] + _CUT
        if whole.startswith(_RISKY):
            look["quote_prefix"] = True
        sheet.write_string(*place, whole, self.style(**look))

    def write_cell(self, sheet: Any, place: tuple[int, int], column: Column, cell: Cell) -> int:
        """Write one cell and return how many columns it took."""
        line, position = place
        if column.type is not ColumnType.SPAN:
            self._write(sheet, place, column.type, cell)
            return 1
        for offset, side in enumerate((cell.low, cell.high) if isinstance(cell, Span) else (None, None)):
            if side is not None and isinstance(cell, Span):
                self._number(sheet, (line, position + offset), side, cell.unit, cell.places)
            else:
                sheet.write_blank(line, position + offset, None, self.style(**_CELL))
        return 2

    def _number(self, sheet: Any, place: tuple[int, int], value: Decimal, unit: Shown, places: int) -> None:
        sheet.write_number(*place, number_in(value, unit), self.style(num_format=number_format(unit, places), **_NUMBER))

    def _write(self, sheet: Any, place: tuple[int, int], type_: ColumnType, cell: Cell) -> None:
        match cell:
            case None:
                sheet.write_blank(*place, None, self.style(**_CELL))
            case str():
                self.write_text(sheet, place, cell, **_WORDS)
            case Mark(text, tone):
                self.write_text(sheet, place, text, **_WORDS, font_color=_TONES[tone], bold=tone is Tone.BAD)
            case Quantity(value, unit, places):
                self._number(sheet, place, value, unit, places)
            case Span():
                self.write_text(sheet, place, cell_text(cell), **_WORDS)
            case Money():
                zeros = "." + "0" * cell.digits if cell.digits else ""
                look = self.style(num_format=f"#,##0{zeros} [${cell.currency}]", **_NUMBER)
                sheet.write_number(*place, float(cell.rounded().amount), look)
            case date():
                sheet.write_datetime(*place, cell, self.style(num_format="yyyy-mm-dd", **_CELL, align="left", indent=1))
            case int():
                sheet.write_number(*place, cell, self.style(num_format="#,##0", **_NUMBER))
            case Decimal():
                self._decimal(sheet, place, type_, cell)
            case _:
                assert_never(cell)

    def _decimal(self, sheet: Any, place: tuple[int, int], type_: ColumnType, value: Decimal) -> None:
        if type_ is ColumnType.PERCENT:
            self._number(sheet, place, value, "share", 1)
        elif type_ is ColumnType.MS:
            self._number(sheet, place, value, "ms", 0 if abs(value) >= 10 else 1)
        else:
            shown = "0.00E+00" if value and abs(value) < Decimal("0.0001") else "0.00####"
            sheet.write_number(*place, float(value), self.style(num_format=shown, **_NUMBER))

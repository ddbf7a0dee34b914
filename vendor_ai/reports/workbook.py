"""A workbook to print reports into: text stays text, numbers are numbers, the same input gives the same bytes."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, assert_never

from vendor_ai.domain.report import Cell, Column, ColumnType, Mark, Quantity, Report, Shown, Span, Tone
from vendor_ai.kit.money import Money
from vendor_ai.reports.display import cell_text, printable

_LONGEST = 32_767  # characters a cell can hold
_CUT = " [cut here; the JSON form holds the whole text]"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_TONES = {Tone.GOOD: "#1B6E3C", Tone.BAD: "#A3261B", Tone.UNKNOWN: "#6B5D00", Tone.NEUTRAL: "#1F2933"}
_WIDEST, _NARROWEST = 60, 9


def open_book(buffer: BytesIO, report: Report) -> "Book":
    """A workbook into ``buffer`` that carries the report's own instant as its date."""
    import xlsxwriter

    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
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


def column_width(texts: Sequence[str]) -> float:
    """A width that shows the longest line of the texts, within reason."""
    longest = max((len(line) for text in texts for line in text.splitlines()), default=0)
    return min(_WIDEST, max(_NARROWEST, longest * 1.05 + 2))


def number_format(unit: Shown, places: int) -> str:
    """How a quantity is shown in a cell."""
    digits = "." + "0" * places if places else ""
    return {"share": f"0{digits}%", "ms": f'#,##0{digits}" ms"', "points": f'0{digits}" points"'}[unit]


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

    def sheet(self, name: str) -> Any:
        """The sheet of that name, made at first use: landscape, one page wide."""
        if name not in self._sheets:
            sheet = self.workbook.add_worksheet(name)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
            sheet.set_footer(f"&L{self._footer}&RPage &P of &N")
            self._sheets[name] = sheet
        return self._sheets[name]

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

    def write_cell(self, sheet: Any, place: tuple[int, int], column: Column, cell: Cell, widths: list[float]) -> int:
        """Write one cell, widen its column and return how many columns it took."""
        line, position = place
        if column.type is ColumnType.SPAN:
            sides = (cell.low, cell.high) if isinstance(cell, Span) else (None, None)
            for offset, side in enumerate(sides):
                if side is not None and isinstance(cell, Span):
                    self._number(sheet, (line, position + offset), side, cell.unit, cell.places)
            return 2
        widths[position] = max(widths[position], column_width([cell_text(cell, column.type)]))
        self._write(sheet, place, column.type, cell)
        return 1

    def _number(self, sheet: Any, place: tuple[int, int], value: Decimal, unit: Shown, places: int) -> None:
        sheet.write_number(*place, number_in(value, unit), self.style(num_format=number_format(unit, places), valign="top"))

    def _write(self, sheet: Any, place: tuple[int, int], type_: ColumnType, cell: Cell) -> None:
        match cell:
            case None:
                return
            case str():
                self.write_text(sheet, place, cell, text_wrap=True, valign="top")
            case Mark(text, tone):
                self.write_text(sheet, place, text, font_color=_TONES[tone], bold=tone is Tone.BAD, valign="top")
            case Quantity(value, unit, places):
                self._number(sheet, place, value, unit, places)
            case Span():
                self.write_text(sheet, place, cell_text(cell), valign="top")
            case Money():
                zeros = "." + "0" * cell.digits if cell.digits else ""
                look = self.style(num_format=f"#,##0{zeros} [${cell.currency}]", valign="top")
                sheet.write_number(*place, float(cell.rounded().amount), look)
            case date():
                sheet.write_datetime(*place, cell, self.style(num_format="yyyy-mm-dd", valign="top"))
            case int():
                sheet.write_number(*place, cell, self.style(num_format="#,##0", valign="top"))
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
            sheet.write_number(*place, float(value), self.style(num_format=shown, valign="top"))

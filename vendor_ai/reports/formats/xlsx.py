"""The report as a workbook: the text first, one sheet a group of tables, real numbers, native charts."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from vendor_ai.domain.report import (
    Block,
    Cell,
    ChartBlock,
    Column,
    Figures,
    Paragraph,
    Points,
    Report,
    ReportSection,
    Subheading,
    TableBlock,
)
from vendor_ai.reports.display import SHAPES, row_count
from vendor_ai.reports.format import Format
from vendor_ai.reports.workbook import NUMBERS, Book, header_texts, lay_out, line_count, open_book, row_points, shown_texts
from vendor_ai.reports.workbook_charts import write_charts

_TEXT_SHEET = "Report"
_TEXT_PIXELS = 690  # an upright page unscaled: a single column wider than the page would be cut, not shrunk
_HEADING = {"bold": True, "font_size": 14, "font_color": "#1F3A5F", "bottom": 1}


def _render(report: Report) -> bytes:
    buffer = BytesIO()
    book = open_book(buffer, report)
    groups = _groups(report.sections)
    book.sheet(_TEXT_SHEET, upright=True)
    for name, tables in groups.items():
        _write_tables(book, name, tables)
    charts = [block for section in report.sections for block in section.blocks if isinstance(block, ChartBlock)]
    write_charts(book, charts)
    _write_text(book, report, groups)
    book.close()
    return buffer.getvalue()


def _groups(sections: Sequence[ReportSection]) -> dict[str, list[TableBlock]]:
    """Tables by worksheet: those that name the same sheet and have the same columns lie under one header."""
    groups: dict[str, list[TableBlock]] = {}
    for block in (block for section in sections for block in section.blocks):
        if not isinstance(block, TableBlock):
            continue
        name, number = block.sheet, 1
        while name in groups and groups[name][0].columns != block.columns:
            number += 1
            name = f"{block.sheet} {number}"
        groups.setdefault(name, []).append(block)
    return groups


def _write_tables(book: Book, name: str, tables: Sequence[TableBlock]) -> None:
    columns = tables[0].columns
    rows: list[tuple[Cell, ...]] = [row for table in tables for row in table.rows]
    if len(tables) > 1:
        columns = (Column("table", "Table"), *columns)
        rows = [(table.caption, *row) for table in tables for row in table.rows]
    sheet = book.sheet(name)
    headers = [text for column in columns for text in header_texts(column)]
    texts = [[text for column, cell in zip(columns, row, strict=True) for text in shown_texts(column, cell)] for row in rows]
    layout = lay_out(columns, headers, texts)
    book.write_header(sheet, headers, layout, [column.type in NUMBERS for column in columns for _ in header_texts(column)])
    for line, (row, shown) in enumerate(zip(rows, texts, strict=True), start=1):
        position = 0
        for column, cell in zip(columns, row, strict=True):
            position += book.write_cell(sheet, (line, position), column, cell)
        sheet.set_row(line, row_points(layout.lines(shown)))
    book.set_page(sheet, name if len(tables) > 1 else tables[0].caption, len(rows), layout)


def _write_text(book: Book, report: Report, groups: dict[str, list[TableBlock]]) -> None:
    sheet = book.sheet(_TEXT_SHEET)
    sheet.set_column_pixels(0, 0, _TEXT_PIXELS)
    line = 0
    for text, look in _title_lines(report):
        line = _write_line(book, line, text, **look)
    for section in report.sections:
        line = _write_line(book, line + 1, section.title, **_HEADING)
        for block in section.blocks:
            if isinstance(block, TableBlock):
                name = next(name for name, tables in groups.items() if block in tables)
                text = f"{block.caption} ({row_count(block)}), on sheet \u201c{name}\u201d"
                look = book.style(font_color="#1F4E79", underline=1, text_wrap=True, valign="top")
                sheet.write_url(line, 0, f"internal:'{name}'!A1", look, text)
                line = _end_line(book, line, text)
                continue
            for text, bold in _lines(block):
                line = _write_line(book, line, text, bold=bold)


def _title_lines(report: Report) -> list[tuple[str, dict[str, Any]]]:
    muted = {"font_color": "#5F6B76"}
    return [
        (report.title, {"bold": True, "font_size": 18, "font_color": "#1F3A5F"}),
        (report.subtitle, {"font_size": 13}),
        (report.period, muted),
        (f"Calls counted up to {report.as_of}", muted),
        (f"Made by vendor-ai {report.program_version}", muted),
    ]


def _write_line(book: Book, line: int, text: str, **look: Any) -> int:
    """Write a paragraph into a row that is high enough for it; return the next row."""
    book.write_text(book.sheet(_TEXT_SHEET), (line, 0), text, text_wrap=True, valign="top", **look)
    return _end_line(book, line, text, size=look.get("font_size", 10), bold=look.get("bold", False))


def _end_line(book: Book, line: int, text: str, *, size: float = 10, bold: bool = False) -> int:
    room = _TEXT_PIXELS * 10 / size * (0.95 if bold else 1) - 8
    book.sheet(_TEXT_SHEET).set_row(line, row_points(line_count(text, room), size))
    return line + 1


def _lines(block: Block) -> list[tuple[str, bool]]:
    """What a block says in words, with whether it is bold."""
    match block:
        case Paragraph(text, lead, tone):
            return [(f"{SHAPES[tone]} {text}" if SHAPES[tone] else text, lead)]
        case Points(items):
            return [(f"\u2022 {item}", False) for item in items]
        case Subheading(text):
            return [(text, True)]
        case Figures(items):
            return [
                (" ".join(part for part in (it.label, SHAPES[it.tone], it.value, f"({it.note})" if it.note else "") if part), True)
                for it in items
            ]
        case ChartBlock():
            return [(block.alt, False)]
        case TableBlock():
            return []


FORMAT = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _render)

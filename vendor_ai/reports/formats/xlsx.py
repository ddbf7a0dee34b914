"""The report as a workbook: the text first, one sheet a group of tables, real numbers, native charts."""

from collections.abc import Sequence
from io import BytesIO

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
from vendor_ai.reports.workbook import Book, column_width, header_texts, open_book
from vendor_ai.reports.workbook_charts import write_charts

_TEXT_SHEET = "Report"


def _render(report: Report) -> bytes:
    buffer = BytesIO()
    book = open_book(buffer, report)
    groups = _groups(report.sections)
    book.sheet(_TEXT_SHEET)
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
    for position, text in enumerate(headers):
        sheet.write_string(0, position, text, book.style(bold=True, bottom=1, text_wrap=True, valign="bottom"))
    widths = [column_width([text]) for text in headers]
    for line, row in enumerate(rows, start=1):
        position = 0
        for column, cell in zip(columns, row, strict=True):
            position += book.write_cell(sheet, (line, position), column, cell, widths)
    for position, width in enumerate(widths):
        sheet.set_column(position, position, width)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), len(headers) - 1)
    sheet.repeat_rows(0)


def _write_text(book: Book, report: Report, groups: dict[str, list[TableBlock]]) -> None:
    sheet = book.sheet(_TEXT_SHEET)
    sheet.set_column(0, 0, 118)
    sheet.hide_gridlines(2)
    wrapped, muted = {"text_wrap": True, "valign": "top"}, {"font_color": "#5F6B76", "text_wrap": True}
    line = 0
    for text, look in (
        (report.title, {"bold": True, "font_size": 18}),
        (report.subtitle, {"font_size": 13}),
        (report.period, muted),
        (f"Records as of {report.as_of}", muted),
        (f"Made by vendor-ai {report.program_version}", muted),
    ):
        book.write_text(sheet, (line, 0), text, **look)
        line += 1
    for section in report.sections:
        line += 1
        book.write_text(sheet, (line, 0), section.title, bold=True, font_size=14, bottom=1)
        line += 1
        for block in section.blocks:
            if isinstance(block, TableBlock):
                name = next(name for name, tables in groups.items() if block in tables)
                text = f"{block.caption} ({row_count(block)}), on sheet \u201c{name}\u201d"
                sheet.write_url(line, 0, f"internal:'{name}'!A1", book.style(font_color="#1F4E79", underline=1), text)
                line += 1
                continue
            for text, bold in _lines(block):
                book.write_text(sheet, (line, 0), text, bold=bold, **wrapped)
                line += 1


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
            return [(f"{it.label} {SHAPES[it.tone]} {it.value} ({it.note})", True) for it in items]
        case ChartBlock():
            return [(block.alt, False)]
        case TableBlock():
            return []


FORMAT = Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _render)

"""Cells and blocks as people read them: one plain structure that HTML and PDF both print."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from vendor_ai.domain.report import (
    Block,
    Cell,
    ChartBlock,
    Column,
    ColumnType,
    Figures,
    Mark,
    Paragraph,
    Points,
    Quantity,
    Report,
    Span,
    Subheading,
    TableBlock,
    Tone,
)
from vendor_ai.kit.money import Money
from vendor_ai.reports.charts import chart_svg
from vendor_ai.reports.quantity import number_text, quantity_text, span_text

SHAPES = {Tone.GOOD: "\u25cf", Tone.BAD: "\u25b2", Tone.UNKNOWN: "\u25cb", Tone.NEUTRAL: ""}
NOTHING = "\u2013"
_RIGHT = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.PERCENT, ColumnType.MS, ColumnType.MONEY, ColumnType.QUANTITY})
_TIGHT = _RIGHT | {ColumnType.DATE, ColumnType.SPAN, ColumnType.MARK}
_SHORT, _LONGEST_TIGHT, _HASH = 14, 28, 64
_TINY = -6  # decimal exponent below which zeros would drown the digits
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """``text`` with what no document may hold (control characters, half characters) as a replacement sign."""
    return _CONTROL.sub("\ufffd", text)


def cell_text(cell: Cell, type_: ColumnType = ColumnType.TEXT) -> str:
    """A cell in words, with its unit."""
    match cell:
        case None | "":
            text = NOTHING
        case str():
            text = printable(cell)
        case Mark():
            text = printable(cell.text)
        case Quantity():
            text = quantity_text(cell)
        case Span():
            text = span_text(cell)
        case Money():
            text = str(cell)
        case date():
            text = cell.isoformat()
        case int():
            text = f"{cell:,}"
        case Decimal():
            text = _decimal_text(cell, type_)
        case _:
            assert_never(cell)
    return text


def _decimal_text(value: Decimal, type_: ColumnType) -> str:
    if type_ is ColumnType.PERCENT:
        return number_text(value, "share", 1) + " %"
    if type_ is ColumnType.MS:
        return number_text(value, "ms", 0 if abs(value) >= 10 else 1) + " ms"
    return f"{value:.2e}" if value and value.adjusted() < _TINY else f"{value:,f}"


def row_count(block: TableBlock) -> str:
    """``1 row``, ``12 rows``."""
    return f"{len(block.rows):,} {'row' if len(block.rows) == 1 else 'rows'}"


def _cell(cell: Cell, column: Column) -> dict[str, Any]:
    tone = cell.tone if isinstance(cell, Mark) else Tone.NEUTRAL
    return {"text": cell_text(cell, column.type), "tone": tone.value, "shape": SHAPES[tone]}


def _column(column: Column, texts: Sequence[str]) -> dict[str, Any]:
    """A column that is tight is never broken over lines: it is as wide as its longest cell."""
    longest = max((len(text) for text in texts), default=0)
    tight = longest <= (_LONGEST_TIGHT if column.type in _TIGHT else _HASH if column.type is ColumnType.CODE else _SHORT)
    return {"label": column.label, "right": column.type in _RIGHT, "tight": tight}


def _silent(block: TableBlock, index: int) -> bool:
    """Whether a column of words or intervals says nothing in any row."""
    wordy = block.columns[index].type in {ColumnType.TEXT, ColumnType.SPAN}
    return wordy and all(row[index] in (None, "") for row in block.rows)


def _table(block: TableBlock) -> dict[str, Any]:
    shown = [index for index, column in enumerate(block.columns) if not column.detail and not _silent(block, index)]
    rows = [[_cell(row[index], block.columns[index]) for index in shown] for row in block.rows]
    return {
        "type": "table",
        "caption": f"{printable(block.caption)} ({row_count(block)})",
        "columns": [_column(block.columns[index], [row[place]["text"] for row in rows]) for place, index in enumerate(shown)],
        "rows": rows,
    }


def _block(block: Block, font: str) -> dict[str, Any]:
    match block:
        case Paragraph(text, lead, tone):
            return {"type": "lead" if lead else "paragraph", "text": printable(text), "tone": tone.value, "shape": SHAPES[tone]}
        case Points(items):
            return {"type": "points", "items": [printable(item) for item in items]}
        case Subheading(text):
            return {"type": "subheading", "text": printable(text)}
        case Figures(items):
            figures = [
                {
                    "label": it.label,
                    "value": printable(it.value),
                    "tone": it.tone.value,
                    "shape": SHAPES[it.tone],
                    "note": printable(it.note),
                }
                for it in items
            ]
            return {"type": "figures", "items": figures}
        case TableBlock():
            return _table(block)
        case ChartBlock():
            drawn = chart_svg(block, font)
            return {"type": "chart", "title": printable(block.title), "svg": drawn.svg, "alt": printable(block.alt), "note": drawn.note}
        case _:
            assert_never(block)


def _grouped(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Neighbouring charts gathered, so that a format may set them side by side."""
    grouped: list[dict[str, Any]] = []
    for block in blocks:
        if block["type"] != "chart":
            grouped.append(block)
        elif grouped and grouped[-1]["type"] == "charts":
            grouped[-1]["items"].append(block)
        else:
            grouped.append({"type": "charts", "items": [block]})
    return grouped


def displayed(report: Report, font: str) -> dict[str, Any]:
    """The whole report as plain texts; charts are SVG with their letters in ``font``."""
    return {
        "title": printable(report.title),
        "subtitle": printable(report.subtitle),
        "vendor": printable(report.vendor),
        "period": report.period,
        "as_of": report.as_of,
        "program": report.program_version,
        "sections": [
            {"key": it.key, "title": it.title, "blocks": _grouped([_block(block, font) for block in it.blocks])} for it in report.sections
        ],
    }

"""The report value as JSON; numbers that were measured are decimal strings."""

import json
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from vendor_ai.domain.report import (
    Block,
    Cell,
    ChartBlock,
    Figures,
    Mark,
    Paragraph,
    Points,
    Quantity,
    Report,
    Span,
    Subheading,
    TableBlock,
)
from vendor_ai.kit.money import Money
from vendor_ai.reports.format import Format

SCHEMA = "vendor-ai/account/1"


def _decimal(value: Decimal | None) -> str | None:
    """Without an exponent, unless the number is so small that its digits would drown in zeros."""
    if value is None:
        return None
    return f"{value:e}" if value and value.adjusted() < -9 else f"{value:f}"


def _cell(cell: Cell) -> Any:
    document: Any
    match cell:
        case None | str() | int():
            document = cell
        case Decimal():
            document = _decimal(cell)
        case date():
            document = cell.isoformat()
        case Money():
            document = cell.as_json()
        case Mark(text, tone):
            document = {"text": text, "tone": tone.value}
        case Quantity(value, unit, _):
            document = {"value": _decimal(value), "unit": unit}
        case Span(low, high, unit, _):
            document = {"low": _decimal(low), "high": _decimal(high), "unit": unit}
        case _:
            assert_never(cell)
    return document


def _table(block: TableBlock) -> dict[str, Any]:
    keys = [column.key for column in block.columns]
    return {
        "type": "table",
        "caption": block.caption,
        "columns": [{"key": column.key, "label": column.label, "type": column.type.value} for column in block.columns],
        "rows": [{key: _cell(cell) for key, cell in zip(keys, row, strict=True)} for row in block.rows],
    }


def _chart(block: ChartBlock) -> dict[str, Any]:
    points = [
        {
            "label": point.label,
            "value": _decimal(point.value),
            "n": point.n,
            "tone": point.tone.value,
            "low": _decimal(point.low),
            "high": _decimal(point.high),
        }
        for point in block.points
    ]
    return {
        "type": "chart",
        "kind": block.kind,
        "title": block.title,
        "unit": block.unit,
        "threshold": _decimal(block.threshold),
        "threshold_label": block.threshold_label,
        "alt": block.alt,
        "points": points,
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Paragraph(text, lead, tone):
            return {"type": "paragraph", "text": text, "lead": lead, "tone": tone.value}
        case Points(items):
            return {"type": "points", "items": list(items)}
        case Subheading(text):
            return {"type": "subheading", "text": text}
        case Figures(items):
            figures = [{"label": it.label, "value": it.value, "tone": it.tone.value, "note": it.note} for it in items]
            return {"type": "figures", "items": figures}
        case TableBlock():
            return _table(block)
        case ChartBlock():
            return _chart(block)
        case _:
            assert_never(block)


def _render(report: Report) -> bytes:
    document = {
        "schema": SCHEMA,
        "title": report.title,
        "subtitle": report.subtitle,
        "vendor": report.vendor,
        "period": report.period,
        "as_of": report.as_of,
        "at": report.at.isoformat(),
        "program_version": report.program_version,
        "sections": [{"key": it.key, "title": it.title, "blocks": [_block(block) for block in it.blocks]} for it in report.sections],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


FORMAT = Format("json", "application/json", _render)

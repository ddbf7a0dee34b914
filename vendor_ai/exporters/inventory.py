"""The inventory as csv, json or xlsx, in the columns its import reads."""

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.vendor import INVENTORY_COLUMNS, Component, Vendor

# A spreadsheet would run such text; a quote before it keeps it text. One more quote where there are some: the import takes one off.
_FORMULA_START = re.compile("'*[=+@\t\r-]")


def _record(vendor: Vendor, component: Component) -> dict[str, str]:
    record: dict[str, str] = {}
    for column in INVENTORY_COLUMNS:
        value: Any = (
            {"vendor": vendor.name, "component": component.name, "website": vendor.website}.get(column)
            if column in {"vendor", "component", "website"}
            else getattr(component, column)
        )
        record[column] = ";".join(value) if isinstance(value, tuple) else str(value or "")
    return record


def export_inventory(entries: Sequence[tuple[Vendor, Component]], suffix: str) -> bytes:
    """Return the inventory in the format a file ending names.

    Raises:
        InvalidInputError: When the ending is none of .csv, .json and .xlsx.
    """
    records = [_record(vendor, component) for vendor, component in entries]
    match suffix.lower():
        case ".json":
            return (json.dumps(records, ensure_ascii=False, indent=2) + "\n").encode()
        case ".csv":
            text = io.StringIO(newline="")
            writer = csv.writer(text)
            writer.writerow(INVENTORY_COLUMNS)
            writer.writerows([[f"'{cell}" if _FORMULA_START.match(cell) else cell for cell in record.values()] for record in records])
            return text.getvalue().encode()
        case ".xlsx":
            return _xlsx(records)
    raise InvalidInputError(f"The inventory is exported as .csv, .json or .xlsx, not {suffix!r}.")


def _xlsx(records: Sequence[dict[str, str]]) -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Inventory")
        head = book.add_format({"bold": True})
        text = book.add_format({"quote_prefix": True})
        sheet.write_row(0, 0, INVENTORY_COLUMNS, head)
        for row, record in enumerate(records, start=1):
            for column, cell in enumerate(record.values()):
                sheet.write_string(row, column, cell, text)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(len(records), 1), len(INVENTORY_COLUMNS) - 1)
        sheet.set_column(0, len(INVENTORY_COLUMNS) - 1, 18)
    return sink.getvalue()

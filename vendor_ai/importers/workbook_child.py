"""Reads one workbook inside hard limits and prints its cells as JSON; run as a script of its own, never imported.

Usage: python -P workbook_child.py FILE MEMORY_BYTES CPU_SECONDS
"""

import json
import sys
from contextlib import suppress
from typing import Any


def limit(memory: int, seconds: int) -> None:
    """Give up rather than take the machine down; where the system knows no such limits, the guard before must do."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def cell(value: Any, data_type: str) -> Any:
    """A cell as JSON: text, None, or what it is where that is not text."""
    if value is None:
        return None
    if data_type == "f":
        return {"formula": str(getattr(value, "text", value))}
    if data_type == "e":
        return {"error": str(value)}
    if hasattr(value, "isoformat"):
        return {"date": value.isoformat()}
    return number_text(value) if isinstance(value, (bool, float)) else str(value)


def number_text(value: bool | float) -> str:
    """A number or truth value as a person reads it in the sheet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if value.is_integer() else str(value)


def sheet_rows(sheet: Any) -> list[list[Any]]:
    """All rows from the first one of the sheet, without trailing empty cells and rows."""
    sheet.reset_dimensions()
    rows: list[list[Any]] = []
    for cells in sheet.iter_rows():
        row = [cell(each.value, each.data_type) if each.value is not None else None for each in cells]
        while row and row[-1] is None:
            row.pop()
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows


def main() -> None:
    """Read the file named by the first argument."""
    path, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    limit(memory, seconds)
    import warnings

    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would load it for nothing, and its threads reserve memory
    import openpyxl

    warnings.simplefilter("ignore")  # openpyxl warns about extensions it does not keep; nothing is saved here
    book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    properties = {item.name: str(item.value) for item in book.custom_doc_props.props}
    sheets = {sheet.title: sheet_rows(sheet) for sheet in book.worksheets}
    json.dump({"sheets": sheets, "properties": properties}, sys.stdout)


if __name__ == "__main__":
    main()

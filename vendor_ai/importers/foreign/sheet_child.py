"""Reads a workbook with its merged cells, drop-down lists and hidden sheets inside hard limits; run as a script, never imported.

Usage: python -P sheet_child.py FILE MEMORY_BYTES CPU_SECONDS
"""

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

_DATA_START = re.compile(rb"<(?:\w+:)?sheetData\b[^>]*>")
_DATA_END = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')


def layout(part: bytes) -> dict[str, Any]:
    """Merged ranges, drop-down lists and the number of hidden rows of one sheet, from its XML without the cells."""
    hidden = len(_HIDDEN_ROW.findall(part))
    start, ends = _DATA_START.search(part), list(_DATA_END.finditer(part))
    if start is not None:
        # A lone <sheetData/> has no end; nothing is cut out of it then but itself.
        part = part[: start.start()] + part[ends[-1].end() if ends else start.end() :]
    root = ElementTree.fromstring(part)  # the guard refused document types and entities before
    merged = [element.get("ref", "") for element in root.iter() if element.tag.endswith("}mergeCell")]
    lists = [found for element in root.iter() if element.tag.endswith("}dataValidation") and (found := drop_down(element))]
    return {"merged": merged, "lists": lists, "hidden_rows": hidden}


def drop_down(rule: ElementTree.Element) -> dict[str, str] | None:
    """The cells a list rule holds for and where its list stands; the newer form keeps both in child elements."""
    if rule.get("type") != "list":
        return None
    texts = {child.tag.rpartition("}")[2]: "".join(child.itertext()).strip() for child in rule}
    cells, source = rule.get("sqref") or texts.get("sqref", ""), texts.get("formula1", "")
    return {"cells": cells, "source": source} if cells and source else None


def sheet_rows(sheet: Any, read: Any) -> tuple[list[list[Any]], bool]:
    """All rows from the first one of the sheet, without trailing empty cells and rows, and whether a cell holds a formula."""
    sheet.reset_dimensions()
    rows: list[list[Any]] = []
    formulas = False
    for cells in sheet.iter_rows():
        row = [read(each) if each.value is not None else None for each in cells]
        while row and row[-1] is None:
            row.pop()
        formulas = formulas or any(type(value) is dict and "formula" in value for value in row)
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    return rows, formulas


def add_shown(rows: list[list[Any]], shown: list[list[Any]]) -> None:
    """Put beside every formula what the file says it showed last."""
    for row, values in zip(rows, shown, strict=False):
        for column, value in enumerate(row):
            if type(value) is dict and "formula" in value:
                last = values[column] if column < len(values) else None
                value["shown"] = last if isinstance(last, str) else ""


def main() -> None:
    """Read the file named by the first argument."""
    sys.path.append(str(Path(__file__).resolve().parents[3]))
    from vendor_ai.importers.workbook_child import limit, open_book, plain_cell

    path = sys.argv[1]
    limit(int(sys.argv[2]), int(sys.argv[3]))
    book = open_book(path)
    names = {name: entry.value for name, entry in book.defined_names.items()}
    sheets: list[dict[str, Any]] = []
    with_formulas: list[int] = []
    with zipfile.ZipFile(path) as archive:
        for index, sheet in enumerate(book.worksheets):
            rows, formulas = sheet_rows(sheet, plain_cell)
            names |= {f"{sheet.title}!{name}": entry.value for name, entry in sheet.defined_names.items()}
            sheets.append({"name": sheet.title, "state": sheet.sheet_state, "rows": rows, **layout(archive.read(sheet._worksheet_path))})
            with_formulas += [index] if formulas else []
    if with_formulas:
        shown = open_book(path, data_only=True).worksheets
        for index in with_formulas:
            add_shown(sheets[index]["rows"], sheet_rows(shown[index], plain_cell)[0])
    json.dump({"sheets": sheets, "names": names}, sys.stdout)


if __name__ == "__main__":
    main()

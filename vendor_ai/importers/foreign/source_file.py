"""Files that hold a foreign questionnaire: xlsx, csv or json → sheets of plain cells."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.foreign.grid import Book, Computed, DropDown, Grid, GridCell, parse_area, parse_areas
from vendor_ai.importers.workbook_guard import WorkbookRefusedError, guard_workbook, read_in_child

_CHILD = Path(__file__).with_name("sheet_child.py")
_WORKBOOKS = (".xlsx", ".xlsm", ".xls")
_DELIMITERS = (",", ";", "\t", "|")
_SECTION_KEYS = ("section", "title", "name", "label", "domain", "category")
_OPTION_KEYS = frozenset({"options", "choices", "answers", "answer_options", "responses"})
_MOST_ROWS = 50_000
_LONGEST_CELL = 131_072  # Python's own limit, which the reading of logs raises for the whole process


def read_source(content: bytes, name: str) -> Book:
    """Read a file by its ending.

    Raises:
        InvalidInputError: When it cannot be read, or is unsafe.
    """
    ending = Path(name).suffix.lower()
    if ending in _WORKBOOKS:
        return _read_workbook(content, name)
    if ending in (".csv", ".tsv", ".txt"):
        return _read_csv(content, name)
    if ending == ".json":
        return _read_json(content, name)
    raise InvalidInputError(f"{name}: questionnaires are converted from .xlsx, .csv and .json files. Save it as one of these.")


def _read_workbook(content: bytes, name: str) -> Book:
    guard_workbook(content, name=name)
    raw = read_in_child(content, name=name, script=_CHILD)
    if not raw["sheets"]:
        raise WorkbookRefusedError(f"{name} shows no sheets. Save it again as an ordinary Excel workbook (.xlsx), not as Strict Open XML.")
    return Book(tuple(_grid(sheet) for sheet in raw["sheets"]), raw["names"])


def _grid(sheet: Mapping[str, Any]) -> Grid:
    return Grid(
        sheet["name"],
        [[_cell(value) for value in row] for row in sheet["rows"]],
        hidden=sheet["state"] != "visible",
        merged=tuple(area for text in sheet["merged"] if (area := parse_area(text)) is not None),
        drop_downs=tuple(DropDown(parse_areas(rule["cells"]), rule["source"]) for rule in sheet["lists"]),
        hidden_rows=sheet["hidden_rows"],
    )


def _cell(value: Any) -> GridCell:
    match value:
        case None:
            return ""
        case {"formula": formula}:
            return Computed(formula, value.get("shown", ""))
        case {"error": error}:
            return Computed(error)
        case {"date": day}:
            return str(day).removesuffix("T00:00:00")
        case _:
            return str(value)


# --- csv ----------------------------------------------------------------------------------------------------------------


def _read_csv(content: bytes, name: str) -> Book:
    text, note = _decoded(content, name)
    delimiter = max(_DELIMITERS, key=lambda sign: _columns(text, sign))
    try:
        read = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        rows = [[_csv_cell(cell) for cell in row] for row in islice(read, _MOST_ROWS + 1)]
    except csv.Error as error:
        raise InvalidInputError(f"{name} cannot be read as CSV ({error}). Save it again as CSV in UTF-8.") from None
    _refuse_long(rows, name)
    return Book((Grid(Path(name).stem, rows),), notes=(note,) if note else ())


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """The text, and what was assumed about its encoding."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), ""
    if b"\x00" in content:
        raise InvalidInputError(f"{name} is no text file. Save it as CSV in UTF-8.")
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), "The file is not UTF-8; it was read as Windows-1252."


def _refuse_long(rows: Sequence[object], name: str) -> None:
    if len(rows) > _MOST_ROWS:
        raise InvalidInputError(f"{name} has more than {_MOST_ROWS} rows, which no questionnaire has. Send the questions only.")


def _columns(text: str, delimiter: str) -> int:
    """How many cells the first records have when cut at ``delimiter``."""
    lines = text[:20_000].splitlines(keepends=True)
    try:
        return sum(len(row) - 1 for row in islice(csv.reader(lines, delimiter=delimiter), 20))
    except csv.Error:
        return 0


def _csv_cell(text: str) -> GridCell:
    if len(text) > _LONGEST_CELL:
        raise csv.Error(f"a cell has more than {_LONGEST_CELL} characters")
    return Computed(text) if text.startswith("=") and len(text) > 1 else text


# --- json ---------------------------------------------------------------------------------------------------------------


def _read_json(content: bytes, name: str) -> Book:
    try:
        data = json.loads(content.decode("utf-8-sig"), parse_float=str, parse_int=str)
    except UnicodeDecodeError:
        raise InvalidInputError(f"{name} is not UTF-8. Save it as UTF-8 and try again.") from None
    except json.JSONDecodeError as error:
        raise InvalidInputError(f"{name}, line {error.lineno}: this is not valid JSON ({error.msg}). Mend it there.") from None
    except RecursionError:
        raise InvalidInputError(f"{name} is nested too deeply. Write a list of questions.") from None
    records = list(islice(_records(data, ""), _MOST_ROWS + 1))
    if not records:
        raise InvalidInputError(f"{name} holds no list of questions. Write a list with one object a question.")
    _refuse_long(records, name)
    columns = list(dict.fromkeys(key for record in records for key in record))
    rows = [columns, *([record.get(column, "") for column in columns] for record in records)]
    title = next((str(data[key]) for key in ("title", "name") if isinstance(data, dict) and isinstance(data.get(key), str)), "")
    return Book((Grid(Path(name).stem, rows, first_row=0),), title=title)


def _records(data: Any, section: str) -> Iterator[dict[str, str]]:
    """The objects that hold no further lists of objects, with the section they stand in."""
    if isinstance(data, list):
        for entry in data:
            if isinstance(entry, dict):
                yield from _entry_records(entry, section)
    elif isinstance(data, dict):
        lists = [(key, value) for key, value in data.items() if _holds_objects(value)]
        for key, value in lists:
            yield from _records(value, section or (key if len(lists) > 1 else ""))


def _entry_records(entry: dict[str, Any], section: str) -> Iterator[dict[str, str]]:
    inner = [value for key, value in entry.items() if key.casefold() not in _OPTION_KEYS and _holds_objects(value)]
    if inner:
        own = next((str(entry[key]) for key in _SECTION_KEYS if isinstance(entry.get(key), str)), section)
        for value in inner:
            yield from _records(value, own)
        return
    record = {key: _json_text(value) for key, value in entry.items()}
    yield {"section": section, **record} if section and "section" not in record else record


def _holds_objects(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(entry, dict) for entry in value)


def _json_text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return "\n".join(_json_text(entry) for entry in value)
        case dict():
            named = next((value[key] for key in ("label", "text", "title", "name", "value") if key in value), None)
            return _json_text(named) if named is not None else "; ".join(f"{key}: {_json_text(each)}" for key, each in value.items())
        case _:
            return str(value).strip()

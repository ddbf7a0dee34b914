"""Reads one workbook inside hard limits and prints its cells as JSON; run as a script of its own, never imported.

Usage: python -P workbook_child.py FILE MEMORY_BYTES CPU_SECONDS
"""

import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

LARGEST_OUTPUT = 32 * 1024 * 1024
# Office programs escape what XML cannot hold as _x0007_, and text that looks like that by an escaped underscore before it.
_ESCAPED = re.compile("_x005[Ff](_x[0-9A-Fa-f]{4}_)|_x([0-9A-Fa-f]{4})_")
_LITERAL = re.compile(r'"[^"]*"|\\.')  # of a number's format, shown as it stands
_SURROGATE = re.compile("[\ud800-\udfff]")


class Decoded(str):
    """Text whose escapes are resolved already."""

    __slots__ = ()


def limit(memory: int, seconds: int) -> None:
    """Give up rather than take the machine down; where the system knows no such limits, the guard before must do."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))


def open_book(path: str, *, data_only: bool = False) -> Any:
    """The workbook, to be read row by row; texts come as they were written."""
    import warnings

    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would load it for nothing, and its threads reserve memory
    import openpyxl
    from openpyxl.reader import excel

    warnings.simplefilter("ignore")  # openpyxl warns about extensions it does not keep; nothing is saved here
    excel.read_string_table = shared_texts  # openpyxl's own drops "x005F_" from every text and leaves escapes as they are
    return openpyxl.load_workbook(path, read_only=True, data_only=data_only, keep_links=False)


def shared_texts(source: Any) -> list[str]:
    """The texts that cells refer to by number, without the phonetic guides beside them."""
    texts: list[str] = []
    for _, node in ElementTree.iterparse(source):
        if node.tag.endswith("}si"):
            runs = [child for part in node for child in (part if part.tag.endswith("}r") else [part])]
            texts.append(Decoded("".join(decoded(run.text or "") for run in runs if run.tag.endswith("}t"))))
            node.clear()
    return texts


def decoded(text: str) -> str:
    """A text of the file format without its escapes; half a character, which nothing can store, becomes a replacement sign."""
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: found[1] or chr(int(found[2], 16)), text)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") if _SURROGATE.search(plain) else plain


def cell(value: Any, data_type: str, number_format: str = "") -> Any:
    """A cell as JSON: text, None, or what it is where that is not text."""
    if value is None:
        return None
    if data_type == "f":
        return {"formula": str(getattr(value, "text", value))}
    if data_type == "e":
        return {"error": str(value)}
    if hasattr(value, "isoformat"):
        return {"date": value.isoformat()}
    if isinstance(value, str):
        return value if isinstance(value, Decoded) else decoded(value)
    return number_text(value, percent="%" in number_format and "%" in _LITERAL.sub("", number_format))


def number_text(value: Any, *, percent: bool = False) -> str:
    """A number or truth value as a person reads it in the sheet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return str(value)
    number = Decimal(repr(value))
    return f"{(number * 100).normalize() + 0:f}%" if percent else f"{number.normalize() + 0:f}"


def sheet_rows(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """The number of every row that holds something, with its cells up to the last one filled."""
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row = [shown(each) if each.value is not None else None for each in cells]
        while row and row[-1] is None:
            row.pop()
        if row:
            yield number, row


def shown(each: Any) -> Any:
    """One cell as JSON, in which a number with decimals is told from such text."""
    found = plain_cell(each)
    return {"number": found} if each.data_type == "n" and isinstance(found, str) and "." in found else found


def plain_cell(each: Any) -> Any:
    """One cell as JSON; only a number's format is looked up, as that takes time."""
    return cell(each.value, each.data_type, each.number_format if each.data_type == "n" else "")


def main() -> None:
    """Read the file named by the first argument."""
    path, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    limit(memory, seconds)
    book = open_book(path)
    properties = {item.name: decoded(str(item.value)) for item in book.custom_doc_props.props if item.value is not None}
    sheets = {sheet.title: list(sheet_rows(sheet)) for sheet in book.worksheets}
    json.dump({"sheets": sheets, "properties": properties}, sys.stdout)


if __name__ == "__main__":
    main()

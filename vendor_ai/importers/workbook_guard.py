"""Workbooks from outside: refused before opening when they look unsafe, then read in a process with limits.

The figures were measured on hostile and on real files: the limits refuse the first and let the second pass.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendor_ai.domain.errors import InvalidInputError

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 25 * MEBIBYTE
MOST_ENTRIES = 500
LARGEST_UNPACKED = 50 * MEBIBYTE
HIGHEST_RATIO = 200
MOST_CELLS = 200_000
LARGEST_EXTENT = 5_000_000  # rows times columns of a sheet
CHILD_MEMORY = 1024 * MEBIBYTE
CHILD_CPU_S = 30
_CHILD_WALL_S = 90
_CHILD = Path(__file__).with_name("workbook_child.py")

_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP_MAGIC = b"PK\x03\x04"
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_PLACE = re.compile(rb'\b(?:r|ref)="(?:[A-Z]{1,3}[0-9]{1,7}:)?([A-Z]{1,3})?([0-9]{1,7})"')
_STRICT = b"http://purl.oclc.org/ooxml"


class WorkbookRefusedError(InvalidInputError):
    """A workbook cannot or must not be opened."""


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell that is not plain text: a formula, an error value or a date (ISO 8601)."""

    kind: str  # formula | error | date
    text: str


Cell = str | SheetCell | None


@dataclass(frozen=True, slots=True)
class WorkbookContent:
    """The cells of every sheet, row by row (index 0 is the sheet's row 1), and the custom properties of the file."""

    sheets: dict[str, list[list[Cell]]]
    properties: dict[str, str] = field(default_factory=dict)


def read_workbook(content: bytes, *, name: str) -> WorkbookContent:
    """Read an .xlsx from outside.

    Raises:
        WorkbookRefusedError: When it is no .xlsx, unsafe, or needs more memory or time than allowed.
    """
    guard_workbook(content, name=name)
    raw = read_in_child(content, name=name)
    if not raw["sheets"]:
        raise WorkbookRefusedError(f"{name} shows no sheets. Save it again as an ordinary Excel workbook (.xlsx), not as Strict Open XML.")
    sheets = {title: [[_cell(value) for value in row] for row in rows] for title, rows in raw["sheets"].items()}
    return WorkbookContent(sheets, raw["properties"])


def guard_workbook(content: bytes, *, name: str) -> None:
    """Refuse a file that is no .xlsx or that would be dangerous to open.

    Raises:
        WorkbookRefusedError: With the reason and what to do.
    """
    if len(content) > LARGEST_FILE:
        raise WorkbookRefusedError(
            f"{name} has {len(content) // MEBIBYTE} MiB; at most {LARGEST_FILE // MEBIBYTE} are read. Remove pictures."
        )
    if content.startswith(_OLE_MAGIC):
        raise WorkbookRefusedError(
            f"{name} is encrypted, has a sensitivity label, or is an old .xls file. Save it without a password as .xlsx."
        )
    if not content.startswith(_ZIP_MAGIC):
        raise WorkbookRefusedError(f"{name} is not an Excel workbook (.xlsx). Send the workbook itself.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _guard_archive(archive, len(content), name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, ValueError, OSError) as error:
        raise WorkbookRefusedError(f"{name} is damaged ({error}). Save it again and send the new file.") from None


def _guard_archive(archive: zipfile.ZipFile, size: int, name: str) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    names = [entry.filename for entry in entries]
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED or unpacked > HIGHEST_RATIO * size:
        raise WorkbookRefusedError(
            f"{name} unpacks to {unpacked // MEBIBYTE} MiB in {len(entries)} parts, which is not safe to open. "
            "Send a workbook with the answers only."
        )
    if any(".." in Path(entry).parts or entry.startswith("/") for entry in names):
        raise WorkbookRefusedError(
            f"{name} holds a path that leaves the file, so it is not opened. Save it again with Excel or LibreOffice."
        )
    if "[Content_Types].xml" not in names or not any(entry.startswith("xl/") for entry in names):
        raise WorkbookRefusedError(f"{name} is not an Excel workbook (.xlsx), although it is packed like one. Send the workbook itself.")
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookRefusedError(f"{name} is encrypted. Save it without a password and send that.")
    cells = 0
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")):
            cells += _guard_part(archive.read(entry), entry.filename, name)
    if cells > MOST_CELLS:
        raise WorkbookRefusedError(f"{name} holds {cells} cells; at most {MOST_CELLS} are read. Send a workbook with the answers only.")


def _guard_part(part: bytes, part_name: str, name: str) -> int:
    """The number of cells in one part of the workbook."""
    # UTF-16 would hide what is looked for here; no office program writes it.
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part or part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in part:
        raise WorkbookRefusedError(
            f"{name} holds a document type or encoding that no office program writes. Save it again with Excel or LibreOffice."
        )
    if part_name == "xl/workbook.xml" and _STRICT in part:
        raise WorkbookRefusedError(f"{name} is saved as Strict Open XML. Save it again as an ordinary Excel workbook (.xlsx).")
    if not part_name.startswith("xl/worksheets/"):
        return 0
    rows = columns = 0
    for column, row in _PLACE.findall(part):
        rows, columns = max(rows, int(row)), max(columns, _column_number(column))
    if rows * max(columns, 1) > LARGEST_EXTENT:
        raise WorkbookRefusedError(
            f"{name} holds a sheet of {rows} rows and {columns} columns. Delete the empty rows and columns at its end."
        )
    return len(_CELL.findall(part))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_in_child(content: bytes, *, name: str, script: Path = _CHILD) -> dict[str, Any]:
    """What ``script`` prints about a guarded workbook, read in a process of its own with limits on memory and time.

    Raises:
        WorkbookRefusedError: When it cannot be read, or needs more than allowed.
    """
    with tempfile.TemporaryDirectory(prefix="vendor-ai-") as folder:
        path = Path(folder) / "workbook.xlsx"
        path.write_bytes(content)
        command = [sys.executable, "-P", str(script), str(path), str(CHILD_MEMORY), str(CHILD_CPU_S)]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        try:
            done = subprocess.run(command, capture_output=True, env=environment, timeout=_CHILD_WALL_S, check=False)
        except subprocess.TimeoutExpired:
            raise _gave_up(name) from None
    if done.returncode < 0 or b"MemoryError" in done.stderr:
        raise _gave_up(name)
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()
        last = reason[-1] if reason else "unknown reason"
        raise WorkbookRefusedError(
            f"{name} cannot be read as a workbook ({last[:200]}). Save it again with Excel or LibreOffice and send that."
        )
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _gave_up(name: str) -> WorkbookRefusedError:
    return WorkbookRefusedError(f"{name} needs more memory or time than is allowed for a workbook. Send a workbook with the answers only.")


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        kind, text = next(iter(value.items()))
        return SheetCell(kind, text)
    return None if value is None else str(value)

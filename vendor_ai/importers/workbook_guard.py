"""Workbooks from outside: refused before opening when they look unsafe, then read in a process with limits.

The figures were measured on hostile and on real files: the limits refuse the first and let the second pass.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendor_ai.importers.answer_word import ExactNumber
from vendor_ai.importers.workbook_part import MEBIBYTE, MOST_CELLS, WorkbookRefusedError, guard_part

__all__ = [
    "LARGEST_FILE",
    "Cell",
    "SheetCell",
    "WorkbookContent",
    "WorkbookRefusedError",
    "guard_workbook",
    "read_in_child",
    "read_workbook",
]

LARGEST_FILE = 25 * MEBIBYTE
MOST_ENTRIES = 500
LARGEST_UNPACKED = 50 * MEBIBYTE
HIGHEST_RATIO = 200
CHILD_MEMORY = 1024 * MEBIBYTE
CHILD_CPU_S = 30
_CHILD_WALL_S = 90
_CHILD = Path(__file__).with_name("workbook_child.py")

_LONGEST_REASON = 4096  # of what the child says when it ends
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP_MAGIC = b"PK\x03\x04"


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
    return WorkbookContent({title: _filled_up(rows) for title, rows in raw["sheets"].items()}, raw["properties"])


def _filled_up(rows: Sequence[tuple[int, list[Any]]]) -> list[list[Cell]]:
    """Every row from the first to the last filled one."""
    empty: list[Cell] = []  # one for all, since a sheet may hold a million of them
    sheet = [empty] * (rows[-1][0] if rows else 0)
    for number, cells in rows:
        sheet[number - 1] = [_cell(value) for value in cells]
    return sheet


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
        cells += guard_part(archive, entry, name, most_cells=MOST_CELLS - cells)


def read_in_child(content: bytes, *, name: str, script: Path = _CHILD) -> dict[str, Any]:
    """What ``script`` prints about a guarded workbook, read in a process of its own with limits on memory and time.

    Raises:
        WorkbookRefusedError: When it cannot be read, or needs more than allowed.
    """
    with tempfile.TemporaryDirectory(prefix="vendor-ai-") as folder:
        path, output, errors = (Path(folder) / each for each in ("workbook.xlsx", "output", "errors"))
        path.write_bytes(content)
        command = [sys.executable, "-P", str(script), str(path), str(CHILD_MEMORY), str(CHILD_CPU_S)]
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        try:
            # Into files, whose size the child may not let grow: a pipe would fill this process's memory.
            with output.open("wb") as out, errors.open("wb") as err:
                done = subprocess.run(command, stdout=out, stderr=err, env=environment, timeout=_CHILD_WALL_S, check=False)
        except subprocess.TimeoutExpired:
            raise _gave_up(name) from None
        said = errors.read_bytes()[-_LONGEST_REASON:].decode("utf-8", "replace").strip()
        if done.returncode:
            raise _unreadable(name, said, killed=done.returncode < 0)
        document: dict[str, Any] = json.loads(output.read_bytes())
        return document


def _unreadable(name: str, said: str, *, killed: bool) -> WorkbookRefusedError:
    if killed or "MemoryError" in said or "File too large" in said:
        return _gave_up(name)
    last = said.splitlines()[-1] if said else "unknown reason"
    return WorkbookRefusedError(
        f"{name} cannot be read as a workbook ({last[:200]}). Save it again with Excel or LibreOffice and send that."
    )


def _gave_up(name: str) -> WorkbookRefusedError:
    return WorkbookRefusedError(f"{name} needs more memory or time than is allowed for a workbook. Send a workbook with the answers only.")


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        kind, text = next(iter(value.items()))
        return ExactNumber(text) if kind == "number" else SheetCell(kind, text)
    return None if value is None else str(value)

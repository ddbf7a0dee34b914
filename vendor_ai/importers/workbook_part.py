"""The parts of a workbook from outside, read piece by piece before anything opens them."""

import re
import zipfile
from dataclasses import dataclass

from vendor_ai.domain.errors import InvalidInputError

MEBIBYTE = 1024 * 1024
MOST_CELLS = 200_000  # of all sheets together
LARGEST_EXTENT = 5_000_000  # rows times columns of a sheet
MOST_ROWS = 1_048_576  # of a sheet, by the file format
_LONGEST_TAG = 64 * 1024
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_PLACE = re.compile(
    rb"<(?:\w+:)?(?:dimension|row|c)\s[^<>]*?\b(?:r|ref)\s*=\s*[\"'](?:[A-Z]{1,3}[0-9]{1,20}:)?([A-Z]{1,3})?([0-9]{1,20})[\"']"
)
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']*)")
_READABLE = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_BEFORE_XML = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"  # marks of encodings, and blanks
_STRICT = b"http://purl.oclc.org/ooxml"


class WorkbookRefusedError(InvalidInputError):
    """A workbook cannot or must not be opened."""


@dataclass(slots=True)
class PartSize:
    """What one part of a workbook holds, counted while it is read."""

    cells: int = 0
    rows: int = 0
    last_row: int = 0
    last_column: int = 0

    def add(self, text: bytes) -> None:
        """Count what stands in a piece of the part."""
        self.cells += sum(1 for _ in _CELL.finditer(text))
        self.rows += sum(1 for _ in _ROW.finditer(text))
        for place in _PLACE.finditer(text):
            self.last_row = max(self.last_row, int(place[2]))
            self.last_column = max(self.last_column, _column_number(place[1] or b""))

    @property
    def height(self) -> int:
        """How many rows a program would make of it."""
        return max(self.rows, self.last_row)

    @property
    def too_far(self) -> bool:
        """Whether a program would fill its memory with empty cells."""
        return self.height > MOST_ROWS or self.height * max(self.last_column, 1) > LARGEST_EXTENT


def guard_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, *, most_cells: int) -> int:
    """The number of cells in one part; any part may be a sheet, whatever it is called, unless it is no XML.

    Raises:
        WorkbookRefusedError: As soon as it shows that the part is not safe to open.
    """
    size = PartSize()
    with archive.open(entry) as part:
        text = part.read(MEBIBYTE)
        if not _is_xml(entry.filename, text):
            return 0
        _refuse_start(entry.filename, text, name)
        while text:
            _refuse_document_type(text, name)
            end = text.rfind(b"<")
            end = end if end > 0 and len(text) - end < _LONGEST_TAG else len(text)
            piece = part.read(MEBIBYTE)
            size.add(text[:end] if piece else text)
            _refuse_size(size, name, most_cells)
            text = text[end:] + piece if piece else b""
    return size.cells


def _refuse_size(size: PartSize, name: str, most_cells: int) -> None:
    if size.cells > most_cells:
        raise WorkbookRefusedError(f"{name} holds too many cells; at most {MOST_CELLS} are read. Send a workbook with the answers only.")
    if size.too_far:
        raise WorkbookRefusedError(
            f"{name} holds a sheet of {size.height} rows and {size.last_column} columns. Delete the empty rows and columns at its end."
        )


def _is_xml(part_name: str, start: bytes) -> bool:
    lower = part_name.lower()
    if lower.endswith(".svg"):
        return False  # a drawing may have a document type, and no sheet is read from it
    return lower.endswith((".xml", ".rels")) or start.lstrip(_BEFORE_XML).startswith(b"<")


def _refuse_start(part_name: str, start: bytes, name: str) -> None:
    stated = _ENCODING.search(start[:1000])
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or (stated and stated[1].lower() not in _READABLE):
        raise _strange(name)
    if part_name == "xl/workbook.xml" and _STRICT in start:
        raise WorkbookRefusedError(f"{name} is saved as Strict Open XML. Save it again as an ordinary Excel workbook (.xlsx).")


def _refuse_document_type(text: bytes, name: str) -> None:
    # A zero byte means UTF-16, which would hide what is looked for here; no office program writes it.
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\x00" in text:
        raise _strange(name)


def _strange(name: str) -> WorkbookRefusedError:
    return WorkbookRefusedError(
        f"{name} holds a document type or encoding that no office program writes. Save it again with Excel or LibreOffice."
    )


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

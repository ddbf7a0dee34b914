"""Hostile and broken workbooks."""

import io
import zipfile

import openpyxl
import pytest

from vendor_ai.importers import workbook_guard
from vendor_ai.importers.workbook_guard import SheetCell, WorkbookRefusedError, guard_workbook, read_workbook


def a_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["text", 1, 2.5, True, None, "=1+1"])
    book.active.cell(3, 2, "below a gap")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(changes: dict[str, bytes], *, drop: str = "") -> bytes:
    """A good workbook with some of its parts replaced or added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(a_workbook())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != drop and entry.filename not in changes:
                new.writestr(entry.filename, old.read(entry))
        for name, content in changes.items():
            new.writestr(name, content)
    return buffer.getvalue()


def sheet(inner: bytes) -> bytes:
    return b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + inner + b"</worksheet>"


SHEET = "xl/worksheets/sheet1.xml"
MANY_CELLS = b"".join(b"<c><v>%d</v></c>" % number for number in range(200_001))


def test_an_ordinary_workbook_is_read_as_text_with_its_row_numbers() -> None:
    content = read_workbook(a_workbook(), name="a.xlsx")

    assert content.sheets == {"Sheet": [["text", "1", "2.5", "true", None, SheetCell("formula", "=1+1")], [], [None, "below a gap"]]}


HOSTILE = {
    "a string that unpacks to 60 MiB": (repacked({"xl/sharedStrings.xml": b"<sst>" + b" " * 60_000_000 + b"</sst>"}), "not safe to open"),
    "an extent of millions of rows": (repacked({SHEET: sheet(b'<dimension ref="A1:XFD1048576"/><sheetData/>')}), "Delete the empty rows"),
    "a cell far away": (repacked({SHEET: sheet(b'<sheetData><row r="1048576"><c r="XFD1048576"/></row></sheetData>')}), "Delete the empty"),
    "more cells than are read": (repacked({SHEET: sheet(b"<sheetData><row>" + MANY_CELLS + b"</row></sheetData>")}), "at most 200000"),
    "a document type": (repacked({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'}), "document type"),
    "a hidden encoding": (repacked({"xl/workbook.xml": "<workbook/>".encode("utf-16")}), "encoding"),
    "a path that leaves the file": (repacked({"xl/../../evil.xml": b"<x/>"}), "leaves the file"),
    "too many parts": (repacked({f"xl/media/{number}.bin": b"x" for number in range(500)}), "parts"),
    "strict Open XML": (
        repacked({"xl/workbook.xml": b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'}),
        "Strict Open XML",
    ),
    "another zip": (repacked({}, drop="[Content_Types].xml"), "is not an Excel workbook"),
    "an old or encrypted file": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "without a password"),
    "a text file": (b"question,answer\n", "is not an Excel workbook"),
    "an empty file": (b"", "is not an Excel workbook"),
    "a broken zip": (b"PK\x03\x04" + b"\0" * 100, "is damaged"),
    "half a workbook": (a_workbook()[:2000], "is damaged"),
}


@pytest.mark.parametrize(("content", "part"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_dangerous_or_broken_file_is_refused_in_one_sentence(content: bytes, part: str) -> None:
    with pytest.raises(WorkbookRefusedError, match=part) as caught:
        read_workbook(content, name="back.xlsx")

    assert str(caught.value).startswith("back.xlsx ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_guard, "LARGEST_FILE", 100)

    with pytest.raises(WorkbookRefusedError, match="at most"):
        guard_workbook(a_workbook(), name="a.xlsx")


def test_a_reading_that_needs_too_much_memory_ends_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_guard, "CHILD_MEMORY", 64 * workbook_guard.MEBIBYTE)
    long = b" ".join(b"%d" % number for number in range(2_500_000))  # 20 MB that do not pack well
    row = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>' + long + b"</t></is></c></row></sheetData>"

    with pytest.raises(WorkbookRefusedError, match="memory or time"):
        read_workbook(repacked({SHEET: sheet(row)}), name="a.xlsx")


def test_a_workbook_whose_parts_do_not_fit_is_refused_in_one_sentence() -> None:
    with pytest.raises(WorkbookRefusedError, match="cannot be read as a workbook"):
        read_workbook(repacked({"xl/workbook.xml": b"<workbook>"}), name="a.xlsx")


def test_sheets_that_cannot_be_seen_are_an_error_not_an_empty_result() -> None:
    empty = b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheets/></workbook>'

    with pytest.raises(WorkbookRefusedError, match=r"shows no sheets|cannot be read"):
        read_workbook(repacked({"xl/workbook.xml": empty}), name="a.xlsx")

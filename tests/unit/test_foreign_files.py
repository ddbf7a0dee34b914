"""Foreign files as sheets of plain cells: workbooks with what stands beside their cells, CSV and JSON."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.factories.foreign import simple, workbook
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.foreign.choice import DropDownLists
from vendor_ai.importers.foreign.grid import Area, Book, Computed, column_letters, column_number, parse_area, parse_areas
from vendor_ai.importers.foreign.sheet_child import layout
from vendor_ai.importers.foreign.source_file import read_source
from vendor_ai.importers.workbook_guard import WorkbookRefusedError


def a_book() -> Book:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("One")
        sheet.merge_range("A1:C1", "Title")
        sheet.merge_range("A2:A4", "Group")
        sheet.write("B2", "first")
        sheet.write_formula("C2", "=1+1", None, 2)
        sheet.write_formula("C3", '="to"&"day"', None, "today")
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.write("B4", "last")
        sheet.data_validation("B2:B3", {"validate": "list", "source": ["Yes", "No"]})
        sheet.data_validation("C2", {"validate": "list", "source": "=Lists!$A$1:$A$2"})
        sheet.data_validation("C3", {"validate": "list", "source": "=colours"})
        sheet.data_validation("C4", {"validate": "list", "source": '=INDIRECT("x")'})
        sheet.data_validation("B4", {"validate": "integer", "criteria": ">", "value": 1})
        lists = book.add_worksheet("Lists")
        lists.write_column("A1", ["Ja", "Nein"])
        lists.hide()
        book.define_name("colours", "=Lists!$A$2")

    return read_source(workbook(write), "book.xlsx")


def test_a_workbook_keeps_merged_areas_hidden_sheets_and_rows() -> None:
    one, lists = a_book().grids

    assert (one.hidden, lists.hidden, one.hidden_rows) == (False, True, 1)
    assert set(one.merged) == {Area(1, 1, 1, 3), Area(2, 1, 4, 1)}
    assert [one.merged_text(row, 1) for row in (2, 3, 4, 5)] == ["Group", "Group", "Group", ""]
    assert [one.text(row, 1) for row in (2, 3, 4)] == ["Group", "", ""]
    assert one.spreads(1, 1) and not one.spreads(2, 1)


def test_a_formula_is_kept_as_one_beside_what_it_showed_last() -> None:
    one = a_book().grids[0]

    assert (one.cell(2, 3), one.cell(3, 3)) == (Computed("=1+1", "2"), Computed('="to"&"day"', "today"))
    assert one.text(3, 3) == "today"


def test_drop_down_lists_are_found_in_quotes_in_other_sheets_and_under_names() -> None:
    book = a_book()
    one, lists = book.grids[0], DropDownLists(book)

    assert one.lists_in(2).keys() == {2, 3}
    assert lists.labels(one, one.lists_in(2)[2]) == ("Yes", "No")
    assert [lists.labels(one, one.lists_in(3)[row]) for row in (2, 3, 4)] == [("Ja", "Nein"), ("Nein",), ()]


def test_the_newer_form_of_drop_down_lists_is_read_too() -> None:
    part = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:x14="urn:x14" xmlns:xm="urn:xm">'
        '<sheetData><row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>&lt;sheetData&gt;</t></is></c></row></sheetData>'
        '<mergeCells><mergeCell ref="A1:B1"/></mergeCells><extLst><ext><x14:dataValidations><x14:dataValidation type="list">'
        "<x14:formula1><xm:f>Lists!$A$1:$A$2</xm:f></x14:formula1><xm:sqref>C3:C9</xm:sqref></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>"
    )

    found = layout(part.encode())

    assert found == {"merged": ["A1:B1"], "lists": [{"cells": "C3:C9", "source": "Lists!$A$1:$A$2"}], "hidden_rows": 1}


def test_a_sheet_without_any_cell_has_a_layout() -> None:
    part = b'<x:worksheet xmlns:x="urn:x"><x:sheetData/></x:worksheet>'
    assert layout(part) == {"merged": [], "lists": [], "hidden_rows": 0}


def test_hostile_workbooks_are_refused_before_they_are_read() -> None:
    good = simple(["Question"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        new.writestr("xl/media/bomb.xml", b" " * 60_000_000)

    with pytest.raises(WorkbookRefusedError, match="not safe to open"):
        read_source(buffer.getvalue(), "bomb.xlsx")
    with pytest.raises(WorkbookRefusedError, match="without a password"):
        read_source(bytes.fromhex("d0cf11e0a1b11ae1"), "old.xls")


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("C3", Area(3, 3, 3, 3)),
        ("$C$3:$D$90", Area(3, 3, 90, 4)),
        ("B:B", Area(1, 2, 1_048_576, 2)),
        ("2:3", Area(2, 1, 3, 16_384)),
        ("C", None),
        ("", None),
        ("name", None),
        ("C3:", None),
    ],
)
def test_areas_are_read_in_all_spellings(text: str, area: Area | None) -> None:
    assert parse_area(text) == area


def test_several_areas_stand_in_one_text() -> None:
    assert parse_areas("A1 B2:B3 nonsense") == (Area(1, 1, 1, 1), Area(2, 2, 3, 2))


def test_columns_have_letters_and_numbers() -> None:
    assert [(column_letters(number), column_number(column_letters(number))) for number in (1, 26, 27, 703)] == [
        ("A", 1),
        ("Z", 26),
        ("AA", 27),
        ("AAA", 703),
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_csv_is_cut_at_the_sign_that_it_uses(sign: str) -> None:
    lines = [sign.join(row) for row in (["id", "question", "answer"], ["A1", "Is it here?", "Yes"], ["A2", "Is it there?", "No"])]

    grid = read_source("\n".join(lines).encode(), "list.csv").grids[0]

    assert (grid.name, grid.text(2, 3), grid.text(3, 1)) == ("list", "Yes", "A2")


def test_rows_of_a_csv_are_counted_as_a_spreadsheet_does() -> None:
    grid = read_source(b'id,question\n"A1","two\nlines"\n\nA2,next\n', "list.csv").grids[0]
    assert [grid.text(row, 1) for row in grid.numbers] == ["id", "A1", "", "A2"]


def test_a_csv_in_the_encoding_of_old_windows_is_read_and_said_so() -> None:
    book = read_source("id;question\n1;¿Está aquí?\n".encode("cp1252"), "list.csv")

    assert book.grids[0].text(2, 2) == "¿Está aquí?"
    assert book.notes == ("The file is not UTF-8; it was read as Windows-1252.",)
    assert read_source("id,question\n1,¿Sí?\n".encode("utf-16"), "list.csv").grids[0].text(2, 2) == "¿Sí?"


def test_a_formula_in_a_csv_is_a_formula() -> None:
    assert read_source(b"id,question\n=1+1,Is it?\n", "list.csv").grids[0].cell(2, 1) == Computed("=1+1")


def test_a_json_list_of_objects_is_a_sheet_whose_first_record_is_row_one() -> None:
    grid = read_source(
        json.dumps([{"id": 7, "question": "Is it?", "topics": ["a", "b"], "open": True, "none": None}]).encode(), "q.json"
    ).grids[0]

    assert [grid.text(0, column) for column in range(1, 6)] == ["id", "question", "topics", "open", "none"]
    assert [grid.text(1, column) for column in range(1, 6)] == ["7", "Is it?", "a\nb", "yes", ""]


def test_nested_sections_of_a_json_file_become_a_column() -> None:
    data = {
        "title": "House",
        "sections": [
            {"title": "Doors", "questions": [{"id": "D1", "text": "?", "options": [{"label": "Yes"}, {"value": "No"}]}]},
            {"title": "Roofs", "questions": [{"id": "R1", "text": "?", "extra": {"a": 1}}]},
        ],
    }

    book = read_source(json.dumps(data).encode(), "q.json")
    grid = book.grids[0]

    assert (book.title, [grid.text(0, column) for column in range(1, 6)]) == ("House", ["section", "id", "text", "options", "extra"])
    assert [grid.text(row, 1) for row in (1, 2)] == ["Doors", "Roofs"]
    assert (grid.text(1, 4), grid.text(2, 5)) == ("Yes\nNo", "a: 1")


def test_lists_under_several_keys_are_sections_of_that_name() -> None:
    grid = read_source(json.dumps({"Doors": [{"q": "a"}], "Roofs": [{"q": "b"}]}).encode(), "q.json").grids[0]
    assert [(grid.text(row, 1), grid.text(row, 2)) for row in (1, 2)] == [("Doors", "a"), ("Roofs", "b")]


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("q.json", b"{", "line 1: this is not valid JSON"),
        ("q.json", b'"text"', "holds no list of questions"),
        ("q.json", b"\xff", "is not UTF-8"),
        ("q.json", b"[" * 100_000, "nested too deeply"),
        ("q.csv", b"a,b\x00", "is no text file"),
        ("q.docx", b"", "are converted from .xlsx, .csv and .json"),
        ("q.xlsx", b"no zip", "is not an Excel workbook"),
        ("q.csv", b'a,"' + b"x" * 200_000, "cannot be read as CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(name: str, content: bytes, part: str) -> None:
    with pytest.raises(InvalidInputError, match=part) as caught:
        read_source(content, name)
    assert "\n" not in str(caught.value)

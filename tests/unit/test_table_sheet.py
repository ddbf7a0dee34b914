"""Worksheets of tables: text stays text, and what is printed is readable."""

import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from vendor_ai.exporters.table_sheet import Column, write_table

COLUMNS = [Column("Name", 12), Column("Text", 44), Column("Your note", 20, own=True)]


def written(*rows: list[str], note: str = "") -> Any:
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        write_table(book, "Table", COLUMNS, rows, note=note)
    return openpyxl.load_workbook(sink)["Table"]


def test_a_page_is_landscape_one_page_wide_with_its_header_on_each() -> None:
    sheet = written(["a", "b", ""], ["c", "d", ""])

    assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)  # one page wide is the default
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.print_title_rows, sheet.freeze_panes, sheet.auto_filter.ref) == ("$1:$1", "C2", "A1:C3")
    assert [round(sheet.column_dimensions[name].width) for name in "ABC"] == [13, 45, 21]  # the padding of a cell is added


def test_a_note_stands_above_the_header_and_stays_in_sight_too() -> None:
    sheet = written(["a", "b", ""], note="Read this.")

    assert [row[0].value for row in sheet.iter_rows()] == ["Read this.", "Name", "a"]
    assert (sheet.print_title_rows, sheet.freeze_panes, sheet.auto_filter.ref) == ("$1:$2", "C3", "A2:C3")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "{=A1}", "https://example.org", "<r>x</r>", "007", "_x0041_"])
def test_text_stays_the_same_text(text: str) -> None:
    cell = written([text, "", ""])["A2"]

    assert (cell.data_type, cell.value) == ("s", text)


def test_what_a_cell_cannot_hold_is_replaced_and_cut_visibly() -> None:
    sheet = written(["bell\x07 \ud800", "\U0001f600" * 20_000, ""])

    assert sheet["A2"].value == "bell\ufffd \ufffd"
    assert str(sheet["B2"].value).endswith("\U0001f600 … (cut; the csv has all of it)")
    assert len(str(sheet["B2"].value).encode("utf-16-le")) // 2 <= 32_767


def test_the_columns_of_the_reader_stand_out() -> None:
    sheet = written(["a", "b", ""])

    assert (sheet["C2"].value, sheet["C2"].fill.fgColor.rgb, sheet["B2"].fill.fill_type) == (None, "FFFFF6DC", None)


def test_a_row_is_as_tall_as_its_longest_text_needs() -> None:
    sheet = written(["a", "word " * 30, ""], ["a", "b", ""])

    assert [sheet.row_dimensions[row].height for row in (2, 3)] == [60, None]  # 150 characters on 44: four lines; one line is the default


def test_ids_widen_their_column_and_no_others() -> None:
    assert Column("Id", 10, whole=True).fitted(["com-impact-assessment-help"]) == 28
    assert Column("Id", 10, whole=True).fitted(["a" * 300]) == 48
    assert Column("Id", 10).fitted(["com-impact-assessment-help"]) == 10

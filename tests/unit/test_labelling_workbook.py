"""A blind labelling workbook goes out, is filled in, and is read back."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.workbook import edited, saved_by_libreoffice
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.exporters import labelling_workbook as exporter
from vendor_ai.exporters.labelling_workbook import LabellingSheet, labelling_workbook
from vendor_ai.importers import labelling_workbook as importer
from vendor_ai.importers.labelling_workbook import FilledSheet, read_labels
from vendor_ai.importers.workbook_guard import WorkbookRefusedError

COLUMNS = ("prediction_id", "occurred_at", "segment.region")
ROWS = [{"prediction_id": f"call-{number}", "occurred_at": "2026-07-01 10:00:00 UTC", "segment.region": "EU"} for number in range(4)]
LABEL = 4  # its column


def sheet(**fields: Any) -> LabellingSheet:
    return LabellingSheet(
        **({"sample": "ocr-2026-q3", "reading": "first", "columns": COLUMNS, "rows": ROWS, "labels": ("no", "yes")} | fields)
    )  # fmt: skip


def read(tmp_path: Path, content: bytes, **options: bool) -> FilledSheet:
    path = tmp_path / "labels.xlsx"
    path.write_bytes(content)
    return read_labels(path, **options)


def filled(tmp_path: Path, *labels: object, edit: Callable[[Any], None] | None = None, **options: bool) -> FilledSheet:
    def write(book: Any) -> None:
        for number, label in enumerate(labels, start=2):
            book["Calls"].cell(number, LABEL).value = label
        if edit is not None:
            edit(book["Calls"])

    return read(tmp_path, edited(labelling_workbook(sheet()), write), **options)


def test_both_sides_agree_on_the_words_they_share() -> None:
    names = ("SHEET", "ID", "LABEL", "SAMPLE_PROPERTY", "READING_PROPERTY")
    assert [getattr(exporter, name) for name in names] == [getattr(importer, name) for name in names]


def test_labels_come_back_with_their_rows_and_empty_cells_are_counted(tmp_path: Path) -> None:
    found = filled(tmp_path, "yes", None, " no ", "")
    assert (found.sample, found.reading, found.empty, found.problems) == ("ocr-2026-q3", "first", 2, ())
    assert [(entry.row, entry.prediction_id, entry.label) for entry in found.labels] == [(2, "call-0", "yes"), (4, "call-2", "no")]


def test_the_calls_and_what_finds_them_are_shown_and_the_labels_can_be_chosen() -> None:
    book = openpyxl.load_workbook(io.BytesIO(labelling_workbook(sheet())))
    page = book["Calls"]
    assert [cell.value for cell in page[1]] == [*COLUMNS, "label"]
    assert [cell.value for cell in page[2]] == ["call-0", "2026-07-01 10:00:00 UTC", "EU", None]
    (choice,) = page.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ("'Read me'!$A$8:$A$9", "D2:D5")
    assert [book["Read me"].cell(row, 1).value for row in (8, 9)] == ["no", "yes"]
    assert page["A2"].protection.locked
    assert not page["D2"].protection.locked


def test_without_known_labels_any_text_is_taken() -> None:
    book = openpyxl.load_workbook(io.BytesIO(labelling_workbook(sheet(labels=()))))
    assert not book["Calls"].data_validations.dataValidation
    assert book["Read me"].cell(7, 1).value == "Any label may be written."


def test_ids_that_look_like_formulas_or_numbers_come_back_as_they_were(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "'quoted", "00123", "TRUE", "1e5", "<b>", "Žluťoučký kůň", "说明"]
    rows = [{"prediction_id": text} for text in texts]

    def label(book: Any) -> None:
        for number in range(2, len(texts) + 2):
            book["Calls"].cell(number, 2).value = "yes"

    content = edited(labelling_workbook(sheet(columns=("prediction_id",), rows=rows)), label)
    assert [entry.prediction_id for entry in read(tmp_path, content).labels] == texts


def test_a_file_saved_by_another_program_still_knows_its_sample(tmp_path: Path) -> None:
    found = read(tmp_path, saved_by_libreoffice(labelling_workbook(sheet(reading="second")), tmp_path))
    assert (found.sample, found.reading, found.empty) == ("ocr-2026-q3", "second", 4)


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("=A1", "The label is a formula, not text. Type the label itself."),
        ("x" * 501, "The label has 501 characters; at most 500 are kept. Write the label alone."),
    ],
)
def test_what_is_no_label_is_named_by_its_row_and_the_good_ones_are_kept(tmp_path: Path, label: str, message: str) -> None:
    found = filled(tmp_path, "yes", label, "no")
    assert [entry.prediction_id for entry in found.labels] == ["call-0", "call-2"]
    assert [(problem.row, problem.column, problem.message) for problem in found.problems] == [(3, "label", message)]


def test_a_call_that_stands_twice_and_a_label_without_a_call_are_named(tmp_path: Path) -> None:
    def spoil(page: Any) -> None:
        page.cell(3, 1).value = "call-0"
        page.cell(4, 1).value = None

    found = filled(tmp_path, "yes", "no", "no", edit=spoil)
    assert [(problem.row, problem.column) for problem in found.problems] == [(3, "label"), (4, "prediction_id")]
    assert "stands in row 2 already" in found.problems[0].message


@pytest.mark.parametrize("label", ["12.5", "-3", 7, 0.25])
def test_a_number_is_taken_where_labels_are_numbers(tmp_path: Path, label: object) -> None:
    assert [entry.label for entry in filled(tmp_path, label, numeric=True).labels] == [str(label)]


@pytest.mark.parametrize("label", ["twelve", "1,5", "nan", "inf"])
def test_other_text_is_not(tmp_path: Path, label: str) -> None:
    (problem,) = filled(tmp_path, label, numeric=True).problems
    assert (problem.row, problem.message) == (2, f"{label!r} is not a number. Write digits with a decimal point, as in 12.5.")


def test_a_file_that_is_no_labelling_workbook_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(InvalidInputError, match="is no labelling workbook"):
        read(tmp_path, buffer.getvalue())
    with pytest.raises(WorkbookRefusedError):
        read(tmp_path, b"label\nyes\n")
    with pytest.raises(InvalidInputError, match="There is no file"):
        read_labels(tmp_path / "absent.xlsx")


def test_a_lost_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="has lost its column 'label'"):
        read(tmp_path, edited(labelling_workbook(sheet()), lambda book: book["Calls"].delete_cols(LABEL)))

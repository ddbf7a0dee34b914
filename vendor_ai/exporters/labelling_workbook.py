"""A blind labelling workbook: which calls to label and where to find them, never what the vendor answered."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vendor_ai.exporters.workbook_cell import write_text
from vendor_ai.exporters.workbook_style import Style

SHEET = "Calls"
ID, LABEL = "prediction_id", "label"
SAMPLE_PROPERTY, READING_PROPERTY = "vendor-ai sample", "vendor-ai reading"
_GUIDE = "Read me"
_WIDTHS = {ID: 38, LABEL: 26, "occurred_at": 22}
_A4 = 9


@dataclass(frozen=True, slots=True)
class LabellingSheet:
    """What one person labels.

    Attributes:
        sample: Reference of the sample.
        reading: ``first`` or ``second``.
        columns: What helps to find a call, in order; neither an answer nor a label is among them.
        rows: One call each; every one has ``prediction_id``.
        labels: What can be chosen from; empty where any text is taken.
        numeric: Whether a label is a number.
    """

    sample: str
    reading: str
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, str]]
    labels: tuple[str, ...]
    numeric: bool = False


def labelling_workbook(sheet: LabellingSheet) -> bytes:
    """Return the workbook of one person's part; its properties say what it belongs to, so that it is read back without asking."""
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_custom_property(SAMPLE_PROPERTY, sheet.sample, "text")
        book.set_custom_property(READING_PROPERTY, sheet.reading, "text")
        style = Style.of(book)
        _write_calls(book, sheet, style)
        _write_guide(book, sheet, style)
    return sink.getvalue()


def _write_calls(book: Any, sheet: LabellingSheet, style: Style) -> None:
    page = book.add_worksheet(SHEET)
    columns = (*sheet.columns, LABEL)
    for place, column in enumerate(columns):
        page.set_column(place, place, _WIDTHS.get(column, 20))
        page.write_string(0, place, column, style.header)
    for number, row in enumerate(sheet.rows, start=1):
        for place, column in enumerate(sheet.columns):
            write_text(page, number, place, row.get(column, ""), style.locked, what=column)
        page.write_blank(number, len(sheet.columns), None, style.text)
    if sheet.labels and sheet.rows:
        choice = {"validate": "list", "source": f"='{_GUIDE}'!$A$8:$A${7 + len(sheet.labels)}"}
        page.data_validation(1, len(sheet.columns), len(sheet.rows), len(sheet.columns), choice)
    page.freeze_panes(1, 1)
    page.set_paper(_A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.protect()


def _write_guide(book: Any, sheet: LabellingSheet, style: Style) -> None:
    guide = book.add_worksheet(_GUIDE)
    guide.set_column(0, 0, 90)
    guide.write_string(0, 0, f"Sample {sheet.sample}, {sheet.reading} reading", style.title)
    kind = "the right number" if sheet.numeric else "the right label"
    steps = (
        f"For each call on the sheet {SHEET} find what was sent to the vendor, and write {kind} into the column {LABEL}.",
        "Do not look up what the vendor answered, and do not ask the other reader: the labels are worth something because they are blind.",
        "Leave a cell empty where you cannot tell. The file may be read back as often as you like; what was read once stays.",
    )
    for number, step in enumerate(steps, start=2):
        guide.write_string(number, 0, step, style.step)
    guide.write_string(6, 0, "Labels to choose from" if sheet.labels else "Any label may be written.", style.header)
    for number, label in enumerate(sheet.labels, start=7):
        write_text(guide, number, 0, label, style.locked, what="a label")

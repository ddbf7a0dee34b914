"""An empty inventory to fill in: every column, one example row and, in a workbook, drop-downs and an explanation of each column."""

import csv
import io
from dataclasses import dataclass

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.tier import AffectedRight, DecisionType
from vendor_ai.domain.vendor import INVENTORY_COLUMNS, ComponentStatus

_ROWS = 1_000  # so many rows get the drop-downs
_SEVERAL = "Several are separated by a semicolon."


@dataclass(frozen=True, slots=True)
class ColumnGuide:
    """What one column of the inventory holds; ``several`` is whether more than one of ``allowed`` may stand in a cell."""

    meaning: str
    example: str
    allowed: tuple[str, ...] = ()
    several: bool = False


COLUMN_GUIDES: dict[str, ColumnGuide] = {
    "vendor": ColumnGuide("Required. The company that supplies the component.", "Example Vendor (delete this row)"),
    "component": ColumnGuide("Required. The name of the component; one row for each.", "Invoice reader"),
    "ref": ColumnGuide("Short name used in commands, with letters, digits and hyphens; made from the component's name where empty.", ""),
    "kind": ColumnGuide("What sort of component it is, in your own words.", "document recognition"),
    "use_case": ColumnGuide("What it is used for here, in a few words; the risk tier follows from it.", "reading supplier invoices"),
    "decision_type": ColumnGuide(
        "Who decides: a person each time (human_in_the_loop), the component while a person watches (human_on_the_loop), or the component "
        "alone (automated); the risk tier follows from it.",
        DecisionType.HUMAN_IN_THE_LOOP.value,
        tuple(DecisionType),
    ),
    "affected_rights": ColumnGuide(
        f"Rights of people that its output can touch; empty where there is none. {_SEVERAL}",
        AffectedRight.PRIVACY.value,
        tuple(AffectedRight),
        several=True,
    ),
    "regions": ColumnGuide(f"Where it is used or its output takes effect: countries or areas such as EU, UK, US. {_SEVERAL}", "EU; UK"),
    "data_classes": ColumnGuide(f"The classes of data it sees, in your own words. {_SEVERAL}", "confidential; personal"),
    "status": ColumnGuide(
        "Where it stands here; proposed where empty. A change to approved or in_use has to pass a gate.",
        ComponentStatus.PROPOSED.value,
        tuple(ComponentStatus),
    ),
    "business_owner": ColumnGuide("Who answers for the use in the business.", "Jane Doe"),
    "technical_owner": ColumnGuide("Who answers for how it is built in.", "John Roe"),
    "operations_owner": ColumnGuide("Who keeps it running and watches it.", "Max Mustermann"),
    "capabilities": ColumnGuide(
        f"What it can do, so that it can be offered in the place of unapproved tools. {_SEVERAL}", "ocr; extraction"
    ),
    "positive_label": ColumnGuide("The label that counts as positive where its predictions are labels.", ""),
    "website": ColumnGuide("The vendor's web site.", "https://vendor.example"),
    "notes": ColumnGuide("Anything else.", ""),
}


def inventory_template(suffix: str) -> bytes:
    """Return a file to fill in, in the format a file ending names.

    Raises:
        InvalidInputError: When the ending is neither .csv nor .xlsx.
    """
    match suffix.lower():
        case ".csv":
            text = io.StringIO(newline="")
            csv.writer(text).writerows([INVENTORY_COLUMNS, [COLUMN_GUIDES[column].example for column in INVENTORY_COLUMNS]])
            return text.getvalue().encode()
        case ".xlsx":
            return _workbook()
    raise InvalidInputError(f"A template is written as .xlsx or .csv, not {suffix!r}.")


def _workbook() -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Inventory")
        for index, column in enumerate(INVENTORY_COLUMNS):
            guide = COLUMN_GUIDES[column]
            sheet.write_string(0, index, column, head)
            sheet.write_string(1, index, guide.example)
            if guide.allowed:
                # Where several may stand, the list only offers: a spreadsheet cannot check more than one value.
                sheet.data_validation(
                    1, index, _ROWS, index, {"validate": "list", "source": list(guide.allowed), "show_error": not guide.several}
                )
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(INVENTORY_COLUMNS) - 1, 22)
        columns = book.add_worksheet("Columns")
        columns.write_row(0, 0, ("Column", "What it holds", "Allowed values", "Example"), head)
        for row, column in enumerate(INVENTORY_COLUMNS, start=1):
            guide = COLUMN_GUIDES[column]
            for place, cell in enumerate((column, guide.meaning, "\n".join(guide.allowed) or "any", guide.example)):
                columns.write_string(row, place, cell, wrapped)
        for place, width in enumerate((20, 70, 24, 34)):
            columns.set_column(place, place, width)
        columns.freeze_panes(1, 0)
        columns.set_landscape()
        columns.fit_to_pages(1, 0)
    return sink.getvalue()

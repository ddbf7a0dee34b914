"""The list for internal audit as csv, xlsx or json."""

import csv
import io
import json
from collections.abc import Sequence

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.internal_audit import COLUMNS, ActKind, AuditedAct

FORMATS = ("csv", "xlsx", "json")
_LONGEST_CELL = 32_767  # what a worksheet holds
_CUT = " … (cut; the csv has all of it)"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_acts(acts: Sequence[AuditedAct], form: str) -> bytes:
    """Return the list in one of ``FORMATS``.

    Raises:
        InvalidInputError: When the format is none of them.
    """
    match form.lower():
        case "json":
            return (json.dumps(document(acts), ensure_ascii=False, indent=2) + "\n").encode()
        case "csv":
            return _csv(acts)
        case "xlsx":
            return _xlsx(acts)
    raise InvalidInputError(f"The list is exported as {', '.join(FORMATS)}, not {form!r}.")


def document(acts: Sequence[AuditedAct]) -> dict[str, object]:
    """How many acts and exceptions of each kind there are, and every act."""
    kinds = {kind: [act for act in acts if act.kind is kind] for kind in ActKind}
    counts = {kind.value: {"all": len(found), "exceptions": sum(act.exception for act in found)} for kind, found in kinds.items()}
    return {"population": counts, "acts": [act.as_json() for act in acts]}


def _csv(acts: Sequence[AuditedAct]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    # A spreadsheet would run text that starts like a formula; a leading quote keeps it text.
    writer.writerows([[f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in act.as_text()] for act in acts])
    return text.getvalue().encode()


def _xlsx(acts: Sequence[AuditedAct]) -> bytes:
    import xlsxwriter

    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        head, text = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for title, shown in (("Exceptions", [act for act in acts if act.exception]), ("Population", list(acts))):
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, COLUMNS, head)
            for row, act in enumerate(shown, start=1):
                for column, cell in enumerate(act.as_text()):
                    sheet.write_string(row, column, _fitting(cell), text)
            sheet.freeze_panes(1, 2)
            sheet.autofilter(0, 0, max(len(shown), 1), len(COLUMNS) - 1)
            sheet.set_column(0, len(COLUMNS) - 1, 18)
    return sink.getvalue()


def _fitting(cell: str) -> str:
    return cell if len(cell) <= _LONGEST_CELL else cell[: _LONGEST_CELL - len(_CUT)] + _CUT

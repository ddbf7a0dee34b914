"""The list for internal audit as csv, xlsx or json."""

import csv
import io
import json
from collections.abc import Sequence

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.internal_audit import COLUMNS, ActKind, AuditedAct
from vendor_ai.exporters.table_sheet import Column, write_table

FORMATS = ("csv", "xlsx", "json")
_WIDTHS = {
    "kind": 9,
    "number": 8,
    "exception": 10,
    "reason": 32,
    "at": 16,
    "second_at": 16,
    "second_reason": 24,
    "until": 11,
    "state": 16,
}
_WHOLE = 12  # the least width of the others, whose names and ids stay in one piece
_INSTANTS = ("at", "second_at")
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

    titles = {name: f"{name} (UTC)" for name in _INSTANTS}
    columns = [Column(titles.get(name, name), _WIDTHS.get(name, _WHOLE), whole=name not in _WIDTHS) for name in COLUMNS]
    sink = io.BytesIO()
    with xlsxwriter.Workbook(sink, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        for title, shown in (("Exceptions", [act for act in acts if act.exception]), ("Population", list(acts))):
            write_table(book, title, columns, [_cells(act) for act in shown])
    return sink.getvalue()


def _cells(act: AuditedAct) -> list[str]:
    """As in the csv, but with instants to the minute."""
    pairs = zip(COLUMNS, act.as_text(), strict=True)
    return [cell[:16].replace("T", " ") if name in _INSTANTS else cell for name, cell in pairs]

"""Lists as CSV files: exactly what is on the screen, and the filter that made it so."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from starlette.responses import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, columns: Sequence[str], rows: Sequence[Sequence[object]], *, filters: Mapping[str, str], at: datetime) -> Response:
    """Rows as an attachment that spreadsheets open; a text that would be a formula is escaped.

    Args:
        name: Of the file, without its ending.
        columns: Header.
        rows: What is on the screen; times with their offset.
        filters: What narrowed it; empty ones are left out.
        at: When it was shown.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    narrowed = {key: value for key, value in filters.items() if value}
    writer.writerow([f"{name}, {len(rows)} rows, {urlencode(narrowed) or 'no filter'}, as of {at.isoformat(timespec='seconds')}"])
    writer.writerow(columns)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    shown = "" if value is None else str(value)
    return "'" + shown if shown.startswith(_FORMULA) else shown

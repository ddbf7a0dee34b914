"""Links as a CSV list, for a mail merge."""

import csv
import io
from collections.abc import Sequence

COLUMNS = ("component", "assessment", "name", "email", "link", "expires_at")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def link_list_csv(links: Sequence[dict[str, str | None]]) -> str:
    """One line a link, under headings."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    # A spreadsheet would run text that starts like a formula; a leading quote keeps it text.
    cells = [[entry[column] or "" for column in COLUMNS] for entry in links]
    writer.writerows([[f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in line] for line in cells])
    return text.getvalue()

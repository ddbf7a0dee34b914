"""Which row of a returned workbook is its header, and what stands in which column, whatever was moved or renamed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vendor_ai.domain.form_word import HEADINGS, Column, cleaned
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answer_word import normal
from vendor_ai.importers.workbook_guard import Cell, WorkbookRefusedError

_WITHIN = 20  # rows
_FEWEST_HEADINGS = 3
_READ = (Column.ID, Column.ANSWER, Column.EVIDENCE, Column.DATE, Column.COMMENT)
_KNOWN = {cleaned(label): Column(place) for labels in HEADINGS.values() for place, label in enumerate(labels)}


@dataclass(frozen=True, slots=True)
class Header:
    """The header: ``row`` and columns are counted from 0; ``labels`` are the headings as the file has them."""

    row: int
    columns: Mapping[Column, int]
    labels: Mapping[Column, str]
    unknown: tuple[int, ...] = ()
    remarks: tuple[Problem, ...] = ()

    def cell(self, cells: Sequence[Cell], column: Column) -> Cell:
        """The cell of a row below one heading."""
        place = self.columns.get(column)
        return cells[place] if place is not None and place < len(cells) else None

    def label(self, column: Column) -> str:
        """The heading as a problem names it."""
        return self.labels.get(column, HEADINGS["en"][column])


def find_header(rows: Sequence[Sequence[Cell]], ids: Collection[str], name: str) -> Header | None:
    """The header of a sheet, or None where it has none.

    Raises:
        WorkbookRefusedError: When two columns claim to be the same, or answers or ids cannot be found.
    """
    for index, row in enumerate(rows[:_WITHIN]):
        places: dict[Column, list[int]] = {}
        for place, cell in enumerate(row):
            if isinstance(cell, str) and cleaned(cell) in _KNOWN:
                places.setdefault(_KNOWN[cleaned(cell)], []).append(place)
        if len(places) >= _FEWEST_HEADINGS:
            return _header(rows, index, places, ids, name)
    return None


def _header(rows: Sequence[Sequence[Cell]], index: int, places: Mapping[Column, list[int]], ids: Collection[str], name: str) -> Header:
    _refuse_twice(places, rows[index], name)
    columns = {column: found[0] for column, found in places.items()}
    remarks: list[Problem] = []
    known = set(columns.values())
    for column in (column for column in _READ if column not in columns):
        place = _id_column(rows, ids, known) if column is Column.ID else _unmoved(rows[index], column, known)
        if place is not None:
            columns[column] = place
        remarks.append(_missing(rows[index], index, column, place))
    if Column.ID not in columns or Column.ANSWER not in columns:
        lost = "with the answers" if Column.ID in columns else "of question ids"
        raise WorkbookRefusedError(f"{name} has lost the column {lost}. Copy the answers into the file that was sent.")
    labels = {column: str(rows[index][place]).strip() for column, place in columns.items() if _text(rows[index], place)}
    width = max(len(row) for row in rows)
    unknown = tuple(place for place in range(width) if place not in columns.values())
    return Header(index, columns, labels, unknown, tuple(remarks))


def _refuse_twice(places: Mapping[Column, list[int]], row: Sequence[Cell], name: str) -> None:
    for column in _READ:
        found = places.get(column, [])
        if len(found) > 1:
            letters = " and ".join(column_letter(place) for place in found)
            raise WorkbookRefusedError(f"{name} has several columns {str(row[found[0]])!r} ({letters}). Delete those that were added.")


def _id_column(rows: Sequence[Sequence[Cell]], ids: Collection[str], taken: Collection[int]) -> int | None:
    """The column that holds most ids of the pack."""
    wanted = {normal(each) for each in ids}
    width = max(len(row) for row in rows)
    counts = {place: sum(normal(_text(row, place)) in wanted for row in rows) for place in range(width) if place not in taken}
    best = max(counts, key=lambda place: counts[place], default=None)
    return best if best is not None and counts[best] else None


def _unmoved(row: Sequence[Cell], column: Column, taken: Collection[int]) -> int | None:
    """The column's own place, where something else is written at its head."""
    return int(column) if column not in taken and _text(row, column) else None


def _missing(row: Sequence[Cell], index: int, column: Column, place: int | None) -> Problem:
    label = HEADINGS["en"][column]
    if place is None:
        return Problem(index + 1, label, f"The column {label!r} is missing, so nothing was read from it. Use the file that was sent.")
    found = _text(row, place) or "nothing"
    return Problem(index + 1, label, f"The column {column_letter(place)} is headed {found!r}; it was read as {label!r}. Check its answers.")


def _text(row: Sequence[Cell], place: int) -> str:
    cell = row[place] if place < len(row) else None
    return cell.strip() if isinstance(cell, str) else ""


def column_letter(place: int) -> str:
    """A column counted from 0 as the program names it: ``AB``."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

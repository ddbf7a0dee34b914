"""Sheets of a foreign questionnaire as plain cells, with merged areas, drop-down lists and named ranges."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

_CORNER = r"\$?([A-Za-z]{1,3})?\$?([0-9]{1,7})?"
_AREA = re.compile(rf"^{_CORNER}(?::{_CORNER})?$")
MOST_COLUMNS = 256  # no questionnaire is wider
_MOST_MARKED = 500_000  # cells in merged areas or with lists, beyond which a sheet only means harm
_LONGEST_LIST = 1_000  # rows
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


@dataclass(frozen=True, slots=True)
class Computed:
    """A cell that holds a formula or an error value; ``shown`` is what the file says it showed last, which nobody vouches for."""

    text: str
    shown: str = ""


GridCell = str | Computed


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class DropDown:
    """Cells that offer a list, and where the list stands: in quotes, in a range or under a name."""

    areas: tuple[Area, ...]
    source: str


@dataclass(frozen=True)
class Grid:
    """One sheet. Rows and columns count from 1, as the spreadsheet shows them; ``first_row`` is the number of ``rows[0]``."""

    name: str
    rows: Sequence[Sequence[GridCell]]
    first_row: int = 1
    hidden: bool = False
    merged: tuple[Area, ...] = ()
    drop_downs: tuple[DropDown, ...] = ()
    hidden_rows: int = 0

    @property
    def last_row(self) -> int:
        """The number of the last row."""
        return self.first_row + len(self.rows) - 1

    @cached_property
    def width(self) -> int:
        """How many columns are filled somewhere, as far as they are looked at."""
        return min(max((len(row) for row in self.rows), default=0), MOST_COLUMNS)

    @property
    def numbers(self) -> range:
        """The numbers of all rows."""
        return range(self.first_row, self.last_row + 1)

    def cell(self, row: int, column: int) -> GridCell:
        """What stands in a cell; empty text outside the sheet."""
        index = row - self.first_row
        if not 0 <= index < len(self.rows) or not 1 <= column <= len(self.rows[index]):
            return ""
        return self.rows[index][column - 1]

    def text(self, row: int, column: int | None) -> str:
        """The text of a cell without space around it; of a formula what it showed last."""
        if column is None:
            return ""
        found = self.cell(row, column)
        return (found.shown if isinstance(found, Computed) else found).strip()

    def filled(self, row: int) -> list[tuple[int, str]]:
        """The columns of a row that hold text, with that text."""
        return [(column, text) for column in range(1, self.width + 1) if (text := self.text(row, column))]

    @cached_property
    def _upper(self) -> dict[tuple[int, int], int]:
        """For the lower cells of areas merged over several rows: the row whose cell they show."""
        cells = (
            ((row, column), area.top)
            for area in self.merged
            for row in range(area.top + 1, min(area.bottom, self.last_row) + 1)
            for column in range(area.left, min(area.right, self.width) + 1)
        )
        return dict(islice(cells, _MOST_MARKED))

    def merged_text(self, row: int, column: int | None) -> str:
        """The text a person sees in a cell, which may belong to a merged area above."""
        if column is None:
            return ""
        return self.text(row, column) or self.text(self._upper.get((row, column), row), column)

    @cached_property
    def _spread(self) -> frozenset[tuple[int, int]]:
        return frozenset((area.top, area.left) for area in self.merged if area.right > area.left)

    def spreads(self, row: int, column: int) -> bool:
        """Whether the cell is merged across several columns."""
        return (row, column) in self._spread

    def lists_in(self, column: int) -> dict[int, str]:
        """Where the drop-down list of each row stands, for one column."""
        cells = (
            (row, rule.source)
            for rule in self.drop_downs
            for area in rule.areas
            if area.left <= column <= area.right
            for row in range(max(area.top, self.first_row), min(area.bottom, self.last_row) + 1)
        )
        return dict(islice(cells, _MOST_MARKED))


@dataclass(frozen=True, slots=True)
class Book:
    """All sheets of a file; ``names`` are its named ranges, ``notes`` what was assumed while reading it."""

    grids: tuple[Grid, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    notes: tuple[str, ...] = ()

    def grid(self, name: str) -> Grid | None:
        """The sheet of this name, whatever its case."""
        return next((grid for grid in self.grids if grid.name.strip().casefold() == name.strip().casefold()), None)


def parse_areas(text: str) -> tuple[Area, ...]:
    """The areas in text such as ``C3:C90 $E$3``; what is no area is passed over."""
    return tuple(area for part in text.split() if (area := parse_area(part)) is not None)


def parse_area(text: str) -> Area | None:
    """The area named ``C3``, ``C3:D90``, ``C:C`` or ``3:3``."""
    match = _AREA.match(text.strip())
    if match is None:
        return None
    left, top, right, bottom = match.groups() if ":" in text else (*match.groups()[:2], *match.groups()[:2])
    whole = bool(left and top and right and bottom)
    columns, rows = bool(left and right and not top and not bottom), bool(top and bottom and not left and not right)
    if not whole and not (":" in text and (columns or rows)):
        return None
    return Area(
        int(top) if top else 1,
        column_number(left) if left else 1,
        int(bottom) if bottom else _LAST_ROW,
        column_number(right) if right else _LAST_COLUMN,
    )


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def area_texts(grid: Grid, area: Area) -> Iterator[str]:
    """The filled cells of an area, row by row."""
    top = max(area.top, grid.first_row)
    for row in range(top, min(area.bottom, grid.last_row, top + _LONGEST_LIST) + 1):
        for column in range(area.left, min(area.right, grid.width) + 1):
            if text := grid.text(row, column):
                yield text

"""The header row of a sheet, and what each of its columns holds."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.foreign.answer_word import Meaning, meaning_of, plain
from vendor_ai.importers.foreign.column import ENDING, EXACT, INSIDE, WEAK, Role, heading_role
from vendor_ai.importers.foreign.column_content import ColumnContent, fit, looks_like_id
from vendor_ai.importers.foreign.grid import Grid, column_letters, column_number

_SEARCHED = 60  # rows
_LONGEST_HEADING = 200
_INFERRED_SECTIONS = 60
_WORDY = 20  # mean characters from which texts alone look like questions
Mapped = Mapping[Role, str]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header is and which column has which role; ``row`` is None where the columns were given by letters alone."""

    row: int | None
    columns: Mapping[Role, int]
    headings: Mapping[int, str]
    controls: tuple[int, ...] = ()  # every column that refers to a published control
    ticks: Mapping[int, str] = field(default_factory=dict)  # columns such as Yes and No, one of which is ticked
    inferred: frozenset[Role] = field(default_factory=frozenset)  # told by content, not by heading
    sure: bool = True  # whether the headings alone say that these are questions

    def name(self, column: int) -> str:
        """The heading of a column, else its letters."""
        heading = self.headings.get(column, "") if column != self.title[0] else ""
        return heading or f"column {column_letters(column)}"

    @property
    def title(self) -> tuple[int, str]:
        """Column and text of a section title that stands in the header row, as in ``Access | Answer | Comments``; else 0 and empty."""
        if Role.TEXT not in self.inferred:
            return 0, ""
        left = ((column, heading) for column, heading in self.headings.items() if column <= self.columns[Role.TEXT])
        return next(((column, heading) for column, heading in left if heading_role(heading) is None), (0, ""))

    def labels(self) -> dict[str, str]:
        """The heading of every role that has a column."""
        return {str(role): self.name(column) for role, column in self.columns.items()}

    @property
    def without_role(self) -> tuple[int, ...]:
        """The columns that have a heading and no role."""
        used = {*self.columns.values(), *self.controls, *self.ticks, self.title[0]}
        return tuple(column for column in self.headings if column not in used)


def find_header(grid: Grid, *, row: int | None = None, mapped: Mapped | None = None, alone: bool = False) -> Header | None:
    """The header of a sheet, or None where it shows none.

    Args:
        grid: The sheet.
        row: The number of the header row, where the user gave it.
        mapped: Columns the user gave, by role, as heading or letters.
        alone: Whether headings that are weak evidence suffice.

    Raises:
        InvalidInputError: When a column the user gave is not there.
    """
    if row is not None and not grid.first_row <= row <= grid.last_row:
        raise InvalidInputError(f"The sheet {grid.name!r} has no row {row}; its rows are {grid.first_row} to {grid.last_row}.")
    mapped = mapped or {}
    found = row if row is not None else _best_row(grid, mapped)
    headings = _headings(grid, found) if found is not None else {}
    given = {role: _column(grid, headings, name) for role, name in mapped.items()}
    if found is None and Role.TEXT not in given:
        return None
    assigned = _assigned(grid, grid.first_row - 1 if found is None else found, headings, given)
    return _completed(grid, found, headings, assigned, sure=bool(mapped or row is not None or alone))


def _best_row(grid: Grid, mapped: Mapped) -> int | None:
    scored = [(_row_strength(grid, row, mapped), -row) for row in grid.numbers[:_SEARCHED] if row < grid.last_row]
    strength, row = max(scored, default=(0, 0))
    return -row if strength else None


def _row_strength(grid: Grid, row: int, mapped: Mapped) -> int:
    """How surely a row is the header; 0 where it cannot be."""
    headings = _headings(grid, row)
    if len(set(headings.values())) < 2 or any(len(heading) > _LONGEST_HEADING for heading in headings.values()):
        return 0
    roles: dict[Role, int] = {}
    for heading in headings.values():
        role, strength = heading_role(heading) or (None, 0)
        if role is not None:
            roles[role] = max(strength, roles.get(role, 0))
    wanted = {plain(name) for name in mapped.values()}
    given = EXACT * sum(plain(heading) in wanted for heading in headings.values())
    if not given and Role.TEXT not in roles and not (roles.get(Role.ANSWER, 0) >= ENDING and len(roles) >= 2) and not _is_list(roles):
        return 0
    return sum(roles.values()) + given


def _is_list(roles: Mapping[Role, int]) -> bool:
    """Whether the headings are those of a list beside the questions: answers to choose from, or weights."""
    return Role.ID in roles and not {Role.OPTIONS, Role.WEIGHT, Role.COMPLIANT, Role.SCORE}.isdisjoint(roles)


def _headings(grid: Grid, row: int) -> dict[int, str]:
    texts = {column: grid.merged_text(row, column) for column in range(1, grid.width + 1)}
    return {column: " ".join(text.split()) for column, text in texts.items() if text}


def _column(grid: Grid, headings: Mapping[int, str], name: str) -> int:
    matching = [column for column, heading in headings.items() if plain(heading) == plain(name)]
    if matching:
        return matching[0]
    if re.fullmatch(r"[A-Za-z]{1,2}", name.strip()) and column_number(name.strip()) <= grid.width:
        return column_number(name.strip())
    shown = ", ".join(repr(heading) for heading in headings.values()) or "none"
    raise InvalidInputError(f"The sheet {grid.name!r} has no column {name!r}. Its headings: {shown}. Give one of them, or its letter.")


def _assigned(grid: Grid, row: int, headings: Mapping[int, str], given: Mapping[Role, int]) -> dict[Role, tuple[int, int]]:
    """Column and strength by role: the surest heading with the best fitting content first, then from left to right."""
    offers = []
    ticks = _ticks(headings)
    for column, heading in headings.items():
        named = heading_role(heading)
        if named is not None and column not in ticks:
            role, strength = named
            fitting = fit(role, ColumnContent.of(grid, column, row))
            if fitting:
                offers.append((strength, fitting, -column, role))
    taken: dict[Role, tuple[int, int]] = {role: (column, EXACT) for role, column in given.items()}
    for strength, _, column, role in sorted(offers, reverse=True):
        if role not in taken and -column not in (used for used, _ in taken.values()):
            taken[role] = (-column, strength)
    return taken


def _completed(grid: Grid, row: int | None, headings: Mapping[int, str], assigned: Mapping[Role, tuple[int, int]], *, sure: bool) -> Header:
    columns = {role: column for role, (column, _) in assigned.items()}
    above = grid.first_row - 1 if row is None else row
    contents = {column: ColumnContent.of(grid, column, above) for column in range(1, grid.width + 1)}
    inferred: set[Role] = set()
    for role, column in _inferences(columns, contents, questions=_asks(columns, assigned, sure)):
        columns[role] = column
        inferred.add(role)
    controls = tuple(column for column, heading in headings.items() if (heading_role(heading) or ("",))[0] is Role.CONTROL)
    strength = assigned.get(Role.TEXT, (0, 0))[1]
    others = {Role.ID, Role.ANSWER, Role.OPTIONS, Role.TYPE} & set(assigned)
    wordy = Role.TEXT in columns and contents[columns[Role.TEXT]].mean_length >= _WORDY
    told = strength >= INSIDE and (wordy or len(assigned) > 1)
    surely = sure or told or (strength == WEAK and len(others) > 1) or Role.TEXT in inferred
    ticks = _ticks(headings) if Role.ANSWER not in columns else {}
    return Header(row, columns, headings, controls, ticks, frozenset(inferred), surely or bool(ticks))


def _ticks(headings: Mapping[int, str]) -> dict[int, str]:
    """The columns headed by answers, where both Yes and No are among them."""
    found = {column: heading for column, heading in headings.items() if meaning_of(heading) is not None}
    meanings = [meaning_of(heading) for heading in found.values()]
    return found if {Meaning.YES, Meaning.NO} <= set(meanings) and len(set(meanings)) == len(meanings) else {}


def _asks(columns: Mapping[Role, int], assigned: Mapping[Role, tuple[int, int]], sure: bool) -> bool:
    """Whether a text column may be looked for: there are answers, or the user said that these are questions."""
    return Role.TEXT not in columns and (Role.ANSWER in assigned or sure) and not _is_list(dict.fromkeys(assigned, 1) if not sure else {})


def _inferences(columns: dict[Role, int], contents: Mapping[int, ColumnContent], *, questions: bool) -> Iterator[tuple[Role, int]]:
    """Columns told by their content, for roles that no heading names."""
    if questions:
        limit = columns.get(Role.ANSWER, len(contents) + 1)
        free = [column for column in contents if column < limit and column not in columns.values()]
        longest = max(free, key=lambda column: contents[column].mean_length, default=None)
        if longest is not None and contents[longest].mean_length >= 12:
            yield Role.TEXT, longest
    if Role.TEXT not in columns:
        return
    for role, fits in ((Role.ID, _like_ids), (Role.SECTION, _like_sections)):
        free = [column for column in contents if column not in columns.values()]
        found = next((column for column in free if fits(contents[column], contents[columns[Role.TEXT]])), None)
        if role not in columns and found is not None:
            yield role, found


def _like_ids(content: ColumnContent, text: ColumnContent) -> bool:
    """Whether most cells look like different ids; section titles may stand between them."""
    ids = [value for value in content.values if looks_like_id(value)]
    return len(ids) >= max(0.5 * len(content.values), 0.7 * len(text.values), 1) and len(set(ids)) == len(ids)


def _like_sections(content: ColumnContent, text: ColumnContent) -> bool:
    distinct = len(set(content.values))
    full = len(content.values) >= 0.95 * len(text.values)
    together = content.changes < 2 * distinct
    return full and together and 2 <= distinct <= min(_INFERRED_SECTIONS, len(content.values) / 3) and content.longest <= 80

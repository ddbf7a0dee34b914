"""Which sheets of a file hold questions, which only lists, weights or copies of the questions, and which neither."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.foreign.answer_word import plain
from vendor_ai.importers.foreign.choice import AnswerList, choices_in
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import question_type
from vendor_ai.importers.foreign.grid import Book, Grid
from vendor_ai.importers.foreign.header import Header, find_header
from vendor_ai.importers.foreign.question_row import QuestionRow, SheetRows, read_sheet
from vendor_ai.importers.foreign.unplaced import Unplaced

_COPY = 0.6  # share of known questions from which a sheet counts as a copy
_JOINED = (Role.WEIGHT, Role.COMPLIANT, Role.SCORE, Role.MAXIMUM, Role.OPTIONS, Role.TYPE, Role.GUIDANCE, Role.ANSWER, Role.COMMENT)


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What became of one sheet."""

    name: str
    used: bool
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    rows: int = 0
    questions: int = 0
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The keys of the conversion contract."""
        return {
            "name": self.name,
            "used": self.used,
            "header_row": self.header_row,
            "columns": dict(self.columns),
            "rows": self.rows,
            "questions": self.questions,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class ReadBook:
    """The questions of a file in its order, and what else its sheets gave."""

    book: Book
    rows: tuple[QuestionRow, ...]
    sheets: tuple[SheetRows, ...]  # those that hold the questions
    answer_lists: Mapping[str, AnswerList]
    reports: tuple[SheetReport, ...]
    unplaced: tuple[Unplaced, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user said about the layout."""

    sheet: str | None = None
    header_row: int | None = None
    mapped: Mapping[Role, str] = field(default_factory=dict)


def read_book(book: Book, wanted: Wanted) -> ReadBook:
    """Read every sheet for what it is.

    Raises:
        InvalidInputError: When the sheet the user named is not there, or no sheet holds questions.
    """
    return _BookReader(book, wanted).read()


class _BookReader:
    def __init__(self, book: Book, wanted: Wanted) -> None:
        self._book, self._wanted = book, wanted
        self._reports: dict[str, SheetReport] = {}
        self._unplaced: list[Unplaced] = []
        self._notes: list[str] = []
        self._header_rows: dict[int, list[str]] = {}
        self._lists: dict[str, AnswerList] = {}
        self._beside: list[tuple[Grid, Header]] = []  # sheets with values by id, without texts

    def read(self) -> ReadBook:
        if self._wanted.sheet is not None and self._book.grid(self._wanted.sheet) is None:
            known = ", ".join(repr(grid.name) for grid in self._book.grids)
            raise InvalidInputError(f"The file has no sheet {self._wanted.sheet!r}. Its sheets: {known}.")
        read: list[SheetRows] = []
        for grid in self._book.grids:
            found = self._sheet(grid)
            if isinstance(found, SheetRows):
                read.append(found)
            else:
                self._reports[grid.name] = found
        kept, copies = self._without_copies(read)
        if not kept:
            raise InvalidInputError(_no_questions(self._reports.values()))
        rows = self._joined([row for sheet in kept for row in sheet.questions], copies)
        rows = self._with_values_by_id(rows)
        for sheet in kept:
            self._report_used(sheet, sum(row.sheet == sheet.grid.name for row in rows))
        self._notes += [
            f"Row {row} was taken as the header of {', '.join(names)}; what stands above it was not read."
            for row, names in self._header_rows.items()
        ]
        reports = tuple(self._reports[grid.name] for grid in self._book.grids if grid.name in self._reports)
        return ReadBook(self._book, tuple(rows), tuple(kept), self._lists, reports, tuple(self._unplaced), tuple(self._notes))

    # --- one sheet ---

    def _sheet(self, grid: Grid) -> SheetRows | SheetReport:
        """The questions of a sheet, or why it holds none."""
        named = self._wanted.sheet is not None and self._book.grid(self._wanted.sheet) is grid
        header = self._header(grid, named) if grid.rows else None
        if header is None:
            return _unused(grid, "No header row with a column of questions was found." if grid.rows else "The sheet is empty.")
        if Role.TEXT not in header.columns:
            return self._values(grid, header)
        if self._wanted.sheet is not None and not named:
            return _unused(grid, f"Only the sheet {self._wanted.sheet!r} was asked for.")
        if not header.sure:
            return _unused(grid, "Its headings do not say that it holds questions; name it with --sheet if it does.", header)
        sheet = read_sheet(grid, header)
        return sheet if sheet.questions else _unused(grid, "No question stands below its header.", header)

    def _header(self, grid: Grid, named: bool) -> Header | None:
        """The header of a sheet; what the user said holds for the sheet that was named, else for all that are shown."""
        alone = named or len(self._book.grids) == 1
        if not named and (self._wanted.sheet is not None or grid.hidden):
            return find_header(grid, alone=alone)
        try:
            return find_header(grid, row=self._wanted.header_row, mapped=self._wanted.mapped, alone=alone)
        except InvalidInputError:
            # Among several sheets a wish may fit only some of them.
            if alone:
                raise
            return find_header(grid)

    def _values(self, grid: Grid, header: Header) -> SheetReport:
        """A sheet that has no question texts, but perhaps answer lists or values by id."""
        if Role.ID in header.columns and Role.OPTIONS in header.columns:
            self._lists |= _answer_lists(grid, header)
            return _unused(grid, "It holds lists of answers, which were used for the questions that name them.", header)
        if Role.ID in header.columns and not {Role.WEIGHT, Role.COMPLIANT, Role.SCORE, Role.MAXIMUM}.isdisjoint(header.columns):
            self._beside.append((grid, header))
            return _unused(grid, "It holds values by question id, which were joined to the questions.", header)
        return _unused(grid, "It has no column of questions.")

    def _report_used(self, sheet: SheetRows, questions: int) -> None:
        grid, header = sheet.grid, sheet.header
        self._reports[grid.name] = SheetReport(grid.name, True, header.row, header.labels(), sheet.filled, questions)
        self._unplaced.extend(sheet.unplaced)
        self._notes.extend(sheet.notes)
        if header.row is not None and header.row > 1:
            self._header_rows.setdefault(header.row, []).append(grid.name)
        for role in sorted(header.inferred):
            self._notes.append(f"Sheet {grid.name}: {header.name(header.columns[role])!r} was taken as the {role} column by its content.")
        message = "This column has no place in a pack; it was left out. Use --map to give it one."
        self._unplaced.extend(Unplaced(grid.name, None, heading, message, refused=False) for heading in _without_place(sheet))

    # --- copies and values beside ---

    def _without_copies(self, read: Sequence[SheetRows]) -> tuple[list[SheetRows], list[SheetRows]]:
        """Sheets with questions of their own, and those that repeat them or are hidden. Sheets with answers come first."""
        known: set[str] = set()
        kept: list[SheetRows] = []
        copies: list[SheetRows] = []
        named = self._wanted.sheet is not None
        for sheet in sorted(read, key=lambda sheet: (sheet.grid.hidden, Role.ANSWER not in sheet.header.columns)):
            keys = [plain(row.text) for row in sheet.questions]
            if sheet.grid.hidden and not named:
                reason = "The sheet is hidden; its questions were not taken."
                self._reports[sheet.grid.name] = _unused(sheet.grid, reason, sheet.header)
                copies.append(sheet)
            elif sum(key in known for key in keys) >= _COPY * len(keys):
                reason = "It repeats questions of other sheets; only its weights and expected answers were taken."
                self._reports[sheet.grid.name] = _unused(sheet.grid, reason, sheet.header)
                copies.append(sheet)
            else:
                kept.append(sheet)
                known.update(keys)
        order = [grid.name for grid in self._book.grids]
        return sorted(kept, key=lambda sheet: order.index(sheet.grid.name)), copies

    def _joined(self, rows: Sequence[QuestionRow], copies: Sequence[SheetRows]) -> list[QuestionRow]:
        """Every question once, with what copies of it say beside."""
        found: dict[tuple[str, str], QuestionRow] = {}
        for row in rows:
            key = _key(row)
            if key in found:
                first = found[key]
                message = f"The same question with the same id stands on sheet {first.sheet}, row {first.row}; it was read once."
                self._unplaced.append(Unplaced(row.sheet, row.row, None, message, refused=False))
                found[key] = _with(first, row)
            else:
                found[key] = row
        by_text = {plain(row.text): key for key, row in reversed(found.items())}
        for copy in (row for sheet in copies for row in sheet.questions):
            place = _key(copy) if _key(copy) in found else by_text.get(plain(copy.text))
            if place is not None:
                found[place] = _with(found[place], copy)
        return list(found.values())

    def _with_values_by_id(self, rows: Sequence[QuestionRow]) -> list[QuestionRow]:
        places: dict[str, list[int]] = {}
        for place, row in enumerate(rows):
            places.setdefault(plain(row.cell(Role.ID)), []).append(place)
        joined = list(rows)
        for grid, header in self._beside:
            for number, cells in _values_by_id(grid, header):
                where = places.get(plain(cells[Role.ID]), [])
                if len(where) == 1:
                    joined[where[0]] = replace(rows[where[0]], cells={**cells, **joined[where[0]].cells})
                elif where:
                    message = f"{len(where)} questions have the id {cells[Role.ID]!r}, so what stands here could belong to any of them."
                    self._unplaced.append(Unplaced(grid.name, number, header.name(header.columns[Role.ID]), message))
                else:
                    message = f"No question has the id {cells[Role.ID]!r}; this row was left out."
                    self._unplaced.append(Unplaced(grid.name, number, header.name(header.columns[Role.ID]), message))
        return joined


def _unused(grid: Grid, reason: str, header: Header | None = None) -> SheetReport:
    labels, row = (header.labels(), header.row) if header else ({}, None)
    return SheetReport(grid.name, False, row, labels, reason=reason)


def _answer_lists(grid: Grid, header: Header) -> dict[str, AnswerList]:
    """The lists of a sheet with one list a row, by their id."""
    lists: dict[str, AnswerList] = {}
    for row in range((header.row or 0) + 1, grid.last_row + 1):
        name = grid.text(row, header.columns[Role.ID])
        if name:
            kind = question_type(grid.text(row, header.columns.get(Role.TYPE))) or ""
            lists[plain(name)] = AnswerList(kind, choices_in(grid.text(row, header.columns[Role.OPTIONS])))
    return lists


def _values_by_id(grid: Grid, header: Header) -> Iterator[tuple[int, dict[Role, str]]]:
    for row in range((header.row or 0) + 1, grid.last_row + 1):
        cells = {role: text for role, column in header.columns.items() if (text := grid.text(row, column))}
        if Role.ID in cells and len(cells) > 1:
            yield row, cells


def _without_place(sheet: SheetRows) -> Iterator[str]:
    """The headings of columns that hold something beside the questions, or of all others where no answer column was found."""
    grid, header = sheet.grid, sheet.header
    rows = [question.row for question in sheet.questions]
    for column in header.without_role:
        if Role.ANSWER not in header.columns or any(grid.text(row, column) for row in rows):
            yield header.name(column)


def _key(row: QuestionRow) -> tuple[str, str]:
    return plain(row.cell(Role.ID)), plain(row.text) or row.text


def _with(row: QuestionRow, other: QuestionRow) -> QuestionRow:
    more = {role: other.cells[role] for role in _JOINED if role in other.cells and role not in row.cells}
    return replace(row, cells={**row.cells, **more}, section=row.section or other.section) if more or not row.section else row


def _no_questions(reports: Iterable[SheetReport]) -> str:
    said = " ".join(f"{report.name}: {report.reason}" for report in list(reports)[:5])
    return f"No questions were found. {said} Say where they are with --sheet, --header-row and --map text=COLUMN."

"""The questions of one sheet, each with what stands beside it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.grid import MOST_COLUMNS, Computed, Grid
from vendor_ai.importers.foreign.header import Header
from vendor_ai.importers.foreign.row_kind import RowKind, RowReader, SheetRow
from vendor_ai.importers.foreign.unplaced import Unplaced

_MERGED = (Role.SECTION, Role.GUIDANCE, Role.CONTROL)


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question as the file has it; ``cells`` is text by role, ``drop_down`` where the list of its answer cell stands."""

    sheet: str
    row: int
    text: str
    section: str
    group: str
    cells: Mapping[Role, str]
    controls: tuple[tuple[str, str], ...] = ()
    drop_down: str = ""

    def cell(self, role: Role) -> str:
        """The text of one role, empty where there is none."""
        return self.cells.get(role, "")


@dataclass(frozen=True, slots=True)
class SheetRows:
    """What one sheet holds below its header."""

    grid: Grid
    header: Header
    questions: tuple[QuestionRow, ...]
    totals: tuple[SheetRow, ...]
    unplaced: tuple[Unplaced, ...]
    filled: int  # rows below the header that hold anything
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Titles:
    """The section in force while rows are read from top to bottom."""

    section: str = ""
    group: str = ""
    fresh: bool = False  # no question since the last title
    depths: dict[int, str] = field(default_factory=dict)

    def take(self, title: str, depth: int | None) -> None:
        if depth is not None:
            self.depths = {level: text for level, text in self.depths.items() if level < depth} | {depth: title}
            self.group = self.depths[max(self.depths.keys() - {depth})] if len(self.depths) > 1 else ""
        else:
            self.group = self.section if self.fresh else self.group
        self.section, self.fresh = title, True


def read_sheet(grid: Grid, header: Header) -> SheetRows:
    """Read every question below the header of a sheet."""
    return _SheetReader(grid, header).read()


class _SheetReader:
    def __init__(self, grid: Grid, header: Header) -> None:
        self._grid, self._header = grid, header
        self._lists = grid.lists_in(header.columns[Role.ANSWER]) if Role.ANSWER in header.columns else {}
        self._titles = _Titles()
        self._section = ""  # as the column of sections says
        self._filled_down = 0
        self._questions: list[QuestionRow] = []
        self._unplaced: list[Unplaced] = []

    def read(self) -> SheetRows:
        grid, header = self._grid, self._header
        rows = RowReader(grid, header).rows()
        for row in rows:
            self._take(row)
        notes = tuple(_notes(grid, header, self._questions, self._filled_down))
        totals = tuple(row for row in rows if row.kind is RowKind.TOTAL)
        return SheetRows(grid, header, tuple(self._questions), totals, tuple(self._unplaced), len(rows), notes)

    def _take(self, row: SheetRow) -> None:
        match row.kind:
            case RowKind.TITLE:
                depth = self._grid.text(row.number, self._header.columns.get(Role.DEPTH))
                self._titles.take(row.title, int(depth) if depth.isdigit() else None)
            case RowKind.QUESTION:
                self._questions.append(self._question(row.number))
                self._titles.fresh = False
            case RowKind.STRAY:
                self._unplaced.extend(_stray(self._grid, self._header, row.number))
            case RowKind.TOTAL:
                line = " | ".join(text for _, text in self._grid.filled(row.number))
                message = f"Read as a total and left out of the questions: {_short(line)}"
                self._unplaced.append(Unplaced(self._grid.name, row.number, None, message, refused=False))
            case RowKind.FOOTER:
                message = f"Read as a footer and left out: {_short(row.title)}"
                self._unplaced.append(Unplaced(self._grid.name, row.number, None, message, refused=False))

    def _question(self, row: int) -> QuestionRow:
        grid, header = self._grid, self._header
        own = grid.merged_text(row, header.columns.get(Role.SECTION))
        self._filled_down += bool(self._section and not own)
        self._section = own or self._section
        cells = dict(self._cells(row))
        controls = tuple((header.name(column), text) for column in header.controls if (text := grid.merged_text(row, column)))
        titles = self._titles
        section, group = (self._section, titles.section) if self._section else (titles.section, titles.group)
        text = _line(cells.pop(Role.TEXT))
        return QuestionRow(grid.name, row, text, _line(section), _line(group), cells, controls, self._lists.get(row, ""))

    def _cells(self, row: int) -> Iterator[tuple[Role, str]]:
        """The filled cells of a question by role; ids and answers that are computed are named instead."""
        grid, header = self._grid, self._header
        for role, column in header.columns.items():
            cell = grid.cell(row, column)
            if isinstance(cell, Computed) and role in (Role.ID, Role.ANSWER):
                self._unplaced.append(_computed(grid, header, row, column, cell))
            elif text := grid.merged_text(row, column) if role in _MERGED else grid.text(row, column):
                yield role, text
        if header.ticks:
            yield Role.OPTIONS, "\n".join(header.ticks.values())
            yield from self._ticked(row)

    def _ticked(self, row: int) -> Iterator[tuple[Role, str]]:
        """The answer of a question that is given by a tick below one of several answers."""
        ticked = [label for column, label in self._header.ticks.items() if self._grid.text(row, column)]
        if len(ticked) > 1:
            message = f"{' and '.join(ticked)} are ticked both; the question stays unanswered."
            self._unplaced.append(Unplaced(self._grid.name, row, ticked[0], message))
        elif ticked:
            yield Role.ANSWER, ticked[0]


def _computed(grid: Grid, header: Header, row: int, column: int, cell: Computed) -> Unplaced:
    advice = "an id is derived from sheet and text" if header.columns.get(Role.ID) == column else "write the answer as plain text"
    message = f"{_short(cell.text)} is a formula or an error value and is not evaluated; {advice}."
    return Unplaced(grid.name, row, header.name(column), message)


def _stray(grid: Grid, header: Header, row: int) -> Iterator[Unplaced]:
    """Cells beside no question; numbers alone, as counters and computed columns leave them, are not worth a word."""
    answer = grid.text(row, header.columns.get(Role.ANSWER))
    above = grid.merged_text(row, header.columns.get(Role.TEXT))
    if grid.text(row, header.columns.get(Role.ID)):
        yield Unplaced(grid.name, row, header.name(header.columns[Role.ID]), "This row has an id but no question text; it was left out.")
    elif answer and above:
        column = header.name(header.columns[Role.ANSWER])
        yield Unplaced(grid.name, row, column, f"A second answer to the merged question above was left out: {_short(answer)}")
    elif answer or grid.text(row, header.columns.get(Role.COMMENT)):
        yield Unplaced(grid.name, row, None, f"This row has no question text; it was left out: {_short(grid.filled(row)[0][1])}")


def _notes(grid: Grid, header: Header, questions: list[QuestionRow], filled_down: int) -> Iterator[str]:
    if filled_down:
        heading = header.name(header.columns[Role.SECTION])
        yield f"Sheet {grid.name}: {filled_down} questions without {heading!r} belong to the section named above them."
    computed = sum(isinstance(grid.cell(question.row, header.columns[Role.TEXT]), Computed) for question in questions)
    if computed:
        yield f"Sheet {grid.name}: the text of {computed} questions is a formula; what the file showed last was taken."
    if any(len(row) > MOST_COLUMNS for row in grid.rows):
        yield f"Sheet {grid.name}: only its first {MOST_COLUMNS} columns were read."
    if grid.hidden_rows and questions:
        yield f"Sheet {grid.name}: {grid.hidden_rows} hidden rows were read like the others."


def _line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    line = _line(text)
    return repr(line if len(line) <= 80 else f"{line[:79]}…")

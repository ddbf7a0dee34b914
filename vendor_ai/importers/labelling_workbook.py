"""Reading a filled labelling workbook back: good labels, and what is wrong row by row."""

import math
from dataclasses import dataclass
from pathlib import Path

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.workbook_guard import Cell, SheetCell, WorkbookContent, read_workbook

SHEET = "Calls"
ID, LABEL = "prediction_id", "label"
SAMPLE_PROPERTY, READING_PROPERTY = "vendor-ai sample", "vendor-ai reading"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class GivenLabel:
    """One call's label as a person wrote it; ``row`` is the sheet's."""

    row: int
    prediction_id: str
    label: str


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A labelling workbook that came back.

    Attributes:
        sample: Reference of the sample it belongs to.
        reading: ``first`` or ``second``.
        labels: Labels given; calls without one are left out.
        problems: Rows that cannot be used.
        empty: Calls that still lack a label.
    """

    sample: str
    reading: str
    labels: tuple[GivenLabel, ...]
    problems: tuple[Problem, ...]
    empty: int


def read_labels(path: Path, *, numeric: bool = False) -> FilledSheet:
    """Read a filled workbook; ``numeric`` is whether a label must be a number.

    Raises:
        InvalidInputError: When the file is absent, or is no labelling workbook.
        WorkbookRefusedError: When it is unsafe or no workbook.
    """
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path}.")
    content = read_workbook(path.read_bytes(), name=path.name)
    sample, reading = content.properties.get(SAMPLE_PROPERTY, ""), content.properties.get(READING_PROPERTY, "")
    if not sample or reading not in ("first", "second") or SHEET not in content.sheets:
        raise InvalidInputError(f"{path.name} is no labelling workbook. Fill in the one that `vendor-ai sample export` wrote.")
    return _read(content, path.name, sample, reading, numeric=numeric)


def _read(content: WorkbookContent, name: str, sample: str, reading: str, *, numeric: bool) -> FilledSheet:
    rows = content.sheets[SHEET]
    header = [_text(cell) for cell in rows[0]] if rows else []
    missing = [column for column in (ID, LABEL) if column not in header]
    if missing:
        raise InvalidInputError(f"{name} has lost its column {missing[0]!r}. Copy the labels into a new export of the sample.")
    identities, labels = header.index(ID), header.index(LABEL)
    found: dict[str, GivenLabel] = {}
    problems: list[Problem] = []
    empty = 0
    for number, cells in enumerate(rows[1:], start=2):
        identity, cell = _text(_at(cells, identities)), _at(cells, labels)
        label = _text(cell)
        if identity and not label:
            empty += 1
        if not label:
            continue
        message = _mistake(identity, cell, label, found, numeric=numeric)
        if message is None:
            found[identity] = GivenLabel(number, identity, label)
        else:
            problems.append(Problem(number, LABEL if identity else ID, message))
    return FilledSheet(sample, reading, tuple(found.values()), tuple(problems), empty)


def _mistake(identity: str, cell: Cell, label: str, found: dict[str, GivenLabel], *, numeric: bool) -> str | None:
    """What is wrong with one label, or None."""
    if not identity:
        return "The prediction_id is missing beside this label. Copy the row's id from a new export."
    if identity in found:
        return f"The call {identity!r} stands in row {found[identity].row} already. Keep one of the two rows."
    if isinstance(cell, SheetCell):
        return f"The label is a {cell.kind}, not text. Type the label itself."
    if len(label) > _LONGEST:
        return f"The label has {len(label)} characters; at most {_LONGEST} are kept. Write the label alone."
    if numeric and not _is_number(label):
        return f"{label[:40]!r} is not a number. Write digits with a decimal point, as in 12.5."
    return None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _at(cells: list[Cell], place: int) -> Cell:
    return cells[place] if place < len(cells) else None


def _text(cell: Cell) -> str:
    return (cell.text if isinstance(cell, SheetCell) else cell or "").strip()

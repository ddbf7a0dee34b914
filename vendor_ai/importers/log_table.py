"""Rows of any origin into typed predictions and outcomes, with a problem for each row that cannot be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.prediction import FEATURE_PREFIX, OUTCOME_FIELDS, PREDICTION_FIELDS, SEGMENT_PREFIX, LogField, field_name
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_field import FIELDS, field_reader
from vendor_ai.importers.log_sheet import Sheet, any_filled
from vendor_ai.importers.log_value import CONTROL, time_reader

COMPONENT = "component"
MOST_EXTRA = 100  # segments and features of one file
LONGEST_NAME = 100
_LABELS = ("actual", "actual_value", "correct")
_OUTCOME_NAMES = {entry.name for entry in OUTCOME_FIELDS}


@dataclass(frozen=True, slots=True)
class LogRows:
    """One batch: predictions and outcomes with a ``component`` column (null where the caller names it), and what was wrong.

    ``prediction_rows`` and ``outcome_rows`` say where each row stood: in CSV the line a spreadsheet user sees, so that the first row of
    data is 2; in JSON, Parquet and Arrow, which have no header line, counted from 1.
    """

    read: int
    predictions: pa.Table
    outcomes: pa.Table
    prediction_rows: NDArray[np.int64]
    outcome_rows: NDArray[np.int64]
    problems: tuple[Problem, ...]
    rejected: int


@dataclass(frozen=True, slots=True)
class LogReader:
    """Turns named columns into log rows.

    Attributes:
        mapping: Field of the log to the file's column, for names that differ.
        time_zone: Zone of times without an offset, or None to refuse them.
        outcomes_only: Whether rows hold outcomes alone, as for ``outcome import``.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    time_zone: str | None = None
    outcomes_only: bool = False

    def __post_init__(self) -> None:
        time_reader(self.time_zone)  # refuses a zone that does not exist
        for name in self.mapping:
            if name not in FIELDS and name != COMPONENT and not name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX)):
                known = ", ".join(sorted(FIELDS))
                raise InvalidInputError(f"--map {name}=…: {name!r} is not a field of the log. Known: {known}, segment.NAME, feature.NAME.")

    def fields(self, columns: Sequence[str]) -> dict[str, str]:
        """The log's fields that these columns fill: field to column.

        Raises:
            InvalidInputError: When a mapped column is absent or a required field has no column.
        """
        for name, column in self.mapping.items():
            if column not in columns:
                raise InvalidInputError(f"--map {name}={column}: the file has no column {column!r}. It has: {', '.join(columns)}.")
        taken = set(self.mapping.values())
        found = {field_name(name): column for name, column in self.mapping.items()}
        for column in columns:
            name = field_name(column)
            if column in taken or name in self.mapping or not self._reads(name):
                continue
            if name in found:
                raise InvalidInputError(f"The columns {found[name]!r} and {column!r} both fill {name}. Rename one of them.")
            found[name] = column
        extra = [name for name in found if name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX))]
        odd = next((name for name in extra if len(name) > LONGEST_NAME or CONTROL.search(name)), None)
        if odd is not None or len(extra) > MOST_EXTRA:
            fault = (
                f"{odd[:LONGEST_NAME]!r} is no name for a column" if odd is not None else f"there are {len(extra)} segments and features"
            )
            raise InvalidInputError(f"{fault}; at most {MOST_EXTRA} of up to {LONGEST_NAME} printable letters are read.")
        required = {"prediction_id"} if self.outcomes_only else {"prediction_id", "occurred_at"}
        missing = sorted(required - set(found))
        if missing:
            raise InvalidInputError(
                f"The file has no column for {' and '.join(missing)}. Name it: --map {missing[0]}=COLUMN. It has: {', '.join(columns)}."
            )
        if self.outcomes_only and not set(found) & set(_LABELS):
            raise InvalidInputError(
                f"The file has no column for actual, actual_value or correct. Name one: --map actual=COLUMN. It has: {', '.join(columns)}."
            )
        return found

    def _reads(self, name: str) -> bool:
        """Whether a field of this name is wanted; a file of outcomes may hold its predictions too, which are not read again."""
        if self.outcomes_only:
            return name in _OUTCOME_NAMES or name == COMPONENT
        return name in FIELDS or name == COMPONENT or name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX))

    def unknown(self, columns: Sequence[str]) -> list[str]:
        """Columns that fill no field and are left out; one without a name is not worth a word."""
        used = set(self.fields(columns).values())
        return [column for column in columns if column and column not in used]

    def convert(
        self, columns: Mapping[str, Sequence[Any]], rows: Sequence[int], *, problems: Sequence[Problem] = (), decimal_comma: bool = False
    ) -> LogRows:
        """Return the rows as typed tables.

        Args:
            columns: Column name to its values, all of one length.
            rows: The row number of each, as a spreadsheet user sees it.
            problems: What was found wrong while reading; counted as rejected rows.
            decimal_comma: Whether the source writes 1,5 for one and a half.
        """
        fields = self.fields(list(columns)) if len(rows) else {}
        sheet = Sheet(_numbers(rows), problems)
        typed = {
            name: sheet.typed(column, columns[column], field_reader(name, time_zone=self.time_zone, decimal_comma=decimal_comma))
            for name, column in fields.items()
        }
        typed["status"] = _settled_status(typed, len(rows))
        for name in ["prediction_id"] if self.outcomes_only else ["prediction_id", "occurred_at"]:
            if fields:
                sheet.require(name, fields[name], typed[name])
        labels = [typed[name] for name in _LABELS if name in typed]
        if self.outcomes_only:
            sheet.require_any(labels)
        kept = ~sheet.refused & (not self.outcomes_only)
        labelled = ~sheet.refused & any_filled(labels, len(rows))
        return LogRows(
            read=len(rows) + len(problems),
            predictions=_table(PREDICTION_FIELDS, typed, kept),
            outcomes=_table(OUTCOME_FIELDS, typed, labelled),
            prediction_rows=sheet.rows[kept],
            outcome_rows=sheet.rows[labelled],
            problems=tuple(sorted(sheet.problems, key=lambda problem: problem.row or 0)),
            rejected=int(sheet.refused.sum()) + len(problems),
        )


def _numbers(rows: Sequence[int]) -> NDArray[np.int64]:
    if isinstance(rows, range):  # numpy would count it one by one
        return np.arange(rows.start, rows.stop, rows.step, dtype=np.int64)
    return np.asarray(rows, dtype=np.int64)


def _settled_status(typed: Mapping[str, pa.Array], length: int) -> pa.Array:
    """The status; where it is absent, error if ``error`` is filled, else ok."""
    absent = pa.repeat(pa.scalar("ok"), length)
    if "error" in typed and typed["error"].null_count < length:
        absent = pc.if_else(typed["error"].is_valid(), "error", "ok")
    if "status" not in typed:
        return absent
    return pc.coalesce(typed["status"], absent) if typed["status"].null_count else typed["status"]


def _table(fields: Sequence[LogField], typed: Mapping[str, pa.Array], kept: NDArray[np.bool_]) -> pa.Table:
    """The kept rows of the fields that the file fills, with the component each row names."""
    names = [entry.name for entry in fields if entry.name in typed]
    if fields is PREDICTION_FIELDS:
        names += [name for name in typed if name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX))]
    component = typed.get(COMPONENT)
    table = pa.table(
        [*(typed[name] for name in names), pa.nulls(len(kept), pa.string()) if component is None else component],
        names=[*names, COMPONENT],
    )
    if kept.all():
        return table
    return table.filter(pa.array(kept)) if kept.any() else table.slice(0, 0)

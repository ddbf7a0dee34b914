"""Rows of any origin into typed predictions and outcomes, with a problem for each row that cannot be used."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.prediction import (
    FEATURE_PREFIX,
    OUTCOME_FIELDS,
    PREDICTION_FIELDS,
    SEGMENT_PREFIX,
    CallStatus,
    Fault,
    FieldType,
    LogField,
    field_name,
)
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_value import CONTROL, ValueProblem, flag, integer, label, number, text, time_reader

COMPONENT = "component"
MOST_LATENCY_MS = 10 * 86_400_000
MOST_EXTRA = 100  # segments and features of one file
LONGEST_NAME = 100
_CLASSES = ("prediction", "actual")
_MEMBERS: dict[str, type[CallStatus] | type[Fault]] = {"status": CallStatus, "fault": Fault}
_LABELS = ("actual", "actual_value", "correct")
_BY_NAME = {entry.name: entry for entry in (*OUTCOME_FIELDS, *PREDICTION_FIELDS)}
_OUTCOME_NAMES = {entry.name for entry in OUTCOME_FIELDS}
_ARROW = {
    FieldType.TEXT: pa.string(),
    FieldType.NUMBER: pa.float64(),
    FieldType.INTEGER: pa.int64(),
    FieldType.TIME: pa.timestamp("us", tz="UTC"),
    FieldType.FLAG: pa.bool_(),
}
_RANGES: dict[str, tuple[Callable[[float], bool], str]] = {
    "latency_ms": (lambda value: 0 <= value <= MOST_LATENCY_MS, "at least 0 and at most ten days"),
    "confidence": (lambda value: 0 <= value <= 1, "between 0 and 1"),
    "sampling_fraction": (lambda value: 0 < value <= 1, "above 0 and at most 1"),
}


@dataclass(frozen=True, slots=True)
class LogRows:
    """One batch: predictions and outcomes with a ``component`` column (null where the caller names it), and what was wrong."""

    read: int
    predictions: pa.Table
    outcomes: pa.Table
    prediction_rows: tuple[int, ...]
    outcome_rows: tuple[int, ...]
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
            if name not in _BY_NAME and name != COMPONENT and not name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX)):
                known = ", ".join(sorted(_BY_NAME))
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
        return name in _BY_NAME or name == COMPONENT or name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX))

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
        fields = self.fields(list(columns)) if rows else {}
        sheet = _Sheet(rows, list(problems))
        typed = {
            name: sheet.typed(column, columns[column], self._reader(name, decimal_comma), _RANGES.get(name))
            for name, column in fields.items()
        }
        _settle_status(typed, len(rows))
        for name in ["prediction_id"] if self.outcomes_only else ["prediction_id", "occurred_at"]:
            if fields:
                sheet.require(name, fields[name], typed[name])
        labels = [typed[name] for name in _LABELS if name in typed]
        if self.outcomes_only:
            sheet.require_any(labels)
        kept = [index for index in range(len(rows)) if index not in sheet.refused]
        labelled = [index for index in kept if any(values[index] is not None for values in labels)]
        return LogRows(
            read=len(rows) + len(problems),
            predictions=_table(PREDICTION_FIELDS, typed, [] if self.outcomes_only else kept),
            outcomes=_table(OUTCOME_FIELDS, typed, labelled),
            prediction_rows=tuple(rows[index] for index in ([] if self.outcomes_only else kept)),
            outcome_rows=tuple(rows[index] for index in labelled),
            problems=tuple(sorted(sheet.problems, key=lambda problem: problem.row or 0)),
            rejected=len(sheet.refused) + len(problems),
        )

    def _reader(self, name: str, decimal_comma: bool) -> Callable[[Any], Any]:
        if name in _MEMBERS:
            return _member(_MEMBERS[name])
        kind = _BY_NAME[name].type if name in _BY_NAME else FieldType.TEXT
        readers: dict[FieldType, Callable[[Any], Any]] = {
            FieldType.TEXT: label if name in _CLASSES else text,
            FieldType.TIME: time_reader(self.time_zone),
            FieldType.NUMBER: partial(number, decimal_comma=decimal_comma),
            FieldType.INTEGER: partial(integer, decimal_comma=decimal_comma),
            FieldType.FLAG: flag,
        }
        return readers[kind]


class _Sheet:
    """Some rows while they are read: what is wrong with them and which are refused for it."""

    def __init__(self, rows: Sequence[int], problems: list[Problem]) -> None:
        self.rows = rows
        self.problems = problems
        self.refused: set[int] = set()

    def refuse(self, index: int, column: str | None, message: str) -> None:
        self.problems.append(Problem(self.rows[index], column, message))
        self.refused.add(index)

    def typed(
        self, column: str, values: Sequence[Any], read: Callable[[Any], Any], bounds: tuple[Callable[[float], bool], str] | None
    ) -> list[Any]:
        """The column's values, None where empty or refused."""
        result: list[Any] = [None] * len(values)
        for index, value in enumerate(values):
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            try:
                result[index] = read(value)
            except ValueProblem as problem:
                self.refuse(index, column, str(problem))
                continue
            if bounds is not None and result[index] is not None and not bounds[0](result[index]):
                self.refuse(index, column, f"{value!r} must be {bounds[1]}.")
        return result

    def require(self, name: str, column: str, values: Sequence[Any]) -> None:
        """Refuse rows whose value is empty."""
        for index, value in enumerate(values):
            if value is None and index not in self.refused:
                self.refuse(index, column, f"{name} is empty; every row needs one.")

    def require_any(self, columns: Sequence[Sequence[Any]]) -> None:
        """Refuse rows in which every one of these columns is empty."""
        for index in range(len(self.rows)):
            if index not in self.refused and all(values[index] is None for values in columns):
                self.refuse(index, None, "The row has no outcome: actual, actual_value and correct are empty.")


def _settle_status(typed: dict[str, list[Any]], length: int) -> None:
    """An absent status is error where ``error`` is filled, else ok."""
    given = typed.get("status", [None] * length)
    errors = typed.get("error", [None] * length)
    typed["status"] = [
        str(status) if status is not None else ("error" if error else "ok") for status, error in zip(given, errors, strict=True)
    ]


def _member(kind: type[CallStatus] | type[Fault]) -> Callable[[Any], str]:
    members = {member.value for member in kind}

    def read(value: Any) -> str:
        word = str(value).strip().lower()
        if word not in members:
            raise ValueProblem(f"{value!r} is not one of {', '.join(sorted(members))}.")
        return word

    return read


def _table(fields: Sequence[LogField], typed: Mapping[str, Sequence[Any]], kept: Sequence[int]) -> pa.Table:
    """The kept rows of the fields that the file fills, with the component each row names."""
    names = [entry.name for entry in fields if entry.name in typed]
    arrays = [pa.array([typed[name][index] for index in kept], _ARROW[_BY_NAME[name].type]) for name in names]
    extra = [name for name in typed if name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX))] if fields is PREDICTION_FIELDS else []
    arrays += [pa.array([typed[name][index] for index in kept], pa.string()) for name in extra]
    component = typed.get(COMPONENT)
    arrays.append(pa.array([component[index] if component else None for index in kept], pa.string()))
    return pa.table(arrays, names=[*names, *extra, COMPONENT])

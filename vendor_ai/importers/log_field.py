"""How each field of the log is read: one value, and a whole column at a glance."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from vendor_ai.domain.prediction import OUTCOME_FIELDS, PREDICTION_FIELDS, CallStatus, Fault, FieldType
from vendor_ai.importers import log_column
from vendor_ai.importers.log_column import ColumnReader
from vendor_ai.importers.log_value import ValueProblem, flag, integer, label, number, text, time_reader

FIELDS = {entry.name: entry for entry in (*OUTCOME_FIELDS, *PREDICTION_FIELDS)}
MOST_LATENCY_MS = 10 * 86_400_000
_CLASSES = ("prediction", "actual")
_MEMBERS: dict[str, type[CallStatus] | type[Fault]] = {"status": CallStatus, "fault": Fault}
_ARROW = {
    FieldType.TEXT: pa.string(),
    FieldType.NUMBER: pa.float64(),
    FieldType.INTEGER: pa.int64(),
    FieldType.TIME: log_column.INSTANT,
    FieldType.FLAG: pa.bool_(),
}


@dataclass(frozen=True, slots=True)
class Range:
    """What a number must lie between; ``words`` say it."""

    words: str
    lowest: float
    highest: float
    is_open: bool = False  # the lowest itself is refused

    def holds(self, value: Any) -> Any:
        """Whether a number, or each of many, lies in it."""
        return (value > self.lowest if self.is_open else value >= self.lowest) & (value <= self.highest)


_RANGES = {
    "latency_ms": Range("at least 0 and at most ten days", 0, MOST_LATENCY_MS),
    "confidence": Range("between 0 and 1", 0, 1),
    "sampling_fraction": Range("above 0 and at most 1", 0, 1, is_open=True),
}


@dataclass(frozen=True, slots=True)
class FieldReader:
    """One field: the type it is stored as, and how a value and a column of it are read."""

    stored: pa.DataType
    value: Callable[[Any], Any]
    column: ColumnReader
    range: Range | None = None


def field_reader(name: str, *, time_zone: str | None, decimal_comma: bool) -> FieldReader:
    """How the field of this name is read; segments, features and the component are text."""
    if name in _MEMBERS:
        read = _member(_MEMBERS[name])
        return FieldReader(pa.string(), read, partial(log_column.words_of, read=read, stored=pa.string()))
    if name in _CLASSES:
        return FieldReader(pa.string(), label, partial(log_column.labels, read=label))
    kind = FIELDS[name].type if name in FIELDS else FieldType.TEXT
    values: dict[FieldType, tuple[Callable[[Any], Any], ColumnReader]] = {
        FieldType.TEXT: (text, log_column.texts),
        FieldType.TIME: (time_reader(time_zone), log_column.instants),
        FieldType.NUMBER: (partial(number, decimal_comma=decimal_comma), log_column.numbers),
        FieldType.INTEGER: (partial(integer, decimal_comma=decimal_comma), log_column.integers),
        FieldType.FLAG: (flag, partial(log_column.flags, read=flag)),
    }
    value, column = values[kind]
    return FieldReader(_ARROW[kind], value, column, _RANGES.get(name))


def _member(kind: type[CallStatus] | type[Fault]) -> Callable[[Any], str]:
    members = {member.value for member in kind}

    def read(value: Any) -> str:
        word = str(value).strip().lower()
        if word not in members:
            raise ValueProblem(f"{value!r} is not one of {', '.join(sorted(members))}.")
        return word

    return read

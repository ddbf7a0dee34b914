"""Known shapes of other programs' logs, recognised by their columns and read without any mapping."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.prediction import OUTCOME_FIELDS
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_file import RawBatch, by_column, read_log_file
from vendor_ai.kit.registry import Registry

Record = Mapping[str, Any]
Row = dict[str, Any]  # by the log's own field names; one with the key `occurred_at` is a call, any other an outcome
Notes = Counter[str]  # what a person should know, and of how many rows it holds
_LABELS = ("actual", "actual_value", "correct")
_OUTCOME_NAMES = {"component", *(entry.name for entry in OUTCOME_FIELDS)}


class UnreadableRecordError(ValueError):
    """A record of a known shape cannot be read; the message says why."""

    def __init__(self, message: str, column: str | None = None) -> None:
        super().__init__(message)
        self.column = column


@dataclass(frozen=True, slots=True)
class Shape:
    """How another program writes its log.

    Attributes:
        key: Its name in code.
        label: Its name for people, as in "recognised as LiteLLM log".
        source: Where its fields are described.
        recognises: Whether columns of these names are such a log; objects in JSON count by their dotted names.
        rows: One record as rows of ours; none where the record is no call and no outcome.
    """

    key: str
    label: str
    source: str
    recognises: Callable[[Set[str]], bool]
    rows: Callable[[Record, Notes], Iterable[Row]]


SHAPES: Registry[Shape] = Registry("vendor_ai.importers.shapes", "SHAPE")


def has(columns: Set[str], *names: str) -> bool:
    """Whether every one of some columns is there, be it as an object whose fields became columns."""
    return all(name in columns or any(column.startswith(f"{name}.") for column in columns) for name in names)


def shape_of(columns: Iterable[str]) -> Shape | None:
    """The known shape with these columns; None for a log in our own fields."""
    found = frozenset(columns)
    if "prediction_id" in found:
        return None
    return next((shape for shape in SHAPES.values() if shape.recognises(found)), None)


@dataclass(slots=True)
class _Rows:
    """Rows of one kind, with the numbers of the records they come from."""

    entries: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def add(self, entry: Row, number: int) -> None:
        self.entries.append(entry)
        self.numbers.append(number)


def shaped(
    batches: Iterable[RawBatch], *, keep: Iterable[str] = (), outcomes_only: bool = False, notice: Callable[[str], None] = lambda _: None
) -> Iterator[RawBatch]:
    """Batches in the log's own fields, whatever known shape they come in; those of no known shape pass as they are.

    Args:
        batches: As read from a file or a body.
        keep: Columns of the source that a mapping names; they stand beside the fields of the shape.
        outcomes_only: Whether only outcomes are wanted.
        notice: Called with sentences a person may want to see.

    Raises:
        InvalidInputError: When outcomes are wanted and the log of a known shape holds none.
    """
    kept = list(keep)
    notes: Notes = Counter()
    rest = iter(batches)
    shape: Shape | None = None
    outcomes = 0
    for raw in rest:
        if shape is None and len(raw.rows):
            shape = shape_of(raw.columns)
            if shape is None:
                yield raw
                yield from rest
                return
            notice(f"recognised as {shape.label}.")
        for part in [raw] if shape is None else _translated(shape, raw, kept, notes, outcomes_only=outcomes_only):
            outcomes += len(part.rows) + len(part.problems)
            yield part
    if shape is not None and outcomes_only and not outcomes:
        raise InvalidInputError(f"This {shape.label} holds no outcome. Import it with `vendor-ai prediction import`.")
    for sentence, count in notes.items():
        notice(f"{count:,} {sentence}")


def _translated(shape: Shape, raw: RawBatch, keep: list[str], notes: Notes, *, outcomes_only: bool) -> Iterator[RawBatch]:
    """One batch as a batch of calls and one of outcomes, as far as it holds either."""
    calls, outcomes = _Rows(), _Rows()
    problems = list(raw.problems)
    columns = {name: list(values) for name, values in raw.columns.items()}
    for index, number in enumerate(raw.rows):
        record = {name: values[index] for name, values in columns.items() if values[index] is not None}
        try:
            found = list(shape.rows(record, notes))
        except UnreadableRecordError as error:
            problems.append(Problem(number, error.column, str(error)))
            continue
        except RecursionError:
            problems.append(Problem(number, None, "The record is nested too deeply."))
            continue
        mapped = {name: record.get(name) for name in keep if name in raw.columns}
        for entry in found:
            (calls if "occurred_at" in entry else outcomes).add(entry | mapped, number)
    if outcomes_only:
        outcomes = _judged(calls, outcomes, {*_OUTCOME_NAMES, *keep})
        calls = _Rows()
    if calls.entries or (problems and not outcomes.entries):
        yield RawBatch(by_column(calls.entries), calls.numbers, problems, raw.done)
        problems = []
    if outcomes.entries:
        yield RawBatch(by_column(outcomes.entries), outcomes.numbers, problems, raw.done, outcomes_only=True)


def _judged(calls: _Rows, outcomes: _Rows, names: Set[str]) -> _Rows:
    """The outcomes, those that stand beside their call among them, without what belongs to the call."""
    every = [*zip(calls.numbers, calls.entries, strict=True), *zip(outcomes.numbers, outcomes.entries, strict=True)]
    judged = _Rows()
    for number, entry in sorted(every, key=lambda pair: pair[0]):
        if any(entry.get(name) is not None for name in _LABELS):
            judged.add({name: value for name, value in entry.items() if name in names}, number)
    return judged


def read_calls(
    path: Path,
    batch_rows: int,
    *,
    keep: Iterable[str] = (),
    outcomes_only: bool = False,
    notice: Callable[[str], None] = lambda _: None,
) -> Iterator[RawBatch]:
    """Read a file of calls or outcomes, of a known shape or in our own fields.

    Args:
        path: A file of any known format.
        batch_rows: Records of one batch.
        keep: Columns of the file that a mapping names.
        outcomes_only: Whether only outcomes are wanted.
        notice: Called with sentences a person may want to see.

    Raises:
        InvalidInputError: When the file cannot be read at all.
    """
    return shaped(
        read_log_file(path, batch_rows), keep=keep, outcomes_only=outcomes_only, notice=lambda sentence: notice(f"{path}: {sentence}")
    )

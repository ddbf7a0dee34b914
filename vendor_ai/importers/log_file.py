"""Opening a prediction or outcome file of any known format, in batches of rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.problem import Problem
from vendor_ai.kit.registry import Registry


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows as they stand in the file.

    Attributes:
        columns: Column name to values, all of one length.
        rows: The row number of each, as a spreadsheet user sees it.
        problems: Rows that could not even be split into columns.
        done: Share of the file read so far, 0 to 1.
        decimal_comma: Whether the file writes 1,5 for one and a half.
        outcomes_only: Whether the rows are outcomes of calls that stand elsewhere.
    """

    columns: dict[str, list[Any]]
    rows: Sequence[int]
    problems: list[Problem]
    done: float
    decimal_comma: bool = False
    outcomes_only: bool = False


@dataclass(frozen=True, slots=True)
class LogFormat:
    """One file format; ``read`` yields batches of at most so many rows."""

    key: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, int], Iterator[RawBatch]]


LOG_FORMATS: Registry[LogFormat] = Registry("vendor_ai.importers", "LOG_FORMAT", prefix="log_")


def read_log_file(path: Path, batch_rows: int) -> Iterator[RawBatch]:
    """Yield the file's rows in batches.

    Raises:
        InvalidInputError: When the file is absent, empty, or of no known format.
    """
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path}.")
    if path.stat().st_size == 0:
        raise InvalidInputError(f"{path} is empty. Export it again, with a header row and at least one row of data.")
    for log_format in LOG_FORMATS.values():
        if path.suffix.lower() in log_format.suffixes:
            return log_format.read(path, batch_rows)
    known = ", ".join(sorted(suffix for log_format in LOG_FORMATS.values() for suffix in log_format.suffixes))
    raise InvalidInputError(f"{path} is of no known format ({path.suffix or 'no ending'}). Known endings: {known}.")


def by_column(records: Sequence[dict[str, Any]], names: Iterable[str] = ()) -> dict[str, list[Any]]:
    """Turn records with differing keys into columns of one length; ``names`` are there whether a record has them or not."""
    known = dict.fromkeys(names)
    for record in records:
        known.update(dict.fromkeys(record))
    return {name: [record.get(name) for record in records] for name in known}

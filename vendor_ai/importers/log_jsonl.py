"""JSON lines: one object a line."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_file import LogFormat, RawBatch, by_column

_DECODER = msgspec.json.Decoder()


def flattened(record: dict[str, Any]) -> dict[str, Any]:
    """The record with ``segment`` and ``feature`` objects written as ``segment.NAME``."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": entry for inner, entry in value.items()})
        else:
            flat[name] = value
    return flat


def read_line(line: bytes, row: int) -> dict[str, Any] | Problem:
    """One line as a record, or what is wrong with it."""
    try:
        record = _DECODER.decode(line)
    except msgspec.DecodeError as error:
        return Problem(row, None, f"The line is not JSON ({error}).")
    except UnicodeDecodeError:
        return Problem(row, None, "The line is not UTF-8 text. Save the file as UTF-8.")
    except RecursionError:
        return Problem(row, None, "The line is nested too deeply for a row.")
    if not isinstance(record, dict):
        return Problem(row, None, "The line is not a JSON object.")
    return flattened(record)


def names_of(records: Iterable[dict[str, Any]]) -> dict[str, None]:
    """Every key of the records, in the order they come."""
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    return names


def batches(lines: Iterable[tuple[bytes, float]], batch_rows: int, names: Iterable[str] = ()) -> Iterator[RawBatch]:
    """Batches of records from lines, each with the share of the input read so far; ``names`` are columns of every batch."""
    records: list[dict[str, Any]] = []
    rows: list[int] = []
    problems: list[Problem] = []
    done = 1.0
    for row, (line, share) in enumerate(lines, start=1):
        done = share
        if not line.strip():
            continue
        record = read_line(line, row)
        if isinstance(record, Problem):
            problems.append(record)
        else:
            records.append(record)
            rows.append(row)
        if len(records) + len(problems) >= batch_rows:
            yield RawBatch(by_column(records, names), rows, problems, done)
            records, rows, problems = [], [], []
    if records or problems:
        yield RawBatch(by_column(records, names), rows, problems, done)


def _read(path: Path, batch_rows: int) -> Iterator[RawBatch]:
    # A key may stand in late lines only (a label, say), yet every batch must have the same columns.
    names = names_of(record for record in (read_line(line, 0) for line, _ in _lines(path)) if isinstance(record, dict))
    yield from batches(_lines(path), batch_rows, names)


def _lines(path: Path) -> Iterator[tuple[bytes, float]]:
    size = path.stat().st_size
    with path.open("rb") as handle:
        if handle.read(3) != b"\xef\xbb\xbf":
            handle.seek(0)
        for line in handle:
            yield line, min(handle.tell() / size, 1.0)


LOG_FORMAT = LogFormat("jsonl", (".jsonl", ".ndjson"), _read)

"""A JSON array of objects."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_file import LogFormat, RawBatch, by_column
from vendor_ai.importers.log_jsonl import LOG_FORMAT as LINES
from vendor_ai.importers.log_jsonl import flattened, names_of, read_line
from vendor_ai.importers.log_shape import shape_of

_PAGE_KEYS = {"meta", "next_cursor", "nextCursor"}  # beside the rows in Langfuse's and Phoenix's answers


def array_batches(document: Any, batch_rows: int, where: str) -> Iterator[RawBatch]:
    """Batches of the objects in an array, or of a single object; rows count from 1.

    Raises:
        InvalidInputError: When the document is neither.
    """
    entries = _enveloped(document) if isinstance(document, dict) else document
    if not isinstance(entries, list):
        raise InvalidInputError(f"{where} is JSON, but not an array of objects.")
    names = names_of(flattened(entry) for entry in entries if isinstance(entry, dict))
    for start in range(0, len(entries), batch_rows):
        part = list(enumerate(entries[start : start + batch_rows], start=start + 1))
        good = [(row, flattened(entry)) for row, entry in part if isinstance(entry, dict)]
        problems = [Problem(row, None, "The entry is not an object.") for row, entry in part if not isinstance(entry, dict)]
        columns = by_column([entry for _, entry in good], names)
        yield RawBatch(columns, [row for row, _ in good], problems, (start + len(part)) / len(entries))


def _enveloped(document: dict[str, Any]) -> list[Any]:
    """The rows of one page of an API, which wraps them in ``data``; any other object is a row itself."""
    rows = document.get("data")
    wraps = isinstance(rows, list) and all(isinstance(row, dict) for row in rows) and document.keys() - {"data"} <= _PAGE_KEYS
    return rows if wraps and isinstance(rows, list) else [document]


def _is_lines(path: Path) -> bool:
    """Whether the file's first line is a whole record of another program, some of which give JSON lines this ending."""
    with path.open("rb") as handle:
        if not handle.peek(16).removeprefix(b"\xef\xbb\xbf").startswith(b"{"):
            return False  # the one line of an array can be the whole file
        record = read_line(handle.readline().removeprefix(b"\xef\xbb\xbf"), 1)
        return not isinstance(record, Problem) and shape_of(record) is not None and bool(handle.readline().strip())


def _read(path: Path, batch_rows: int) -> Iterator[RawBatch]:
    if _is_lines(path):
        yield from LINES.read(path, batch_rows)
        return
    try:
        document = msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} is not JSON ({error}). For one object a line use the ending .jsonl.") from error
    except RecursionError:
        raise InvalidInputError(f"{path} is nested too deeply. A row is one flat object, with `segment` and `feature` at most.") from None
    yield from array_batches(document, batch_rows, str(path))


LOG_FORMAT = LogFormat("json", (".json",), _read)

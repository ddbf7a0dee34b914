"""Bodies of rows as they come over HTTP: unpacked, parsed and read into typed tables."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vendor_ai.domain.errors import InvalidInputError, VendorAIError
from vendor_ai.domain.problem import Problem
from vendor_ai.importers import log_json, log_jsonl
from vendor_ai.importers.log_arrow import flat_columns
from vendor_ai.importers.log_file import RawBatch
from vendor_ai.importers.log_json_column import json_columns
from vendor_ai.importers.log_shape import shaped
from vendor_ai.importers.log_table import COMPONENT, LogReader, LogRows

ROWS_A_STEP = 20_000
_NO_ROWS = np.zeros(0, dtype=np.int64)
_MARK = b"\xef\xbb\xbf"  # some programs begin UTF-8 with it


class BodyFormat(StrEnum):
    """How the rows of a body are written."""

    JSON = "json"
    NDJSON = "ndjson"
    ARROW = "arrow"
    PARQUET = "parquet"


class BodyTooLargeError(VendorAIError):
    """A body holds more than the limit."""

    code = "body-too-large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"The body is larger than {limit >> 20} MiB, unpacked. Send the rows in several requests.")


@dataclass(frozen=True, slots=True)
class Body:
    """The rows as they came, already without their content encoding."""

    content: bytes
    format: BodyFormat
    limit: int  # bytes that the rows may fill once unpacked


def unpacked(content: bytes, encoding: str, limit: int) -> bytes:
    """Undo a content encoding, never unpacking more than ``limit`` bytes.

    Args:
        content: The body as it came.
        encoding: ``gzip``, ``zstd``, or ``identity``.
        limit: In bytes.

    Raises:
        BodyTooLargeError: When there is more.
        InvalidInputError: When the body is not in this encoding, or cut short.
    """
    if encoding == "identity":
        return content
    try:
        with pa.CompressedInputStream(pa.BufferReader(content), encoding) as stream:
            parts: list[bytes] = []
            room = limit + 1
            while room and (part := stream.read(min(room, 1 << 20))):
                parts.append(part)
                room -= len(part)
    except OSError as error:
        raise InvalidInputError(f"The body is not whole or not {encoding}. Send it again, or leave out Content-Encoding.") from error
    if not room:
        raise BodyTooLargeError(limit)
    return b"".join(parts)


def _json(body: Body) -> Iterator[RawBatch]:
    try:
        document = msgspec.json.decode(body.content.removeprefix(_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The body is not JSON ({error}). One object a line is sent as application/x-ndjson.") from error
    yield from log_json.array_batches(document, ROWS_A_STEP, "The body")


def _ndjson(body: Body) -> Iterator[RawBatch]:
    lines = io.BytesIO(body.content.removeprefix(_MARK))
    yield from log_jsonl.batches(((line, 1.0) for line in lines), ROWS_A_STEP)


def _columnar(body: Body) -> Iterator[RawBatch]:
    """Arrow and Parquet; what they unpack to is held against the limit too."""
    filled = 0
    source = pa.BufferReader(body.content)
    try:
        if body.format is BodyFormat.PARQUET:
            file = pq.ParquetFile(source)
            groups = (file.metadata.row_group(index).total_byte_size for index in range(file.metadata.num_row_groups))
            if sum(groups) > body.limit or file.metadata.num_rows > body.limit:
                raise BodyTooLargeError(body.limit)
            batches = file.iter_batches(ROWS_A_STEP)
        else:
            batches = _checked(pa.ipc.open_stream(source))
        start = 0
        for batch in batches:
            filled += batch.nbytes
            if filled > body.limit:
                raise BodyTooLargeError(body.limit)
            for offset in range(0, batch.num_rows, ROWS_A_STEP):
                part = batch.slice(offset, ROWS_A_STEP)
                yield RawBatch(flat_columns(part), range(start + 1, start + part.num_rows + 1), [], 1.0)
                start += part.num_rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The body is not readable as {body.format.value} ({str(error).splitlines()[0]}).") from error


def _checked(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Batches whose offsets and texts hold what they say: a stream is memory as somebody else wrote it."""
    for batch in batches:
        batch.validate(full=True)
        yield batch


_READERS: dict[BodyFormat, Callable[[Body], Iterator[RawBatch]]] = {
    BodyFormat.JSON: _json,
    BodyFormat.NDJSON: _ndjson,
    BodyFormat.ARROW: _columnar,
    BodyFormat.PARQUET: _columnar,
}


def read_body(body: Body, reader: LogReader) -> LogRows:
    """Everything in the body as typed tables.

    Raises:
        InvalidInputError: When the body as a whole cannot be read, or holds no rows.
        BodyTooLargeError: When its columns unpack to more than the body's limit.
    """
    rows = lines_by_column(body, reader) if body.format is BodyFormat.NDJSON else None
    return step_by_step(body, reader) if rows is None else rows


def lines_by_column(body: Body, reader: LogReader) -> LogRows | None:
    """JSON lines read by column, but for those with a problem, which are read one by one; None where all of them must be.

    A problem quotes the value as it was written, which a column no longer knows.
    """
    content = body.content.removeprefix(_MARK)
    columns = json_columns(content)
    if columns is None:
        return None
    length = len(columns["prediction_id"])
    try:
        rows = reader.convert(_with_required(columns, length, outcomes_only=reader.outcomes_only), range(1, length + 1))
        odd = sorted({problem.row for problem in rows.problems if problem.row is not None})
        if not odd:
            return rows
        return None if 2 * len(odd) > length else _in_order(rows, _some_lines(content, odd, reader, list(columns)))
    except InvalidInputError:
        return None


def _some_lines(content: bytes, numbers: Sequence[int], reader: LogReader, names: Sequence[str]) -> LogRows:
    """The lines of these numbers, read one by one."""
    lines = content.split(b"\n")
    (raw,) = log_jsonl.batches(((lines[number - 1], 1.0) for number in numbers), len(numbers) + 1, names)
    columns = _with_required(raw.columns, len(raw.rows), outcomes_only=reader.outcomes_only)
    return reader.convert(columns, [numbers[row - 1] for row in raw.rows])


def _in_order(whole: LogRows, again: LogRows) -> LogRows:
    """All rows that were read by column, and those of them that were read again one by one, in the order in which they came."""
    joined = _joined([replace(whole, problems=(), rejected=0), replace(again, read=0)])
    calls, outcomes = np.argsort(joined.prediction_rows, kind="stable"), np.argsort(joined.outcome_rows, kind="stable")
    return replace(
        joined,
        predictions=joined.predictions.take(pa.array(calls)),
        outcomes=joined.outcomes.take(pa.array(outcomes)),
        prediction_rows=joined.prediction_rows[calls],
        outcome_rows=joined.outcome_rows[outcomes],
    )


def step_by_step(body: Body, reader: LogReader) -> LogRows:
    """Everything in a body of any format, so many rows at a time; JSON is read line by line or object by object.

    Outcomes that a known shape of log holds beside its calls are stored with them, though not counted among the rows.
    """
    parts: list[LogRows] = []
    try:
        for raw in shaped(_READERS[body.format](body), outcomes_only=reader.outcomes_only):
            mine = replace(reader, outcomes_only=True) if raw.outcomes_only else reader
            if raw.rows:
                columns = _with_required(raw.columns, len(raw.rows), outcomes_only=mine.outcomes_only)
                part = mine.convert(columns, raw.rows, problems=raw.problems, decimal_comma=raw.decimal_comma)
                parts.append(part if mine.outcomes_only is reader.outcomes_only else replace(part, read=part.rejected))
            elif raw.problems:
                parts.append(_refused(raw.problems))
    except RecursionError:
        raise InvalidInputError("The body is nested too deeply. A row is one flat object, with `segment` and `feature` at most.") from None
    if not parts:
        raise InvalidInputError("The body holds no rows. Send at least one.")
    return parts[0] if len(parts) == 1 else _joined(parts)


def _with_required(columns: Mapping[str, Sequence[Any]], length: int, *, outcomes_only: bool) -> dict[str, Sequence[Any]]:
    """The columns, empty ones for required fields that no row has, so that each row is told what it lacks."""
    needed = ["prediction_id"] if outcomes_only else ["prediction_id", "occurred_at"]
    if outcomes_only and not columns.keys() & {"actual", "actual_value", "correct"}:
        needed.append("actual")
    return dict(columns) | {name: [None] * length for name in needed if name not in columns}


def _refused(problems: list[Problem]) -> LogRows:
    nothing = pa.table({COMPONENT: pa.array([], pa.string())})
    return LogRows(len(problems), nothing, nothing, _NO_ROWS, _NO_ROWS, tuple(problems), len(problems))


def _joined(parts: Sequence[LogRows]) -> LogRows:
    return LogRows(
        read=sum(part.read for part in parts),
        predictions=pa.concat_tables([part.predictions for part in parts], promote_options="default"),
        outcomes=pa.concat_tables([part.outcomes for part in parts], promote_options="default"),
        prediction_rows=np.concatenate([part.prediction_rows for part in parts]),
        outcome_rows=np.concatenate([part.outcome_rows for part in parts]),
        problems=tuple(problem for part in parts for problem in part.problems),
        rejected=sum(part.rejected for part in parts),
    )

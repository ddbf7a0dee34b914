"""The HTTP way in: one body becomes one acknowledged batch of the prediction log."""

import hashlib
import io
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from vendor_ai.db.base import Records
from vendor_ai.db.vendor import find_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import InvalidInputError, StoreUnavailableError, VendorAIError
from vendor_ai.domain.problem import ImportResult, Problem
from vendor_ai.importers import log_json, log_jsonl, log_parquet
from vendor_ai.importers.log_file import RawBatch
from vendor_ai.importers.log_table import COMPONENT, LogReader, LogRows
from vendor_ai.services.log_import import MOST_PROBLEMS, split_by_component
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog, accept
from vendor_ai.services.token import Scope, require_component, require_scope

ROWS_A_STEP = 20_000


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
        document = msgspec.json.decode(body.content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The body is not JSON ({error}). One object a line is sent as application/x-ndjson.") from error
    yield from log_json.array_batches(document, ROWS_A_STEP, "The body")


def _ndjson(body: Body) -> Iterator[RawBatch]:
    lines = io.BytesIO(body.content.removeprefix(b"\xef\xbb\xbf"))
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
                yield RawBatch(log_parquet.flat_columns(part), list(range(start + 1, start + part.num_rows + 1)), [], 1.0)
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


def _rows(body: Body, reader: LogReader) -> LogRows:
    """Everything in the body as typed tables."""
    parts: list[LogRows] = []
    try:
        for raw in _READERS[body.format](body):
            if raw.rows:
                columns = _with_required(raw.columns, len(raw.rows), outcomes_only=reader.outcomes_only)
                parts.append(reader.convert(columns, raw.rows, problems=raw.problems, decimal_comma=raw.decimal_comma))
            elif raw.problems:
                parts.append(_refused(raw.problems))
    except RecursionError:
        raise InvalidInputError("The body is nested too deeply. A row is one flat object, with `segment` and `feature` at most.") from None
    if not parts:
        raise InvalidInputError("The body holds no rows. Send at least one.")
    return LogRows(
        read=sum(part.read for part in parts),
        predictions=pa.concat_tables([part.predictions for part in parts], promote_options="default"),
        outcomes=pa.concat_tables([part.outcomes for part in parts], promote_options="default"),
        prediction_rows=tuple(row for part in parts for row in part.prediction_rows),
        outcome_rows=tuple(row for part in parts for row in part.outcome_rows),
        problems=tuple(problem for part in parts for problem in part.problems),
        rejected=sum(part.rejected for part in parts),
    )


def _with_required(columns: dict[str, list[Any]], length: int, *, outcomes_only: bool) -> dict[str, list[Any]]:
    """The columns, empty ones for required fields that no row has, so that each row is told what it lacks."""
    needed = ["prediction_id"] if outcomes_only else ["prediction_id", "occurred_at"]
    if outcomes_only and not columns.keys() & {"actual", "actual_value", "correct"}:
        needed.append("actual")
    return columns | {name: [None] * length for name in needed if name not in columns}


def _refused(problems: list[Problem]) -> LogRows:
    nothing = pa.table({COMPONENT: pa.array([], pa.string())})
    return LogRows(len(problems), nothing, nothing, (), (), tuple(problems), len(problems))


def _first_of_each(table: pa.Table, numbers: tuple[int, ...], columns: list[str]) -> tuple[pa.Table, tuple[int, ...]]:
    """The rows without those that repeat ``columns`` of an earlier one."""
    seen: set[object] = set()
    kept: list[int] = []
    for index, key in enumerate(zip(*(table[name].to_pylist() for name in columns), strict=True)):
        if key not in seen:
            seen.add(key)
            kept.append(index)
    if len(kept) == table.num_rows:
        return table, numbers
    return table.take(kept), tuple(numbers[index] for index in kept)


def _without_repeats(rows: LogRows) -> LogRows:
    """Each prediction once by its id, the first; each outcome once by all it says."""
    predictions, outcomes = (rows.predictions, rows.prediction_rows), (rows.outcomes, rows.outcome_rows)
    if rows.predictions.num_rows:
        predictions = _first_of_each(*predictions, ["prediction_id"])
    if rows.outcomes.num_rows:
        outcomes = _first_of_each(*outcomes, [name for name in rows.outcomes.column_names if name != COMPONENT])
    return LogRows(rows.read, predictions[0], outcomes[0], predictions[1], outcomes[1], rows.problems, rows.rejected)


def _batch_id(by: Actor, key: str | None, content: bytes) -> str:
    """A name for the batch that only the same user, key and content give again; without a key a fresh one.

    The content is part of it, so that a key used twice by mistake cannot make rows vanish: rows that did come before are dropped by
    their ids when the log folds.
    """
    if key is None:
        return f"http:{secrets.token_hex(16)}"
    return "http:" + hashlib.sha256(b"\0".join([by.name.encode(), key.encode(), hashlib.sha256(content).digest()])).hexdigest()


def ingest(
    log: PredictionLog, body: Body, *, component: str, outcomes_only: bool, key: str | None = None, time_zone: str | None = None, by: Actor
) -> ImportResult:
    """Store a body's good rows in one transaction and return once they are durable; nothing is folded here.

    Args:
        log: The prediction log.
        body: The rows.
        component: The component of all of them; a column `component` is not read.
        outcomes_only: Whether they are outcomes alone.
        key: The sender's name for the batch: the same body under it is stored once.
        time_zone: Zone of times without an offset; None refuses them.
        by: Who sends it.

    Returns:
        ``stored`` are the rows acknowledged; ``duplicates`` those of a known batch and those that repeat a row of the body.

    Raises:
        NotAllowedError: When the actor may not write predictions of this component.
        NotFoundError: When there is no such component.
        InvalidInputError: When the body as a whole cannot be read.
        BodyTooLargeError: When it unpacks to more than its limit.
        StoreUnavailableError: When the store cannot take it now.
    """
    require_scope(by, Scope.PREDICTIONS_WRITE)
    with log.records.read() as session:
        component = find_component(session, component).ref
    require_component(by, component)
    rows = _rows(body, LogReader(time_zone=time_zone, outcomes_only=outcomes_only))
    parts, _, _ = split_by_component(log.records, _without_repeats(rows), component)
    with log.records.write() as session:
        receipt = accept(session, parts, batch_id=_batch_id(by, key, body.content), at=log.clock.now())
    kind = OUTCOME if outcomes_only else PREDICTION
    stored = sum(table.num_rows for _, mine, table in parts if mine == kind and mine not in receipt.known)
    return ImportResult(rows.read, stored, rows.read - rows.rejected - stored, rows.rejected, _shown(rows.problems))


def _shown(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """The first problems, in the words of HTTP."""
    problems = tuple(replace(problem, message=problem.message.replace("--time-zone", "?time_zone=")) for problem in problems)
    if len(problems) <= MOST_PROBLEMS:
        return problems
    rest = Problem(None, None, f"{len(problems) - MOST_PROBLEMS} more problems are not listed. Mend these first.")
    return (*problems[:MOST_PROBLEMS], rest)


def check_ready(records: Records, folder: Path) -> None:
    """Return when a batch could be taken now: the database answers and the log's folder can be written.

    Raises:
        StoreUnavailableError: When not, saying why.
    """
    if records.revision() is None:
        raise StoreUnavailableError("The database has no schema yet. Run: vendor-ai db upgrade")
    probe = folder / f".ready-{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StoreUnavailableError(
            f"The folder {folder} cannot be written ({error.strerror}). Check its permissions and space."
        ) from error

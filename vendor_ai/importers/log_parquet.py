"""Parquet and Arrow files, whatever types their columns have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_file import LogFormat, RawBatch


def flat_columns(batch: pa.RecordBatch) -> dict[str, list[Any]]:
    """Columns as Python values; a struct column becomes ``column.field``."""
    columns: dict[str, list[Any]] = {}
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_struct(array.type):
            for index, part in enumerate(array.flatten()):
                columns[f"{name}.{array.type.field(index).name}"] = part.to_pylist()
        else:
            columns[name] = _plain(array).to_pylist()
    return columns


def _plain(array: pa.Array) -> pa.Array:
    """Nanosecond times lose what lies under a microsecond, which Python's times cannot hold."""
    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        return array.cast(pa.timestamp("us", tz=array.type.tz), safe=False)
    if pa.types.is_dictionary(array.type):
        return array.dictionary_decode()
    return array


def _batches(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[RawBatch]:
    start = 0
    for batch in batches:
        numbers = list(range(start + 1, start + batch.num_rows + 1))
        start += batch.num_rows
        yield RawBatch(flat_columns(batch), numbers, [], min(start / rows, 1.0) if rows else 1.0)


def _read(path: Path, batch_rows: int) -> Iterator[RawBatch]:
    try:
        if path.suffix.lower() == ".parquet":
            file = pq.ParquetFile(path)
            yield from _batches(file.iter_batches(batch_rows), file.metadata.num_rows)
            return
        table = pa.ipc.open_file(path).read_all() if path.read_bytes()[:6] == b"ARROW1" else pa.ipc.open_stream(path).read_all()
        yield from _batches(iter(table.to_batches(max_chunksize=batch_rows)), table.num_rows)
    except pa.ArrowInvalid as error:
        raise InvalidInputError(
            f"{path} is not a readable {path.suffix.lower().lstrip('.')} file ({str(error).splitlines()[0]})."
        ) from error


LOG_FORMAT = LogFormat("parquet", (".parquet", ".arrow", ".feather"), _read)

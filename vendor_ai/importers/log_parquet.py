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
                columns[f"{name}.{array.type.field(index).name}"] = _values(part)
        else:
            columns[name] = _values(array)
    return columns


def _values(array: pa.Array) -> list[Any]:
    """The values in Python's types; what has none there comes as text or bytes that no field accepts."""
    array = _plain(array)
    try:
        return list(array.to_pylist())
    except (ValueError, OverflowError):
        return [_value(scalar) for scalar in array]


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes()
    except (ValueError, OverflowError):  # a time outside the years 1 to 9999
        return f"{scalar.value} as {scalar.type}"


def _plain(array: pa.Array) -> pa.Array:
    """Nanosecond times lose what lies under a microsecond, which Python's times cannot hold."""
    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        return array.cast(pa.timestamp("us", tz=array.type.tz), safe=False)
    if pa.types.is_dictionary(array.type):
        return _plain(array.dictionary_decode())
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return _text_or_bytes(array)
    return array


def _text_or_bytes(array: pa.Array) -> pa.Array:
    """Some writers mark text as mere bytes; a column that is not UTF-8 throughout stays bytes."""
    try:
        return array.cast(pa.large_string())
    except pa.ArrowInvalid:
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
        table.validate(full=True)  # an Arrow file is memory as somebody else wrote it
        yield from _batches(iter(table.to_batches(max_chunksize=batch_rows)), table.num_rows)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk's complaint, not the file's
        raise InvalidInputError(
            f"{path} is not a readable {path.suffix.lower().lstrip('.')} file ({str(error).splitlines()[0]})."
        ) from error


LOG_FORMAT = LogFormat("parquet", (".parquet", ".arrow", ".feather"), _read)

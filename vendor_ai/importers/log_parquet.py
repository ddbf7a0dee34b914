"""Parquet and Arrow files, whatever types their columns have."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.log_arrow import flat_columns
from vendor_ai.importers.log_file import LogFormat, RawBatch


def _batches(batches: Iterator[pa.RecordBatch], rows: int) -> Iterator[RawBatch]:
    """Rows count from 1, as in JSON: there is no header line that would be the first."""
    start = 0
    for batch in batches:
        numbers = range(start + 1, start + batch.num_rows + 1)
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

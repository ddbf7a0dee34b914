"""Immutable Parquet files of whole UTC days, written durably."""

import hashlib
import os
import uuid
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from vendor_ai.domain.errors import StoreUnavailableError
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.schema import WHOLE

ROWS_A_FILE = 1_000_000
ROWS_A_GROUP = 65_536


def _day_runs(table: pa.Table) -> Iterator[tuple[int, int, date, date]]:
    """Cut a table sorted by time into runs of whole UTC days of one month, at most about ROWS_A_FILE rows each."""
    counted = (
        pa.table({"day": pc.cast(table["occurred_at"], pa.date32())}).group_by("day", use_threads=False).aggregate([([], "count_all")])
    )
    start = rows = 0
    first: date | None = None
    last: date | None = None
    for day, count in zip(counted["day"].to_pylist(), counted["count_all"].to_pylist(), strict=True):
        if first is not None and last is not None and (rows + count > ROWS_A_FILE or (day.year, day.month) != (first.year, first.month)):
            yield start, rows, first, last
            start, rows, first = start + rows, 0, None
        first, last, rows = first or day, day, rows + count
    if first is not None and last is not None:
        yield start, rows, first, last


def write_files(folder: Path, component: str, kind: str, table: pa.Table) -> list[LogFile]:
    """Write the rows of one component as files and return what the manifest needs.

    Args:
        folder: Root of the prediction log.
        component: The component's ref, a folder of its own.
        kind: ``prediction`` or ``outcome``.
        table: Rows with ``occurred_at`` set.

    Raises:
        StoreUnavailableError: When the disk cannot take them; nothing is left behind.
    """
    table = table.sort_by([("occurred_at", "ascending"), ("prediction_id", "ascending")])
    written: list[LogFile] = []
    try:
        for start, rows, first, last in _day_runs(table):
            path = Path(component) / kind / f"{first.isoformat()}_{uuid.uuid4().hex}.parquet"
            part = table.slice(start, rows)
            # Columns nobody filled are left out; readers take them as empty.
            part = part.select([name for name in part.column_names if part[name].null_count < (1 if name in WHOLE else rows)])
            digest = _write(folder / path, part)
            written.append(LogFile(path.as_posix(), kind, rows, digest, first, last, tuple(part.column_names)))
    except OSError as error:
        delete_files(folder, [file.path for file in written])
        raise StoreUnavailableError(
            f"The prediction log cannot be written ({error.strerror or error}): {folder}. Free some space and repeat."
        ) from error
    return written


def _write(path: Path, table: pa.Table) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        pq.write_table(table, path, compression="zstd", row_group_size=ROWS_A_GROUP, write_statistics=True)
        with path.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            os.fsync(handle.fileno())
        _sync_folder(path.parent)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return digest


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def touch_files(folder: Path, paths: list[str]) -> None:
    """Make files look new, so that those who read them now may finish."""
    for path in paths:
        os.utime(folder / path)


def delete_files(folder: Path, paths: list[str]) -> None:
    """Remove files that the manifest does not name."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)

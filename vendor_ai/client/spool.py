"""Batches on disk while the server is away: one NDJSON file a batch, named by its id."""

import os
import time
from pathlib import Path

from vendor_ai.client.batch import KINDS, Batch, Kind

_ENDING = ".ndjson"


class Spool:
    """A folder of unsent batches; several processes may share it, since a batch sent twice counts once.

    Args:
        folder: Made when first needed, readable by its owner alone.
        most_bytes: What its files may take together; a batch beyond that is refused.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._most_bytes = most_bytes

    def keep(self, batch: Batch) -> Path | None:
        """Write a batch so that it is there whole or not at all; None where there is no room or the disk refuses."""
        body = batch.body
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._used() + len(body) > self._most_bytes:
                return None
            path = self.folder / f"{time.time_ns():020d}.{batch.kind}.{batch.id}{_ENDING}"
            half_written = path.with_suffix(".part")
            with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            half_written.replace(path)
        except OSError:
            return None
        return path

    def waiting(self) -> list[Path]:
        """The files, oldest first."""
        try:
            return sorted(path for path in self.folder.glob(f"*{_ENDING}") if _what_of(path) is not None)
        except OSError:
            return []

    def read(self, path: Path) -> Batch | None:
        """The batch in a file; None where another process has sent it."""
        what = _what_of(path)
        try:
            lines = tuple(path.read_bytes().splitlines(keepends=True))
        except OSError:
            return None
        return Batch(what[0], lines, what[1]) if what is not None and lines else None

    def forget(self, path: Path) -> None:
        """Remove a file whose batch has arrived."""
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return  # it is sent again later, and counts once

    def _used(self) -> int:
        sizes = 0
        for path in self.waiting():
            try:
                sizes += path.stat().st_size
            except OSError:
                continue  # another process has just sent it
        return sizes


def _what_of(path: Path) -> tuple[Kind, str] | None:
    """Kind and id of the batch in a file, from its name; None where the file is not one of ours."""
    parts = path.name.removesuffix(_ENDING).split(".")
    kind = next((known for known in KINDS if known in parts[1:2]), None)
    return (kind, parts[2]) if kind is not None and len(parts) == 3 else None

"""What waits on disk while the server is away: one NDJSON file a batch, named by its id, and one file of counts a process."""

import os
import time
from contextlib import suppress
from pathlib import Path

from vendor_ai.client.batch import KINDS, Batch, Kind

_ENDING = ".ndjson"
_COUNTS = ".counts"


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
        if self._used() + len(body) > self._most_bytes:
            return None
        return self._write(f"{time.time_ns():020d}.{batch.kind}.{batch.id}{_ENDING}", body)

    def keep_counts(self, client: str, body: bytes) -> bool:
        """Write a process's counts in place of those it wrote before; the room for batches does not bind them."""
        before = self._counts_of(client)
        path = self._write(f"{client}.{time.time_ns():020d}{_COUNTS}", body)
        if path is not None:
            self._forget_all(before)
        return path is not None

    def forget_counts(self, client: str) -> None:
        """Remove what a process wrote: the server has it."""
        self._forget_all(self._counts_of(client))

    def waiting_counts(self) -> list[Path]:
        """Files of counts, those of running processes too: whoever sends them first, the server keeps the greatest."""
        return self._listed(_COUNTS)

    def waiting(self) -> list[Path]:
        """The files, oldest first."""
        return [path for path in self._listed(_ENDING) if _what_of(path) is not None]

    def read(self, path: Path) -> Batch | None:
        """The batch in a file; None where another process has sent it."""
        what = _what_of(path)
        try:
            lines = tuple(path.read_bytes().splitlines(keepends=True))
        except OSError:
            return None
        return Batch(what[0], lines, what[1]) if what is not None and lines else None

    def read_counts(self, path: Path) -> bytes | None:
        """The counts in a file; None where another process has sent them."""
        try:
            return path.read_bytes() or None
        except OSError:
            return None

    def forget(self, path: Path) -> None:
        """Remove a file whose batch has arrived."""
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return  # it is sent again later, and counts once

    def _write(self, name: str, body: bytes) -> Path | None:
        path = self.folder / name
        half_written = path.with_suffix(".part")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            half_written.replace(path)
        except OSError:
            with suppress(OSError):
                half_written.unlink(missing_ok=True)  # a full disk must not stay full of halves
            return None
        return path

    def _listed(self, ending: str) -> list[Path]:
        try:
            return sorted(self.folder.glob(f"*{ending}"))
        except OSError:
            return []

    def _counts_of(self, client: str) -> list[Path]:
        return [path for path in self._listed(_COUNTS) if path.name.startswith(f"{client}.")]

    def _forget_all(self, paths: list[Path]) -> None:
        for path in paths:
            self.forget(path)

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

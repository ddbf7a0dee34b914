"""The folder of evidence: contents under their SHA-256. A file counts only while a record names it."""

import hashlib
import os
import secrets
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from vendor_ai.domain.errors import ConflictError, StoreUnavailableError
from vendor_ai.domain.evidence import DocumentTooLargeError

FOLDER = "evidence"
_BLOCK = 1 << 20
_NEW = ".new-"


class EvidenceShelf:
    """Contents below one folder; whoever puts or removes one holds the records' write lock, so the two never cross."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER

    def place(self, sha256: str) -> Path:
        """Where a content lies."""
        return self.folder / sha256[:2] / sha256

    def put(self, content: BinaryIO, sha256: str, *, name: str) -> None:
        """Keep a content; once this returns, a crash does not lose it.

        Raises:
            StoreUnavailableError: When the folder cannot take it.
        """
        fresh = self.folder / f"{_NEW}{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                _write(fresh, content)
                self._name(fresh, sha256)
            finally:
                fresh.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailableError(
                f"The folder {self.folder} cannot take {name} ({error.strerror}). Make room or check its permissions, and send it again."
            ) from error

    def _name(self, fresh: Path, sha256: str) -> None:
        target = self.place(sha256)
        target.parent.mkdir(exist_ok=True)
        fresh.replace(target)  # over an equal one, which heals a damaged copy
        for folder in (target.parent, self.folder):
            _sync_folder(folder)

    def read(self, sha256: str, *, name: str) -> bytes:
        """A content, as it was put.

        Raises:
            ConflictError: When it is missing or was changed.
        """
        try:
            content = self.place(sha256).read_bytes()
        except FileNotFoundError:
            raise ConflictError(f"The content of {name} is missing. Bring a backup back: vendor-ai db restore FILE --force") from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ConflictError(f"The content of {name} was changed on the disk. Bring a backup back: vendor-ai db restore FILE --force")
        return content

    def sound(self, sha256: str) -> bool:
        """Whether a content is there as it was put."""
        try:
            with self.place(sha256).open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest() == sha256
        except OSError:
            return False

    def orphans(self, named: Collection[str]) -> list[Path]:
        """Files that no record names: what a crash or a deletion left behind."""
        return [path for path in self._files() if path.name not in named]

    def _files(self) -> Iterator[Path]:
        yield from sorted(path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())


def measured(content: BinaryIO, *, name: str, limit: int) -> tuple[str, int]:
    """SHA-256 and size of a content.

    Raises:
        DocumentTooLargeError: When it has more than ``limit`` bytes.
    """
    digest, size = hashlib.sha256(), 0
    content.seek(0)
    while block := content.read(_BLOCK):
        size += len(block)
        if size > limit:
            raise DocumentTooLargeError(name, limit)
        digest.update(block)
    return digest.hexdigest(), size


def _write(fresh: Path, content: BinaryIO) -> None:
    content.seek(0)
    with fresh.open("xb") as handle:
        fresh.chmod(0o600)
        while block := content.read(_BLOCK):
            handle.write(block)
        handle.flush()
        os.fsync(handle.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""A log file as lines: plain or gzip, read once, in blocks, with its SHA-256."""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

from vendor_ai.domain.errors import InvalidInputError

_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_HEAD = 1 << 16


class LogFile:
    """One log file on disk.

    Memory stays at a few blocks whatever the size of the file: a line longer than 1 MiB is cut there, and so fails to parse.

    Args:
        path: The file.
        read: Told the number of bytes consumed on disk after each block.
    """

    def __init__(self, path: Path, read: Callable[[int], None] | None = None) -> None:
        self._path = path
        self._read = read
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Digest of the unpacked content that has been read so far."""
        return self._digest.hexdigest()

    def head(self) -> str:
        """The first 64 KiB of the unpacked content."""
        with self._path.open("rb") as raw:
            return self._take(_unpacked(raw), _HEAD).decode("utf-8-sig", errors="replace")

    def lines(self) -> Iterator[str]:
        """Every line without its end; bytes that are not UTF-8 become replacement characters."""
        with self._path.open("rb") as raw:
            stream = _unpacked(raw)
            rest, cut = b"", False
            first = True
            while block := self._take(stream, _BLOCK):
                self._digest.update(block)
                complete, newline, tail = block.rpartition(b"\n")
                if newline:
                    yield from _texts(b"" if cut else rest, complete, first=first, cut=cut)
                    rest, cut, first = tail, False, False
                elif not cut:
                    rest += block
                if len(rest) > _LONGEST_LINE:
                    yield rest[:_LONGEST_LINE].decode("utf-8", errors="replace")
                    rest, cut, first = b"", True, False
                if self._read is not None:
                    self._read(raw.tell())
            if rest:
                yield from _texts(b"", rest, first=first, cut=False)

    def _take(self, stream: IO[bytes], size: int) -> bytes:
        try:
            return stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InvalidInputError(
                f"{self._path.name} is a gzip file that is cut off or damaged ({error}). Nothing was counted; fetch the file again."
            ) from error


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    magic = raw.read(2)
    raw.seek(0)
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw, mode="rb")) if magic == _GZIP_MAGIC else raw


def _texts(rest: bytes, complete: bytes, *, first: bool, cut: bool) -> Iterator[str]:
    """The lines of a block that ends with one; the end of a line that was already given away cut is left out."""
    if cut:
        _, newline, complete = complete.partition(b"\n")
        if not newline:
            return
    text = (rest + complete).decode("utf-8-sig" if first else "utf-8", errors="replace")
    for line in text.split("\n"):
        yield line.removesuffix("\r")

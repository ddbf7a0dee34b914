"""CSV and TSV logs as spreadsheets and databases write them."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_file import LogFormat, RawBatch

_DELIMITERS = ",;\t|"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path) -> str:
    """The encoding a text file is in: by its byte-order mark, else UTF-8 if all of it is, else Windows-1252 or Latin-1."""
    with path.open("rb") as handle:
        head = handle.read(4)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        handle.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while block := handle.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _single_byte(path)
    return "utf-8"


def _single_byte(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("cp1252")()
    with path.open("rb") as handle:
        try:
            while block := handle.read(1 << 20):
                decoder.decode(block)
        except UnicodeDecodeError:
            return "latin-1"
    return "cp1252"


def delimiter_of(header: str) -> str:
    """The delimiter that stands most often outside quotes in the header line."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _read(path: Path, batch_rows: int) -> Iterator[RawBatch]:
    size = path.stat().st_size
    encoding = encoding_of(path)
    csv.field_size_limit(1 << 24)
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, newline="") as handle:
        first_line = handle.readline()
        if not first_line.strip():
            raise InvalidInputError(f"{path} has no header: its first line is empty.")
        handle.seek(0)
        reader = csv.reader(handle, delimiter=delimiter_of(first_line))
        header = [name.strip() for name in next(reader)]
        _check_header(path, header)
        batch: list[list[str]] = []
        rows: list[int] = []
        problems: list[Problem] = []
        row = 1
        while True:
            row += 1
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                problems.append(Problem(row, None, f"The row cannot be read as CSV ({error})."))
                continue
            if not any(cells):
                continue
            if len(cells) != len(header):
                problems.append(
                    Problem(row, None, f"The row has {len(cells)} cells, the header {len(header)}. Check its delimiters and quotes.")
                )
                continue
            batch.append(cells)
            rows.append(row)
            if len(batch) + len(problems) >= batch_rows:
                yield _batch(header, batch, rows, problems, min(raw.tell() / size, 1.0))
                batch, rows, problems = [], [], []
        yield _batch(header, batch, rows, problems, 1.0)


def _batch(header: list[str], batch: list[list[str]], rows: list[int], problems: list[Problem], done: float) -> RawBatch:
    columns = [list(column) for column in zip(*batch, strict=True)] if batch else [[] for _ in header]
    return RawBatch(dict(zip(header, columns, strict=True)), rows, problems, done)


def _check_header(path: Path, header: list[str]) -> None:
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise InvalidInputError(f"{path}, row 1: the column {repeated[0]!r} stands twice. Rename one of them.")


LOG_FORMAT = LogFormat("csv", (".csv", ".tsv", ".txt"), _read)

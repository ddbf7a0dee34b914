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
    """The encoding a text file is in: by its byte-order mark, else UTF-8 if all of it is, else Windows-1252 or Latin-1.

    Raises:
        InvalidInputError: When the file is not what its byte-order mark says.
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            if _is_all(path, name):
                return name
            raise InvalidInputError(f"{path} begins as {name.removesuffix('-sig').upper()}, but not all of it is. Save it again as UTF-8.")
    return next(name for name in ("utf-8", "cp1252", "latin-1") if _is_all(path, name))


def _is_all(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as handle:
        try:
            while block := handle.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


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
        delimiter = delimiter_of(first_line)
        # Spreadsheets separate by semicolons exactly where the comma is the decimal sign.
        decimal_comma = delimiter == ";"
        reader = csv.reader(handle, delimiter=delimiter, strict=True)
        header = [name.strip() for name in next(reader)]
        _check_header(path, header)
        batch: list[list[str]] = []
        rows: list[int] = []
        problems: list[Problem] = []
        row = 1
        while True:
            row += 1
            lines = reader.line_num
            try:
                cells = next(reader)
            except StopIteration:
                break
            except csv.Error as error:
                problems.append(Problem(row, None, _unreadable(error, reader.line_num - lines)))
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
                yield RawBatch(_columns(header, batch), rows, problems, min(raw.tell() / size, 1.0), decimal_comma)
                batch, rows, problems = [], [], []
        yield RawBatch(_columns(header, batch), rows, problems, 1.0, decimal_comma)


def _unreadable(error: csv.Error, lines: int) -> str:
    if "unexpected end" in str(error):  # the quote took in all that follows it
        return f"A quotation mark opens in this row and never closes: {lines} lines to the end of the file were not read."
    return f"The row cannot be read as CSV ({error})."


def _columns(header: list[str], batch: list[list[str]]) -> dict[str, list[str]]:
    return dict(zip(header, map(list, zip(*batch, strict=True)), strict=True)) if batch else {name: [] for name in header}


def _check_header(path: Path, header: list[str]) -> None:
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    if repeated:
        raise InvalidInputError(f"{path}, row 1: the column {repeated[0]!r} stands twice. Rename one of them.")


LOG_FORMAT = LogFormat("csv", (".csv", ".tsv", ".txt"), _read)

"""JSON lines read by column, where every line is one plain row; anything else is left to the reading of single lines."""

from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from numpy.typing import NDArray

from vendor_ai.domain.prediction import FieldType
from vendor_ai.importers.log_arrow import ArrowColumn
from vendor_ai.importers.log_field import FIELDS

MOST_BRACES = 32  # a line; Arrow's reader ends the process on a value nested some ten thousand deep
BLOCK = 1 << 20  # bytes that one thread parses
_LINE_FEED, _OPENS, _CLOSES = b"\n{}"
_EXACT = 1 << 53  # whole numbers below it are the same as a float


def json_columns(content: bytes) -> dict[str, ArrowColumn] | None:
    """The columns of the body's rows, which count from 1; None where line by line could come to something else.

    Args:
        content: One object a line, without a byte-order mark.
    """
    if not content.isascii() and not _is_utf8(content):
        return None
    starts = _plain_lines(content)
    if starts is None:
        return None
    first = _first(content)
    if not isinstance(first, dict) or "prediction_id" not in first:
        return None
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(content),
            pyarrow.json.ReadOptions(block_size=BLOCK),
            pyarrow.json.ParseOptions(explicit_schema=_texts_of(first)),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != len(starts):
        return None
    return _columns(table, list(first))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _plain_lines(content: bytes) -> NDArray[np.int64] | None:
    """Where the lines begin, if each is an object from its first to its last byte, with few braces in it and no list.

    Arrow's reader takes objects wherever they begin and end; a line that is none must be named by its number.
    """
    if b"[" in content:
        return None
    letters = np.frombuffer(content, np.uint8)
    feeds = np.flatnonzero(letters == _LINE_FEED)
    starts = np.concatenate([[0], feeds + 1]) if len(feeds) else np.zeros(1, np.int64)
    ends = np.append(feeds, len(letters)) - 1
    if starts[-1] == len(letters):
        starts, ends = starts[:-1], ends[:-1]
    if not len(starts) or (letters[starts] != _OPENS).any() or (letters[ends] != _CLOSES).any():
        return None
    opens = np.flatnonzero(letters == _OPENS)
    if len(opens) > len(starts):
        many = np.diff(np.append(np.searchsorted(opens, starts), len(opens)))
        if many.max() > MOST_BRACES:
            return None
    return starts


def _first(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content[: (content.find(b"\n") + 1) or None])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _texts_of(row: dict[str, Any]) -> pa.Schema:
    """What the first row writes as text is text; left to itself, Arrow makes times of texts that look so."""
    return pa.schema([(name, kind) for name, kind in ((name, _text_of(name, value)) for name, value in row.items()) if kind is not None])


def _text_of(name: str, value: Any) -> pa.DataType | None:
    if isinstance(value, dict):
        inner = list(_texts_of(value))
        return pa.struct(inner) if inner else None
    expected = value is None and (name not in FIELDS or FIELDS[name].type in (FieldType.TEXT, FieldType.TIME))
    return pa.string() if isinstance(value, str) or expected else None


def _columns(table: pa.Table, first: list[str]) -> dict[str, ArrowColumn] | None:
    """The columns in the order in which the rows name them."""
    names = [*first, *(name for name in table.column_names if name not in first)]
    columns: dict[str, ArrowColumn] = {}
    for name in names:
        for path, array in _flat(name, table[name].combine_chunks()):
            if path in columns or not _is_as_written(path, array):
                return None
            columns[path] = ArrowColumn(array)
    return columns


def _flat(name: str, array: pa.Array) -> list[tuple[str, pa.Array]]:
    if not pa.types.is_struct(array.type):
        return [(name, array)]
    return [(f"{name}.{array.type.field(index).name}", part) for index, part in enumerate(array.flatten())]


def _is_as_written(name: str, array: pa.Array) -> bool:
    """Whether Arrow's values are those that were written: no time made of a text, no whole number cut to a float's precision."""
    kind = array.type
    if pa.types.is_float64(kind):
        wanted = FIELDS[name].type if name in FIELDS else FieldType.TEXT
        if wanted is FieldType.TIME:
            return False
        return wanted is FieldType.NUMBER or not pc.any(pc.greater_equal(pc.abs(array), float(_EXACT))).as_py()
    return bool(pa.types.is_string(kind) or pa.types.is_int64(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind))

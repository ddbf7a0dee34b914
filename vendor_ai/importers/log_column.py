"""A whole column of a log at once; rows that need a second look are left to the reading of single values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vendor_ai.importers.log_value import EARLIEST, LATEST, ValueProblem, text

Odd = NDArray[np.bool_]
INSTANT = pa.timestamp("us", tz="UTC")
MOST_DISTINCT = 1_000  # words of a column that are read one by one for all their rows
_EXACT = 1 << 53  # whole numbers below it are the same as a float
_FIRST_MICRO, _LAST_MICRO = (int(instant.timestamp()) * 1_000_000 for instant in (EARLIEST, LATEST))
_EPOCH = ((10**11, 1_000_000, 1), (10**14, 1_000, 1), (10**17, 1, 1), (2**63 - 1, 1, 1_000))  # below: times, then divided by


@dataclass(frozen=True, slots=True)
class Glance:
    """The column's values, null where empty, and which rows must be read one by one."""

    values: pa.Array
    odd: Odd


ColumnReader = Callable[[pa.Array], Glance | None]  # None: every row must be read one by one


def texts(array: pa.Array) -> Glance | None:
    """Text as ``log_value.text`` reads it."""
    if pa.types.is_floating(array.type):
        return distinct(array, text, pa.string())
    if pa.types.is_boolean(array.type) or pa.types.is_integer(array.type):
        return Glance(array.cast(pa.string()), _none(array))
    words = _words(array)
    return None if words is None else Glance(words, _needs_trimming(words))


def labels(array: pa.Array, read: Callable[[Any], Any]) -> Glance | None:
    """Labels: few words are read one by one; among many, those that may be a number's or a flag's are left."""
    words = _words(array)
    if words is None:
        return texts(array)
    glance = distinct(words, read, pa.string())
    if glance is not None:
        return glance
    suspicious = pc.or_(pc.ends_with(words, "0"), pc.is_in(words, pa.array(["True", "False"])))
    return Glance(words, _needs_trimming(words) | _mask(suspicious))


def distinct(array: pa.Array, read: Callable[[Any], Any], stored: pa.DataType) -> Glance | None:
    """Each word of a column read once, for all the rows that hold it; None where there are too many of them."""
    encoded = array.dictionary_encode()
    if len(encoded.dictionary) > MOST_DISTINCT:
        return None
    given = encoded.dictionary.to_pylist()
    found = list(_each(given, read))
    words, odd = [word for word, _ in found], [is_odd for _, is_odd in found]
    values = array if words == given and array.type == stored else pa.array(words, stored).take(encoded.indices)
    return Glance(values, _mask(pa.array(odd).take(encoded.indices)) if any(odd) else _none(array))


def _each(words: list[Any], read: Callable[[Any], Any]) -> Iterator[tuple[Any, bool]]:
    for word in words:
        if isinstance(word, str) and not word.strip():
            yield None, False
            continue
        try:
            yield read(word), False
        except ValueProblem:
            yield None, True


def words_of(array: pa.Array, read: Callable[[Any], Any], stored: pa.DataType) -> Glance | None:
    """A column of texts with few words in it."""
    words = _words(array)
    return None if words is None else distinct(words, read, stored)


def numbers(array: pa.Array) -> Glance | None:
    """Finite numbers."""
    if not (pa.types.is_integer(array.type) or pa.types.is_float64(array.type) or pa.types.is_float32(array.type)):
        return None
    values = array.cast(pa.float64(), safe=False)
    return Glance(values, ~np.isfinite(_plain_numbers(values)))


def integers(array: pa.Array) -> Glance | None:
    """Whole numbers that a float holds exactly."""
    if pa.types.is_uint64(array.type) or not (
        pa.types.is_integer(array.type) or pa.types.is_float64(array.type) or pa.types.is_float32(array.type)
    ):
        return None
    found = _plain_numbers(array)
    odd: Odd = ~((found > -_EXACT) & (found < _EXACT))
    if pa.types.is_integer(array.type):
        return Glance(array.cast(pa.int64()), odd)
    odd |= found != np.trunc(found)
    whole = np.where(odd, 0, found).astype(np.int64)
    return Glance(pa.array(whole, mask=_mask(array.is_null())), odd)


def flags(array: pa.Array, read: Callable[[Any], Any]) -> Glance | None:
    """Right or wrong."""
    if pa.types.is_boolean(array.type):
        return Glance(array, _none(array))
    return words_of(array, read, pa.bool_())


def instants(array: pa.Array) -> Glance | None:
    """Times with a zone or an offset, and whole numbers since 1970."""
    if pa.types.is_timestamp(array.type) and array.type.tz is None:
        return None
    try:
        found = _since_1970(array) if pa.types.is_signed_integer(array.type) else _with_offset(array)
    except pa.ArrowInvalid:  # one of them is written otherwise
        return None
    if found is None:
        return None
    micros = _plain_numbers(found.view(pa.int64()))
    odd: Odd = (micros < _FIRST_MICRO) | (micros >= _LAST_MICRO)
    return Glance(found, odd)


def _with_offset(array: pa.Array) -> pa.Array | None:
    source = array if pa.types.is_timestamp(array.type) else _words(array)
    return None if source is None else source.cast(INSTANT)


def _since_1970(array: pa.Array) -> pa.Array:
    """Seconds, milliseconds, microseconds or nanoseconds, told apart by size; a negative one stays so, which is out of range."""
    given = _plain_numbers(array.cast(pa.int64()))
    sizes = [given < largest for largest, _, _ in _EPOCH]
    micros = np.select(sizes, [given * times // parts for _, times, parts in _EPOCH], default=-1)
    return pa.array(np.where(given < 0, -1, micros), mask=_mask(array.is_null())).cast(INSTANT)


def _words(array: pa.Array) -> pa.Array | None:
    """A column of texts, null where one is empty; None for other types and where some text is not UTF-8."""
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type)):
        return None
    if not (pa.types.is_string(array.type) and _is_visible(array)):
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            return None
        array = array.cast(pa.string())
    offsets = _offsets(array)
    if (offsets[1:] > offsets[:-1]).all():
        return array
    return pc.if_else(pc.equal(pc.binary_length(array), 0), pa.scalar(None, pa.string()), array)


def _offsets(words: pa.Array) -> NDArray[np.int32]:
    return np.frombuffer(words.buffers()[1], np.int32)[words.offset : words.offset + len(words) + 1]


def _letters(words: pa.Array, offsets: NDArray[np.int32]) -> NDArray[np.uint8]:
    """The bytes of the texts, at the places that the offsets name."""
    if not len(words) or offsets[0] == offsets[-1]:
        return np.zeros(0, np.uint8)
    return np.frombuffer(words.buffers()[2], np.uint8)[: offsets[-1]]


def _is_visible(words: pa.Array) -> bool:
    """Whether every text is of visible ASCII letters and blanks alone."""
    offsets = _offsets(words)
    letters = _letters(words, offsets)[offsets[0] :]
    return not bool((letters - np.uint8(0x20) > 0x5E).any())  # what lies below a blank wraps round to the top


def _needs_trimming(words: pa.Array) -> Odd:
    """Texts that begin or end with anything but a visible ASCII letter, or hold a control character."""
    odd = _none(words)
    offsets = _offsets(words)
    letters = _letters(words, offsets)
    if not len(letters):
        return odd
    starts, ends = offsets[:-1], offsets[1:]
    filled = ends > starts
    if not filled.all():
        starts, ends = starts[filled], ends[filled]
    first, last = letters[starts], letters[ends - 1]
    odd[filled] = (first <= 0x20) | (first >= 0x7F) | (last <= 0x20) | (last >= 0x7F)
    if not _is_visible(words):
        inside = letters[offsets[0] :]
        control = np.flatnonzero((inside < 0x20) | (inside == 0x7F)) + offsets[0]
        odd[np.searchsorted(offsets, control, side="right") - 1] = True
    return odd & _mask(words.is_valid()) if words.null_count else odd


def _plain_numbers(array: pa.Array) -> NDArray[Any]:
    found: NDArray[Any] = (pc.fill_null(array, 0) if array.null_count else array).to_numpy(zero_copy_only=False)
    return found


def _mask(array: pa.Array) -> Odd:
    found: Odd = (pc.fill_null(array, False) if array.null_count else array).to_numpy(zero_copy_only=False)
    return found


def _none(array: pa.Array) -> Odd:
    return np.zeros(len(array), dtype=np.bool_)

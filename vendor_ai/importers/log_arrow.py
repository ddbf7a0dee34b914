"""Columns as Arrow holds them, read as Python's values only where somebody asks for those."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class ArrowColumn(Sequence[Any]):
    """One column of a file or body; a reader of whole columns takes ``array``, any other the values as if they stood in a list."""

    __slots__ = ("array",)

    def __init__(self, array: pa.Array) -> None:
        self.array = _plain(array)

    def __len__(self) -> int:
        """How many rows."""
        return len(self.array)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        """One value, or a list of some."""
        return _values(self.array[index]) if isinstance(index, slice) else _value(self.array[index])

    def __iter__(self) -> Iterator[Any]:
        """Every value."""
        return iter(_values(self.array))

    def values_at(self, places: NDArray[np.int64]) -> list[Any]:
        """The values of some rows."""
        return [_value(self.array[place]) for place in places.tolist()]  # not every type can be taken from


def flat_columns(batch: pa.RecordBatch) -> dict[str, Any]:
    """Columns by name; a struct column becomes ``column.field``."""
    columns: dict[str, Any] = {}
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        if pa.types.is_struct(array.type):
            for index, part in enumerate(array.flatten()):
                columns[f"{name}.{array.type.field(index).name}"] = ArrowColumn(part)
        else:
            columns[name] = ArrowColumn(array)
    return columns


def _values(array: pa.Array) -> list[Any]:
    """The values in Python's types; what has none there comes as text or bytes that no field accepts."""
    try:
        return list(array.to_pylist())
    except (ValueError, OverflowError):
        return [_value(scalar) for scalar in array]


def _value(scalar: pa.Scalar) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes()
    except (ValueError, OverflowError):  # a time outside the years 1 to 9999
        return f"{scalar.value} as {scalar.type}"


def _plain(array: pa.Array) -> pa.Array:
    """Nanosecond times lose what lies under a microsecond, which Python's times cannot hold."""
    if pa.types.is_timestamp(array.type) and array.type.unit == "ns":
        return array.cast(pa.timestamp("us", tz=array.type.tz), safe=False)
    if pa.types.is_dictionary(array.type):
        return _plain(array.dictionary_decode())
    if pa.types.is_binary(array.type) or pa.types.is_large_binary(array.type):
        return _text_or_bytes(array)
    return array


def _text_or_bytes(array: pa.Array) -> pa.Array:
    """Some writers mark text as mere bytes; a column that is not UTF-8 throughout stays bytes."""
    try:
        return array.cast(pa.large_string())
    except pa.ArrowInvalid:
        return array

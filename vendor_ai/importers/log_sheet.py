"""Some rows of a log while they are read: what is wrong with them, and which are refused for it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vendor_ai.domain.problem import Problem
from vendor_ai.importers.log_arrow import ArrowColumn
from vendor_ai.importers.log_column import Glance
from vendor_ai.importers.log_field import FieldReader
from vendor_ai.importers.log_value import ValueProblem


class Sheet:
    """Problems and refused rows, gathered column by column."""

    def __init__(self, rows: NDArray[np.int64], problems: Sequence[Problem]) -> None:
        self.rows = rows
        self.problems = list(problems)
        self.refused: NDArray[np.bool_] = np.zeros(len(rows), dtype=np.bool_)

    def refuse(self, index: int, column: str | None, message: str) -> None:
        """Say what is wrong with one row and leave it out."""
        self.problems.append(Problem(int(self.rows[index]), column, message))
        self.refused[index] = True

    def typed(self, column: str, values: Sequence[Any], reader: FieldReader) -> pa.Array:
        """The column's values, null where empty or refused."""
        glance = reader.column(values.array) if isinstance(values, ArrowColumn) else None
        if glance is None or not isinstance(values, ArrowColumn):
            return pa.array(self._one_by_one(column, values, range(len(values)), reader), reader.stored)
        odd = _odd(glance, reader)
        if not odd.any():
            return glance.values
        places = np.flatnonzero(odd)
        read = self._one_by_one(column, values.values_at(places), places.tolist(), reader)
        return pc.replace_with_mask(glance.values, pa.array(odd), pa.array(read, reader.stored))

    def _one_by_one(self, column: str, values: Sequence[Any], places: Sequence[int], reader: FieldReader) -> list[Any]:
        result: list[Any] = []
        for index, value in zip(places, values, strict=True):
            result.append(None)
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            try:
                read = reader.value(value)
            except ValueProblem as problem:
                self.refuse(index, column, str(problem))
                continue
            result[-1] = read
            if reader.range is not None and read is not None and not reader.range.holds(read):
                self.refuse(index, column, f"{value!r} must be {reader.range.words}.")
        return result

    def require(self, name: str, column: str, values: pa.Array) -> None:
        """Refuse rows whose value is empty."""
        for index in np.flatnonzero(_is_null(values) & ~self.refused).tolist():
            self.refuse(index, column, f"{name} is empty; every row needs one.")

    def require_any(self, columns: Sequence[pa.Array]) -> None:
        """Refuse rows in which every one of these columns is empty."""
        for index in np.flatnonzero(~any_filled(columns, len(self.rows)) & ~self.refused).tolist():
            self.refuse(index, None, "The row has no outcome: actual, actual_value and correct are empty.")


def any_filled(columns: Sequence[pa.Array], length: int) -> NDArray[np.bool_]:
    """Which rows hold a value in at least one of the columns."""
    filled: NDArray[np.bool_] = np.zeros(length, dtype=np.bool_)
    for values in columns:
        filled |= ~_is_null(values)
    return filled


def _is_null(values: pa.Array) -> NDArray[np.bool_]:
    if not values.null_count:
        return np.zeros(len(values), dtype=np.bool_)
    found: NDArray[np.bool_] = values.is_null().to_numpy(zero_copy_only=False)
    return found


def _odd(glance: Glance, reader: FieldReader) -> NDArray[np.bool_]:
    """Rows to be read one by one: those that the glance left, and numbers out of range."""
    if reader.range is None:
        return glance.odd
    outside = pc.fill_null(glance.values, reader.range.highest).to_numpy(zero_copy_only=False)
    odd: NDArray[np.bool_] = glance.odd | ~reader.range.holds(outside)
    return odd

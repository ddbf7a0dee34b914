"""Calls row by row, for the figures that counters cannot give."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vendor_ai.domain.measure import Measure
from vendor_ai.predictions import counting
from vendor_ai.predictions.query import Query

_FROM_LABELS = frozenset({"actual", "actual_value", "hit"})


@dataclass(frozen=True, slots=True)
class Timed:
    """The timed calls of one measure.

    Attributes:
        latency_ms: Shape (n,); for a time-out the time that was waited, 0 where none was logged.
        timed_out: Shape (n,).
    """

    latency_ms: NDArray[np.float64]
    timed_out: NDArray[np.bool_]

    def at(self, ranks: Sequence[int], *, endless: bool) -> list[float]:
        """The latencies at some ranks (1 is the smallest).

        A time-out ranks by the time that was waited, or, with ``endless``, after every answer.
        """
        values = np.where(self.timed_out, np.inf, self.latency_ms) if endless else self.latency_ms
        places = [rank - 1 for rank in ranks]
        ordered = np.partition(values, sorted(set(places)))
        return [float(ordered[place]) for place in places]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read from the views ``calls`` and ``labels``; equal readings are equal text."""

    calls: ibis.Schema
    labels: ibis.Schema | None
    where: tuple[tuple[str, tuple[str, ...]], ...]
    sources: tuple[str, ...]
    scope: counting.Scope
    windows: tuple[tuple[datetime, datetime], ...]
    columns: tuple[str, ...] = ()

    @property
    def measure(self) -> Measure:
        """The measure whose calls are read."""
        return Measure(component="", time_zone=self.scope.time_zone, where=dict(self.where), label_sources=self.sources)


@lru_cache(maxsize=64)
def _timed(reading: Reading) -> Query:
    table = counting.calls(ibis.table(reading.calls, name="calls"), reading.measure, reading.scope, windows=reading.windows)
    timed = table.filter(table.timed)
    return Query.of(
        timed.select(
            component=timed[counting.COMPONENT].cast("int32"),
            latency_ms=timed.latency_ms.fill_null(0.0),
            timed_out=timed.status == "timeout",
        )
    )


def timed_calls(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[int, Timed]:
    """The timed calls, by the component's number in the view."""
    found = _timed(reading).table(connection)
    component = found["component"].to_numpy()
    latency, timed_out = found["latency_ms"].to_numpy(), found["timed_out"].to_numpy()
    numbers = np.unique(component)
    if numbers.size == 1:
        return {int(numbers[0]): Timed(latency, timed_out)}
    chosen = {int(number): component == number for number in numbers}
    return {number: Timed(latency[mine], timed_out[mine]) for number, mine in chosen.items()}


@lru_cache(maxsize=64)
def _rows(reading: Reading) -> Query:
    calls, labels = ibis.table(reading.calls, name="calls"), None if reading.labels is None else ibis.table(reading.labels, name="labels")
    facts = frozenset(reading.columns)
    table = counting.labelled_calls(calls, labels, reading.measure, reading.scope, facts=facts, windows=reading.windows)
    mine = table.filter(table.labelled if facts & _FROM_LABELS else table.answered)
    return Query.of(mine.order_by("prediction_id").select(*reading.columns))


def call_columns(connection: duckdb.DuckDBPyConnection, reading: Reading) -> dict[str, NDArray[Any]]:
    """Columns of the answered calls, or of the labelled ones where a column comes from the outcome, ordered by id.

    Numbers are NaN and texts None where there is nothing.
    """
    found = _rows(reading).table(connection)
    return {name: _array(found[name]) for name in reading.columns}


def _array(column: pa.ChunkedArray) -> NDArray[Any]:
    if pa.types.is_string(column.type):
        return np.asarray(column.to_pylist(), dtype=object)
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)

"""The calls of one served version, row by row, for comparing it with another."""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from vendor_ai.domain.measure import Measure
from vendor_ai.predictions import counting
from vendor_ai.predictions.query import Query


@dataclass(frozen=True, slots=True)
class VersionCalls:
    """The answered calls of one served version, row by row.

    Attributes:
        prediction: Shape (n,), text or None.
        correct: Shape (n,), 1.0, 0.0 or NaN without an outcome.
        latency_ms: Shape (n,), NaN where none was logged.
        key: Shape (n,), text that pairs the same input over versions, or None.
        segment: Shape (n,), text or None.
    """

    prediction: NDArray[np.object_]
    correct: NDArray[np.float64]
    latency_ms: NDArray[np.float64]
    key: NDArray[np.object_]
    segment: NDArray[np.object_]


_NOTHING = np.empty(0, dtype=object)
NO_CALLS = VersionCalls(_NOTHING, np.empty(0), np.empty(0), _NOTHING, _NOTHING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which calls are read: one version's of ``[start, end)``, with the field that pairs inputs and the one to compare by."""

    version: str
    start: datetime
    end: datetime
    pair_by: str
    segment: str


def version_calls(connection: duckdb.DuckDBPyConnection, calls: ir.Table, labels: ir.Table | None, wanted: Wanted) -> VersionCalls:
    """Read the calls from views over the files, ordered by id."""
    measure = Measure(component="", time_zone="UTC", where={"model_version": (wanted.version,)}, group_by=wanted.segment)
    table = counting.labelled_calls(calls, labels, measure, counting.Scope.between(wanted.start, wanted.end), shadow=True)
    paired = calls[wanted.pair_by].cast("string") if wanted.pair_by in calls.columns else ibis.null("string")
    keys = calls.select(prediction_id=calls.prediction_id, key=paired)
    answered = table.filter(table.answered).left_join(keys, "prediction_id", rname="key_{name}")
    segment = answered[counting.GROUP] if wanted.segment else ibis.null("string")
    chosen = answered.select("prediction", "hit", "latency_ms", "key", "prediction_id", segment=segment)
    rows = Query.of(chosen.order_by("prediction_id")).table(connection)
    hit = rows["hit"].cast(pa.float64()).to_numpy(zero_copy_only=False)
    texts = {name: np.asarray(rows[name].to_pylist(), dtype=object) for name in ("prediction", "key", "segment")}
    return VersionCalls(
        prediction=texts["prediction"],
        correct=np.asarray(hit, dtype=np.float64),
        latency_ms=np.asarray(rows["latency_ms"].to_numpy(zero_copy_only=False), dtype=np.float64),
        key=texts["key"],
        segment=texts["segment"],
    )

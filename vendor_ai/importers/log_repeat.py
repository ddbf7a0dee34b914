"""Rows that repeat an earlier one of the same body."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from vendor_ai.importers.log_table import COMPONENT, LogRows

_PLACE = "place"


def without_repeats(rows: LogRows) -> LogRows:
    """Each prediction once by its id, the first; each outcome once by all it says."""
    predictions, outcomes = rows.predictions, rows.outcomes
    first = _firsts(predictions.select(["prediction_id"])) if predictions.num_rows else None
    if first is not None:
        rows = replace(rows, predictions=predictions.take(pa.array(first)), prediction_rows=rows.prediction_rows[first])
    first = _firsts(outcomes.drop_columns([COMPONENT])) if outcomes.num_rows else None
    if first is not None:
        rows = replace(rows, outcomes=outcomes.take(pa.array(first)), outcome_rows=rows.outcome_rows[first])
    return rows


def _firsts(table: pa.Table) -> NDArray[np.int64] | None:
    """Where each distinct row stands first; None when no row repeats another."""
    if pc.count_distinct(table["prediction_id"]).as_py() == table.num_rows:
        return None
    columns = [pc.add(column, 0.0) if pa.types.is_floating(column.type) else column for column in table.columns]  # -0.0 is 0.0
    names = [str(number) for number in range(len(columns))]
    places = pa.array(np.arange(table.num_rows))
    grouped = pa.table([*columns, places], names=[*names, _PLACE]).group_by(names, use_threads=False).aggregate([(_PLACE, "min")])
    if grouped.num_rows == table.num_rows:
        return None
    first: NDArray[np.int64] = np.sort(grouped[f"{_PLACE}_min"].to_numpy())
    return first

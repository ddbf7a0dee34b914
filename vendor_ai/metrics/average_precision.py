"""Precision averaged over the ranks at which calls of the positive class are found."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.metric import Metric, MetricOptions, RowStatistic
from vendor_ai.inference.ratio import cell_draws, cell_p_values, percentile_interval
from vendor_ai.metrics.averaging import Array, ratio
from vendor_ai.metrics.confusion import BINARY
from vendor_ai.metrics.scored import COLUMNS, Scored, scored

DRAWS = 1_999
MOST_STEPS = 1_000
"""Scores told apart in redrawn samples; beyond it neighbours share a step. The value itself tells all scores apart."""


def steps(rows: Scored) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Calls of the positive and of the other class at each score, highest score first."""
    _, place = np.unique(-rows.scores, return_inverse=True)
    size = int(place.max()) + 1
    return np.bincount(place[rows.positive], minlength=size), np.bincount(place[~rows.positive], minlength=size)


def of_steps(positives: Any, negatives: Any) -> Array:
    """Average precision over arrays of shape (..., steps), giving shape (...), NaN without positives.

    Source:
        Sum over steps of the gain in recall times the precision there, without interpolation: Zhu (2004), scikit-learn
        average_precision_score.
    """
    found = np.asarray(positives, dtype=np.float64)
    reached = np.cumsum(found, axis=-1)
    precision = np.nan_to_num(ratio(reached, reached + np.cumsum(np.asarray(negatives, dtype=np.float64), axis=-1)))
    return ratio((found * precision).sum(axis=-1), reached[..., -1])


def figure(rows: Mapping[str, Any], options: MetricOptions) -> float:
    """Average precision; NaN where one of the classes is missing."""
    ranked = scored(rows, options)
    return float(of_steps(*steps(ranked))) if ranked.both else math.nan


def interval(rows: Mapping[str, Any], options: MetricOptions, confidence: float) -> tuple[float, float]:
    """The percentile interval of redrawn calls; independent calls are assumed."""
    ranked = scored(rows, options)
    if not ranked.both:
        return math.nan, math.nan
    cells, shift = _cells(ranked)
    low, high = percentile_interval(_figure(cell_draws(cells, DRAWS)), confidence)
    return max(0.0 if low is None else low + shift, 0.0), min(1.0 if high is None else high + shift, 1.0)


def p_values(rows: Mapping[str, Any], options: MetricOptions, limit: float, is_floor: bool) -> tuple[float, float]:
    """The one-sided p-values of a breach and of compliance from redrawn calls."""
    ranked = scored(rows, options)
    if not ranked.both:
        return 1.0, 1.0
    cells, shift = _cells(ranked)
    return cell_p_values(cells, _figure, limit - shift, is_floor=is_floor, draws=DRAWS)


def _cells(rows: Scored) -> tuple[NDArray[np.int64], float]:
    """Calls of both classes by step, and how far the value lies above that of these steps."""
    positives, negatives = steps(rows)
    exact = float(of_steps(positives, negatives))
    if positives.size > MOST_STEPS:
        joined = np.arange(positives.size) * MOST_STEPS // positives.size
        positives, negatives = (np.bincount(joined, weights=side).astype(np.int64) for side in (positives, negatives))
    return np.concatenate((positives, negatives)), exact - float(of_steps(positives, negatives))


def _figure(cells: Any) -> Array:
    positives, negatives = np.split(np.asarray(cells), 2, axis=-1)
    return of_steps(positives, negatives)


METRIC = Metric(
    key="average_precision",
    label="Average precision",
    unit="share",
    better="higher",
    needs_labels=True,
    rows=RowStatistic(COLUMNS, figure, interval, p_values),
    needs_positive=True,
    averages=(BINARY,),
    source="Sum of recall gains times precision; scikit-learn average_precision_score.",
)

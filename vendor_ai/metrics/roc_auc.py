"""How often a call of the positive class has the higher score than one of the other: the area under the ROC curve."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from vendor_ai.domain.metric import Metric, MetricOptions, RowStatistic
from vendor_ai.metrics.confusion import BINARY
from vendor_ai.metrics.scored import COLUMNS, Scored, scored

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Area:
    """The area with DeLong's variance and the calls of both classes."""

    value: float
    variance: float
    positives: int
    negatives: int

    def distance(self, area: float) -> float:
        """How many standard errors the observed area lies above ``area``.

        The variance is never taken below that of two overlapping exponential classes whose true area is ``area``: a handful of calls in
        perfect order has no spread of its own and would prove any promise.
        """
        step = self.value - area
        error = math.sqrt(max(self.variance, least_variance(area, self.positives, self.negatives)))
        if error > 0:
            return step / error
        return math.copysign(math.inf, step) if step else 0.0


def area_under_curve(rows: Scored) -> Area:
    """Return the area, ties counted half.

    Source:
        Mann & Whitney (1947); DeLong, DeLong & Clarke-Pearson (1988), by mid-ranks as in Sun & Xu (2014).
    """
    positives, negatives = int(np.count_nonzero(rows.positive)), int(np.count_nonzero(~rows.positive))
    ranks = mid_ranks(rows.scores)
    above = (ranks[rows.positive] - mid_ranks(rows.scores[rows.positive])) / negatives
    below = 1 - (ranks[~rows.positive] - mid_ranks(rows.scores[~rows.positive])) / positives
    if min(positives, negatives) < 2:
        return Area(float(above.mean()), math.inf, positives, negatives)
    variance = above.var(ddof=1) / positives + below.var(ddof=1) / negatives
    return Area(float(above.mean()), float(variance), positives, negatives)


def mid_ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, place, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    return ranks


def least_variance(area: float, positives: int, negatives: int) -> float:
    """The variance of the observed area where both classes' scores are exponential, or mirrored, whichever is larger.

    Which class has the long tail is not known; taking the wrong one with 300 positives and 20 negatives proved an area of 0.95 that was
    promised and just met in 14 % of logs instead of 5 %.

    Source:
        Hanley & McNeil (1982), equation 1.
    """
    two_positives, two_negatives = area / (2 - area) - area**2, 2 * area * area / (1 + area) - area**2
    more, fewer = max(positives, negatives) - 1, min(positives, negatives) - 1
    longer, shorter = max(two_positives, two_negatives), min(two_positives, two_negatives)
    # Of both assignments the one that gives the larger class the larger spread.
    spread = area * (1 - area) + more * longer + fewer * shorter
    return max(spread, 0.0) / (positives * negatives)


def _freedom(area: Area) -> int:
    return max(min(area.positives, area.negatives) - 1, 1)


def figure(rows: Mapping[str, Any], options: MetricOptions) -> float:
    """The area; NaN where one of the classes is missing."""
    ranked = scored(rows, options)
    return area_under_curve(ranked).value if ranked.both else math.nan


def interval(rows: Mapping[str, Any], options: MetricOptions, confidence: float) -> tuple[float, float]:
    """The areas that are not rejected at the confidence, two-sided; independent calls are assumed."""
    ranked = scored(rows, options)
    if not ranked.both:
        return math.nan, math.nan
    area = area_under_curve(ranked)
    reach = float(special.stdtrit(_freedom(area), (1 + confidence) / 2))
    low = _edge(lambda candidate: area.distance(candidate) > reach, outside=0.0, inside=area.value)
    high = _edge(lambda candidate: area.distance(candidate) < -reach, outside=1.0, inside=area.value)
    return low, high


def _edge(rejected: Callable[[float], bool], *, outside: float, inside: float) -> float:
    """The area next to ``outside`` that is not rejected, by halving."""
    if not rejected(outside):
        return outside
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if rejected(middle) else (outside, middle)
    return inside


def p_values(rows: Mapping[str, Any], options: MetricOptions, limit: float, is_floor: bool) -> tuple[float, float]:
    """The one-sided p-values of a breach and of compliance, by Student's t with the smaller class's calls less one."""
    ranked = scored(rows, options)
    if not ranked.both:
        return 1.0, 1.0
    area = area_under_curve(ranked)
    below = float(special.stdtr(_freedom(area), area.distance(limit)))
    return (below, 1 - below) if is_floor else (1 - below, below)


METRIC = Metric(
    key="roc_auc",
    label="Area under the ROC curve",
    unit="share",
    better="higher",
    needs_labels=True,
    rows=RowStatistic(COLUMNS, figure, interval, p_values),
    needs_positive=True,
    averages=(BINARY,),
    source="Mann & Whitney (1947) with DeLong's variance (1988); scikit-learn roc_auc_score.",
)

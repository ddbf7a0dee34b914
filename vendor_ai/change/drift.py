"""Drift: inputs, outputs and their link to the truth, against a reference, with severity and what each severity starts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from vendor_ai.change.distribution import change_of_categories, population_stability
from vendor_ai.domain.signal import Severity

Numbers: TypeAlias = NDArray[np.float64]

SIGNIFICANCE = 0.05
BUCKETS = 10
PERIODS_BEFORE = 4
OUTPUT_LIMIT = 0.1  # Jensen-Shannon divergence, base 2
CONCEPT_LIMIT = 0.05
ROLLBACK_DROP = 0.15
_EXACT_UP_TO = 100  # calls a side for the exact Kolmogorov-Smirnov p-value


class Stability(StrEnum):
    """What a population stability index says."""

    STABLE = "stable"
    MODERATE = "moderate"
    SIGNIFICANT = "significant"


class Bucketing(StrEnum):
    """How numbers are put into buckets for the index."""

    EQUAL_WIDTH = "equal_width"
    QUANTILES = "quantiles"
    CATEGORIES = "categories"


class Response(StrEnum):
    """What drift of some severity starts."""

    LOG = "log"
    ALERT = "alert"
    ALERT_AT_ONCE = "alert_at_once"
    HUMAN_REVIEW = "human_review"
    ASK_VENDOR = "ask_vendor"
    ASK_VENDOR_HIGH_PRIORITY = "ask_vendor_high_priority"
    ASK_VENDOR_URGENT_FIX = "ask_vendor_urgent_fix"
    WATCH_MORE_OFTEN = "watch_more_often"
    PROPOSE_ROLLBACK = "propose_rollback"


# Above these the severity is reached: severity, index, drop of accuracy.
SEVERITIES = ((Severity.CRITICAL, 0.3, 0.10), (Severity.HIGH, 0.2, 0.05), (Severity.MEDIUM, 0.1, 0.03))
RESPONSES: Mapping[Severity, tuple[Response, ...]] = {
    Severity.CRITICAL: (Response.ALERT_AT_ONCE, Response.HUMAN_REVIEW, Response.ASK_VENDOR_URGENT_FIX),
    Severity.HIGH: (Response.ALERT, Response.ASK_VENDOR_HIGH_PRIORITY, Response.WATCH_MORE_OFTEN),
    Severity.MEDIUM: (Response.ALERT, Response.ASK_VENDOR),
    Severity.LOW: (Response.LOG,),
}


@dataclass(frozen=True, slots=True)
class NumberDrift:
    """A numeric feature beside its reference: Kolmogorov-Smirnov and the index with its named buckets."""

    statistic: float
    p_value: float
    severity: Severity
    psi: float
    bucketing: Bucketing

    @property
    def stability(self) -> Stability:
        """What the index says."""
        return stability(self.psi)


@dataclass(frozen=True, slots=True)
class CategoryDrift:
    """A feature or an output with categories beside its reference."""

    psi: float
    js_divergence: float
    chi2: float
    p_value: float
    bucketing: Bucketing = Bucketing.CATEGORIES

    @property
    def stability(self) -> Stability:
        """What the index says."""
        return stability(self.psi)

    @property
    def outputs_drifted(self) -> bool:
        """For outputs: whether the divergence is above ``OUTPUT_LIMIT``."""
        return _above(self.js_divergence, OUTPUT_LIMIT)


def drift_of_numbers(reference: ArrayLike, current: ArrayLike, bucketing: Bucketing = Bucketing.EQUAL_WIDTH) -> NumberDrift:
    """Return the drift of a numeric feature, two-sided.

    Severity: high above a statistic of 0.2, medium above 0.1, both only at p < 0.05, else low. At a million rows every difference is
    significant, so the statistic decides.

    Args:
        reference: Values of the reference, shape (n,); NaN is left out.
        current: Values now, shape (m,); NaN is left out.
        bucketing: Buckets of the index, ``EQUAL_WIDTH`` or ``QUANTILES`` of the reference.

    Raises:
        ValueError: When a side holds no value.

    """
    before, now = _values(reference), _values(current)
    statistic, p_value = kolmogorov_smirnov(before, now)
    psi = psi_of_numbers(before, now, bucketing)
    return NumberDrift(statistic, p_value, _severity_of_distance(statistic, p_value), psi, bucketing)


def drift_of_categories(reference: Mapping[str, int], current: Mapping[str, int]) -> CategoryDrift:
    """Return the drift of a feature or an output with categories, from calls by category.

    Raises:
        ValueError: When a side holds no call.
    """
    before, now = ({name: calls for name, calls in side.items() if calls} for side in (reference, current))
    if not before or not now:
        raise ValueError("Both sides need at least one call.")
    change = change_of_categories(before, now)
    return CategoryDrift(change.psi, change.js_divergence, change.chi2, change.p_value)


def kolmogorov_smirnov(reference: Numbers, current: Numbers) -> tuple[float, float]:
    """Return the largest gap between two step functions and its two-sided p-value; neither side may be empty or hold NaN.

    Ties make the p-value larger than need be, never smaller.

    Source:
        Smirnov (1939). Up to 100 values a side all orders are counted (Hodges 1958); beyond, the one-sample distribution at
        n m / (n + m) values stands in, as scipy's ``ks_2samp`` has it.
    """
    n, m = reference.size, current.size
    points = np.concatenate((reference, current))
    reached = [np.searchsorted(np.sort(side), points, side="right") for side in (reference, current)]
    gap = int(np.abs(reached[0] * m - reached[1] * n).max())  # in units of 1 / (n m), so that ties compare exactly
    if max(n, m) <= _EXACT_UP_TO:
        orders = math.comb(n + m, n)
        return gap / (n * m), (orders - _orders_within(n, m, gap)) / orders
    return gap / (n * m), float(np.clip(stats.kstwo.sf(gap / (n * m), round(n * m / (n + m))), 0, 1))


def psi_of_numbers(reference: ArrayLike, current: ArrayLike, bucketing: Bucketing, buckets: int = BUCKETS) -> float:
    """Return the population stability index of numbers.

    Buckets are cut at equal widths over the reference's range, or at its quantiles. The outer ones are open, so that what leaves the range
    counts as change and is not dropped. An empty bucket counts as a share of 0.0001.

    Args:
        reference: Values, shape (n,); NaN is left out.
        current: Values, shape (m,); NaN is left out.
        bucketing: ``EQUAL_WIDTH`` or ``QUANTILES``.
        buckets: Their number; fewer where quantiles coincide.

    Raises:
        ValueError: When a side holds no value, or for ``CATEGORIES``: numbers have none.
    """
    before, now = _values(reference), _values(current)
    edges = _inner_edges(before, bucketing, buckets)
    return population_stability(*(_bucket_shares(side, edges) for side in (before, now)))


def stability(psi: float) -> Stability:
    """Return what an index says: below 0.1 stable, below 0.2 moderate, from 0.2 on significant."""
    if psi < 0.1:
        return Stability.STABLE
    return Stability.MODERATE if psi < 0.2 else Stability.SIGNIFICANT


def concept_drop(accuracies: Sequence[float]) -> float | None:
    """Return the mean accuracy of the four periods before the last minus the last one's; None with fewer than five periods."""
    if len(accuracies) <= PERIODS_BEFORE:
        return None
    *_, a, b, c, d, current = accuracies
    return float((a + b + c + d) / PERIODS_BEFORE - current)


def concept_drifted(drop: float | None) -> bool:
    """Return whether accuracy dropped by more than ``CONCEPT_LIMIT``."""
    return drop is not None and _above(drop, CONCEPT_LIMIT)


def severity(psi: float | None, drop: float | None) -> Severity:
    """Return the severity of an index and a drop of accuracy, the graver of the two; None where one is not known."""
    for level, index_limit, drop_limit in SEVERITIES:
        if _above(psi or 0.0, index_limit) or _above(drop or 0.0, drop_limit):
            return level
    return Severity.LOW


def responses(severity: Severity, drop: float | None = None) -> tuple[Response, ...]:
    """Return what a severity starts; a critical one also proposes the rollback above a drop of ``ROLLBACK_DROP``."""
    started = RESPONSES[severity]
    if severity is Severity.CRITICAL and _above(drop or 0.0, ROLLBACK_DROP):
        return (*started, Response.PROPOSE_ROLLBACK)
    return started


def _orders_within(n: int, m: int, gap: int) -> int:
    """Orders of n and m values whose step functions stay closer than ``gap`` / (n m) throughout."""
    ways = [0] * (m + 1)
    for first in range(n + 1):
        before = 1 if first == 0 else 0
        for second in range(m + 1):
            before = ways[second] = ways[second] + before if abs(first * m - second * n) < gap else 0
    return ways[m]


def _severity_of_distance(statistic: float, p_value: float) -> Severity:
    if p_value >= SIGNIFICANCE:
        return Severity.LOW
    if _above(statistic, 0.2):
        return Severity.HIGH
    return Severity.MEDIUM if _above(statistic, 0.1) else Severity.LOW


def _above(value: float, limit: float) -> bool:
    """Whether a figure is above its limit; 0.93 - 0.83 is 0.1 and not above it."""
    return round(value, 12) > limit


def _values(numbers: ArrayLike) -> Numbers:
    values = np.asarray(numbers, dtype=np.float64)
    values = values[~np.isnan(values)]
    if values.size == 0:
        raise ValueError("Both sides need at least one value.")
    return values


def _inner_edges(reference: Numbers, bucketing: Bucketing, buckets: int) -> Numbers:
    """Where the buckets are cut, ascending; a value at an edge belongs below it."""
    if bucketing is Bucketing.CATEGORIES:
        raise ValueError("Numbers are put into buckets of equal width or at quantiles.")
    low, high = float(reference.min()), float(reference.max())
    if low == high:
        return np.array([np.nextafter(low, -np.inf), low])
    if bucketing is Bucketing.QUANTILES:
        return np.unique(np.quantile(reference, np.arange(1, buckets) / buckets, method="inverted_cdf"))
    return np.linspace(low, high, buckets + 1)[1:-1]


def _bucket_shares(values: Numbers, edges: Numbers) -> Numbers:
    counts = np.bincount(np.searchsorted(edges, values, side="left"), minlength=edges.size + 1)
    return np.asarray(counts / values.size, dtype=np.float64)

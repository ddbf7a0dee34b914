"""Where a figure is heading over a few periods, and when it would reach its limit."""

import math
from collections.abc import Sequence
from enum import StrEnum
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vendor_ai.inference.clusters import DRAWS, SEED

PERIODS = 7
SIGNIFICANCE = 0.05
_ENUMERATED = 7  # 5,040 orders; longer series with ties are shuffled instead


class Direction(StrEnum):
    """What a series does, at a significance."""

    FALLING = "falling"
    STEADY = "steady"
    RISING = "rising"


def mann_kendall(values: ArrayLike) -> tuple[int, float]:
    """Return Kendall's S against time and its exact two-sided p-value.

    Without ties the p-value counts all orders of the series, whatever its length. With ties all orders are tried up to 7 values, and 9,999
    seeded ones beyond.

    Args:
        values: One figure a period in order of time, shape (n,); NaN for a period without one is left out.

    Returns:
        ``(s, p)``: rising minus falling pairs; p is 1 with fewer than two values.

    Source:
        Mann (1945), Econometrica 13; Kendall (1938) for the recurrence of the orders by S; equals
        ``scipy.stats.kendalltau(..., method="exact")`` without ties.
    """
    series = np.asarray(values, dtype=np.float64)
    series = series[~np.isnan(series)]
    s = int(_scores(series[None, :])[0])
    if series.size < 2:
        return s, 1.0
    if np.unique(series).size == series.size:
        return s, _without_ties(s, series.size)
    return s, _with_ties(s, series)


def direction(values: ArrayLike, significance: float = SIGNIFICANCE) -> Direction:
    """Return whether the series rises or falls significantly by Mann-Kendall."""
    s, p_value = mann_kendall(values)
    if p_value > significance or s == 0:
        return Direction.STEADY
    return Direction.RISING if s > 0 else Direction.FALLING


def sen_slope(values: ArrayLike) -> float | None:
    """Return the median slope a period over all pairs of values; None with fewer than two; NaN is left out.

    Source:
        Sen (1968), JASA 63.
    """
    series = np.asarray(values, dtype=np.float64)
    at = np.flatnonzero(~np.isnan(series))
    if at.size < 2:
        return None
    first, second = np.triu_indices(at.size, k=1)
    rises = series[at[second]] - series[at[first]]
    return float(np.median(rises / (at[second] - at[first])))


def project(values: ArrayLike, limit: float, ahead: int = PERIODS) -> int | None:
    """Return the index of the first period to come, counted like ``values`` from 0, in which Sen's line is at or past the limit.

    Args:
        values: One figure a period, shape (n,); NaN is left out.
        limit: The figure that must not be passed, from whichever side the line comes.
        ahead: Periods looked ahead; the last index returned is n - 1 + ``ahead``.

    Returns:
        None where the line is level, leads away, has passed the limit before, or reaches it later.
    """
    series = np.asarray(values, dtype=np.float64)
    slope = sen_slope(series)
    if slope is None or slope == 0:
        return None
    start = float(np.nanmedian(series - slope * np.arange(series.size)))
    # Rounded first: 0.9 - 3 * 0.1 must reach 0.6 at 3, not at 4.
    reached = round((limit - start) / slope, 9)
    return math.ceil(reached) if series.size - 1 < reached <= series.size - 1 + ahead else None


def _scores(orders: NDArray[np.float64]) -> NDArray[np.int64]:
    """S of each row, shape (rows, n) to (rows,)."""
    first, second = np.triu_indices(orders.shape[1], k=1)
    signs = np.sign(orders[:, second] - orders[:, first])
    return np.asarray(signs.sum(axis=1), dtype=np.int64)


def _without_ties(s: int, size: int) -> float:
    """Share of all orders with |S| at least this large, by counting inversions: exact integers."""
    pairs = size * (size - 1) // 2
    ways = [1]
    for length in range(2, size + 1):
        ways = _one_more(ways, length)
    most = (pairs - abs(s)) // 2
    return min(1.0, 2 * sum(ways[: most + 1]) / math.factorial(size)) if s else 1.0


def _one_more(ways: Sequence[int], length: int) -> list[int]:
    """Orders by inversions once a value is put into each of ``length`` places."""
    total = len(ways) + length - 1
    sums = [0]
    for index in range(total):
        sums.append(sums[-1] + (ways[index] if index < len(ways) else 0))
    return [sums[index + 1] - sums[max(index + 1 - length, 0)] for index in range(total)]


def _with_ties(s: int, series: NDArray[np.float64]) -> float:
    """Share of orders with |S| at least this large: all of them, or shuffled ones with the observed order counted in."""
    if series.size <= _ENUMERATED:
        reached = np.abs(_scores(np.array(list(permutations(series))))) >= abs(s)
        return float(reached.mean())
    shuffled = np.random.default_rng(SEED).permuted(np.tile(series, (DRAWS, 1)), axis=1)
    return (1 + int(np.count_nonzero(np.abs(_scores(shuffled)) >= abs(s)))) / (1 + DRAWS)

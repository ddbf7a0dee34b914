"""Percentiles of latencies, each by a named definition."""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.errors import VendorAIError
from vendor_ai.inference.exact import binomial_rank


class NoCallsError(VendorAIError):
    """There are no timed calls, and no data is not a fast vendor."""

    code = "no-calls"

    def __init__(self) -> None:
        super().__init__("There are no timed calls, so there is no percentile. Choose a period or a version with answered calls.")


def inverted_cdf(milliseconds: NDArray[np.float64], share: Fraction) -> float:
    """Return the smallest latency that at least ``share`` of the calls do not exceed: the contract's value.

    It exceeds a limit exactly when more than 1 - ``share`` of the calls do, so value and share of calls above never disagree. A time-out
    enters with its logged latency and may have taken longer: where the percentile can fall on one, this is its lowest possible value
    (see ``inverted_cdf_bounds``).

    Args:
        milliseconds: Latencies of the timed calls, shape (n,), any order; NaN is refused.
        share: Exact, above 0 and at most 1, e.g. ``Fraction(19, 20)``.

    Raises:
        NoCallsError: When ``milliseconds`` is empty.

    Source:
        Hyndman & Fan (1996), definition 1.
    """
    checked = _checked(milliseconds)
    rank = _rank(checked.size, share)
    return float(np.partition(checked, rank - 1)[rank - 1])


def inverted_cdf_bounds(milliseconds: NDArray[np.float64], share: Fraction, timed_out: NDArray[np.bool_]) -> tuple[float, float | None]:
    """Return the lowest and highest value ``inverted_cdf`` can have, given that time-outs may have taken any time longer.

    Args:
        milliseconds: Latencies of the timed calls, shape (n,); a time-out's is the time waited.
        share: Exact, above 0 and at most 1.
        timed_out: Which calls are time-outs, shape (n,).

    Returns:
        Milliseconds; the highest is None where the percentile can fall on a time-out. Both are equal where no time-out matters.
    """
    highest = inverted_cdf(_endless(milliseconds, timed_out), share)
    return inverted_cdf(milliseconds, share), _finite(highest)


def linear_percentile(milliseconds: NDArray[np.float64], share: float) -> float:
    """Return the percentile interpolated between ranks: for comparisons, charts and peers' figures.

    Args:
        milliseconds: Latencies of answered calls, shape (n,), any order; NaN is refused.
        share: Between 0 and 1, e.g. 0.95.

    Raises:
        NoCallsError: When ``milliseconds`` is empty.

    Source:
        Hyndman & Fan (1996), definition 7; numpy's default.
    """
    return float(np.quantile(_checked(milliseconds), share, method="linear"))


def percentile_interval(
    milliseconds: NDArray[np.float64], share: Fraction, confidence: float, timed_out: NDArray[np.bool_] | None = None
) -> tuple[float | None, float | None]:
    """Return the two-sided interval of a percentile by order statistics; a side without bound is None.

    Args:
        milliseconds: Latencies of the timed calls, shape (n,), any order; NaN is refused.
        share: Strictly between 0 and 1.
        confidence: Between 0 and 1, e.g. 0.95.
        timed_out: Which calls are time-outs, shape (n,): the upper side is unbounded where it falls on one.

    Raises:
        NoCallsError: When ``milliseconds`` is empty.

    Source:
        Conover (1999), section 3.2; equals ``scipy.stats.quantile_test(...).confidence_interval(confidence)``.
    """
    ordered = np.sort(_checked(milliseconds))
    ranks = percentile_ranks(ordered.size, share, confidence)
    endless = ordered if timed_out is None else np.sort(_endless(milliseconds, timed_out))
    low = None if ranks.low is None else float(ordered[ranks.low - 1])
    return low, None if ranks.high is None else _finite(float(endless[ranks.high - 1]))


class PercentileRanks(NamedTuple):
    """Ranks (1 is the smallest latency) of a percentile and of its interval's ends; None where a side has no bound."""

    low: int | None
    value: int
    high: int | None


def percentile_ranks(size: int, share: Fraction, confidence: float) -> PercentileRanks:
    """Return which order statistics are the percentile and its interval, so that an engine need not hand out every row.

    Args:
        size: How many timed calls there are, at least one.
        share: Strictly between 0 and 1.
        confidence: Between 0 and 1, e.g. 0.95.
    """
    tail = (1 - confidence) / 2
    low = binomial_rank(tail, size, float(share))
    high = binomial_rank(1 - tail, size, float(share)) + 1
    return PercentileRanks(low if low >= 1 else None, _rank(size, share), high if high <= size else None)


def _checked(milliseconds: NDArray[np.float64]) -> NDArray[np.float64]:
    if milliseconds.size == 0:
        raise NoCallsError
    if np.isnan(milliseconds).any():
        raise ValueError("A latency is missing (NaN); only timed calls have a percentile.")
    return milliseconds


def _rank(size: int, share: Fraction) -> int:
    if not 0 < share <= 1:
        raise ValueError("The share must be above 0 and at most 1.")
    return math.ceil(share * size)


def _endless(milliseconds: NDArray[np.float64], timed_out: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The latencies if no timed-out call had ever been answered."""
    return np.where(timed_out, np.inf, milliseconds)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None

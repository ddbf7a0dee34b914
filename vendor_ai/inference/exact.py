"""Exact binomial tests and intervals for shares, over many shares at once."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Numbers: TypeAlias = NDArray[np.float64]


def chance_of_at_most(hits: ArrayLike, trials: ArrayLike, share: ArrayLike) -> Numbers:
    """Return P(X <= hits) for X binomial over ``trials`` calls that each hit with chance ``share``.

    Args:
        hits: Integers from 0 to ``trials``; the three arguments broadcast.
        trials: Non-negative integers; 0 gives 1.
        share: Between 0 and 1, both ends included.

    Source:
        Regularised incomplete beta function; equals ``scipy.stats.binomtest(..., alternative="less")``.
    """
    return _probabilities(special.bdtr(*_counts_and_share(hits, trials, share)))


def chance_of_at_least(hits: ArrayLike, trials: ArrayLike, share: ArrayLike) -> Numbers:
    """Return P(X >= hits); arguments as in ``chance_of_at_most``, equals ``alternative="greater"``."""
    k, n, p = _counts_and_share(hits, trials, share)
    return _probabilities(special.bdtrc(k - 1, n, p))


def breach_p_value(hits: ArrayLike, trials: ArrayLike, limit: ArrayLike, is_floor: ArrayLike) -> Numbers:
    """Return the exact one-sided p-value of a breach: how likely a vendor exactly at the limit looks this bad.

    Args:
        hits: Calls with the property, integers; all arguments broadcast.
        trials: Calls counted; 0 gives 1.
        limit: Share promised, 0 to 1; a limit beyond an end counts as that end.
        is_floor: True where the share must be at least ``limit``, False where at most.
    """
    return _one_sided(hits, trials, limit, np.asarray(is_floor, dtype=np.bool_))


def compliance_p_value(hits: ArrayLike, trials: ArrayLike, limit: ArrayLike, is_floor: ArrayLike) -> Numbers:
    """Return the exact one-sided p-value of compliance: the opposite alternative of ``breach_p_value``."""
    return _one_sided(hits, trials, limit, np.logical_not(np.asarray(is_floor, dtype=np.bool_)))


def lower_bound(hits: ArrayLike, trials: ArrayLike, confidence: float) -> Numbers:
    """Return the one-sided Clopper-Pearson lower bound of the share.

    Args:
        hits: Integers; broadcasts with ``trials``.
        trials: Integers; 0 gives 0, since nothing is known.
        confidence: Between 0 and 1, e.g. 0.95.

    Source:
        Clopper & Pearson (1934); equals ``binomtest(..., alternative="greater").proportion_ci(method="exact").low``.
    """
    k, n, _ = _counts_and_share(hits, trials, 0.0)
    bound = special.betaincinv(np.maximum(k, 1), n - k + 1, 1 - confidence)
    return _probabilities(np.where(k > 0, bound, 0.0))


def upper_bound(hits: ArrayLike, trials: ArrayLike, confidence: float) -> Numbers:
    """Return the one-sided Clopper-Pearson upper bound of the share; no trials give 1."""
    k, n, _ = _counts_and_share(hits, trials, 0.0)
    bound = special.betaincinv(k + 1, np.maximum(n - k, 1), confidence)
    return _probabilities(np.where(k < n, bound, 1.0))


def two_sided_interval(hits: ArrayLike, trials: ArrayLike, confidence: float) -> tuple[Numbers, Numbers]:
    """Return the two-sided Clopper-Pearson interval: both one-sided bounds at half the error each."""
    one_sided = (1 + confidence) / 2
    return lower_bound(hits, trials, one_sided), upper_bound(hits, trials, one_sided)


def binomial_rank(chance: float, trials: int, share: float) -> int:
    """Return the smallest k with P(X <= k) >= ``chance`` for X binomial over ``trials`` calls (its quantile).

    Args:
        chance: Strictly between 0 and 1.
        trials: Number of calls, at least 1.
        share: Strictly between 0 and 1.
    """
    below, enough = -1, trials  # P(X <= below) < chance <= P(X <= enough)
    while enough - below > 1:
        middle = (below + enough) // 2
        if special.bdtr(middle, trials, share) >= chance:
            enough = middle
        else:
            below = middle
    return enough


def _one_sided(hits: ArrayLike, trials: ArrayLike, limit: ArrayLike, downwards: NDArray[np.bool_]) -> Numbers:
    share = np.clip(np.asarray(limit, dtype=np.float64), 0.0, 1.0)
    return np.where(downwards, chance_of_at_most(hits, trials, share), chance_of_at_least(hits, trials, share))


def _counts_and_share(hits: ArrayLike, trials: ArrayLike, share: ArrayLike) -> tuple[NDArray[np.int64], NDArray[np.int64], Numbers]:
    k, n, p = np.broadcast_arrays(np.asarray(hits, dtype=np.int64), np.asarray(trials, dtype=np.int64), np.asarray(share, dtype=np.float64))
    if np.any(k < 0) or np.any(k > n):
        raise ValueError("Hits must lie between 0 and the number of trials.")
    return k, n, p


def _probabilities(values: object) -> Numbers:
    return np.clip(np.asarray(values, dtype=np.float64), 0.0, 1.0)

"""Calls that fail together: the same test with the day (or another cluster) as the unit."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

MINIMUM_CLUSTERS = 20
DRAWS = 9_999
SEED = 20_260_101  # fixed and published with the evidence, so that anyone redraws the same samples
_ROUNDING = 1e-12  # a variance below this share of its own terms is rounding, not spread


def cluster_p_values(
    hits_by_cluster: ArrayLike, trials_by_cluster: ArrayLike, limit: float, *, is_floor: bool, seed: int = SEED, draws: int = DRAWS
) -> tuple[float, float]:
    """Return the one-sided p-values of a breach and of compliance, with clusters as the unit.

    The share is the call-weighted ratio of all hits to all trials; its standard error comes from the spread between clusters, and its
    distance from the limit is judged by a bootstrap-t over whole clusters. Two rules keep few bad clusters from deciding by their
    absence (docs/decisions/0007): no standard error is taken below that of independent calls at the limit, since a resample that misses
    the one bad day has no spread at all; and compliance is tested with the worst cluster counted once more.

    Args:
        hits_by_cluster: Integers, shape (k,).
        trials_by_cluster: Integers, shape (k,); clusters without trials are left out.
        limit: Share promised, 0 to 1.
        is_floor: True where the share must be at least ``limit``.
        seed: Seed of the draws: the same input always gives the same p-values.
        draws: Bootstrap samples; no p-value is below 1 / (draws + 1).

    Returns:
        ``(p_breach, p_compliance)``. Where every cluster has the same share there is no spread to learn from: the side that share lies on
        gets the smallest p-value, the other 1, and both 1 at the limit itself, so that the exact test of calls decides.

    Raises:
        ValueError: With fewer than two clusters that hold trials.

    Source:
        Ratio estimator with SE^2 = k/(k-1) * sum((s_i - n_i p)^2) / n^2, at least limit * (1 - limit) / n; bootstrap-t of
        Efron & Tibshirani (1993), section 12.5.
    """
    trials = np.asarray(trials_by_cluster, dtype=np.float64)
    held = trials > 0
    trials, hits = trials[held], np.asarray(hits_by_cluster, dtype=np.float64)[held]
    if trials.size < 2:
        raise ValueError("At least two clusters must hold trials.")
    below, above = _tails(hits, trials, limit, seed, draws)
    shares = hits / trials
    worst = int(np.argmin(shares) if is_floor else np.argmax(shares))
    below_with, above_with = _tails(np.append(hits, hits[worst]), np.append(trials, trials[worst]), limit, seed, draws)
    return (below, above_with) if is_floor else (above, below_with)


def _tails(hits: NDArray[np.float64], trials: NDArray[np.float64], limit: float, seed: int, draws: int) -> tuple[float, float]:
    """How rarely a share this low, and this high, comes about when the true one is the limit."""
    share, variance = hits.sum() / trials.sum(), limit * (1 - limit)
    observed = _studentised(np.ones((1, trials.size)), hits, trials, from_share=limit, variance=variance)[0]
    drawn = _studentised(_resamples(trials.size, draws, seed), hits, trials, from_share=share, variance=variance)
    if np.isinf(observed):
        return (1 / (draws + 1), 1.0) if observed < 0 else (1.0, 1 / (draws + 1))
    return _tail(drawn <= observed), _tail(drawn >= observed)


def _tail(reached: NDArray[np.bool_]) -> float:
    """The share of draws that reach the observed distance, the observed sample itself counted in."""
    return (1 + int(np.count_nonzero(reached))) / (1 + reached.size)


def _studentised(
    weights: NDArray[np.float64], hits: NDArray[np.float64], trials: NDArray[np.float64], *, from_share: float, variance: float
) -> NDArray[np.float64]:
    """Distance of each resample's share from ``from_share`` in its own standard errors, shape (draws,).

    ``variance`` is that of one independent call at the limit, the least a standard error may rest on. Deviations are taken around the
    observed share first: the squares stay small and cancel without losing digits. Where even ``variance`` is 0, a resample without
    spread lies infinitely far away, or at 0 where it equals ``from_share``.
    """
    clusters = trials.size
    share = hits.sum() / trials.sum()
    deviations = hits - trials * share
    sums = weights @ np.column_stack((deviations, trials, deviations**2, deviations * trials, trials**2))
    shift = sums[:, 0] / sums[:, 1]
    spread = sums[:, 2] - 2 * shift * sums[:, 3] + shift**2 * sums[:, 4]
    spread[spread <= _ROUNDING * (sums[:, 2] + shift**2 * sums[:, 4])] = 0.0
    error: NDArray[np.float64] = np.maximum(np.sqrt(clusters / (clusters - 1) * spread) / sums[:, 1], np.sqrt(variance / sums[:, 1]))
    distance = shift + (share - from_share)
    distance[np.abs(distance) <= _ROUNDING] = 0.0
    flat = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
    np.divide(distance, error, out=flat, where=error > 0)
    return flat


@lru_cache(maxsize=2)
def _resamples(clusters: int, draws: int, seed: int) -> NDArray[np.float64]:
    """How often each cluster is drawn in each bootstrap sample, shape (draws, clusters); read-only, since it is shared."""
    drawn = np.random.default_rng(seed).integers(0, clusters, size=(draws, clusters))
    drawn += np.arange(draws)[:, None] * clusters
    weights = np.bincount(drawn.ravel(), minlength=draws * clusters).reshape(draws, clusters).astype(np.float64)
    weights.setflags(write=False)
    return weights

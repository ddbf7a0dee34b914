"""Calls that fail together: the same test with the day (or another cluster) as the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers: TypeAlias = NDArray[np.float64]
Key = TypeVar("Key")

MINIMUM_CLUSTERS = 20  # days
MINIMUM_BUCKETS = 12  # of the 64 that a named key is counted in, where some of twenty values always meet (docs/decisions/0013)
DRAWS = 9_999
SEED = 20_260_101  # fixed and published with the evidence, so that anyone redraws the same samples
_FEW = 8  # up to one resample in so many is summed apart
_MARGIN = 1e-9  # what lies this close is judged by its own standard error
_ROUNDING = 1e-12  # a variance below this share of its own terms is rounding, not spread


@dataclass(frozen=True, slots=True)
class Clustered:
    """One share by cluster, under test.

    Attributes:
        hits: Integers, shape (k,).
        trials: Integers, shape (k,); clusters without trials are left out.
        limit: Share promised, 0 to 1.
        is_floor: True where the share must be at least ``limit``.
        breach: Whether the p-value of a breach is wanted; else it is 0.
        compliance: Whether that of compliance is wanted; else it is 0.
    """

    hits: ArrayLike
    trials: ArrayLike
    limit: float
    is_floor: bool
    breach: bool = True
    compliance: bool = True


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
    return cluster_p_values_of([Clustered(hits_by_cluster, trials_by_cluster, limit, is_floor)], seed=seed, draws=draws)[0]


def cluster_p_values_of(many: Sequence[Clustered], *, seed: int = SEED, draws: int = DRAWS) -> list[tuple[float, float]]:
    """Return the same for many shares at once, in the order given; each gets what it gets alone.

    Raises:
        ValueError: When one of them has fewer than two clusters that hold trials.
    """
    tails = [tail for share in many for tail in _tails(share)]
    wanted = [side for share in many for side in (share.breach, share.compliance)]
    by_size: dict[int, list[int]] = {}
    for index, tail in enumerate(tails):
        if wanted[index]:
            by_size.setdefault(tail.trials.size, []).append(index)
    found = np.zeros(len(tails))
    for size, places in by_size.items():
        found[places] = _p_values([tails[place] for place in places], _resamples(size, draws, seed))
    return [(float(breach), float(compliance)) for breach, compliance in found.reshape(-1, 2)]


@dataclass(frozen=True, slots=True)
class _Tail:
    """One side of one test: how often does a resample lie as far up (or down, where ``above`` is false) as what was observed?

    ``counts`` are hits or, where hits are the larger part, misses: small integers lose no digits when their squares cancel, and sums of
    integers come out the same whatever is summed beside them.
    """

    counts: Numbers
    trials: Numbers
    limit: float
    above: bool

    @property
    def sign(self) -> float:
        """1 upwards, -1 downwards."""
        return 1.0 if self.above else -1.0

    @property
    def share(self) -> float:
        """What was observed."""
        return float(self.counts.sum() / self.trials.sum())

    @property
    def variance(self) -> float:
        """That of one independent call at the limit, the least a standard error may rest on."""
        return self.limit * (1 - self.limit)


def _tails(share: Clustered) -> tuple[_Tail, _Tail]:
    """The tails of a breach and of compliance, the latter with the worst cluster once more."""
    trials = np.asarray(share.trials, dtype=np.float64)
    held = trials > 0
    trials, hits = trials[held], np.asarray(share.hits, dtype=np.float64)[held]
    if trials.size < 2:
        raise ValueError("At least two clusters must hold trials.")
    shares = hits / trials
    worst = int(np.argmin(shares) if share.is_floor else np.argmax(shares))
    turned = 2 * hits.sum() > trials.sum()
    counts, limit, breach_above = (trials - hits, 1 - share.limit, share.is_floor) if turned else (hits, share.limit, not share.is_floor)
    return (
        _Tail(counts, trials, limit, breach_above),
        _Tail(np.append(counts, counts[worst]), np.append(trials, trials[worst]), limit, not breach_above),
    )


@dataclass(frozen=True, slots=True)
class _Sums:
    """Sums over the clusters of each resample, shape (draws,)."""

    counts: Numbers
    trials: Numbers
    counts_squared: Numbers
    products: Numbers
    trials_squared: Numbers

    @classmethod
    def of(cls, tail: _Tail, weights: Numbers) -> "_Sums":
        counts, trials = tail.counts, tail.trials
        return cls(*(weights @ np.column_stack((counts, trials, counts**2, counts * trials, trials**2))).T)

    def studentised(self, tail: _Tail, distance: Numbers) -> Numbers:
        """Distances of the resamples' shares in their own standard errors.

        Where even the variance at the limit is 0, a resample without spread lies infinitely far away, or at 0 where its distance is 0.
        """
        share, clusters = self.counts / self.trials, tail.trials.size
        terms = self.counts_squared + share**2 * self.trials_squared
        spread = terms - 2 * share * self.products
        spread[spread <= _ROUNDING * terms] = 0.0
        error = np.maximum(np.sqrt(clusters / (clusters - 1) * spread) / self.trials, np.sqrt(tail.variance / self.trials))
        flat = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
        np.divide(distance, error, out=flat, where=error > 0)
        return flat


@dataclass(frozen=True, slots=True)
class _Compared:
    """Resamples beside the observed sample: how many reach its distance for certain, and which need their own standard error."""

    tail: _Tail
    observed: float
    away: Numbers
    reached: int
    open: NDArray[np.intp]

    @classmethod
    def of(cls, tail: _Tail, counts: Numbers, trials: Numbers) -> "_Compared":
        """No standard error is below that of independent calls, so most resamples are decided without their own."""
        apart = _rounded(np.array([tail.sign * (tail.share - tail.limit)]))
        observed = float(_Sums.of(tail, np.ones((1, tail.trials.size))).studentised(tail, apart)[0])
        away = _rounded(tail.sign * (counts / trials - tail.share))
        if np.isinf(observed):
            return cls(tail, observed, away, 0 if observed > 0 else counts.size, np.empty(0, dtype=np.intp))
        near = away >= observed * np.sqrt(tail.variance / trials) * (1 - _MARGIN)
        far_up = observed > 0
        return cls(tail, observed, away, 0 if far_up else int(np.count_nonzero(near)), np.flatnonzero(near if far_up else ~near))

    def p_value(self, of_open: _Sums | None) -> float:
        """The share of resamples that reach the observed distance from the limit, the observed sample itself counted in."""
        reached = self.reached
        if of_open is not None:
            reached += int(np.count_nonzero(of_open.studentised(self.tail, self.away[self.open]) >= self.observed))
        return (1 + reached) / (1 + self.away.size)


def _p_values(tails: Sequence[_Tail], weights: Numbers) -> list[float]:
    """P-values of tails over equally many clusters, from the same resamples, shape (draws, k)."""
    trials = _summed(weights, {tail.trials.tobytes(): tail.trials for tail in tails})
    counts = _summed(weights, dict(enumerate(tail.counts for tail in tails)))
    compared = [_Compared.of(tail, counts[index], trials[tail.trials.tobytes()]) for index, tail in enumerate(tails)]
    many = {index: entry.tail for index, entry in enumerate(compared) if entry.open.size > weights.shape[0] // _FEW}
    counts_squared = _summed(weights, {index: tail.counts**2 for index, tail in many.items()})
    products = _summed(weights, {index: tail.counts * tail.trials for index, tail in many.items()})
    trials_squared = _summed(weights, {tail.trials.tobytes(): tail.trials**2 for tail in many.values()})

    def sums(index: int, entry: _Compared) -> _Sums | None:
        if index not in many:
            return _Sums.of(entry.tail, weights[entry.open]) if entry.open.size else None
        key = entry.tail.trials.tobytes()
        whole = (counts[index], trials[key], counts_squared[index], products[index], trials_squared[key])
        return _Sums(*(column[entry.open] for column in whole))

    return [entry.p_value(sums(index, entry)) for index, entry in enumerate(compared)]


def _summed(weights: Numbers, columns: Mapping[Key, Numbers]) -> dict[Key, Numbers]:
    """Each column summed over the clusters of every resample, all in one product."""
    if not columns:
        return {}
    return dict(zip(columns, (weights @ np.column_stack(list(columns.values()))).T, strict=True))


def _rounded(distance: Numbers) -> Numbers:
    distance[np.abs(distance) <= _ROUNDING] = 0.0
    return distance


@lru_cache(maxsize=4)
def _resamples(clusters: int, draws: int, seed: int) -> Numbers:
    """How often each cluster is drawn in each bootstrap sample, shape (draws, clusters); read-only, since it is shared."""
    drawn = np.random.default_rng(seed).integers(0, clusters, size=(draws, clusters))
    drawn += np.arange(draws)[:, None] * clusters
    weights = np.bincount(drawn.ravel(), minlength=draws * clusters).reshape(draws, clusters).astype(np.float64)
    weights.setflags(write=False)
    return weights

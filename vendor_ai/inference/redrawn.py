"""Figures that are no plain share, tested by redrawing the calls, days or clusters they are counted from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vendor_ai.inference.clusters import MINIMUM_BUCKETS, MINIMUM_CLUSTERS
from vendor_ai.inference.ratio import cell_draws, cell_p_values, cluster_draws, percentile_interval, ratio_p_values

Interval: TypeAlias = tuple[float | None, float | None]
Parts: TypeAlias = tuple[int, ...]
Numbers: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of integers that add up over calls.

    Attributes:
        cells: The integers of the whole period.
        of: Integers as an array of shape (..., k) to the figure, shape (...), NaN where it does not exist.
        limit: What is promised, in the figure's unit.
        is_floor: True where the figure must be at least ``limit``.
        days: The integers by local day, of the days that hold calls.
        clusters: The integers by cluster of the contract's key, of the clusters that hold calls.
        disjoint: Whether the integers count disjoint calls, so that independent calls can be redrawn.
        settled: Whether no open call can change the figure.
        doubted: Whether labels were checked twice, so that some may be wrong; what that does to such a figure is not known.
        groups: How many groups it compares; 0 where it compares none.
    """

    cells: Parts
    of: Callable[[Any], Any]
    limit: float
    is_floor: bool
    days: tuple[Parts, ...] = ()
    clusters: tuple[Parts, ...] = ()
    disjoint: bool = False
    settled: bool = True
    doubted: bool = False
    groups: int = 0

    @property
    def by_day(self) -> bool:
        """Whether enough days hold calls to redraw whole days."""
        return len(self.days) >= MINIMUM_CLUSTERS

    @property
    def by_key(self) -> bool:
        """Whether enough clusters of the contract's key hold calls to redraw whole clusters."""
        return len(self.clusters) >= MINIMUM_BUCKETS

    @property
    def testable(self) -> bool:
        """Whether there is anything to redraw."""
        return self.by_day or self.by_key or (self.disjoint and sum(self.cells) > 0)


@dataclass(frozen=True, slots=True)
class Redrawn:
    """P-values of a breach and of compliance, and the two-sided interval."""

    breach: float
    compliance: float
    interval: Interval


def redraw(figure: Figure, confidence: float) -> Redrawn:
    """Redraw a figure by every unit that can be: the larger p-values and the wider interval decide.

    Args:
        figure: One that is testable.
        confidence: Of the interval, e.g. 0.95.
    """
    if figure.groups > 2:
        return _pair_by_pair(figure, confidence)
    found = [_by_cluster(figure, parts, confidence) for parts in _clusterings(figure)]
    if figure.disjoint:
        found.append(_by_call(figure, confidence))
    return Redrawn(
        max(entry.breach for entry in found),
        max(entry.compliance for entry in found),
        (_least([entry.interval[0] for entry in found]), _greatest([entry.interval[1] for entry in found])),
    )


def _pair_by_pair(figure: Figure, confidence: float) -> Redrawn:
    """The largest difference (or least ratio) of many groups: redrawn as a whole it would be found where there is none.

    A breach needs one pair that breaks the limit, adjusted for the number of pairs; compliance needs every pair to keep it. The interval
    reaches from what the one shows to what the other leaves possible.

    Source:
        Union-intersection test with Bonferroni's adjustment; intersection-union test, Berger (1982), Technometrics 24.
    """
    pairs = [_pair(figure, one, other) for one, other in combinations(range(figure.groups), 2)]
    found = [redraw(pair, confidence) for pair in pairs]
    adjusted = [redraw(pair, 1 - (1 - confidence) / len(pairs)).interval for pair in pairs]
    lows, highs = ([entry.interval[side] for entry in found] for side in (0, 1))
    interval = (
        (_least(lows), _least([high for _, high in adjusted]))
        if figure.is_floor
        else (_greatest([low for low, _ in adjusted]), _greatest(highs))
    )
    breach = min(1.0, len(pairs) * min(entry.breach for entry in found))
    return Redrawn(breach, max(entry.compliance for entry in found), interval)


def _pair(figure: Figure, one: int, other: int) -> Figure:
    """The same figure over two of the groups, whose integers lie side by side."""
    width = len(figure.cells) // figure.groups

    def of_both(parts: Parts) -> Parts:
        return parts[one * width : (one + 1) * width] + parts[other * width : (other + 1) * width]

    return replace(
        figure,
        cells=of_both(figure.cells),
        days=tuple(map(of_both, figure.days)),
        clusters=tuple(map(of_both, figure.clusters)),
        groups=2,
    )


def _clusterings(figure: Figure) -> list[Numbers]:
    """The integers by day and by key, shape (clusters, k), where there are enough; calls without a key are one cluster together."""
    found = [np.array(figure.days, dtype=np.float64)] if figure.by_day else []
    if figure.by_key:
        # As Python's integers: sums of squares in millionths have more digits than the machine's.
        rest = tuple(whole - sum(column) for whole, column in zip(figure.cells, zip(*figure.clusters, strict=True), strict=True))
        found.append(np.array([*figure.clusters, rest] if any(rest) else figure.clusters, dtype=np.float64))
    return found


def _by_cluster(figure: Figure, parts: Numbers, confidence: float) -> Redrawn:
    """Whole clusters redrawn; compliance is tested with the worst cluster counted once more (docs/decisions/0007)."""
    observed = float(figure.of(np.array(figure.cells, dtype=np.float64)))
    drawn = figure.of(cluster_draws(parts))
    breach, _ = ratio_p_values(drawn, observed, figure.limit, figure.is_floor)
    with_one_more = figure.of(parts.sum(axis=0) + parts)
    unknown = np.inf if figure.is_floor else -np.inf
    known = np.where(np.isnan(with_one_more), unknown, with_one_more)
    worst = parts[int(np.argmin(known) if figure.is_floor else np.argmax(known))]
    _, compliance = ratio_p_values(figure.of(cluster_draws(np.vstack((parts, worst)))), observed, figure.limit, figure.is_floor)
    return Redrawn(breach, compliance, percentile_interval(drawn, confidence))


def _by_call(figure: Figure, confidence: float) -> Redrawn:
    breach, compliance = cell_p_values(figure.cells, figure.of, figure.limit, is_floor=figure.is_floor)
    drawn = figure.of(cell_draws(figure.cells).astype(np.float64))
    return Redrawn(breach, compliance, percentile_interval(drawn, confidence))


def _least(bounds: list[float | None]) -> float | None:
    known = [bound for bound in bounds if bound is not None]
    return min(known) if len(known) == len(bounds) else None


def _greatest(bounds: list[float | None]) -> float | None:
    known = [bound for bound in bounds if bound is not None]
    return max(known) if len(known) == len(bounds) else None

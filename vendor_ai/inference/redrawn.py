"""Figures that are no plain share, tested by redrawing the calls, days or clusters they are counted from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vendor_ai.inference.clusters import MINIMUM_CLUSTERS
from vendor_ai.inference.ratio import cell_draws, cell_p_values, cluster_draws, percentile_interval, ratio_p_values

Interval: TypeAlias = tuple[float | None, float | None]
Parts: TypeAlias = tuple[int, ...]


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
        doubted: Whether labels checked twice disagree anywhere; what that does to such a figure is not known.
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

    @property
    def by_day(self) -> bool:
        """Whether enough days hold calls to redraw whole days."""
        return len(self.days) >= MINIMUM_CLUSTERS

    @property
    def by_key(self) -> bool:
        """Whether enough clusters of the contract's key hold calls to redraw whole clusters."""
        return len(self.clusters) >= MINIMUM_CLUSTERS

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
    found = [_by_cluster(figure, parts, confidence) for parts in _clusterings(figure)]
    if figure.disjoint:
        found.append(_by_call(figure, confidence))
    return Redrawn(
        max(entry.breach for entry in found),
        max(entry.compliance for entry in found),
        (_least([entry.interval[0] for entry in found]), _greatest([entry.interval[1] for entry in found])),
    )


def _clusterings(figure: Figure) -> list[NDArray[np.int64]]:
    """The integers by day and by key, shape (clusters, k), where there are enough; calls without a key are one cluster together."""
    found = [np.array(figure.days, dtype=np.int64)] if figure.by_day else []
    if figure.by_key:
        named = np.array(figure.clusters, dtype=np.int64)
        rest = np.array(figure.cells, dtype=np.int64) - named.sum(axis=0)
        found.append(np.vstack((named, rest)) if rest.any() else named)
    return found


def _by_cluster(figure: Figure, parts: NDArray[np.int64], confidence: float) -> Redrawn:
    """Whole clusters redrawn; compliance is tested with the worst cluster counted once more (docs/decisions/0007)."""
    observed = float(figure.of(np.array(figure.cells, dtype=np.float64)))
    drawn = figure.of(cluster_draws(parts))
    breach, _ = ratio_p_values(drawn, observed, figure.limit, figure.is_floor)
    with_one_more = figure.of((parts.sum(axis=0) + parts).astype(np.float64))
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

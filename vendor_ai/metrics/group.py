"""Rates compared between groups: the extremes over the groups that are large enough.

For these metrics ``options.labels`` holds the groups that are compared (see ``completed``), since parts of a day must line up with those of
the period: a group that a day has no call of still has its places.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Statistic
from vendor_ai.metrics.averaging import Array
from vendor_ai.metrics.confusion import open_calls


def over_groups(
    of_group: Callable[[Counts, MetricOptions], tuple[int, ...]],
    size: Callable[[Counts, MetricOptions], int],
    exact: Callable[[tuple[int, ...]], Fraction | None],
    figure: Callable[[Any], Array],
) -> Statistic:
    """Return a statistic over groups.

    Args:
        of_group: One group's counters to its places among the parts.
        size: One group's counters to what ``minimum_group`` is held against.
        exact: Parts to the figure.
        figure: The same over arrays.
    """

    def parts(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
        groups = (counts.groups.get(name, Counts()) for name in options.labels)
        return tuple(place for group in groups for place in of_group(group, options))

    def base(counts: Counts, options: MetricOptions) -> int:
        if not counts.groups:
            return size(counts, options)
        return sum(size(counts.groups[name], options) for name in options.labels if name in counts.groups)

    def open_in_groups(counts: Counts, options: MetricOptions) -> int:
        return sum(open_calls(counts.groups[name]) for name in options.labels if name in counts.groups)

    return Statistic(parts, exact, figure, base, open_in_groups, disjoint=True)


def rates(hits: Sequence[int], misses: Sequence[int]) -> list[Fraction]:
    """The rates of the groups that have calls."""
    return [Fraction(hit, hit + miss) for hit, miss in zip(hits, misses, strict=True) if hit + miss]


def widest(found: list[Fraction]) -> Fraction | None:
    """The difference between the highest and the lowest rate; one group alone cannot be compared."""
    return max(found) - min(found) if len(found) >= 2 else None


def extremes(hits: Array, misses: Array) -> tuple[Array, Array]:
    """Lowest and highest rate over the last axis; NaN where fewer than two groups have calls."""
    size = hits + misses
    held = size > 0
    share = np.divide(hits, size, out=np.zeros_like(size), where=held)
    comparable = held.sum(axis=-1) >= 2
    low = np.where(held, share, np.inf).min(axis=-1, initial=np.inf)
    high = np.where(held, share, -np.inf).max(axis=-1, initial=-np.inf)
    return np.where(comparable, low, np.nan), np.where(comparable, high, np.nan)

"""Means of summed amounts: fixed-point sums over the calls that have the amount."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Statistic
from vendor_ai.domain.need import FIXED_POINT
from vendor_ai.metrics.averaging import Array, ratio


def mean_of(amounts: tuple[str, ...], calls: str, *, open_calls: Callable[[Counts], int], scale: int = 1) -> Statistic:
    """Return the statistic of a mean.

    Args:
        amounts: Names of the needs that are summed, together.
        calls: Name of the need that counts what the sum is shared out over.
        open_calls: Calls that could still join.
        scale: 100 for a mean in percent.
    """

    def parts(counts: Counts, _options: MetricOptions) -> tuple[int, ...]:
        return sum(counts.sums.get(name, 0) for name in amounts), counts.sums.get(calls, 0)

    def exact(parts: tuple[int, ...]) -> Fraction | None:
        total, size = parts
        return Fraction(scale * total, FIXED_POINT * size) if size else None

    def figure(parts: Any) -> Array:
        total, size = np.moveaxis(np.asarray(parts, dtype=np.float64), -1, 0)
        return ratio(scale * total / FIXED_POINT, size)

    return Statistic(
        parts,
        exact,
        figure,
        base=lambda counts, _options: counts.sums.get(calls, 0),
        open_calls=lambda counts, _options: open_calls(counts),
    )

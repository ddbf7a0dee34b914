"""Answered calls a minute, over the minutes with calls."""

from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.metrics.averaging import Array, ratio
from vendor_ai.metrics.minute import MINUTES, minutes


def parts(counts: Counts, _options: MetricOptions) -> tuple[int, ...]:
    """Answered calls, and minutes with calls."""
    return counts.answered, minutes(counts)


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """Calls a minute."""
    answered, minutes_with_calls = parts
    return Fraction(answered, minutes_with_calls) if minutes_with_calls else None


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 2)."""
    answered, minutes_with_calls = np.moveaxis(np.asarray(parts, dtype=np.float64), -1, 0)
    return ratio(answered, minutes_with_calls)


METRIC = Metric(
    key="throughput",
    label="Throughput",
    unit="calls_per_minute",
    better="higher",
    needs_labels=False,
    statistic=Statistic(
        parts,
        exact,
        figure,
        base=lambda counts, _options: minutes(counts),
        open_calls=lambda _counts, _options: 0,
    ),
    needs=(MINUTES,),
    every_call=True,
    source="Answered calls / UTC minutes with a call not excluded.",
)

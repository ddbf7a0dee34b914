"""How often each group gets the positive answer, as far as its calls are labelled with a class."""

from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions
from vendor_ai.metrics.averaging import Array
from vendor_ai.metrics.confusion import known_calls, one_class, positive_label
from vendor_ai.metrics.group import extremes, rates


def answers(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
    """Positive and other answers of one group.

    Raises:
        PositiveLabelMissingError: When no positive label is named.
    """
    seen = one_class(counts, positive_label("demographic parity", options))
    return seen.found + seen.false_alarms, seen.missed + seen.left_alone


def answered(counts: Counts, _options: MetricOptions) -> int:
    """Calls of one group whose answer is counted."""
    return known_calls(counts)


def group_rates(parts: tuple[int, ...]) -> list[Fraction]:
    """The share of positive answers of each group that has calls."""
    return rates(parts[::2], parts[1::2])


def extreme_rates(parts: Any) -> tuple[Array, Array]:
    """Lowest and highest share of positive answers over arrays of shape (..., 2 x groups)."""
    values = np.asarray(parts, dtype=np.float64)
    return extremes(values[..., ::2], values[..., 1::2])

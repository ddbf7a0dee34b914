"""How often each group gets the positive answer, over all calls answered with a class; whether they were right plays no part."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Statistic
from vendor_ai.domain.need import Need
from vendor_ai.metrics.averaging import Array
from vendor_ai.metrics.confusion import positive_label
from vendor_ai.metrics.group import extremes, over_groups, rates


@cache
def positive_answers(label: str) -> Need:
    """Calls answered with the label."""
    return Need(f"answered:{label}", lambda call: call.predicted & (call.prediction == label))


@cache
def other_answers(label: str) -> Need:
    """Calls answered with another label."""
    return Need(f"answered_not:{label}", lambda call: call.predicted & (call.prediction != label))


ANSWERS = (positive_answers, other_answers)


def answers(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
    """Positive and other answers of one group.

    Raises:
        PositiveLabelMissingError: When no positive label is named.
    """
    label = positive_label("demographic parity", options)
    return counts.sums.get(positive_answers(label).name, 0), counts.sums.get(other_answers(label).name, 0)


def answered(counts: Counts, options: MetricOptions) -> int:
    """Calls of one group whose answer is counted."""
    return sum(answers(counts, options))


def group_rates(parts: tuple[int, ...]) -> list[Fraction]:
    """The share of positive answers of each group that has calls."""
    return rates(parts[::2], parts[1::2])


def over_answers(exact: Callable[[tuple[int, ...]], Fraction | None], figure: Callable[[Any], Array]) -> Statistic:
    """A statistic over the groups' answers; no label that comes later can change one."""
    return replace(over_groups(answers, answered, exact, figure), open_calls=lambda _counts, _options: 0)


def extreme_rates(parts: Any) -> tuple[Array, Array]:
    """Lowest and highest share of positive answers over arrays of shape (..., 2 x groups)."""
    values = np.asarray(parts, dtype=np.float64)
    return extremes(values[..., ::2], values[..., 1::2])

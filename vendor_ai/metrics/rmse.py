"""The root of the mean squared distance between predicted and true number: large errors weigh more."""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.domain.need import FIXED_POINT, Call, Need
from vendor_ai.metrics.averaging import Array, ratio
from vendor_ai.metrics.number import NUMBERS, error, in_units, open_numbers, squarable, square_sum, squares


def _counts(call: Call) -> Any:
    return call.valued & squarable(error(call))


CALLS = Need("rmse_calls", _counts)


def parts(counts: Counts, _options: MetricOptions) -> tuple[int, ...]:
    """The sum of squared errors in units of 1e-6, and the calls it is over."""
    return square_sum(counts, "rmse_error"), counts.sums.get(CALLS.name, 0)


def exact(parts: tuple[int, ...]) -> float | None:
    """The root mean squared error."""
    total, size = parts
    return math.sqrt(Fraction(total, FIXED_POINT * size)) if size else None


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 2)."""
    total, size = np.moveaxis(np.asarray(parts, dtype=np.float64), -1, 0)
    return np.sqrt(ratio(in_units(total), size))


METRIC = Metric(
    key="rmse",
    label="Root mean squared error",
    unit="number",
    better="lower",
    needs_labels=True,
    statistic=Statistic(
        parts,
        exact,
        figure,
        base=lambda counts, _options: counts.sums.get(CALLS.name, 0),
        open_calls=lambda counts, _options: open_numbers(counts, CALLS.name),
    ),
    needs=(NUMBERS, CALLS, *squares("rmse_error", _counts, error)),
    source="Root of the mean of (predicted - true) squared; scikit-learn root_mean_squared_error.",
)

"""The share of the true numbers' variance that the predictions explain; below 0 they are worse than the mean."""

from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.domain.need import FIXED_POINT, Call, Need
from vendor_ai.metrics.averaging import Array
from vendor_ai.metrics.number import NUMBERS, error, in_units, open_numbers, squarable, square_sum, squares


def _truth(call: Call) -> Any:
    return call.actual_value


def _counts(call: Call) -> Any:
    return call.valued & squarable(error(call)) & squarable(call.actual_value)


CALLS = Need("r2_calls", _counts)
TRUTH = Need("r2_truth", _counts, _truth)


def parts(counts: Counts, _options: MetricOptions) -> tuple[int, ...]:
    """Calls, and in units of 1e-6 the sums of true numbers, of their squares and of squared errors."""
    calls, truth = counts.sums.get(CALLS.name, 0), counts.sums.get(TRUTH.name, 0)
    return calls, truth, square_sum(counts, "r2_truth"), square_sum(counts, "r2_error")


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """1 - squared errors / squared distances of the true numbers from their mean; None where those do not vary."""
    calls, *sums = parts
    if not calls:
        return None
    truth, squared, errors = (Fraction(total, FIXED_POINT) for total in sums)
    mean = truth / calls
    spread = squared - mean * truth
    return 1 - errors / spread if spread > calls * (2 * abs(mean) + 1) / FIXED_POINT else None


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 4)."""
    calls, truth, squared, errors = np.moveaxis(np.asarray(parts, dtype=np.float64), -1, 0)
    result = np.full(calls.shape, np.nan)
    held = calls > 0
    mean = np.divide(in_units(truth), calls, out=np.zeros_like(calls), where=held)
    spread = in_units(squared) - mean * in_units(truth)
    # Summed squares are rounded: a spread this small is what rounding alone can make of one and the same number.
    varies = held & (spread > calls * (2 * np.abs(mean) + 1) / FIXED_POINT)
    np.divide(in_units(errors), spread, out=result, where=varies)
    return 1 - result


METRIC = Metric(
    key="r2",
    label="Explained variance (R\N{SUPERSCRIPT TWO})",
    unit="number",
    better="higher",
    needs_labels=True,
    statistic=Statistic(
        parts,
        exact,
        figure,
        base=lambda counts, _options: counts.sums.get(CALLS.name, 0),
        open_calls=lambda counts, _options: open_numbers(counts, CALLS.name),
    ),
    needs=(NUMBERS, CALLS, TRUTH, *squares("r2_truth", _counts, _truth), *squares("r2_error", _counts, error)),
    source="1 - sum of squared errors / sum of squares around the mean of the true numbers; scikit-learn r2_score.",
)

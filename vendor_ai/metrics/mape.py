"""How far the predicted number lies from the true one, in percent of the true one, in the mean."""

from typing import Any

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.need import Call, Need, usable
from vendor_ai.metrics.mean import mean_of
from vendor_ai.metrics.number import NUMBERS, error, open_numbers

# Keeps engines that refuse to divide by zero from meeting one; what is that close to zero has no share that can be summed.
_SMALLEST = 1e-12


def _share(call: Call) -> Any:
    return error(call).abs() / call.actual_value.abs().clip(lower=_SMALLEST)


def _counts(call: Call) -> Any:
    return call.valued & (call.actual_value != 0) & usable(_share(call))


CALLS = Need("mape_calls", _counts)
ZEROS = Need("mape_true_zeros", lambda call: call.valued & (call.actual_value == 0))
SHARE = Need("mape_absolute_share", _counts, _share)


def open_calls(counts: Counts) -> int:
    """Calls whose true number is not known yet; a true number of 0 has no percentage and never joins."""
    return open_numbers(counts, CALLS.name) - counts.sums.get(ZEROS.name, 0)


METRIC = Metric(
    key="mape",
    label="Mean absolute percentage error",
    unit="percent",
    better="lower",
    needs_labels=True,
    statistic=mean_of((SHARE.name,), CALLS.name, open_calls=open_calls, scale=100),
    needs=(NUMBERS, CALLS, ZEROS, SHARE),
    source="100 x mean of |predicted - true| / |true| where the true number is not 0; scikit-learn mean_absolute_percentage_error x 100.",
)

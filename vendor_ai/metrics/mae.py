"""How far the predicted number lies from the true one, in the mean."""

from typing import Any

from vendor_ai.domain.metric import Metric
from vendor_ai.domain.need import Call, Need, usable
from vendor_ai.metrics.mean import mean_of
from vendor_ai.metrics.number import NUMBERS, error, open_numbers


def _counts(call: Call) -> Any:
    return call.valued & usable(error(call))


CALLS = Need("mae_calls", _counts)
ERROR = Need("mae_absolute_error", _counts, lambda call: error(call).abs())

METRIC = Metric(
    key="mae",
    label="Mean absolute error",
    unit="number",
    better="lower",
    needs_labels=True,
    statistic=mean_of((ERROR.name,), CALLS.name, open_calls=lambda counts: open_numbers(counts, CALLS.name)),
    needs=(NUMBERS, CALLS, ERROR),
    source="Mean of |predicted - true|; scikit-learn mean_absolute_error.",
)

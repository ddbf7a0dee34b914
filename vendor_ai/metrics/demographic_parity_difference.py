"""How much more often one group gets the positive answer than another, at most."""

from fractions import Fraction
from typing import Any

from vendor_ai.domain.metric import Metric
from vendor_ai.metrics.averaging import Array
from vendor_ai.metrics.confusion import BINARY
from vendor_ai.metrics.group import widest
from vendor_ai.metrics.parity import ANSWERS, extreme_rates, group_rates, over_answers


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """Highest minus lowest share of positive answers."""
    return widest(group_rates(parts))


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 2 x groups)."""
    low, high = extreme_rates(parts)
    return high - low


METRIC = Metric(
    key="demographic_parity_difference",
    label="Demographic parity difference",
    unit="share",
    better="lower",
    needs_labels=False,
    statistic=over_answers(exact, figure),
    needs_of_positive=ANSWERS,
    grouped=True,
    needs_positive=True,
    averages=(BINARY,),
    source="Highest minus lowest share of positive answers over groups; Agarwal et al. (2018), fairlearn demographic_parity_difference.",
)

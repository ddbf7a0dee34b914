"""The share of positive answers of the group that gets fewest, as part of that of the group that gets most."""

from fractions import Fraction
from typing import Any

from vendor_ai.domain.metric import Metric
from vendor_ai.metrics.averaging import Array, ratio
from vendor_ai.metrics.confusion import BINARY
from vendor_ai.metrics.parity import ANSWERS, extreme_rates, group_rates, over_answers


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """Lowest / highest share of positive answers; None where no group gets any."""
    found = group_rates(parts)
    return min(found) / max(found) if len(found) >= 2 and max(found) else None


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 2 x groups)."""
    return ratio(*extreme_rates(parts))


METRIC = Metric(
    key="demographic_parity_ratio",
    label="Demographic parity ratio",
    unit="share",
    better="higher",
    needs_labels=False,
    statistic=over_answers(exact, figure),
    needs_of_positive=ANSWERS,
    grouped=True,
    needs_positive=True,
    averages=(BINARY,),
    source="Lowest / highest share of positive answers over groups; the four-fifths rule, 29 CFR 1607.4(D).",
)

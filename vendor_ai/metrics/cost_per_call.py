"""What an answered call costs, failed calls that were charged included."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.need import Need, usable
from vendor_ai.metrics.mean import mean_of

CALLS = Need("cost_answered", lambda call: call.answered & usable(call.cost))
COST = Need("cost_counted", lambda call: call.counted & usable(call.cost), lambda call: call.cost)


def open_calls(counts: Counts) -> int:
    """Answered calls whose cost is not logged; a failed call without a cost was not charged."""
    return counts.answered - counts.sums.get(CALLS.name, 0)


METRIC = Metric(
    key="cost_per_call",
    label="Cost per answered call",
    unit="money",
    better="lower",
    needs_labels=False,
    statistic=mean_of((COST.name,), CALLS.name, open_calls=open_calls),
    needs=(CALLS, COST),
    source="Cost of all calls not excluded / answered calls with a cost.",
)

"""What a right answer costs: wrong ones are paid for too."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.need import Need, usable
from vendor_ai.metrics.mean import mean_of

CALLS = Need("cost_labelled", lambda call: call.labelled & usable(call.cost))
CORRECT = Need("cost_correct", lambda call: call.labelled & call.hit & usable(call.cost))
COST = Need("cost_of_labelled", lambda call: call.labelled & usable(call.cost), lambda call: call.cost)


def open_calls(counts: Counts) -> int:
    """Predicted calls without a label or without a cost."""
    return counts.predicted - counts.sums.get(CALLS.name, 0)


METRIC = Metric(
    key="cost_per_correct_call",
    label="Cost per correct call",
    unit="money",
    better="lower",
    needs_labels=True,
    statistic=mean_of((COST.name,), CORRECT.name, open_calls=open_calls),
    needs=(CALLS, CORRECT, COST),
    source="Cost of the labelled calls / labelled calls that were right.",
)

"""How far the vendor's confidence lies from what came true, squared, in the mean."""

from typing import Any

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric
from vendor_ai.domain.need import Call, Need
from vendor_ai.metrics.mean import mean_of


def confident(call: Call) -> Any:
    """Labelled calls with a confidence."""
    return call.labelled & (call.confidence >= 0) & (call.confidence <= 1)


def open_calls(counts: Counts) -> int:
    """Predicted calls without a label."""
    return counts.predicted - counts.labelled


CALLS = Need("brier_calls", confident)
HITS = Need("brier_hits", lambda call: confident(call) & call.hit, lambda call: (1 - call.confidence) * (1 - call.confidence))
MISSES = Need("brier_misses", lambda call: confident(call) & ~call.hit, lambda call: call.confidence * call.confidence)

METRIC = Metric(
    key="brier",
    label="Brier score",
    unit="number",
    better="lower",
    needs_labels=True,
    statistic=mean_of((HITS.name, MISSES.name), CALLS.name, open_calls=open_calls),
    needs=(CALLS, HITS, MISSES),
    source="Mean of (confidence - right) squared, Brier (1950); scikit-learn brier_score_loss.",
)

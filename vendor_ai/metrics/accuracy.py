"""The share of labelled calls that were right."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading


def read_accuracy(counts: Counts, _options: MetricOptions) -> Reading:
    """Correct of labelled calls; every predicted call without a label could still join on either side."""
    return Reading(hits=counts.correct, trials=counts.labelled, open_trials=counts.predicted - counts.labelled)


METRIC = Metric(
    key="accuracy",
    label="Accuracy",
    unit="share",
    better="higher",
    needs_labels=True,
    read=read_accuracy,
    source="Share of correct answers; scikit-learn accuracy_score.",
)

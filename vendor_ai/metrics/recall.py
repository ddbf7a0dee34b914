"""Of the calls whose actual class is the positive one, the share that was found."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.metrics.confusion import check_options, open_calls, read_all_classes

# Recall weighted by class size is the sum of the diagonal over all calls, the same as micro.
_AVERAGES = ("binary", "micro", "weighted")


def read_recall(counts: Counts, options: MetricOptions) -> Reading:
    """True positives of actual positives, among the calls whose actual class is known.

    Raises:
        PositiveLabelMissingError: When the average is binary and no positive label is named.
        AverageNotAShareError: For ``macro``, which weighs classes and is no share of calls.
    """
    if check_options("recall", options, _AVERAGES) != "binary":
        return read_all_classes(counts)
    actual = sum(count for (truth, _), count in counts.confusion.items() if truth == options.positive)
    found = counts.confusion.get((str(options.positive), str(options.positive)), 0)
    return Reading(hits=found, trials=actual, open_trials=open_calls(counts))


METRIC = Metric(
    key="recall",
    label="Recall",
    unit="share",
    better="higher",
    needs_labels=True,
    read=read_recall,
    needs_positive=True,
    averages=_AVERAGES,
    source="True positives / actual positives; scikit-learn recall_score.",
)

"""Of the calls whose actual class is the positive one, the share that was found."""

from typing import Any

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.metrics.averaging import averaged
from vendor_ai.metrics.confusion import BINARY, MACRO, MICRO, WEIGHTED, check_options, one_class, open_calls, read_all_classes


def read_recall(counts: Counts, options: MetricOptions) -> Reading:
    """True positives of actual positives, among the calls whose actual class is known.

    Weighted by the size of the classes it is the diagonal of all calls, the same as micro.

    Raises:
        PositiveLabelMissingError: When the average is binary and no positive label is named.
        AverageNotAShareError: For ``macro``, which weighs classes and is no share of calls (see ``METRIC.averaged``).
    """
    if check_options("recall", options, (BINARY, MICRO, WEIGHTED)) != BINARY:
        return read_all_classes(counts)
    seen = one_class(counts, str(options.positive))
    return Reading(hits=seen.found, trials=seen.found + seen.missed, open_trials=open_calls(counts))


def _of_class(right: Any, actual: Any, _answered: Any) -> tuple[Any, Any]:
    return right, actual


METRIC = Metric(
    key="recall",
    label="Recall",
    unit="share",
    better="higher",
    needs_labels=True,
    read=read_recall,
    averaged=averaged(_of_class),
    needs_positive=True,
    averages=(BINARY, MICRO, MACRO, WEIGHTED),
    source="True positives / actual positives; scikit-learn recall_score.",
)

"""Of the calls answered with the positive label, the share that was right."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.metrics.confusion import check_options, open_calls, read_all_classes

_AVERAGES = ("binary", "micro")


def read_precision(counts: Counts, options: MetricOptions) -> Reading:
    """True positives of predicted positives, among the calls whose actual class is known.

    Raises:
        PositiveLabelMissingError: When the average is binary and no positive label is named.
        AverageNotAShareError: For ``macro`` and ``weighted``, which weigh classes and are no share of calls.
    """
    if check_options("precision", options, _AVERAGES) == "micro":
        return read_all_classes(counts)
    predicted = sum(count for (_, answer), count in counts.confusion.items() if answer == options.positive)
    right = counts.confusion.get((str(options.positive), str(options.positive)), 0)
    return Reading(hits=right, trials=predicted, open_trials=open_calls(counts))


METRIC = Metric(
    key="precision",
    label="Precision",
    unit="share",
    better="higher",
    needs_labels=True,
    read=read_precision,
    needs_positive=True,
    averages=_AVERAGES,
    source="True positives / predicted positives; scikit-learn precision_score.",
)

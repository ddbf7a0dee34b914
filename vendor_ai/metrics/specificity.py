"""Of the calls whose actual class is not the positive one, the share that was not taken for it."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.metrics.confusion import BINARY, check_options, one_class, open_calls


def read_specificity(counts: Counts, options: MetricOptions) -> Reading:
    """True negatives of actual negatives, among the calls whose actual class is known.

    Raises:
        PositiveLabelMissingError: When no positive label is named.
    """
    check_options("specificity", options, (BINARY,))
    seen = one_class(counts, str(options.positive))
    return Reading(hits=seen.left_alone, trials=seen.left_alone + seen.false_alarms, open_trials=open_calls(counts))


METRIC = Metric(
    key="specificity",
    label="Specificity",
    unit="share",
    better="higher",
    needs_labels=True,
    read=read_specificity,
    needs_positive=True,
    averages=(BINARY,),
    source="True negatives / actual negatives; Yerushalmy (1947).",
)

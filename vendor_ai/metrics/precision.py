"""Of the calls answered with the positive label, the share that was right."""

from typing import Any

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.metrics.averaging import averaged
from vendor_ai.metrics.confusion import BINARY, MACRO, MICRO, WEIGHTED, check_options, one_class, open_calls, read_all_classes


def read_precision(counts: Counts, options: MetricOptions) -> Reading:
    """True positives of predicted positives, among the calls whose actual class is known.

    Raises:
        PositiveLabelMissingError: When the average is binary and no positive label is named.
        AverageNotAShareError: For ``macro`` and ``weighted``, which weigh classes and are no share of calls (see ``METRIC.averaged``).
    """
    if check_options("precision", options, (BINARY, MICRO)) == MICRO:
        return read_all_classes(counts)
    seen = one_class(counts, str(options.positive))
    return Reading(hits=seen.found, trials=seen.found + seen.false_alarms, open_trials=open_calls(counts))


def _of_class(right: Any, _actual: Any, answered: Any) -> tuple[Any, Any]:
    return right, answered


METRIC = Metric(
    key="precision",
    label="Precision",
    unit="share",
    better="higher",
    needs_labels=True,
    read=read_precision,
    averaged=averaged(_of_class),
    needs_positive=True,
    averages=(BINARY, MICRO, MACRO, WEIGHTED),
    source="True positives / predicted positives; scikit-learn precision_score.",
)

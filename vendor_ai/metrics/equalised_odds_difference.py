"""How much the groups differ in being found or in being taken for the positive class by mistake, whichever is more."""

from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.metrics.averaging import Array
from vendor_ai.metrics.confusion import BINARY, one_class, positive_label
from vendor_ai.metrics.group import extremes, over_groups, rates, widest


def of_group(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
    """Positives found and missed, negatives taken for positive and left alone.

    Raises:
        PositiveLabelMissingError: When no positive label is named.
    """
    seen = one_class(counts, positive_label("equalised_odds_difference", options))
    return seen.found, seen.missed, seen.false_alarms, seen.left_alone


def size(counts: Counts, options: MetricOptions) -> int:
    """Actual positives or actual negatives, whichever are fewer: both rates need calls."""
    found, missed, false_alarms, left_alone = of_group(counts, options)
    return min(found + missed, false_alarms + left_alone)


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """The larger of the differences in true and in false positive rate; None where either cannot be compared."""
    found, alarmed = widest(rates(parts[::4], parts[1::4])), widest(rates(parts[2::4], parts[3::4]))
    return None if found is None or alarmed is None else max(found, alarmed)


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 4 x groups)."""
    values = np.asarray(parts, dtype=np.float64)
    low_found, high_found = extremes(values[..., ::4], values[..., 1::4])
    low_alarmed, high_alarmed = extremes(values[..., 2::4], values[..., 3::4])
    return np.maximum(high_found - low_found, high_alarmed - low_alarmed)


METRIC = Metric(
    key="equalised_odds_difference",
    label="Equalised odds difference",
    unit="share",
    better="lower",
    needs_labels=True,
    statistic=over_groups(of_group, size, exact, figure),
    grouped=True,
    needs_positive=True,
    averages=(BINARY,),
    source="The wider of the differences in true and false positive rate; Hardt et al. (2016), fairlearn equalized_odds_difference.",
)

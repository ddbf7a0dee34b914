"""The harmonic mean of precision and recall."""

from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.metrics.averaging import Array, averaged, ratio
from vendor_ai.metrics.confusion import BINARY, MACRO, MICRO, WEIGHTED, check_options, known_calls, one_class, open_calls, read_all_classes


def parts(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
    """True positives and mistakes about the positive class, then, for ``micro`` instead, right and wrong calls of all classes.

    Raises:
        PositiveLabelMissingError: When the average is binary and no positive label is named.
    """
    if check_options("f1", options, (BINARY, MICRO)) == MICRO:
        every = read_all_classes(counts)
        return 0, 0, every.hits, every.trials - every.hits
    seen = one_class(counts, str(options.positive))
    return seen.found, seen.missed + seen.false_alarms, 0, 0


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """2 TP / (2 TP + FP + FN); over all classes a mistake is a false alarm of one and a miss of another, which leaves right / all."""
    found, mistakes, right, wrong = parts
    size = 2 * found + mistakes + right + wrong
    return Fraction(2 * found + right, size) if size else None


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 4)."""
    found, mistakes, right, wrong = np.moveaxis(np.asarray(parts, dtype=np.float64), -1, 0)
    return ratio(2 * found + right, 2 * found + mistakes + right + wrong)


def _base(counts: Counts, options: MetricOptions) -> int:
    if options.average == MICRO:
        return known_calls(counts)
    return sum(parts(counts, options))


def _of_class(right: Any, actual: Any, answered: Any) -> tuple[Any, Any]:
    return 2 * right, actual + answered


METRIC = Metric(
    key="f1",
    label="F1 score",
    unit="share",
    better="higher",
    needs_labels=True,
    statistic=Statistic(parts, exact, figure, _base, lambda counts, _options: open_calls(counts), disjoint=True),
    averaged=averaged(_of_class),
    needs_positive=True,
    averages=(BINARY, MICRO, MACRO, WEIGHTED),
    source="2 TP / (2 TP + FP + FN), van Rijsbergen (1979); scikit-learn f1_score.",
)

"""The mean over classes of the share that was found, so that a large class hides no small one."""

from fractions import Fraction
from typing import Any

import numpy as np

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Statistic
from vendor_ai.metrics.averaging import Array, ratio
from vendor_ai.metrics.confusion import known_calls, one_class, open_calls


def parts(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
    """Calls found of each class in ``options.labels``, then calls missed of each."""
    seen = [one_class(counts, label) for label in options.labels]
    return *(entry.found for entry in seen), *(entry.missed for entry in seen)


def exact(parts: tuple[int, ...]) -> Fraction | None:
    """The mean recall of the classes that occur; one that was answered and never right has nothing to find and is left out."""
    classes = len(parts) // 2
    recalls = [Fraction(found, found + missed) for found, missed in zip(parts[:classes], parts[classes:], strict=True) if found + missed]
    return sum(recalls, Fraction(0)) / len(recalls) if recalls else None


def figure(parts: Any) -> Array:
    """The same over arrays of shape (..., 2 x classes)."""
    found, missed = np.split(np.asarray(parts, dtype=np.float64), 2, axis=-1)
    recalls = ratio(found, found + missed)
    occurs = (~np.isnan(recalls)).sum(axis=-1).astype(np.float64)
    return ratio(np.nan_to_num(recalls).sum(axis=-1), occurs)


METRIC = Metric(
    key="balanced_accuracy",
    label="Balanced accuracy",
    unit="share",
    better="higher",
    needs_labels=True,
    statistic=Statistic(
        parts,
        exact,
        figure,
        base=lambda counts, _options: known_calls(counts),
        open_calls=lambda counts, _options: open_calls(counts),
        disjoint=True,
    ),
    source="Mean recall over the classes that occur, Brodersen et al. (2010); scikit-learn balanced_accuracy_score.",
)

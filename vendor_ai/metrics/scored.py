"""Rows with a confidence as scores of the positive class."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.metric import MetricOptions
from vendor_ai.metrics.confusion import positive_label

COLUMNS = ("confidence", "prediction", "actual")
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of the positive class, shape (n,), and which calls are of it."""

    scores: NDArray[np.float64]
    positive: NDArray[np.bool_]

    @property
    def both(self) -> bool:
        """Whether calls of both classes are there, so that they can be ranked against each other."""
        return bool(self.positive.any() and not self.positive.all())


def scored(rows: Mapping[str, Any], options: MetricOptions) -> Scored:
    """Return the rows that have confidence, answer and actual class, as scores of the positive class.

    The confidence belongs to the answer: it is the score where the positive class was answered, and one minus it where the other was. With
    more than two classes one minus it says nothing about the positive one, so no row is scored then.

    Raises:
        PositiveLabelMissingError: When no positive label is named.
    """
    label = positive_label("A figure of ranked answers", options)
    confidence = np.asarray(rows["confidence"], dtype=np.float64)
    predicted, actual = (np.asarray(rows[name], dtype=object) for name in ("prediction", "actual"))
    known = ~(np.isnan(confidence) | _missing(predicted) | _missing(actual))
    answered, right = (predicted == label).astype(np.bool_), (actual == label).astype(np.bool_)
    if len({*predicted[known & ~answered], *actual[known & ~right]}) > 1:
        known = np.zeros_like(known)
    # Rounded, since 1 - 0.9 must tie with 0.1.
    scores = np.where(answered, confidence, 1 - confidence)[known].round(_DIGITS)
    return Scored(scores, right[known])


def _missing(texts: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Where there is no text: None, or NaN as tables without a missing value write it."""
    return np.fromiter((not isinstance(text, str) for text in texts), dtype=np.bool_, count=texts.size)

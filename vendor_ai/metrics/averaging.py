"""Figures of every class, averaged: ``macro`` weighs classes alike, ``weighted`` by how many calls are of the class.

A class whose own figure does not exist (nothing to find, or never answered) is left out, as scikit-learn does with
``zero_division=nan``: a class nobody asked about says nothing about the vendor.
"""

from collections.abc import Callable
from fractions import Fraction
from math import isqrt
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Statistic
from vendor_ai.metrics.confusion import WEIGHTED, known_calls, open_calls

Array: TypeAlias = NDArray[np.float64]
ClassFigure: TypeAlias = Callable[[Any, Any, Any], tuple[Any, Any]]
"""Right answers, calls of the class and calls answered with it, as integers or arrays, to numerator and denominator."""


def averaged(of_class: ClassFigure) -> Statistic:
    """Return the statistic that averages a figure of each class over ``options.labels``."""

    def exact(parts: tuple[int, ...]) -> Fraction | None:
        return _exact(parts, of_class)

    def figure(parts: Any) -> Array:
        return _figure(np.asarray(parts, dtype=np.float64), of_class)

    return Statistic(
        parts=cells,
        exact=exact,
        figure=figure,
        base=lambda counts, _options: known_calls(counts),
        open_calls=lambda counts, _options: open_calls(counts),
        disjoint=True,
    )


def cells(counts: Counts, options: MetricOptions) -> tuple[int, ...]:
    """The confusion counts of L labels row by row (actual, then predicted), and L places for the right answers of a weighted average.

    Parts must add up, so the average asked for cannot be one of them: it is told by the place where right answers are counted, the
    diagonal for ``macro``, the last L places for ``weighted``. Every call is in one place only.
    """
    size = len(options.labels)
    place = {label: index for index, label in enumerate(options.labels)}
    found = [0] * (size * size + size)
    for (actual, predicted), count in counts.confusion.items():
        apart = actual == predicted and options.average == WEIGHTED
        found[size * size + place[actual] if apart else place[actual] * size + place[predicted]] += count
    return tuple(found)


def ratio(numerator: Array, denominator: Array) -> Array:
    """The quotient, NaN where there is nothing to divide by."""
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def _exact(parts: tuple[int, ...], of_class: ClassFigure) -> Fraction | None:
    size = isqrt(len(parts))
    rows = [parts[index * size : (index + 1) * size] for index in range(size)]
    apart = parts[size * size :]
    weighted = sum(apart) > sum(row[index] for index, row in enumerate(rows))
    total, weights = Fraction(0), 0
    for index, row in enumerate(rows):
        actual = sum(row) + apart[index]
        answered = sum(other[index] for other in rows) + apart[index]
        numerator, denominator = of_class(row[index] + apart[index], actual, answered)
        if denominator:
            weight = actual if weighted else 1
            total += weight * Fraction(numerator, denominator)
            weights += weight
    return total / weights if weights else None


def _figure(parts: Array, of_class: ClassFigure) -> Array:
    size = isqrt(parts.shape[-1])
    matrix = parts[..., : size * size].reshape(*parts.shape[:-1], size, size)
    apart = parts[..., size * size :]
    diagonal = np.diagonal(matrix, axis1=-2, axis2=-1)
    actual, answered = matrix.sum(axis=-1) + apart, matrix.sum(axis=-2) + apart
    figures = ratio(*of_class(diagonal + apart, actual, answered))
    weighted = apart.sum(axis=-1) > diagonal.sum(axis=-1)
    weights = np.where(np.isnan(figures), 0.0, np.where(weighted[..., None], actual, 1.0))
    return ratio((weights * np.nan_to_num(figures)).sum(axis=-1), weights.sum(axis=-1))

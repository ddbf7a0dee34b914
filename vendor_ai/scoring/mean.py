"""Exact weighted means, their extremes, and parts that add up to the last digit."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm

Number = int | Fraction
Item = tuple[Number, Number]  # weight above 0, value


def weighted_mean(items: Iterable[Item]) -> Fraction | None:
    """The mean of the values by their weights; None where there are no items, never 0."""
    total: Number = 0
    weights: Number = 0
    for weight, value in items:
        total += weight * value
        weights += weight
    return Fraction(total) / Fraction(weights) if weights else None


def lowest_mean(fixed: Sequence[Item], optional: Sequence[Item]) -> Fraction | None:
    """The lowest weighted mean of all ``fixed`` items and any choice of the ``optional`` ones.

    An optional item lowers the mean exactly when its value lies below it, so taking them in rising order until one
    does not is optimal. None where not even one item exists.
    """
    total = sum(weight * value for weight, value in fixed)
    weights = sum(weight for weight, _ in fixed)
    for weight, value in sorted(optional, key=lambda item: item[1]):
        if weights and value * weights >= total:
            break
        total += weight * value
        weights += weight
    return Fraction(total) / Fraction(weights) if weights else None


def share_out(units: int, parts: Sequence[Number]) -> list[int]:
    """Split ``units`` in whole numbers in proportion to ``parts`` by largest remainder.

    Args:
        units: Non-negative total to split, e.g. a score in units of its last digit.
        parts: Non-negative sizes; equal remainders are served in this order.

    Returns:
        One number per part; they add up to ``units`` exactly, or are all 0 where all parts are.
    """
    scale = lcm(*(part.denominator for part in parts))
    sizes = [part.numerator * (scale // part.denominator) for part in parts]
    whole = sum(sizes)
    if not whole:
        return [0] * len(sizes)
    shares, remainders = zip(*(divmod(size * units, whole) for size in sizes), strict=True)
    served = sorted(range(len(sizes)), key=lambda place: -remainders[place])[: units - sum(shares)]
    return [share + (place in served) for place, share in enumerate(shares)]

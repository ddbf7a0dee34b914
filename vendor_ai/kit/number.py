"""Exact numbers as decimal text."""

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction


def finite_decimal(value: Fraction) -> Decimal | None:
    """Return ``value`` as a decimal without rounding, or None where it has no finite form."""
    denominator = value.denominator
    twos = fives = 0
    while denominator % 2 == 0:
        denominator //= 2
        twos += 1
    while denominator % 5 == 0:
        denominator //= 5
        fives += 1
    if denominator != 1:
        return None
    places = max(twos, fives)
    return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


def fraction_text(value: Fraction, *, at_least: int = 0, places: int = 6) -> str:
    """Return ``value`` in decimal notation, exact where that is finite, else to ``places`` digits.

    Args:
        value: Any exact number.
        at_least: Digits after the point to keep, e.g. 2 turns 3 into ``"3.00"``.
        places: Digits after the point where no finite form exists.
    """
    exact = finite_decimal(value)
    if exact is None:
        scaled = round(value * 10**places)
        exact = Decimal(scaled).scaleb(-places)
        return f"{exact:f}"
    digits = -int(exact.normalize().as_tuple().exponent) if exact else 0
    return f"{exact:.{max(digits, at_least, 0)}f}"


def float_text(value: float, *, significant: int = 15) -> str:
    """Return a computed float (a p-value, a bound) as a decimal string without an exponent below 1e-6 lost.

    Args:
        value: A finite float.
        significant: Significant digits kept.
    """
    rounded = Context(prec=significant, rounding=ROUND_HALF_EVEN).create_decimal(repr(float(value)))
    normal = rounded.normalize()
    if normal != 0 and (normal.adjusted() < -9 or normal.adjusted() > 15):
        return f"{normal:e}"
    return f"{normal:f}"

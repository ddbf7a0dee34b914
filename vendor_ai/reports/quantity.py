"""Measured numbers as people read them, without rounding a miss into a match."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from vendor_ai.domain.report import Quantity, Shown, Span
from vendor_ai.kit.number import finite_decimal

_KEPT = Decimal("1e-9")
_MOST_PLACES = 6
_SUFFIX: dict[Shown, str] = {
    "share": " %", "ms": " ms", "points": " points", "number": "", "percent": " %", "money": "", "calls_per_minute": " calls a minute"
}  # fmt: skip
_SCALED = ("share", "points")  # kept as 0 to 1, printed as 0 to 100


def decimal_of(value: Fraction | Decimal | float) -> Decimal:
    """Return ``value`` exactly where it has at most nine digits after the point, else rounded to nine."""
    if isinstance(value, Fraction):
        exact = finite_decimal(value)
        number = exact if exact is not None else Decimal(round(value * 10**9)).scaleb(-9)
    else:
        number = Decimal(repr(value)) if isinstance(value, float) else value
    if -int(number.as_tuple().exponent) > 9:
        number = number.quantize(_KEPT, rounding=ROUND_HALF_UP)
    plain = number.normalize()
    return plain.quantize(Decimal(1)) if int(plain.as_tuple().exponent) > 0 else plain


def quantity(value: Fraction | Decimal | float | None, unit: Shown, *, limit: Fraction | None = None) -> Quantity | None:
    """Return the measured value with enough digits to tell it from ``limit``, and a share from none and all; None without data.

    A share is printed with one digit more than its limit has.

    Args:
        value: A share (0-1), a difference of shares, or ms.
        unit: What it is.
        limit: The number it is held against: 0.8299 beside 0.83 is printed as 82.99 %, never as 83.0 %.
    """
    if value is None:
        return None
    number = decimal_of(value)
    places = 3 if unit == "number" and abs(number) < 10 else 1 if unit != "ms" or abs(number) < 10 else 0
    if limit is None:
        return Quantity(number, unit, _telling_places(number, unit, places, []))
    bound = decimal_of(limit)
    if unit == "share":
        places = max(places, 1 + _exact_places(bound, unit))
    return Quantity(number, unit, _telling_places(number, unit, places, [bound]))


def span(interval: tuple[float | None, float | None], unit: Shown, places: int) -> Span | None:
    """Return an interval for printing, with at least ``places`` digits; None where both sides are open, since it then says nothing."""
    low, high = (None if side is None else decimal_of(side) for side in interval)
    if low is None and high is None:
        return None
    sides = [side for side in (low, high) if side is not None]
    return Span(low, high, unit, max(_telling_places(side, unit, places, []) for side in sides))


def _telling_places(number: Decimal, unit: Shown, places: int, bounds: list[Decimal]) -> int:
    """The least digits with which ``number`` is not printed like a bound it differs from; 0 % and 100 % bound a share."""
    apart = [bound for bound in ([*bounds, Decimal(0), Decimal(1)] if unit == "share" else bounds) if bound != number]
    while places < _MOST_PLACES and number_text(number, unit, places) in {number_text(bound, unit, places) for bound in apart}:
        places += 1
    return places


def number_text(value: Decimal, unit: Shown, places: int) -> str:
    """``51.1``: the number without its unit, shares in percent, with a true minus sign."""
    shown = (value * 100 if unit in _SCALED else value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{shown + 0:,f}".replace("-", "\N{MINUS SIGN}")


def quantity_text(it: Quantity) -> str:
    """``51.1 %``, ``212 ms`` or ``−44.0 points``."""
    return number_text(it.value, it.unit, it.places) + _SUFFIX[it.unit]


def exact_text(value: Fraction | Decimal, unit: Shown) -> str:
    """A number of the contract with the digits it has there: ``85 %``, ``99.5 %``, ``200 ms``."""
    number = decimal_of(value)
    shown = number * 100 if unit in _SCALED else number
    return f"{shown:,.{_exact_places(number, unit)}f}" + _SUFFIX[unit]


def _exact_places(number: Decimal, unit: Shown) -> int:
    """Digits after the point that a number has as it is printed."""
    shown = (number * 100).normalize() if unit in _SCALED else number
    return max(0, -int(shown.as_tuple().exponent))


def span_text(it: Span) -> str:
    """``48.0 to 54.2 %``; an open side is said in words."""
    low = "" if it.low is None else number_text(it.low, it.unit, it.places)
    high = "" if it.high is None else number_text(it.high, it.unit, it.places)
    suffix = _SUFFIX[it.unit]
    if low and high:
        return f"{low} to {high}{suffix}"
    return f"{low}{suffix} or more" if low else f"{high}{suffix} or less"

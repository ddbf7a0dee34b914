"""Predicted numbers beside the true ones: what is counted of them."""

from collections.abc import Callable
from typing import Any

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.need import FIXED_POINT, Call, Need, usable

_MILLION = 1e6

# Whoever answers with a number joins once the true one comes; an error too large to be summed stays open, so that it proves nothing.
NUMBERS = Need("numbers_answered", lambda call: call.answered & call.prediction_value.notnull())


def error(call: Call) -> Any:
    """Predicted minus true number."""
    return call.prediction_value - call.actual_value


def open_numbers(counts: Counts, summed: str) -> int:
    """Calls answered with a number that the need ``summed`` has not counted."""
    return counts.sums.get(NUMBERS.name, 0) - counts.sums.get(summed, 0)


def squarable(value: Any) -> Any:
    """Whether the square of a number can be summed exactly: known, and the number not beyond 1e9 either way."""
    return usable(value * value / _MILLION)


def squares(prefix: str, where: Callable[[Call], Any], value: Callable[[Call], Any]) -> tuple[Need, Need]:
    """Return the needs that sum the squares of a number: whole millions and the rest, since a square outgrows a single amount."""

    def rest(call: Call) -> Any:
        return value(call) * value(call) % _MILLION

    def millions(call: Call) -> Any:
        return (value(call) * value(call) - rest(call)) / _MILLION

    return Need(f"{prefix}_square_millions", where, millions), Need(f"{prefix}_square_rest", where, rest)


def square_sum(counts: Counts, prefix: str) -> int:
    """The sum of the squares in units of 1e-6."""
    return counts.sums.get(f"{prefix}_square_millions", 0) * int(_MILLION) + counts.sums.get(f"{prefix}_square_rest", 0)


def in_units(total: Any) -> Any:
    """A fixed-point sum as floats in its own unit."""
    return total / FIXED_POINT

"""Where a vertical axis begins and ends, so that it neither hides a change nor inflates one."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from vendor_ai.domain.report import ChartBlock

_INTERVALS = 4
_CUT_BELOW = Decimal("0.25")  # all values within this share of the greatest: from zero the course would be a flat line


@dataclass(frozen=True, slots=True)
class Axis:
    """From ``low`` to ``high`` in ticks of ``step``; ``low`` above zero is a cut axis and must be said."""

    low: Decimal
    high: Decimal
    step: Decimal

    @property
    def ticks(self) -> tuple[Decimal, ...]:
        """Every tick from low to high."""
        count = int((self.high - self.low) / self.step)
        return tuple(self.low + self.step * index for index in range(count + 1))


def axis_for(block: ChartBlock) -> Axis:
    """Return the axis for a chart: from zero, unless a line's values and limit all lie close together far above it.

    A share never exceeds 100 %, unless a value does.
    """
    values = [block.threshold, *(point.value for point in block.points if point.value is not None)]
    values += [side for point in block.points for side in (point.low, point.high) if side is not None and point.value is not None]
    least, most = min(values), max(values)
    if most <= 0:
        most = Decimal(1)
    cut = block.kind == "line" and least > 0 and most - least < _CUT_BELOW * most
    spread = max(most - least, most / 200) if cut else most
    step = _nice(spread * Decimal("1.3") / _INTERVALS)
    low = _grid(least - spread * Decimal("0.3"), step, ROUND_FLOOR) if cut else Decimal(0)
    high = _grid(most + spread * Decimal("0.08"), step, ROUND_CEILING)
    if block.unit == "share" and most <= 1:
        high = min(high, Decimal(1))
    return Axis(max(low, Decimal(0)), high, step)


def _grid(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    return (value / step).to_integral_value(rounding) * step


def _nice(rough: Decimal) -> Decimal:
    """The next of 1, 2, 5, 10 times a power of ten."""
    power = Decimal(1).scaleb(rough.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)

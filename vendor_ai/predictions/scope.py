"""The local days that are counted, as instants every engine can compare with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from vendor_ai.kit.period import local_midnight

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Scope:
    """The local days to count, as instants and as whole days since 1970."""

    start: datetime
    end: datetime
    days: tuple[int, ...]
    time_zone: str

    @classmethod
    def of(cls, days: Sequence[date], time_zone: str) -> "Scope":
        """The scope of some local dates, at least one."""
        ordered = sorted(days)
        numbers = tuple((day - EPOCH).days for day in ordered)
        return cls(local_midnight(ordered[0], time_zone), local_midnight(ordered[-1] + timedelta(days=1), time_zone), numbers, time_zone)

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "Scope":
        """The instants ``[start, end)``, in UTC days."""
        first, last = ((instant.astimezone(UTC).date() - EPOCH).days for instant in (start, end - timedelta(microseconds=1)))
        return cls(start, end, tuple(range(first, last + 1)), "UTC")

    @property
    def contiguous(self) -> bool:
        """Whether no day between the first and the last is left out."""
        return self.days[-1] - self.days[0] + 1 == len(self.days)


def offset_changes(scope: Scope) -> list[tuple[int, int]]:
    """The zone's offset from UTC over the scope as (from epoch second, offset in seconds), first entry first.

    Searched by halving whole days, so a change is found to the second.
    """
    zone = ZoneInfo(scope.time_zone)

    def offset(second: int) -> int:
        shift = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
        assert shift is not None
        return int(shift.total_seconds())

    second, end = int(scope.start.timestamp()), int(scope.end.timestamp())
    changes = [(second, offset(second))]
    while second < end:
        step = min(second + 86_400, end)
        if offset(step) != changes[-1][1]:
            low, high = second, step
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == changes[-1][1] else (low, middle)
            changes.append((high, offset(high)))
            step = high
        second = step
    return changes


def local_day(table: ir.Table, scope: Scope) -> ir.Value:
    """The local day of each row inside the scope, as whole days since 1970.

    An engine with a cheap way to microseconds since 1970 hands them in as a column ``occurred_us``.
    """
    if "occurred_us" in table.columns:
        elapsed, unit = table.occurred_us, 1_000_000
    else:
        # A difference in whole seconds is cut; an epoch may be rounded, and half a second before midnight is not the next day.
        elapsed, unit = table.occurred_at.cast("timestamp").delta(ibis.timestamp(EPOCH.isoformat()), unit="second").cast("int64"), 1
    changes = offset_changes(scope)
    last = ibis.literal(changes[-1][1] * unit, "int64")
    # One flat choice: a scope of decades has hundreds of changes, too many to nest.
    until = [(elapsed < since * unit, ibis.literal(offset * unit, "int64")) for (_, offset), (since, _) in pairwise(changes)]
    shift: ir.Value = ibis.cases(*until, else_=last) if until else last
    return ((elapsed + shift) // (86_400 * unit)).cast("int64")

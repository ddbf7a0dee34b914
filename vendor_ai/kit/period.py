"""Months, quarters and years of a contract, cut in its own time zone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class PeriodLength(StrEnum):
    """How long one period of a clause is, in calendar months."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Calendar months in the period."""
        return {"month": 1, "quarter": 3, "year": 12}[self.value]


class PeriodError(ValueError):
    """A text does not name a period."""


def local_midnight(day: date, time_zone: str) -> datetime:
    """The instant, in UTC, at which ``day`` begins in ``time_zone``."""
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The first of the month that lies ``months`` after the first of ``day``'s month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open local dates ``[first, end)`` in a time zone, with the name people use for them."""

    name: str
    length: PeriodLength
    first: date
    end: date
    time_zone: str

    @property
    def start_at(self) -> datetime:
        """First instant, UTC."""
        return local_midnight(self.first, self.time_zone)

    @property
    def end_at(self) -> datetime:
        """First instant after the period, UTC."""
        return local_midnight(self.end, self.time_zone)

    def closed(self, at: datetime) -> bool:
        """Whether the period is over at the instant ``at``."""
        return at >= self.end_at

    def days(self) -> Iterator[date]:
        """Every local date of the period."""
        day = self.first
        while day < self.end:
            yield day
            day += timedelta(days=1)

    def clipped(self, first: date, end: date) -> "Period":
        """The part of the period inside ``[first, end)``; empty (first == end) where they do not meet."""
        start = min(max(self.first, first), self.end)
        return Period(self.name, self.length, start, max(start, min(self.end, end)), self.time_zone)


_NAME = re.compile(r"^(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?$")


def parse_period(name: str, *, time_zone: str, year_starts: int = 1) -> Period:
    """Return the period that ``2026``, ``2026-Q3`` or ``2026-07`` names.

    Args:
        name: Year, quarter or month; years and quarters count from ``year_starts``.
        time_zone: Zone in which its midnights lie (IANA name).
        year_starts: Month (1-12) in which the contract's year begins; the year is named after the calendar year it begins in.

    Raises:
        PeriodError: When the text names no period.
    """
    match = _NAME.match(name.strip().upper())
    if match is None:
        raise PeriodError(f"{name!r} is not a period. Write a year, quarter or month: 2026, 2026-Q3 or 2026-07.")
    year = int(match["year"])
    if match["month"]:
        return period_at(date(year, int(match["month"]), 1), PeriodLength.MONTH, time_zone, year_starts)
    start = date(year, year_starts, 1)
    if match["quarter"]:
        first = add_months(start, 3 * (int(match["quarter"]) - 1))
        return period_at(first, PeriodLength.QUARTER, time_zone, year_starts)
    return period_at(start, PeriodLength.YEAR, time_zone, year_starts)


def period_at(day: date, length: PeriodLength, time_zone: str, year_starts: int = 1) -> Period:
    """Return the period of the given length that holds the local date ``day``."""
    offset = (day.month - year_starts) % 12
    first = add_months(day, -(offset % length.months))
    year = first.year if first.month >= year_starts else first.year - 1
    match length:
        case PeriodLength.MONTH:
            name = f"{first.year:04d}-{first.month:02d}"
        case PeriodLength.QUARTER:
            name = f"{year:04d}-Q{(first.month - year_starts) % 12 // 3 + 1}"
        case PeriodLength.YEAR:
            name = f"{year:04d}"
    return Period(name, length, first, add_months(first, length.months), time_zone)


def next_period(period: Period, year_starts: int = 1) -> Period:
    """Return the period of the same length that follows an unclipped one."""
    return period_at(period.end, period.length, period.time_zone, year_starts)

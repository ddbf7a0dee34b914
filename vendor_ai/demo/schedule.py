"""The laid-out calendar: when in the past quarter a call is said to have been made, and when its label came."""

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS, HOURS = time(8), 10
_SATURDAY = 5
LABEL_DAYS = (2, 9)  # a label comes so many days after its call, at the least and at the most


def weekdays(first: date, end: date) -> list[date]:
    """Mondays to Fridays of ``[first, end)``."""
    days = [first + timedelta(days=offset) for offset in range((end - first).days)]
    return [day for day in days if day.weekday() < _SATURDAY]


def call_times(first: date, end: date, count: int, *, time_zone: str) -> list[datetime]:
    """``count`` instants in order, spread evenly over the office hours of the weekdays of ``[first, end)``."""
    days = weekdays(first, end)
    zone = ZoneInfo(time_zone)
    times = []
    for position in range(count):
        day, within = divmod(position * len(days) / count, 1)
        opened = datetime.combine(days[int(day)], OPENS, zone)
        times.append(opened + timedelta(microseconds=round(within * HOURS * 3_600_000_000)))
    return times


def label_time(called: datetime, chance: random.Random) -> datetime:
    """When somebody found out what was right, some days after the call."""
    return called + timedelta(days=chance.randint(*LABEL_DAYS), minutes=chance.randrange(60))


def shuffled(count: int, wanted: int, chance: random.Random) -> Sequence[int]:
    """``wanted`` positions below ``count`` in random order; each comes once before any comes again."""
    order: list[int] = []
    while len(order) < wanted:
        order += chance.sample(range(count), count)
    return order[:wanted]

"""How many calls were attempted, dropped and spooled in each minute: what tells later how complete the log is."""

import heapq
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

MOST_MINUTES = 7 * 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Minute:
    """The calls of one UTC minute; its counts never fall."""

    __slots__ = ("attempted", "dropped", "number", "spooled")

    def __init__(self, number: int) -> None:
        self.number = number  # minutes since 1970
        self.attempted = self.dropped = self.spooled = 0

    @property
    def so_far(self) -> "Counted":
        """The minute as it is now."""
        return self.number, self.attempted, self.dropped, self.spooled


Counted = tuple[int, int, int, int]  # minutes since 1970; calls attempted, dropped and spooled


class MinuteCounts:
    """Counts by the minute of the call, under an id that no other process has; the owner holds its lock around every call.

    A minute is sent with all it counted so far, so that sending it again never counts twice: the server keeps the greatest. At most
    ``MOST_MINUTES`` are kept. Beyond that the oldest is forgotten once it has arrived, else it is added to the next, and what comes
    for a minute before the oldest is counted in that one.
    """

    def __init__(self) -> None:
        self.client = uuid.uuid4().hex
        self._minutes: dict[int, _Minute] = {}
        self._oldest_first: list[int] = []
        self._unsent: set[int] = set()
        self._on_the_way: set[int] = set()
        self._full = False

    def attempt(self, number: int) -> None:
        """Count one call."""
        minute = self._minutes.get(number) or self._opened(number)
        minute.attempted += 1
        self._unsent.add(minute.number)

    def drop(self, number: int, calls: int = 1) -> None:
        """Count calls that are lost."""
        minute = self._minutes.get(number) or self._opened(number)
        minute.dropped += calls
        self._unsent.add(minute.number)

    def spool(self, number: int, calls: int) -> None:
        """Count calls that went to disk because the server was away."""
        minute = self._minutes.get(number) or self._opened(number)
        minute.spooled += calls
        self._unsent.add(minute.number)

    def take(self) -> list[Counted]:
        """What is unsent; ``arrived`` or ``failed`` says later what became of it."""
        self._on_the_way, self._unsent = self._on_the_way | self._unsent, set()
        return [self._minutes[number].so_far for number in self._on_the_way]

    def left(self) -> list[Counted]:
        """What the server has not acknowledged."""
        return [self._minutes[number].so_far for number in self._on_the_way | self._unsent]

    def arrived(self) -> None:
        """The server acknowledged what was taken."""
        self._on_the_way = set()
        self._keep_bounds()

    def failed(self) -> None:
        """What was taken has to be sent again."""
        self._unsent |= self._on_the_way
        self._on_the_way = set()
        self._keep_bounds()

    def _opened(self, number: int) -> _Minute:
        """A new minute, or the oldest one where there is no room for anything older."""
        if self._full and number < self._oldest_first[0]:
            return self._minutes[self._oldest_first[0]]
        self._minutes[number] = _Minute(number)
        heapq.heappush(self._oldest_first, number)
        self._keep_bounds()
        return self._minutes.get(number, self._minutes[self._oldest_first[0]])

    def _keep_bounds(self) -> None:
        while len(self._minutes) > MOST_MINUTES and not self._on_the_way:  # else nobody knows whether they have arrived
            self._full = True
            oldest = self._minutes.pop(heapq.heappop(self._oldest_first))
            if oldest.number not in self._unsent:
                continue
            self._unsent.discard(oldest.number)
            following = self._minutes[self._oldest_first[0]]
            following.attempted += oldest.attempted
            following.dropped += oldest.dropped
            following.spooled += oldest.spooled
            self._unsent.add(following.number)


def counts_body(client: str, counts: Sequence[Counted]) -> bytes:
    """Minutes of a client in the form that the server takes."""
    minutes: list[dict[str, Any]] = [
        {"minute": _EPOCH + timedelta(minutes=number), "attempted": attempted, "dropped": dropped, "spooled": spooled}
        for number, attempted, dropped, spooled in sorted(counts)
    ]
    return msgspec.json.encode({"client": client, "minutes": minutes})


class _When(msgspec.Struct):
    """What is read of a logged row to find its minute."""

    occurred_at: datetime


_decode = msgspec.json.Decoder(_When).decode


def minutes_of(lines: Sequence[bytes], now: float) -> Counter[int]:
    """How many of some logged calls fall into each minute; one whose time cannot be read counts now."""
    found: Counter[int] = Counter()
    for line in lines:
        try:
            at = _decode(line).occurred_at.timestamp()
        except (msgspec.MsgspecError, OverflowError, ValueError):
            at = now
        found[int(at // 60)] += 1
    return found

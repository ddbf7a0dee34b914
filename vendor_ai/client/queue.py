"""Rows that wait in memory: bounded, and never in the caller's way."""

from collections import deque

from vendor_ai.client.batch import KINDS, Batch, Kind


class Queue:
    """Lines by kind, oldest first; the owner holds its lock around every call."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._lines: dict[Kind, deque[bytes]] = {kind: deque() for kind in KINDS}
        self._bytes = self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, kind: Kind, line: bytes) -> bool:
        """Add a line; False where there is no room for it."""
        if self._bytes + len(line) > self._most_bytes:
            return False
        self._lines[kind].append(line)
        self._bytes += len(line)
        self._rows += 1
        return True

    def take(self, most_rows: int, most_bytes: int) -> Batch | None:
        """The oldest rows of one kind as a batch, predictions first; None where nothing waits."""
        for kind, lines in self._lines.items():
            taken: list[bytes] = []
            size = 0
            while lines and len(taken) < most_rows and (not taken or size + len(lines[0]) <= most_bytes):
                taken.append(lines.popleft())
                size += len(taken[-1])
            if taken:
                self._bytes -= size
                self._rows -= len(taken)
                return Batch(kind, tuple(taken))
        return None

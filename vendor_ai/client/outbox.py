"""Rows between the callers that log them and the thread that sends them."""

import threading
from dataclasses import dataclass, replace

from vendor_ai.client.batch import Batch, Kind
from vendor_ai.client.minute import MinuteCounts, counts_body
from vendor_ai.client.queue import Queue

BATCH_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows so far; ``last_problem`` is the newest reason why some did not arrive.

    Attributes:
        attempted: Calls of ``record`` and ``outcome``.
        waiting: Rows in memory, or on their way.
        sent: Rows the server acknowledged, those from disk included.
        rejected: Rows among them that the server refused.
        spooled: Rows that were written to disk because the server was away.
        dropped: Rows that are lost: no room, no JSON form, or a batch the server will never take.
    """

    attempted: int = 0
    waiting: int = 0
    sent: int = 0
    rejected: int = 0
    spooled: int = 0
    dropped: int = 0
    last_problem: str = ""


class Outbox:
    """What waits in memory, and the counts; every method takes the lock, and none holds it for longer than a list needs.

    Args:
        batch_rows: Rows of one batch at most; so many wake the thread up.
        most_bytes: Memory that waiting rows may take.
        closed: Whether it takes no rows.
    """

    def __init__(self, batch_rows: int, most_bytes: int, *, closed: bool = False) -> None:
        self._lock = threading.RLock()  # a signal handler may log in the middle of logging
        self._changed = threading.Condition(self._lock)
        self._batch_rows = batch_rows
        self._queue = Queue(most_bytes)
        self._under_way: Batch | None = None
        self._minutes = MinuteCounts()
        self._attempted = 0
        self._counts = Counts()
        self._called = self._hurry = False
        self.closed = closed

    @property
    def counts(self) -> Counts:
        """What became of the rows so far."""
        with self._lock:
            under_way = len(self._under_way.lines) if self._under_way else 0
            return replace(self._counts, attempted=self._attempted, waiting=len(self._queue) + under_way)

    @property
    def client(self) -> str:
        """The id under which calls are counted."""
        return self._minutes.client

    def put(self, kind: Kind, line: bytes, minute: int, problem: str = "") -> bool:
        """Count a row, and take it unless there is a problem with it; False where it is dropped."""
        with self._lock:
            self._attempted += 1
            if kind == "predictions":
                self._minutes.attempt(minute)
            if not problem and not self.closed and self._queue.add(kind, line):
                if len(self._queue) >= self._batch_rows and not self._called:
                    self._called = True
                    self._changed.notify_all()
                return True
            if kind == "predictions":
                self._minutes.drop(minute)
            closed = "the log is closed" if self.closed else "too many rows wait in memory"
            self._add(dropped=1, problem=f"A row was dropped: {problem or closed}.")
        return False

    def take(self) -> Batch | None:
        """The next rows; they are under way until ``settle``."""
        with self._lock:
            self._under_way = self._queue.take(self._batch_rows, BATCH_BYTES)
            return self._under_way

    def take_back(self) -> Batch | None:
        """The rows that are under way, else the next ones: for the end, when nobody else settles them."""
        with self._lock:
            left, self._under_way = self._under_way or self._queue.take(self._batch_rows, BATCH_BYTES), None
            return left

    def settle(self) -> None:
        """Nothing is under way any more."""
        with self._lock:
            self._under_way = None

    def note(self, *, sent: int = 0, rejected: int = 0, problem: str = "") -> None:
        """Add to the counts what the server said."""
        with self._lock:
            self._add(sent=sent, rejected=rejected, problem=problem)

    def note_spooled(self, rows: int, minutes: dict[int, int]) -> None:
        """Count rows that went to disk, and the calls among them by minute."""
        with self._lock:
            self._add(spooled=rows)
            for minute, calls in minutes.items():
                self._minutes.spool(minute, calls)

    def note_dropped(self, rows: int, minutes: dict[int, int], problem: str) -> None:
        """Count rows that are lost, and the calls among them by minute."""
        with self._lock:
            self._add(dropped=rows, problem=problem)
            for minute, calls in minutes.items():
                self._minutes.drop(minute, calls)

    def take_counts(self) -> bytes | None:
        """The calls by minute that the server has not acknowledged, to be sent; None where it has all."""
        with self._lock:
            taken = self._minutes.take()
        return counts_body(self.client, taken) if taken else None

    def counts_to_keep(self) -> bytes | None:
        """The same, to be written to disk."""
        with self._lock:
            left = self._minutes.left()
        return counts_body(self.client, left) if left else None

    def counts_arrived(self, arrived: bool) -> None:
        """What became of the counts that were taken."""
        with self._lock:
            (self._minutes.arrived if arrived else self._minutes.failed)()

    def wait(self, timeout_s: float) -> tuple[bool, bool]:
        """Wait until there is work, or the time is up; whether the log closes, and whether somebody waits for an empty outbox."""
        with self._lock:
            self._changed.wait_for(self._has_work, timeout=timeout_s)
            self._called = False
            return self.closed, self._hurry

    def is_empty(self, *, hurried: bool) -> bool:
        """Whether nothing waits; then those are told who hurried before."""
        with self._lock:
            done = not len(self._queue)
            if hurried and done:
                self._hurry = False
                self._changed.notify_all()
            return done

    def hurry(self) -> None:
        """Ask for everything to be sent now."""
        with self._lock:
            self._hurry = True
            self._changed.notify_all()

    def wait_until_sent(self, timeout_s: float) -> bool:
        """Wait until somebody went through everything; True when nothing is left in memory."""
        with self._lock:
            self._changed.wait_for(lambda: not self._hurry or self.closed, timeout=timeout_s)
            return not len(self._queue) and self._under_way is None

    def close(self) -> bool:
        """Take no more rows; False where it was closed before."""
        with self._lock:
            first, self.closed = not self.closed, True
            self._changed.notify_all()
            return first

    def _has_work(self) -> bool:
        return self.closed or self._hurry or len(self._queue) >= self._batch_rows

    def _add(self, *, sent: int = 0, rejected: int = 0, spooled: int = 0, dropped: int = 0, problem: str = "") -> None:
        so_far = self._counts
        self._counts = Counts(
            sent=so_far.sent + sent,
            rejected=so_far.rejected + rejected,
            spooled=so_far.spooled + spooled,
            dropped=so_far.dropped + dropped,
            last_problem=problem or so_far.last_problem,
        )

"""The thread that carries rows to the server, and to disk while it is away."""

import time
from collections.abc import Callable

from vendor_ai.client.batch import Batch
from vendor_ai.client.delivery import Fate, Sender
from vendor_ai.client.minute import minutes_of
from vendor_ai.client.outbox import Outbox
from vendor_ai.client.spool import Spool

_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_SPOOL_LOOK_S = 30.0  # how often files that another process may have left are looked for
_COUNTS_S, _COUNTS_REFUSED_S = 10.0, 60.0


class Courier:
    """Empties an outbox until it is closed; every method but ``keep`` and ``keep_counts`` belongs to its one thread."""

    def __init__(self, outbox: Outbox, spool: Spool, new_sender: Callable[[], Sender], batch_seconds: float) -> None:
        self._outbox = outbox
        self._spool = spool
        self._new_sender = new_sender
        self._batch_seconds = batch_seconds
        self._wait_s = self._next_try = self._next_look = self._next_counts = 0.0
        self._kept = b""  # what lies on disk of the counts

    def work(self) -> None:
        """Until closed: gather rows, send them, and send again what lies on disk."""
        sender = self._new_sender()
        closing = done = False
        while not (closing and done):
            closing, hurry = self._outbox.wait(self._batch_seconds)
            if hurry:
                self._next_try = self._next_look = self._next_counts = 0.0
            try:
                self._round(sender, closing=closing)
            except Exception as error:  # whatever a disk or a proxy does, the thread must outlive it: nobody would start another
                self._put_off(_FIRST_WAIT_S)
                self._outbox.note(problem=f"Sending failed ({type(error).__name__}: {error}).")
                self._keep_under_way()
            done = self._outbox.is_empty(hurried=hurry)
        sender.close()

    def keep(self, batch: Batch) -> None:
        """Write a batch to disk, or count its rows as dropped where that fails."""
        calls = _calls_in(batch)
        if self._spool.keep(batch) is None:
            problem = "A batch was dropped: the server is away and the spool has no room."
            self._outbox.note_dropped(len(batch.lines), calls, problem)
        else:
            self._outbox.note_spooled(len(batch.lines), calls)
            self._next_look = 0.0

    def keep_counts(self) -> bool:
        """Write to disk what the server does not know of the calls; False where that fails, and it stays in memory."""
        body = self._outbox.counts_to_keep()
        if body is None or body == self._kept:
            return True
        kept = self._spool.keep_counts(self._outbox.client, body)
        if kept:
            self._kept = body
        return kept

    def _round(self, sender: Sender, *, closing: bool) -> None:
        self._send_waiting(sender, closing=closing)
        if closing and not self.keep_counts():  # nobody may be left to read the answer
            self._next_try = 0.0  # nor is there another chance
        if closing or time.monotonic() >= self._next_counts:
            self._send_counts(sender)
        if not closing:
            self._send_spooled(sender)

    def _keep_under_way(self) -> None:
        batch = self._outbox.take_back()
        if batch is not None:
            self.keep(batch)

    def _send_waiting(self, sender: Sender, *, closing: bool) -> None:
        while (batch := self._outbox.take()) is not None:
            # Before the process ends a batch goes to disk first: nobody may be left to read the answer.
            kept = self._spool.keep(batch) if closing else None
            if not self._deliver(sender, batch):
                if kept is None:
                    self.keep(batch)
                else:
                    self._outbox.note_spooled(len(batch.lines), _calls_in(batch))
            elif kept is not None:
                self._spool.forget(kept)
            self._outbox.settle()

    def _send_spooled(self, sender: Sender) -> None:
        now = time.monotonic()
        if now < self._next_try or now < self._next_look:
            return
        self._next_look = now + _SPOOL_LOOK_S
        for path in self._spool.waiting():
            batch = self._spool.read(path)
            if batch is None:
                continue
            if not self._deliver(sender, batch):
                self._next_look = 0.0
                return
            self._spool.forget(path)
        for path in self._spool.waiting_counts():
            body = self._spool.read_counts(path)
            if body is None:
                continue
            if sender.send_counts(body).fate is Fate.LATER:
                return
            self._spool.forget(path)

    def _send_counts(self, sender: Sender) -> None:
        """Send the calls by minute; while the server is away they go to disk, and no answer to them keeps rows back."""
        self._next_counts = time.monotonic() + _COUNTS_S
        if time.monotonic() < self._next_try:
            self.keep_counts()
            return
        body = self._outbox.take_counts()
        if body is None:
            return
        receipt = sender.send_counts(body)
        self._outbox.counts_arrived(receipt.fate is Fate.ARRIVED)
        if receipt.fate is Fate.ARRIVED:
            self._spool.forget_counts(self._outbox.client)
            self._kept = b""
            return
        self._next_counts += _COUNTS_REFUSED_S - _COUNTS_S
        self._outbox.note(problem=receipt.reason)
        self.keep_counts()

    def _deliver(self, sender: Sender, batch: Batch) -> bool:
        """Whether a batch is settled: acknowledged, or refused for good. While the server is away it is not even tried."""
        if time.monotonic() < self._next_try:
            return False
        receipt = sender.send(batch)
        rows = len(batch.lines)
        if receipt.fate is Fate.SPLIT and rows > 1:
            first, second = batch.halves()
            return self._deliver(sender, first) and self._deliver(sender, second)
        if receipt.fate is Fate.LATER:
            self._put_off(receipt.retry_after_s)
            self._outbox.note(problem=receipt.reason)
            return False
        self._wait_s = self._next_try = 0.0
        if receipt.fate is Fate.ARRIVED:
            self._outbox.note(sent=rows, rejected=receipt.rejected, problem=receipt.reason)
        else:
            self._outbox.note_dropped(rows, _calls_in(batch), receipt.reason)
        return True

    def _put_off(self, least_s: float) -> None:
        self._wait_s = min(max(2 * self._wait_s, _FIRST_WAIT_S, least_s), _LONGEST_WAIT_S)
        self._next_try = time.monotonic() + self._wait_s


def _calls_in(batch: Batch) -> dict[int, int]:
    """The calls of a batch by minute; outcomes are none."""
    return minutes_of(batch.lines, time.time()) if batch.kind == "predictions" else {}

"""Logging a component's calls from the service that makes them, in the background and without ever getting in its way."""

import atexit
import os
import threading
import time
import uuid
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, Unpack

from vendor_ai.client.batch import Batch, Kind
from vendor_ai.client.delivery import Fate, Sender, server_address
from vendor_ai.client.queue import Queue
from vendor_ai.client.row import OutcomeFields, PredictionFields, line_of
from vendor_ai.client.spool import Spool

DEFAULT_URL = "http://127.0.0.1:8321"
_BATCH_BYTES = 1 << 20
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_SPOOL_LOOK_S = 30.0  # how often files that another process may have left are looked for


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


class PredictionLog:
    """Logs the calls of one component; ``record`` and ``outcome`` return at once and never raise.

    Args:
        component: Reference of the component.
        url: Address of the server (else VENDOR_AI_URL, else this machine).
        token: API token with the scope predictions:write (else VENDOR_AI_TOKEN).
        spool: Folder for batches while the server is away (else VENDOR_AI_SPOOL, else below the home folder).
        batch_rows: Rows that are sent together at most.
        batch_seconds: How long a row waits for others at most.
        most_memory_mib: Memory that waiting rows may take; further rows are dropped and counted.
        most_spool_mib: Disk that unsent batches may take.
        timeout_s: Patience with the server for one request.

    Raises:
        ValueError: When the component is empty or the address is none.
    """

    def __init__(
        self,
        component: str,
        *,
        url: str | None = None,
        token: str | None = None,
        spool: Path | str | None = None,
        batch_rows: int = 500,
        batch_seconds: float = 2.0,
        most_memory_mib: float = 16,
        most_spool_mib: float = 256,
        timeout_s: float = 10.0,
    ) -> None:
        if not component.strip():
            raise ValueError("Name the component whose calls are logged.")
        address = url or os.environ.get("VENDOR_AI_URL") or DEFAULT_URL
        secret = token or os.environ.get("VENDOR_AI_TOKEN") or ""
        base = server_address(address)
        self.component = component
        self._new_sender = partial(Sender, base, component, secret, timeout_s)
        self._new_sender().close()  # loads all of httpx now: a fork while a thread loads it would leave the child with half of it
        own = uuid.uuid5(uuid.NAMESPACE_URL, f"{address}#{component}").hex
        self._spool = Spool(_spool_folder(spool) / own, int(most_spool_mib * 2**20))
        self._batch_rows, self._batch_seconds = batch_rows, batch_seconds
        self._most_bytes = int(most_memory_mib * 2**20)
        self._start_empty()
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork(weakref.ref(self)))

    def _start_empty(self) -> None:
        """No rows, no thread; also the state of a forked child, whose parent sends what was waiting."""
        self._changed = threading.Condition()
        self._queue = Queue(self._most_bytes)
        self._counts = Counts()
        self._under_way: Batch | None = None
        self._thread: threading.Thread | None = None
        self._closing = self._hurry = False
        self._wait_s, self._next_try, self._next_look = 0.0, 0.0, 0.0

    @property
    def counts(self) -> Counts:
        """What became of the rows so far."""
        with self._changed:
            under_way = len(self._under_way.lines) if self._under_way else 0
            return replace(self._counts, waiting=len(self._queue) + under_way)

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        """Log one call; returns its ``prediction_id``, which is made up where none is given."""
        identity = fields.get("prediction_id") or uuid.uuid4().hex
        at = fields.get("occurred_at") or datetime.now(UTC)
        self._put("predictions", {**fields, "prediction_id": identity, "occurred_at": at})
        return identity

    def outcome(self, prediction_id: str, **fields: Unpack[OutcomeFields]) -> None:
        """Log what turned out to be right for an earlier call."""
        at = fields.get("observed_at") or datetime.now(UTC)
        self._put("outcomes", {**fields, "prediction_id": prediction_id, "observed_at": at})

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Send everything now, spooled batches too; True when the server has acknowledged all of it."""
        with self._changed:
            self._hurry = True
            self._start_thread()
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._hurry or self._closing, timeout=timeout_s)
            return not len(self._queue) and self._under_way is None and not self._spool.waiting()

    def close(self, timeout_s: float = 5.0) -> None:
        """Send what is left; what the server does not take in time stays on disk for the next start."""
        atexit.unregister(self.close)
        with self._changed:
            if self._closing:
                return
            self._closing = True
            thread = self._thread
            self._changed.notify_all()
        if thread is not None:
            thread.join(timeout_s)
        while True:  # time ran out: an answer may still come, but the same id makes sending a batch again harmless
            with self._changed:
                left, self._under_way = self._under_way or self._queue.take(self._batch_rows, _BATCH_BYTES), None
            if left is None:
                return
            self._to_disk(left)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _put(self, kind: Kind, fields: Mapping[str, Any]) -> None:
        problem = ""
        line = b""
        try:
            line = line_of(fields)
        except (TypeError, ValueError, RecursionError) as error:
            problem = f"A row was dropped: {error}."
        with self._changed:
            if not problem and self._closing:
                problem = "A row was dropped: the log is closed."
            if not problem and not self._queue.add(kind, line):
                problem = "A row was dropped: too many rows wait in memory."
            self._note(attempted=1, dropped=1 if problem else 0, problem=problem)
            if problem:
                return
            self._start_thread()
            if len(self._queue) >= self._batch_rows:
                self._changed.notify_all()

    def _note(self, *, attempted: int = 0, sent: int = 0, rejected: int = 0, spooled: int = 0, dropped: int = 0, problem: str = "") -> None:
        """Add to the counts; the caller holds the lock."""
        so_far = self._counts
        self._counts = Counts(
            attempted=so_far.attempted + attempted,
            sent=so_far.sent + sent,
            rejected=so_far.rejected + rejected,
            spooled=so_far.spooled + spooled,
            dropped=so_far.dropped + dropped,
            last_problem=problem or so_far.last_problem,
        )

    def _start_thread(self) -> None:
        if self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._work, name=f"vendor-ai-log-{self.component}", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        """Until closed: gather rows, send them, and send again what lies on disk."""
        sender = self._new_sender()
        while True:
            with self._changed:
                self._changed.wait_for(self._has_work, timeout=self._batch_seconds)
                closing, hurry = self._closing, self._hurry
            if hurry:
                self._next_try = self._next_look = 0.0
            self._send_waiting(sender, closing=closing)
            if not closing:
                self._send_spooled(sender)
            with self._changed:
                done = not len(self._queue)
                if hurry and done:
                    self._hurry = False
                    self._changed.notify_all()
                if closing and done:
                    break
        sender.close()

    def _has_work(self) -> bool:
        return self._closing or self._hurry or len(self._queue) >= self._batch_rows

    def _send_waiting(self, sender: Sender, *, closing: bool) -> None:
        while True:
            with self._changed:
                batch = self._under_way = self._queue.take(self._batch_rows, _BATCH_BYTES)
            if batch is None:
                return
            # Before the process ends a batch goes to disk first: nobody may be left to read the answer.
            kept = self._spool.keep(batch) if closing else None
            if not self._deliver(sender, batch):
                if kept is None:
                    self._to_disk(batch)
                else:
                    with self._changed:
                        self._note(spooled=len(batch.lines))
            elif kept is not None:
                self._spool.forget(kept)
            with self._changed:
                self._under_way = None

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
            self._wait_s = min(max(2 * self._wait_s, _FIRST_WAIT_S, receipt.retry_after_s), _LONGEST_WAIT_S)
            self._next_try = time.monotonic() + self._wait_s
        else:
            self._wait_s = self._next_try = 0.0
        arrived, lost = receipt.fate is Fate.ARRIVED, receipt.fate in (Fate.REFUSED, Fate.SPLIT)
        with self._changed:
            self._note(sent=rows * arrived, rejected=receipt.rejected, dropped=rows * lost, problem=receipt.reason)
        return receipt.fate is not Fate.LATER

    def _to_disk(self, batch: Batch) -> None:
        kept = self._spool.keep(batch)
        rows = len(batch.lines)
        with self._changed:
            if kept is None:
                self._note(dropped=rows, problem="A batch was dropped: the server is away and the spool has no room.")
            else:
                self._note(spooled=rows)
                self._next_look = 0.0


def _spool_folder(given: Path | str | None) -> Path:
    if given is not None:
        return Path(given)
    named = os.environ.get("VENDOR_AI_SPOOL")
    return Path(named) if named else Path.home() / ".vendor-ai" / "spool"


def _after_fork(log: "weakref.ref[PredictionLog]") -> Any:
    def start_again() -> None:
        found = log()
        if found is not None:
            found._start_empty()

    return start_again

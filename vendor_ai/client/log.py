"""Logging a component's calls from the service that makes them, in the background and without ever getting in its way."""

import atexit
import os
import sys
import threading
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar, Unpack

import httpx

from vendor_ai.client.batch import Kind
from vendor_ai.client.call import Reads
from vendor_ai.client.courier import Courier
from vendor_ai.client.delivery import Sender, server_address
from vendor_ai.client.outbox import Counts, Outbox
from vendor_ai.client.row import PREDICTION_NAMES, OutcomeFields, PredictionFields, line_of, with_zone
from vendor_ai.client.spool import Spool
from vendor_ai.client.watch import watched

DEFAULT_URL = "http://127.0.0.1:8321"
_START_AGAIN_S = 1.0

P = ParamSpec("P")
R = TypeVar("R")


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
        new_sender = partial(Sender, server_address(address), component, secret, timeout_s, trusted=httpx.create_ssl_context())
        new_sender().close()  # loads all of httpx now: a fork while a thread loads it would leave the child with half of it
        self.component = component
        own = uuid.uuid5(uuid.NAMESPACE_URL, f"{address}#{component}").hex
        self._spool = Spool(_spool_folder(spool) / own, int(most_spool_mib * 2**20))
        self._new_outbox = partial(Outbox, batch_rows, int(most_memory_mib * 2**20))
        self._new_courier = partial(Courier, spool=self._spool, new_sender=new_sender, batch_seconds=batch_seconds)
        self._start_empty(closed=False)
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork(weakref.ref(self)))

    def _start_empty(self, *, closed: bool) -> None:
        """No rows, no counts, no thread; also the state of a forked child, whose parent sends what was waiting."""
        self._outbox = self._new_outbox(closed=closed)
        self._courier = self._new_courier(self._outbox)
        self._thread: threading.Thread | None = None
        self._starting = threading.RLock()
        self._next_start = 0.0
        self._late = False
        self._own_ids, self._numbers = uuid.uuid4().hex, count(1)

    @property
    def counts(self) -> Counts:
        """What became of the rows so far."""
        return self._outbox.counts

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        """Log one call; returns its ``prediction_id``, which is made up where none is given."""
        now = time.time()
        row: dict[str, Any] = fields  # type: ignore[assignment]  # it is this call's own, and nobody else's
        identity = row["prediction_id"] = fields.get("prediction_id") or f"{self._own_ids}-{next(self._numbers)}"
        at = fields.get("occurred_at")
        if at is None:
            row["occurred_at"] = datetime.fromtimestamp(now, UTC)
        else:
            now = _given(row, "occurred_at", at, now)
        if not row.keys() <= PREDICTION_NAMES:
            self._name_unknown(row)
        self._put("predictions", row, int(now // 60))
        return identity

    def outcome(self, prediction_id: str, **fields: Unpack[OutcomeFields]) -> None:
        """Log what turned out to be right for an earlier call."""
        row: dict[str, Any] = {**fields, "prediction_id": prediction_id, "observed_at": fields.get("observed_at") or datetime.now(UTC)}
        for name in ("observed_at", "predicted_at"):
            _given(row, name, row.get(name), 0.0)
        self._put("outcomes", row, 0)

    def watch(
        self,
        *,
        prediction: Reads | None = None,
        model_version: Reads | str | None = None,
        prediction_id: Reads | None = None,
        segment: dict[str, str] | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Decorate a function, plain or ``async``, so that its calls are timed and logged; what it returns or raises stays as it is.

        Args:
            prediction: Takes the prediction from what the function returned.
            model_version: Takes the served version from it, or names it.
            prediction_id: Takes an id from it under which an outcome can be logged later.
            segment: Goes with every call.

        Raises:
            TypeError: When the function is a generator, whose calls end before its work does.
        """
        constant = {"segment": segment} if segment else {}
        return partial(watched, self, {"prediction": prediction, "model_version": model_version, "prediction_id": prediction_id}, constant)

    def flush(self, timeout_s: float = 10.0) -> bool:
        """Send everything now, spooled batches too; True when the server has acknowledged all rows."""
        self._outbox.hurry()
        self._start_thread()
        return self._outbox.wait_until_sent(timeout_s) and not self._spool.waiting()

    def close(self, timeout_s: float = 5.0) -> None:
        """Send what is left; what the server does not take in time stays on disk for the next start."""
        atexit.unregister(self.close)
        with self._starting:
            if not self._outbox.close():
                return
            thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        # Time ran out, or no thread could be started: an answer may still come, but the same id makes sending a batch again harmless.
        while (left := self._outbox.take_back()) is not None:
            self._courier.keep(left)
        self._courier.keep_counts()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _name_unknown(self, row: Mapping[str, Any]) -> None:
        """Say which fields the log does not have; the row is logged without them."""
        unknown = sorted(name for name in row.keys() - PREDICTION_NAMES if not name.startswith(("segment.", "feature.")))
        if unknown:
            self._outbox.note(problem=f"No field of a call is named {', '.join(unknown)}: what it held is not stored.")

    def _put(self, kind: Kind, row: dict[str, Any], minute: int) -> None:
        line, problem = b"", ""
        try:
            line = line_of(row)
        except Exception as error:  # a value is the customer's object: anything may go wrong in it, and the caller must not notice
            problem = f"{error}" or type(error).__name__
        outbox = self._outbox
        if outbox.put(kind, line, minute, problem) and self._thread is None:
            self._start_thread()
        elif outbox.closed and not self._late:
            self._late = True  # no thread is left that would send the counts
            atexit.register(self._courier.keep_counts)

    def _start_thread(self) -> None:
        with self._starting:
            if self._thread is not None or self._outbox.closed or time.monotonic() < self._next_start:
                return
            thread = threading.Thread(target=self._courier.work, name=f"vendor-ai-log-{self.component}", daemon=True)
            self._thread = thread
            try:
                thread.start()
            except RuntimeError:  # no thread to be had, as while the interpreter ends: `close` puts the rows on disk
                self._thread, self._next_start = None, time.monotonic() + _START_AGAIN_S
                return
            self._close_in_worker()

    def _close_in_worker(self) -> None:
        """A worker that ``multiprocessing`` forked ends without what ``atexit`` holds."""
        multiprocessing = sys.modules.get("multiprocessing")
        if multiprocessing is not None and multiprocessing.parent_process() is not None:
            from multiprocessing.util import Finalize

            Finalize(None, self.close, exitpriority=0)


def _given(row: dict[str, Any], name: str, at: Any, now: float) -> float:
    """Give the time in a field its zone; returns it in seconds, or ``now`` where it is none."""
    with suppress(Exception):  # it may be anything; what is no time has no JSON form, or the server refuses it
        if at is not None:
            row[name] = at = with_zone(at)
            return float(at.timestamp())
    return now


def _spool_folder(given: Path | str | None) -> Path:
    if given is not None:
        return Path(given)
    named = os.environ.get("VENDOR_AI_SPOOL")
    return Path(named) if named else Path.home() / ".vendor-ai" / "spool"


def _after_fork(log: "weakref.ref[PredictionLog]") -> Callable[[], None]:
    def start_again() -> None:
        found = log()
        if found is not None:
            found._start_empty(closed=found._outbox.closed)

    return start_again

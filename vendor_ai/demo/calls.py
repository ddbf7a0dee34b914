"""Two quarters of real calls to one vendor, logged as they are made; labels follow."""

import csv
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol, Unpack

import httpx

from vendor_ai.client import CALL_FIELDS, OutcomeFields, PredictionFields, PredictionLog, RecordingTransport
from vendor_ai.demo.errors import DemoFailedError
from vendor_ai.demo.plan import PlannedCall, plan_quarter
from vendor_ai.demo.process import VendorProcess
from vendor_ai.demo.vendor import QUARTERS, DemoVendor

_PATIENCE_S = 60.0


class CallLog(Protocol):
    """Where calls and their labels go."""

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        """Log one call and return its prediction_id."""
        ...

    def outcome(self, prediction_id: str, **fields: Unpack[OutcomeFields]) -> None:
        """Log what turned out to be right."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """How many calls were made and answered, and how many answers were checked."""

    calls: int
    answered: int
    labels: int


def make_calls(vendor: DemoVendor, service: VendorProcess, log: CallLog, *, size: float) -> Made:
    """Make all calls of the two quarters through the recording transport, then hand in the labels."""
    cases = vendor.task().cases()
    calls = answered = labels = 0
    with _customer(log) as client:
        for quarter in QUARTERS:
            plan = plan_quarter(vendor, quarter, cases, vendor.calls_at(size))
            done = _calls(vendor, service, client, plan)
            calls, answered = calls + len(plan), answered + len(done)
            labels += _hand_in(done, log)
    return Made(calls, answered, labels)


@contextmanager
def _customer(log: CallLog) -> Iterator[httpx.Client]:
    """A client as a customer would write it: the transport logs, the rest is plain httpx."""
    transport = RecordingTransport(
        httpx.HTTPTransport(),
        log,
        prediction=lambda response: response.json()["answer"],
        model_version=lambda response: response.json()["model"],
    )
    with httpx.Client(transport=transport, timeout=_PATIENCE_S) as client:
        yield client


def _calls(vendor: DemoVendor, service: VendorProcess, client: httpx.Client, plan: Sequence[PlannedCall]) -> list[PlannedCall]:
    """Make the calls, deployment by deployment; returns those that were answered."""

    def is_answered(planned: PlannedCall) -> bool:
        fields = {"prediction_id": planned.prediction_id, "occurred_at": planned.at}
        try:
            return client.post(service.url, json=planned.case.payload, extensions={CALL_FIELDS: fields}).is_success
        except httpx.HTTPError:
            return False  # the transport has logged it

    answered: list[PlannedCall] = []
    with ThreadPoolExecutor(vendor.at_once) as pool:
        for deployment, group in groupby(plan, key=lambda planned: planned.deployment):
            service.deploy(deployment)
            planned_calls = list(group)
            answered += [planned for planned, reached in zip(planned_calls, pool.map(is_answered, planned_calls), strict=True) if reached]
    return answered


def _hand_in(answered: Sequence[PlannedCall], log: CallLog) -> int:
    labels = 0
    for planned in answered:
        if planned.labelled_at is not None:
            log.outcome(planned.prediction_id, actual=planned.case.actual, observed_at=planned.labelled_at, predicted_at=planned.at)
            labels += 1
    return labels


def log_over_http(vendor: DemoVendor, service: VendorProcess, *, server: str, token: str, spool: Path, size: float) -> Made:
    """Make a vendor's calls and log them at our own server.

    Raises:
        DemoFailedError: When a row did not arrive.
    """
    with PredictionLog(vendor.component, url=server, token=token, spool=spool, batch_rows=200, batch_seconds=0.5) as log:
        made = make_calls(vendor, service, log, size=size)
        arrived = log.flush(_PATIENCE_S)
        counts = log.counts
    if not arrived or counts.dropped or counts.rejected:
        raise DemoFailedError(f"The log of {vendor.component} did not arrive whole: {counts.last_problem or counts}")
    return made


class LogFiles:
    """A log as some products export it: two CSV files with columns of their own, times without a zone."""

    CALLS = ("call_id", "started", "duration_ms", "state", "result", "model", "reason")
    CHECKS = ("call_id", "checked", "true_result")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[dict[str, Any]] = []
        self._checks: list[dict[str, Any]] = []

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        """Keep one call."""
        identity, at = fields.get("prediction_id"), fields.get("occurred_at")
        assert identity is not None
        assert at is not None
        row = {
            "call_id": identity,
            "started": _local(at),
            "duration_ms": f"{fields.get('latency_ms') or 0:.3f}",
            "state": fields.get("status"),
            "result": fields.get("prediction"),
            "model": fields.get("model_version"),
            "reason": fields.get("error"),
        }
        with self._lock:
            self._calls.append(row)
        return identity

    def outcome(self, prediction_id: str, **fields: Unpack[OutcomeFields]) -> None:
        """Keep one label."""
        at = fields.get("observed_at")
        assert at is not None
        self._checks.append({"call_id": prediction_id, "checked": _local(at), "true_result": fields.get("actual")})

    def save(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write both files, in order of the calls."""
        calls, checks = folder / f"{name}-calls.csv", folder / f"{name}-checked.csv"
        _write(calls, self.CALLS, self._calls)
        _write(checks, self.CHECKS, self._checks)
        return calls, checks


def _local(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def _write(path: Path, columns: Sequence[str], rows: list[dict[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: str(row["call_id"])))

"""The ledger decides who runs what: each item of a job runs exactly once, however many processes look."""

import os
import socket
import uuid
from collections.abc import Iterable
from datetime import timedelta

from vendor_ai.db import job as store
from vendor_ai.db.base import Records
from vendor_ai.domain.job import DueItem, JobRun
from vendor_ai.domain.ports import Clock

LEASE = timedelta(hours=1)
DONE, FAILED = "done", "failed"


def worker_name() -> str:
    """A name for this run that no other run has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def run_items(records: Records, clock: Clock, job: str, items: Iterable[DueItem]) -> list[JobRun]:
    """Run the items that nobody has run or is running, and write down how each ended.

    An item that fails is written down as failed and may be claimed again; one whose worker died is taken over once its lease ran out.

    Returns:
        The runs of this call, in order.
    """
    return [run for item in items if (run := _run(records, clock, job, item)) is not None]


def _run(records: Records, clock: Clock, job: str, item: DueItem) -> JobRun | None:
    worker, started = worker_name(), clock.now()
    with records.write() as session:
        attempt = store.claim(session, job=job, period=item.period, worker=worker, now=started, lease_until=started + LEASE)
    if attempt is None:
        return None
    try:
        state, message = DONE, item.run()
    except Exception as error:  # the ledger must say how a run ended, whatever it died of
        state, message = FAILED, f"{type(error).__name__}: {error}"
    finished = clock.now()
    with records.write() as session:
        store.finish(session, job=job, period=item.period, worker=worker, state=state, message=message, now=finished)
    return JobRun(job, item.period, state, attempt, worker, started, finished, message)


def ledger(records: Records, *, most: int = 100) -> list[JobRun]:
    """The newest runs."""
    with records.read() as session:
        return [
            JobRun(row.job, row.period, row.state, row.attempt, row.worker, row.started_at, row.finished_at, row.message)
            for row in store.runs(session, most=most)
        ]

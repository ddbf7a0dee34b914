"""The timer: it only looks for due items; the ledger decides who runs them."""

from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from vendor_ai.domain.errors import NotFoundError
from vendor_ai.domain.job import Job, JobRun
from vendor_ai.kit.registry import Registry
from vendor_ai.services.job import run_items
from vendor_ai.wiring import App

JOBS: Registry[Job[App]] = Registry("vendor_ai.jobs", "JOB")


def run_job(app: App, key: str) -> list[JobRun]:
    """Run the due items of one job now; those already run are left alone.

    Raises:
        NotFoundError: When there is no such job.
    """
    if key not in JOBS:
        raise NotFoundError("job", key, f"Known: {', '.join(sorted(JOBS))}.")
    job = JOBS[key]
    return run_items(app.records, app.clock, job.key, job.due(app))


def _tick(app: App, key: str) -> None:
    log = structlog.get_logger("vendor_ai.jobs")
    for run in run_job(app, key):
        log.info("job", job=run.job, period=run.period, state=run.state, attempt=run.attempt, message=run.message)


class Scheduler:
    """A running timer; ``stop`` waits for the job that runs."""

    def __init__(self, timer: BackgroundScheduler) -> None:
        self._timer = timer

    def stop(self) -> None:
        """Start nothing more and wait for what runs."""
        self._timer.shutdown(wait=True)


def start(app: App) -> Scheduler:
    """Look for due items of every job, at once and then at the job's pace."""
    timer = BackgroundScheduler(timezone=UTC)
    for key, job in JOBS.items():
        timer.add_job(
            _tick,
            "interval",
            args=[app, key],
            id=key,
            seconds=job.every_s,
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    timer.start()
    return Scheduler(timer)

"""The ledger of jobs: UNIQUE(job, period) decides who runs."""

from datetime import datetime

from sqlalchemy import UniqueConstraint, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class JobRunRow(SQLModel, table=True):
    """One run of a job for one period; a run whose lease ran out may be taken over."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "period"),)

    id: int | None = Field(default=None, primary_key=True)
    job: str
    period: str
    state: str  # running | done | failed
    attempt: int = 1
    worker: str
    started_at: datetime = Field(sa_type=UTCDateTime)
    lease_until: datetime = Field(sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    message: str = ""


def claim(session: Session, *, job: str, period: str, worker: str, now: datetime, lease_until: datetime) -> int | None:
    """Take the run of ``job`` for ``period`` and return its attempt; None when it is done or another worker holds it."""
    row = session.exec(select(JobRunRow).where(col(JobRunRow.job) == job, col(JobRunRow.period) == period)).first()
    if row is None:
        session.add(JobRunRow(job=job, period=period, state="running", worker=worker, started_at=now, lease_until=lease_until))
        try:
            session.flush()
        except IntegrityError:
            session.rollback()
            return None
        return 1
    if row.state == "done" or (row.state == "running" and row.lease_until > now):
        return None
    attempt = row.attempt + 1
    statement = (
        update(JobRunRow)
        .where(col(JobRunRow.id) == row.id, col(JobRunRow.attempt) == row.attempt, col(JobRunRow.state) == row.state)
        .values(state="running", attempt=attempt, worker=worker, started_at=now, lease_until=lease_until, finished_at=None, message="")
    )
    return attempt if session.connection().execute(statement).rowcount else None


def finish(session: Session, *, job: str, period: str, worker: str, state: str, message: str, now: datetime) -> bool:
    """Close a run; False when the lease was taken over by another worker."""
    statement = (
        update(JobRunRow)
        .where(
            col(JobRunRow.job) == job, col(JobRunRow.period) == period, col(JobRunRow.worker) == worker, col(JobRunRow.state) == "running"
        )
        .values(state=state, message=message, finished_at=now)
    )
    return bool(session.connection().execute(statement).rowcount)


def runs(session: Session, *, most: int = 100) -> list[JobRunRow]:
    """The ledger, newest first."""
    return list(session.exec(select(JobRunRow).order_by(col(JobRunRow.started_at).desc(), col(JobRunRow.id).desc()).limit(most)))

"""Which rows of the prediction log were deleted when their time was over, and the proof of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, func
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.db.counter import MeasureRow
from vendor_ai.db.verdict import VerdictRow, ViolationRow


class DeletionRow(SQLModel, table=True):
    """One deletion: whole UTC days of a component before ``before``; their counters stay."""

    __tablename__ = "log_deletion"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    before: date
    rows: int = Field(sa_type=BigInteger)
    days: list[str] = Field(sa_column=Column(JSON, nullable=False))
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))  # as the service's DeletedFile
    sha256: str  # over days and files
    by: str
    at: datetime = Field(sa_type=UTCDateTime)


def add(session: Session, row: DeletionRow) -> int:
    """Keep the proof of a deletion; returns its number."""
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def deletions(session: Session, component_id: int) -> list[DeletionRow]:
    """What was deleted of a component's log, oldest first."""
    return list(session.exec(select(DeletionRow).where(col(DeletionRow.component_id) == component_id).order_by(col(DeletionRow.id))))


def deleted_days(session: Session, component_id: int) -> set[date]:
    """UTC days whose rows are gone: what was counted of them stands, and they are never counted again."""
    days = session.exec(select(col(DeletionRow.days)).where(col(DeletionRow.component_id) == component_id))
    return {date.fromisoformat(day) for entry in days for day in entry}


def deleted_calls(session: Session, component_id: int, start: datetime, end: datetime) -> Counter[str]:
    """Deleted predictions of ``[start, end)`` by sampling fraction; an hour that the span cuts belongs to it where it begins in it.

    Rows of a deleted day that came and were deleted once more do not count: their counters were not raised either.
    """
    found: Counter[str] = Counter()
    seen: set[str] = set()
    for row in deletions(session, component_id):
        fresh = set(row.days) - seen
        seen |= fresh
        for fraction, day, hours in _hours(row):
            if day in fresh:
                midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
                found[fraction] += sum(rows for hour, rows in enumerate(hours) if start <= midnight + timedelta(hours=hour) < end)
    return found


def _hours(row: DeletionRow) -> Iterator[tuple[str, str, list[int]]]:
    for file in row.files:
        for fraction, days in file.get("hours", {}).items():
            for day, hours in days.items():
                yield fraction, day, hours


def never_counted(session: Session, component_id: int, measure: str) -> set[date]:
    """Deleted UTC days of which a measure, by its key, knows nothing, since it was first wanted afterwards."""
    number = session.exec(select(MeasureRow.id).where(col(MeasureRow.key) == measure)).first()
    return {
        date.fromisoformat(day)
        for row in deletions(session, component_id)
        if number is None or any(number > file.get("measures", number) for file in row.files)
        for day in row.days
    }


def newest_measure(session: Session, component_id: int) -> int:
    """The number of the newest measure of a component that was counted; 0 where there is none."""
    counted = (col(MeasureRow.component_id) == component_id, col(MeasureRow.counted) >= 0)
    return session.exec(select(func.max(MeasureRow.id)).where(*counted)).one() or 0


def deleted_versions(session: Session, component_id: int) -> dict[str, datetime]:
    """Served versions of deleted rows, each with its first answered call among them."""
    found: dict[str, datetime] = {}
    for row in deletions(session, component_id):
        for file in row.files:
            for version, seen in file.get("versions", {}).items():
                first = datetime.fromisoformat(seen)
                found[version] = min(found.get(version, first), first)
    return found


def judged_periods(session: Session, component_id: int) -> set[tuple[int, str, str]]:
    """Contract, clause and period of every verdict about a component."""
    query = select(VerdictRow.contract_id, VerdictRow.clause, VerdictRow.period).where(col(VerdictRow.component_id) == component_id)
    return {(contract, clause, period) for contract, clause, period in session.exec(query)}


def violations_in(session: Session, component_id: int, states: tuple[str, ...]) -> list[ViolationRow]:
    """The violations of a component that are in one of some states."""
    query = select(ViolationRow).where(col(ViolationRow.component_id) == component_id, col(ViolationRow.state).in_(states))
    return list(session.exec(query.order_by(col(ViolationRow.id))))

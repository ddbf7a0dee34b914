"""Random samples of calls whose labels stand for all: drawn from a seed that was committed before."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, func
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime

COMMITTED, DRAWN, LABELLED = "committed", "drawn", "labelled"


class AuditSampleRow(SQLModel, table=True):
    """One sample of a component's predicted calls of ``[start_at, end_at)``; the seed shows only once it is drawn."""

    __tablename__ = "audit_sample"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    start_at: datetime = Field(sa_type=UTCDateTime)
    end_at: datetime = Field(sa_type=UTCDateTime)
    size: int
    twice: int  # how many of them a second person labels too
    seed: str
    seed_sha256: str
    state: str  # committed | drawn | labelled
    population: int | None = Field(default=None, sa_type=BigInteger)  # predicted calls it was drawn from
    by: str
    committed_at: datetime = Field(sa_type=UTCDateTime)
    drawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    labelled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class AuditItemRow(SQLModel, table=True):
    """One call of a sample, with what one person, and for some a second, said was right."""

    __tablename__ = "audit_item"

    sample_id: int = Field(primary_key=True, foreign_key="audit_sample.id")
    position: int = Field(primary_key=True)
    prediction_id: str = Field(index=True)
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    twice: bool = False
    first_label: str | None = None
    first_reviewer: str = ""
    first_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    second_label: str | None = None
    second_reviewer: str = ""
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: AuditSampleRow) -> AuditSampleRow:
    """Add a sample."""
    session.add(row)
    session.flush()
    return row


def by_ref(session: Session, ref: str, *, to_change: bool = False) -> AuditSampleRow | None:
    """The sample of this reference, whatever its case, or None."""
    query = select(AuditSampleRow).where(func.lower(AuditSampleRow.ref) == ref.strip().lower())
    return session.exec(query.with_for_update() if to_change else query).first()


def listed(session: Session, component_id: int | None = None) -> list[AuditSampleRow]:
    """Every sample, by its beginning."""
    query = select(AuditSampleRow).order_by(col(AuditSampleRow.start_at), col(AuditSampleRow.id))
    return list(session.exec(query if component_id is None else query.where(col(AuditSampleRow.component_id) == component_id)))


def overlapping(session: Session, component_id: int, start: datetime, end: datetime) -> AuditSampleRow | None:
    """A sample that has calls of ``[start, end)`` to draw from, the earliest committed."""
    query = select(AuditSampleRow).where(
        col(AuditSampleRow.component_id) == component_id, col(AuditSampleRow.start_at) < end, col(AuditSampleRow.end_at) > start
    )
    return session.exec(query.order_by(col(AuditSampleRow.id))).first()


def covering(session: Session, component_id: int, start: datetime, end: datetime) -> AuditSampleRow | None:
    """A drawn sample of all of ``[start, end)``."""
    row = overlapping(session, component_id, start, end)
    return row if row is not None and row.state != COMMITTED and row.start_at <= start and row.end_at >= end else None


def items(session: Session, sample_id: int, start: datetime | None = None, end: datetime | None = None) -> list[AuditItemRow]:
    """The calls of a sample in the order drawn, those of ``[start, end)`` where given."""
    query = select(AuditItemRow).where(col(AuditItemRow.sample_id) == sample_id).order_by(col(AuditItemRow.position))
    if start is not None:
        query = query.where(col(AuditItemRow.occurred_at) >= start)
    if end is not None:
        query = query.where(col(AuditItemRow.occurred_at) < end)
    return list(session.exec(query))


def add_items(session: Session, rows: Iterable[AuditItemRow]) -> None:
    """Keep the calls of a sample."""
    session.add_all(rows)
    session.flush()

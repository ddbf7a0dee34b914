"""The days that a component's drift is measured against."""

from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel

from vendor_ai.db.base import UTCDateTime


class DriftReferenceRow(SQLModel, table=True):
    """The UTC days ``[first, end)`` that a person chose; without a row the log's first 28 days are it."""

    __tablename__ = "drift_reference"

    component_id: int = Field(primary_key=True, foreign_key="component.id")
    first: date
    end: date
    by: str
    at: datetime = Field(sa_type=UTCDateTime)


def reference(session: Session, component_id: int) -> DriftReferenceRow | None:
    """The chosen days, or None."""
    return session.get(DriftReferenceRow, component_id)


def choose(session: Session, row: DriftReferenceRow) -> None:
    """Take these days from now on."""
    session.merge(row)
    session.flush()

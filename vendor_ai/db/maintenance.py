"""Announced maintenance windows of a component."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.base import UTCDateTime
from vendor_ai.db.message import MessageRow


class MaintenanceRow(SQLModel, table=True):
    """One window ``[starts_at, ends_at)``; it excludes calls where it was announced before it began."""

    __tablename__ = "maintenance"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    starts_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime = Field(sa_type=UTCDateTime)
    announced_at: datetime = Field(sa_type=UTCDateTime)
    text: str = ""
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    by: str
    at: datetime = Field(sa_type=UTCDateTime)


def add(session: Session, row: MaintenanceRow) -> MaintenanceRow:
    """Add a window."""
    session.add(row)
    session.flush()
    return row


def by_id(session: Session, key: int) -> MaintenanceRow | None:
    """The window with this number, or None."""
    return session.get(MaintenanceRow, key)


def listed(session: Session, component_id: int | None = None) -> list[MaintenanceRow]:
    """Every window, withdrawn ones too, by beginning."""
    query = select(MaintenanceRow).order_by(col(MaintenanceRow.starts_at), col(MaintenanceRow.id))
    return list(session.exec(query if component_id is None else query.where(col(MaintenanceRow.component_id) == component_id)))


def windows(session: Session, component_id: int) -> tuple[tuple[datetime, datetime], ...]:
    """The windows whose calls count for nobody: announced before they began, and not withdrawn."""
    return tuple((row.starts_at, row.ends_at) for row in listed(session, component_id) if excludes(row))


def excludes(row: MaintenanceRow) -> bool:
    """Whether the calls of a window are excluded."""
    return row.withdrawn_at is None and row.announced_at < row.starts_at


def announcements(session: Session) -> list[tuple[MessageRow, int]]:
    """Maintenance messages of vendors, oldest first, each with its component's stored id."""
    query = (
        select(MessageRow, AssessmentRow.component_id)
        .join(AssessmentRow, col(MessageRow.assessment_id) == col(AssessmentRow.id))
        .where(col(MessageRow.kind) == "maintenance")
        .order_by(col(MessageRow.id))
    )
    return [(row, component_id) for row, component_id in session.exec(query)]

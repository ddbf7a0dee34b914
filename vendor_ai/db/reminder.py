"""Reminders that fell due, each noted once."""

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class ReminderRow(SQLModel, table=True):
    """One reminder, so many days before something is due."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("noun", "reference", "due_at", "days", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    noun: str  # assessment | finding | …
    reference: str
    due_at: datetime = Field(sa_type=UTCDateTime)
    days: int
    recipient: str  # an address, or "" for the staff who own it
    text: str = Field(sa_column=Column(Text, nullable=False))
    made_at: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    failure: str = ""


def find(session: Session, noun: str, reference: str, *, due_at: datetime, days: int, recipient: str) -> ReminderRow | None:
    """This very reminder, or None."""
    return session.exec(
        select(ReminderRow).where(
            col(ReminderRow.noun) == noun,
            col(ReminderRow.reference) == reference,
            col(ReminderRow.due_at) == due_at,
            col(ReminderRow.days) == days,
            col(ReminderRow.recipient) == recipient,
        )
    ).first()


def add(session: Session, row: ReminderRow) -> None:
    """Add a reminder."""
    session.add(row)
    session.flush()


def by_id(session: Session, key: int) -> ReminderRow | None:
    """The reminder with this number, or None."""
    return session.get(ReminderRow, key)


def every(session: Session, *, noun: str = "", reference: str = "") -> list[ReminderRow]:
    """Reminders, newest first, narrowed by what is given."""
    query = select(ReminderRow).order_by(col(ReminderRow.id).desc())
    if noun:
        query = query.where(col(ReminderRow.noun) == noun)
    if reference:
        query = query.where(col(ReminderRow.reference) == reference)
    return list(session.exec(query))

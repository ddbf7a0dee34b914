"""What vendor and staff wrote to each other about an assessment: comments, clarification requests, notices, closure evidence."""

from datetime import datetime

from sqlalchemy import Column, Text
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class MessageRow(SQLModel, table=True):
    """One message; ``internal`` ones are never shown to the vendor."""

    __tablename__ = "message"

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    question: str = ""
    kind: str  # comment | clarification | reply | notice | maintenance | closure
    side: str  # vendor | staff
    internal: bool = False
    author: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    reply_to: int | None = None
    at: datetime = Field(sa_type=UTCDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)  # of a clarification: when it was answered to satisfaction


def add(session: Session, row: MessageRow) -> MessageRow:
    """Add a message."""
    session.add(row)
    session.flush()
    return row


def by_id(session: Session, key: int) -> MessageRow | None:
    """The message with this number, or None."""
    return session.get(MessageRow, key)


def messages(session: Session, assessment_id: int) -> list[MessageRow]:
    """Every message, oldest first."""
    return list(session.exec(select(MessageRow).where(col(MessageRow.assessment_id) == assessment_id).order_by(col(MessageRow.id))))


def waiting(session: Session) -> dict[int, int]:
    """How many messages of the vendor came after the last one of staff that it could read, by assessment."""
    found: dict[int, int] = {}
    query = select(MessageRow.assessment_id, MessageRow.side, MessageRow.internal, MessageRow.kind).order_by(col(MessageRow.id))
    for assessment_id, side, internal, kind in session.exec(query):
        if side == "staff" and not internal:
            found[assessment_id] = 0
        elif side == "vendor" and kind in ("comment", "reply", "clarification", "closure"):
            found[assessment_id] = found.get(assessment_id, 0) + 1
    return {key: count for key, count in found.items() if count}

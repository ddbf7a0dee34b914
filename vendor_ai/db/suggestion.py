"""Suggested answers, each with where it comes from, until a person confirms or dismisses it."""

from datetime import datetime

from sqlalchemy import Column, Text, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class SuggestionRow(SQLModel, table=True):
    """One suggestion for one question; the same one from the same source is kept once."""

    __tablename__ = "suggestion"
    __table_args__ = (UniqueConstraint("assessment_id", "question", "value", "source", "detail"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id")
    question: str
    value: str
    comment: str = Field(default="", sa_column=Column(Text, nullable=False))
    source: str  # assessment | document | crosswalk
    detail: str  # which assessment, which place in which document, which rule of which crosswalk
    confidence: str  # high | medium | low
    made_at: datetime = Field(sa_type=UTCDateTime)
    state: str = "open"  # open | confirmed | dismissed
    settled_by: str = ""
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: SuggestionRow) -> None:
    """Add a suggestion."""
    session.add(row)
    session.flush()


def by_id(session: Session, key: int) -> SuggestionRow | None:
    """The suggestion with this number, or None."""
    return session.get(SuggestionRow, key)


def suggestions(session: Session, assessment_id: int) -> list[SuggestionRow]:
    """An assessment's suggestions, oldest first."""
    return list(
        session.exec(select(SuggestionRow).where(col(SuggestionRow.assessment_id) == assessment_id).order_by(col(SuggestionRow.id)))
    )

"""Submissions: what was handed in, frozen with its hash, and who signed for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class SubmissionRow(SQLModel, table=True):
    """One version of the answers as handed in; a correction is the next number."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("assessment_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id")
    number: int
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    sha256: str
    signatory: str  # "" where nobody attested
    signatory_role: str = ""
    by: str
    at: datetime = Field(sa_type=UTCDateTime)


class SectionSignoffRow(SQLModel, table=True):
    """Somebody said that a section is answered; the newest one of a section counts."""

    __tablename__ = "section_signoff"

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    section: str  # id of a dimension
    name: str
    at: datetime = Field(sa_type=UTCDateTime)


def add(session: Session, row: SubmissionRow | SectionSignoffRow) -> None:
    """Add a submission or a sign-off."""
    session.add(row)
    session.flush()


def submissions(session: Session, assessment_id: int) -> list[SubmissionRow]:
    """Every version that was handed in, oldest first."""
    query = select(SubmissionRow).where(col(SubmissionRow.assessment_id) == assessment_id).order_by(col(SubmissionRow.number))
    return list(session.exec(query))


def signoffs(session: Session, assessment_id: int) -> dict[str, SectionSignoffRow]:
    """The newest sign-off of every section."""
    query = select(SectionSignoffRow).where(col(SectionSignoffRow.assessment_id) == assessment_id).order_by(col(SectionSignoffRow.id))
    return {row.section: row for row in session.exec(query)}

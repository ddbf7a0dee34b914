"""Packs, assessments and their answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Text, UniqueConstraint, text
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class PackRow(SQLModel, table=True):
    """A pack's text as it was when an assessment used it; a version is frozen by its hash."""

    __tablename__ = "pack"
    __table_args__ = (UniqueConstraint("pack", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    pack: str
    version: str
    sha256: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    stored_at: datetime = Field(sa_type=UTCDateTime)


class AssessmentRow(SQLModel, table=True):
    """One pack sent about one component; recommendation and decision are apart."""

    __tablename__ = "assessment"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    pack_id: int = Field(foreign_key="pack.id")
    state: str
    score: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    decision: str = ""
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_at: datetime = Field(sa_type=UTCDateTime)
    language: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # "": the pack's own
    contact: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # e-mail address of the vendor's
    due_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    campaign_id: int | None = Field(default=None, index=True)
    supersedes: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # reference of the assessment it follows
    # What conditional questions ask about, as it stood when the assessment was made; a change later moves no score.
    properties: dict[str, list[str]] | None = Field(default=None, sa_column=Column(JSON, nullable=True))


class AnswerRow(SQLModel, table=True):
    """An answer, with where it came from."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("assessment_id", "question"),)

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id")
    question: str
    value: str
    evidence: str = ""
    comment: str = ""
    dated: str = ""  # the date the vendor gave for its answer, ISO
    source: str  # vendor | document | own_test | staff
    answered_by: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    origin: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # the assessment or document it was taken from
    answered_at: datetime = Field(sa_type=UTCDateTime)


def find_pack(session: Session, pack: str, version: str) -> PackRow | None:
    """The stored version of a pack, or None."""
    return session.exec(select(PackRow).where(col(PackRow.pack) == pack, col(PackRow.version) == version)).first()


def pack_by_id(session: Session, key: int) -> PackRow:
    """The pack an assessment keeps."""
    return session.exec(select(PackRow).where(col(PackRow.id) == key)).one()


def packs(session: Session) -> dict[int, PackRow]:
    """Every stored pack, by its id."""
    return {row.id: row for row in session.exec(select(PackRow)) if row.id is not None}


def find(session: Session, ref: str) -> AssessmentRow | None:
    """The assessment with this reference, or None."""
    return session.exec(select(AssessmentRow).where(col(AssessmentRow.ref) == ref)).first()


def of_component(session: Session, component_id: int) -> list[AssessmentRow]:
    """A component's assessments, newest first."""
    return list(
        session.exec(select(AssessmentRow).where(col(AssessmentRow.component_id) == component_id).order_by(col(AssessmentRow.id).desc()))
    )


def every(session: Session) -> list[AssessmentRow]:
    """Every assessment, newest first."""
    return list(session.exec(select(AssessmentRow).order_by(col(AssessmentRow.id).desc())))


def add(session: Session, row: PackRow | AssessmentRow) -> None:
    """Add a pack or an assessment."""
    session.add(row)
    session.flush()


def answers(session: Session, assessment_id: int) -> list[AnswerRow]:
    """An assessment's answers, by question."""
    return list(session.exec(select(AnswerRow).where(col(AnswerRow.assessment_id) == assessment_id).order_by(col(AnswerRow.question))))


def save_answer(session: Session, row: AnswerRow) -> None:
    """Insert the answer, or replace the one to the same question."""
    known = session.exec(
        select(AnswerRow).where(col(AnswerRow.assessment_id) == row.assessment_id, col(AnswerRow.question) == row.question)
    ).first()
    if known is None:
        session.add(row)
    else:
        known.value, known.evidence, known.comment, known.dated = row.value, row.evidence, row.comment, row.dated
        known.source, known.answered_by, known.origin, known.answered_at = row.source, row.answered_by, row.origin, row.answered_at
    session.flush()

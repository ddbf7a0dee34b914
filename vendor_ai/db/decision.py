"""Decisions: what an authorised person said about an assessment. The recommendation stands beside it and is never overwritten."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class DecisionRow(SQLModel, table=True):
    """One decision; ``state`` is proposed (waits for a second approver), effective, reopened, replaced or refused."""

    __tablename__ = "decision"

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    decision: str
    recommendation: str
    score: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # the score document it rests on
    rationale: str
    conditions: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    dropped: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))  # each with a reason
    valid_until: date | None = None
    milder: bool  # than the recommendation: needs a second approver
    state: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    second_by: str = ""
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    second_reason: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_reason: str = ""


class RiskAcceptanceRow(SQLModel, table=True):
    """A risk that is carried knowingly; it goes stale when the score behind it moves."""

    __tablename__ = "risk_acceptance"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    assessment_id: int | None = Field(default=None, foreign_key="assessment.id")
    subject: str  # what is accepted: a question, a condition, a risk in words
    rationale: str
    monitoring_plan: str
    until: date
    score: str  # the component's score when it was accepted
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    approver: str = ""
    approved_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    stale_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    stale_reason: str = ""
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: DecisionRow | RiskAcceptanceRow) -> None:
    """Add a decision or an accepted risk."""
    session.add(row)
    session.flush()


def by_id(session: Session, key: int) -> DecisionRow | None:
    """The decision with this number, or None."""
    return session.get(DecisionRow, key)


def decisions(session: Session, assessment_id: int) -> list[DecisionRow]:
    """Every decision about an assessment, oldest first."""
    return list(session.exec(select(DecisionRow).where(col(DecisionRow.assessment_id) == assessment_id).order_by(col(DecisionRow.id))))


def every(session: Session) -> list[DecisionRow]:
    """Every decision, oldest first."""
    return list(session.exec(select(DecisionRow).order_by(col(DecisionRow.id))))


def acceptance(session: Session, key: int) -> RiskAcceptanceRow | None:
    """The accepted risk with this number, or None."""
    return session.get(RiskAcceptanceRow, key)


def acceptances(session: Session, component_id: int | None = None) -> list[RiskAcceptanceRow]:
    """Accepted risks, oldest first."""
    query = select(RiskAcceptanceRow).order_by(col(RiskAcceptanceRow.id))
    return list(session.exec(query if component_id is None else query.where(col(RiskAcceptanceRow.component_id) == component_id)))

"""What people decided beside the AI: first without its answer, then with it."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class HumanReviewRow(SQLModel, table=True):
    """One call that a person reviewed, or has to."""

    __tablename__ = "human_review"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    prediction_id: str = Field(index=True)
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    cause: str  # low_confidence | audit | requested
    confidence: float | None = None
    ai_decision: str
    reviewer: str = ""
    opened_at: datetime = Field(sa_type=UTCDateTime)
    first_decision: str | None = None  # before the AI's answer was shown
    first_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    shown_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    final_decision: str | None = None
    final_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    note: str = ""


def add_all(session: Session, rows: list[HumanReviewRow]) -> None:
    """Add reviews to the queue."""
    session.add_all(rows)
    session.flush()


def find(session: Session, number: int) -> HumanReviewRow | None:
    """The review of this number, or None."""
    return session.get(HumanReviewRow, number)


def known_predictions(session: Session, component_id: int, *, since: datetime, until: datetime) -> set[str]:
    """Calls of ``[since, until)`` that have a review."""
    query = select(HumanReviewRow.prediction_id).where(
        col(HumanReviewRow.component_id) == component_id,
        col(HumanReviewRow.occurred_at) >= since,
        col(HumanReviewRow.occurred_at) < until,
    )
    return set(session.exec(query))


def queue(session: Session, component_id: int | None = None, *, most: int | None = None) -> list[HumanReviewRow]:
    """Reviews without a final decision, oldest call first."""
    query = (
        select(HumanReviewRow)
        .where(col(HumanReviewRow.final_decision).is_(None))
        .order_by(col(HumanReviewRow.occurred_at), col(HumanReviewRow.id))
    )
    if component_id is not None:
        query = query.where(col(HumanReviewRow.component_id) == component_id)
    return list(session.exec(query if most is None else query.limit(most)))


def queued(session: Session) -> dict[int, int]:
    """How many reviews wait, by component."""
    query = (
        select(HumanReviewRow.component_id, func.count())
        .where(col(HumanReviewRow.final_decision).is_(None))
        .group_by(col(HumanReviewRow.component_id))
    )
    return {component: int(count) for component, count in session.exec(query)}


def decided(session: Session, component_id: int, *, since: datetime, until: datetime) -> list[HumanReviewRow]:
    """Reviews with a final decision made in ``[since, until)``, by its time."""
    query = (
        select(HumanReviewRow)
        .where(
            col(HumanReviewRow.component_id) == component_id,
            col(HumanReviewRow.final_at) >= since,
            col(HumanReviewRow.final_at) < until,
        )
        .order_by(col(HumanReviewRow.final_at), col(HumanReviewRow.id))
    )
    return list(session.exec(query))


def known_decisions(session: Session, component_id: int, *, besides: int) -> set[str]:
    """Every word that the AI or a person decided with, over the reviews of a component besides one, whose answer must not show."""
    found: set[str] = set()
    for column in (HumanReviewRow.ai_decision, HumanReviewRow.final_decision):
        query = select(col(column)).where(col(HumanReviewRow.component_id) == component_id, col(HumanReviewRow.id) != besides).distinct()
        found.update(word for word in session.exec(query) if word)
    return found

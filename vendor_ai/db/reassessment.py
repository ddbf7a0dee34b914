"""Why a component must be assessed again, each cause noted once."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class ReassessmentRow(SQLModel, table=True):
    """One cause; it is settled by the assessment that answers it."""

    __tablename__ = "reassessment"
    __table_args__ = (UniqueConstraint("component_id", "cause", "reference"),)

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id")
    cause: str  # date | proven_breach | change_notice | incident | expired_evidence | tier
    reference: str  # what caused it: a date, with its pack, a violation, a notice, a document, a decision with the higher tier
    note: str
    at: datetime = Field(sa_type=UTCDateTime)
    assessment: str = ""  # the one that was started for it
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: ReassessmentRow) -> None:
    """Add a cause."""
    session.add(row)
    session.flush()


def find(session: Session, component_id: int, cause: str, reference: str) -> ReassessmentRow | None:
    """This very cause, or None."""
    return session.exec(
        select(ReassessmentRow).where(
            col(ReassessmentRow.component_id) == component_id,
            col(ReassessmentRow.cause) == cause,
            col(ReassessmentRow.reference) == reference,
        )
    ).first()


def open_causes(session: Session) -> list[ReassessmentRow]:
    """Causes of all components that no decision has settled, oldest first."""
    return list(session.exec(select(ReassessmentRow).where(col(ReassessmentRow.settled_at).is_(None)).order_by(col(ReassessmentRow.id))))


def causes(session: Session, component_id: int | None = None) -> list[ReassessmentRow]:
    """Causes, oldest first."""
    query = select(ReassessmentRow).order_by(col(ReassessmentRow.id))
    return list(session.exec(query if component_id is None else query.where(col(ReassessmentRow.component_id) == component_id)))

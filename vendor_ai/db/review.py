"""Reviews: what a reviewer verified, accepted or rated otherwise. Nothing is overwritten; the newest of a subject counts."""

from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class ReviewRow(SQLModel, table=True):
    """One act of review; ``level`` other than "" waits for its second approver."""

    __tablename__ = "review"

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    kind: str  # question | dimension
    subject: str  # id of the question or dimension
    answer_sha256: str  # of the answer, or the dimension's answers, as they were reviewed
    verified: bool
    level: str = ""  # LOW … CRITICAL instead of the answer's own
    reason: str
    until: date | None = None  # how long another level holds
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    second_by: str = ""
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    second_reason: str = ""
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: ReviewRow) -> ReviewRow:
    """Add a review."""
    session.add(row)
    session.flush()
    return row


def by_id(session: Session, key: int) -> ReviewRow | None:
    """The review with this number, or None."""
    return session.get(ReviewRow, key)


def reviews(session: Session, assessment_id: int) -> list[ReviewRow]:
    """Every act of review, oldest first."""
    return list(session.exec(select(ReviewRow).where(col(ReviewRow.assessment_id) == assessment_id).order_by(col(ReviewRow.id))))

"""What people decided beside the AI: first without its answer, then with it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

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

"""Random samples of calls whose labels stand for all: drawn from a seed that was committed before."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


class AuditSampleRow(SQLModel, table=True):
    """One sample of a component's predicted calls of ``[start_at, end_at)``; the seed shows only once it is drawn."""

    __tablename__ = "audit_sample"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    start_at: datetime = Field(sa_type=UTCDateTime)
    end_at: datetime = Field(sa_type=UTCDateTime)
    size: int
    twice: int  # how many of them a second person labels too
    seed: str
    seed_sha256: str
    state: str  # committed | drawn | labelled
    population: int | None = Field(default=None, sa_type=BigInteger)  # predicted calls it was drawn from
    by: str
    committed_at: datetime = Field(sa_type=UTCDateTime)
    drawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    labelled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class AuditItemRow(SQLModel, table=True):
    """One call of a sample, with what one person, and for some a second, said was right."""

    __tablename__ = "audit_item"

    sample_id: int = Field(primary_key=True, foreign_key="audit_sample.id")
    position: int = Field(primary_key=True)
    prediction_id: str = Field(index=True)
    occurred_at: datetime = Field(sa_type=UTCDateTime)
    twice: bool = False
    first_label: str | None = None
    first_reviewer: str = ""
    first_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    second_label: str | None = None
    second_reviewer: str = ""
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

"""What the columns of each component's log have looked like."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


class LogColumnRow(SQLModel, table=True):
    """One column of a component's predictions or outcomes, as learnt from what arrived."""

    __tablename__ = "log_column"

    component_id: int = Field(primary_key=True, foreign_key="component.id")
    kind: str = Field(primary_key=True)  # prediction | outcome
    name: str = Field(primary_key=True)
    type: str
    rows: int
    nulls: int
    labels: list[Any] = Field(sa_column=Column(JSON, nullable=False))  # distinct values of a prediction, while they are few
    first_seen: datetime = Field(sa_type=UTCDateTime)
    last_seen: datetime = Field(sa_type=UTCDateTime)

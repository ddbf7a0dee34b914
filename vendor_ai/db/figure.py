"""Percentiles read from rows, kept as long as the counters they belong to stay as they are."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


class FigureRow(SQLModel, table=True):
    """Figures by the hash of all they rest on."""

    __tablename__ = "figure"

    digest: str = Field(primary_key=True)
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UTCDateTime)

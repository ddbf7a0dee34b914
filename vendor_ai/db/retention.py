"""Which rows of the prediction log were deleted when their time was over, and the proof of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column
from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


class DeletionRow(SQLModel, table=True):
    """One deletion: whole UTC days of a component before ``before``; their counters stay."""

    __tablename__ = "log_deletion"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    before: date
    rows: int = Field(sa_type=BigInteger)
    days: list[str] = Field(sa_column=Column(JSON, nullable=False))
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))  # path, sha256, rows
    sha256: str  # over days and files
    by: str
    at: datetime = Field(sa_type=UTCDateTime)

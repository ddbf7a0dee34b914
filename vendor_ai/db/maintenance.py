"""Announced maintenance windows of a component."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


class MaintenanceRow(SQLModel, table=True):
    """One window ``[starts_at, ends_at)``; it excludes calls where it was announced before it began."""

    __tablename__ = "maintenance"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    starts_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime = Field(sa_type=UTCDateTime)
    announced_at: datetime = Field(sa_type=UTCDateTime)
    text: str = ""
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    by: str
    at: datetime = Field(sa_type=UTCDateTime)

"""Reports that were built: for whom, when, and the hash of every file."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class ReportRow(SQLModel, table=True):
    """One built report."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    vendor_id: int = Field(foreign_key="vendor.id", index=True)
    month: str
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    built_at: datetime = Field(sa_type=UTCDateTime)
    built_by: str


def add(session: Session, row: ReportRow) -> None:
    """Add a built report."""
    session.add(row)
    session.flush()


def reports(session: Session, *, most: int = 100) -> list[ReportRow]:
    """Built reports, newest first."""
    return list(session.exec(select(ReportRow).order_by(col(ReportRow.built_at).desc(), col(ReportRow.id).desc()).limit(most)))

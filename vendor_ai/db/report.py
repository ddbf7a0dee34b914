"""Reports that were built: for whom, when, and the hash of every file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.db.vendor import VendorRow


class ReportRow(SQLModel, table=True):
    """One built report."""

    __tablename__ = "report"

    id: int | None = Field(default=None, primary_key=True)
    vendor_id: int = Field(foreign_key="vendor.id", index=True)
    month: str
    files: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    built_at: datetime = Field(sa_type=UTCDateTime)
    built_by: str


def add_for_vendor(session: Session, vendor: str, *, month: str, files: Sequence[dict[str, Any]], at: datetime, by: str) -> None:
    """Add a built report of the vendor with this ref."""
    vendor_id = session.exec(select(VendorRow.id).where(VendorRow.ref == vendor)).one()
    assert vendor_id is not None
    session.add(ReportRow(vendor_id=vendor_id, month=month, files=list(files), built_at=at, built_by=by))
    session.flush()


def reports(session: Session, *, most: int = 100) -> list[tuple[ReportRow, str]]:
    """Built reports with their vendor's ref, newest first."""
    query = (
        select(ReportRow, VendorRow.ref)
        .join(VendorRow, col(ReportRow.vendor_id) == col(VendorRow.id))
        .order_by(col(ReportRow.built_at).desc(), col(ReportRow.id).desc())
        .limit(most)
    )
    return list(session.exec(query))

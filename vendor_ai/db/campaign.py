"""Campaigns: one pack sent about many components at once."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class CampaignRow(SQLModel, table=True):
    """One campaign; its assessments name it."""

    __tablename__ = "campaign"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    title: str
    pack_id: int = Field(foreign_key="pack.id")
    due_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    created_by: str
    created_at: datetime = Field(sa_type=UTCDateTime)


def add(session: Session, row: CampaignRow) -> CampaignRow:
    """Add a campaign."""
    session.add(row)
    session.flush()
    return row


def find(session: Session, ref: str) -> CampaignRow | None:
    """The campaign with this reference, or None."""
    return session.exec(select(CampaignRow).where(col(CampaignRow.ref) == ref)).first()


def every(session: Session) -> list[CampaignRow]:
    """Every campaign, newest first."""
    return list(session.exec(select(CampaignRow).order_by(col(CampaignRow.id).desc())))

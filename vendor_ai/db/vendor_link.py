"""Links by which a vendor answers without an account; only the hash of a link is kept."""

from datetime import datetime

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.base import UTCDateTime


class VendorLinkRow(SQLModel, table=True):
    """One respondent's way into one assessment."""

    __tablename__ = "vendor_link"

    id: int | None = Field(default=None, primary_key=True)
    assessment_id: int = Field(foreign_key="assessment.id", index=True)
    sha256: str = Field(unique=True)
    name: str  # of the respondent
    email: str = ""
    sections: list[str] = Field(sa_column=Column(JSON, nullable=False))  # ids of dimensions; none: all of them
    may_attest: bool
    created_by: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: VendorLinkRow) -> VendorLinkRow:
    """Add a link."""
    session.add(row)
    session.flush()
    return row


def by_digest(session: Session, sha256: str) -> VendorLinkRow | None:
    """The link with this hash, or None."""
    return session.exec(select(VendorLinkRow).where(col(VendorLinkRow.sha256) == sha256)).first()


def by_id(session: Session, key: int) -> VendorLinkRow | None:
    """The link with this number, or None."""
    return session.get(VendorLinkRow, key)


def links(session: Session, assessment_id: int) -> list[VendorLinkRow]:
    """An assessment's links, oldest first."""
    return list(
        session.exec(select(VendorLinkRow).where(col(VendorLinkRow.assessment_id) == assessment_id).order_by(col(VendorLinkRow.id)))
    )


def assessment_of(session: Session, link: VendorLinkRow) -> AssessmentRow:
    """The assessment a link leads to."""
    return session.exec(select(AssessmentRow).where(col(AssessmentRow.id) == link.assessment_id)).one()

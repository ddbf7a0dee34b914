"""Approvals, facts that close a gate, and waivers, by component."""

from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class ApprovalRow(SQLModel, table=True):
    """One person's approval at one gate; it is an entry of the audit chain, and signed."""

    __tablename__ = "approval"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    gate: str
    approval: str  # technical_validation, fairness_audit, …
    note: str
    valid_until: date | None = None
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    audit_sequence: int  # the entry of the chain that says so
    signature: str  # Ed25519 over the entry, hexadecimal
    revoked_by: str = ""
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_reason: str = ""


class GateFactRow(SQLModel, table=True):
    """A fact that closes a gate until it is cleared, whatever was approved."""

    __tablename__ = "gate_fact"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    fact: str
    note: str
    noted_by: str
    noted_at: datetime = Field(sa_type=UTCDateTime)
    cleared_by: str = ""
    cleared_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    cleared_note: str = ""


class WaiverRow(SQLModel, table=True):
    """Leave to pass a gate without one approval, for a time; it holds once a second person agreed."""

    __tablename__ = "waiver"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    gate: str
    subject: str  # the approval or the fact that is waived
    reason: str
    until: date
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    second_by: str = ""
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def add(session: Session, row: ApprovalRow | GateFactRow | WaiverRow) -> None:
    """Add an approval, a fact or a waiver."""
    session.add(row)
    session.flush()


def approval(session: Session, key: int) -> ApprovalRow | None:
    """The approval with this number, or None."""
    return session.get(ApprovalRow, key)


def fact(session: Session, key: int) -> GateFactRow | None:
    """The fact with this number, or None."""
    return session.get(GateFactRow, key)


def waiver(session: Session, key: int) -> WaiverRow | None:
    """The waiver with this number, or None."""
    return session.get(WaiverRow, key)


def approvals(session: Session, component_id: int) -> list[ApprovalRow]:
    """A component's approvals, oldest first."""
    return list(session.exec(select(ApprovalRow).where(col(ApprovalRow.component_id) == component_id).order_by(col(ApprovalRow.id))))


def facts(session: Session, component_id: int) -> list[GateFactRow]:
    """A component's facts, oldest first."""
    return list(session.exec(select(GateFactRow).where(col(GateFactRow.component_id) == component_id).order_by(col(GateFactRow.id))))


def waivers(session: Session, component_id: int | None = None) -> list[WaiverRow]:
    """Waivers, oldest first."""
    query = select(WaiverRow).order_by(col(WaiverRow.id))
    return list(session.exec(query if component_id is None else query.where(col(WaiverRow.component_id) == component_id)))

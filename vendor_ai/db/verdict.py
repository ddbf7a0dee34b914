"""Verdicts: appended, never edited; a later figure is a dated revision beside the first."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class VerdictRow(SQLModel, table=True):
    """One clause over one closed period, for one component; ``revision`` 0 is the first word."""

    __tablename__ = "verdict"
    __table_args__ = (UniqueConstraint("contract_id", "clause", "component_id", "period", "revision"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = Field(foreign_key="contract.id", index=True)
    clause: str
    component_id: int = Field(foreign_key="component.id")
    period: str
    start_at: datetime = Field(sa_type=UTCDateTime)
    end_at: datetime = Field(sa_type=UTCDateTime)
    revision: int
    violated: bool
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    digest: str
    contract_sha256: str
    program_version: str
    created_at: datetime = Field(sa_type=UTCDateTime)


class ViolationRow(SQLModel, table=True):
    """A breach with a life of its own; one for each clause, component and period, or served version."""

    __tablename__ = "violation"
    __table_args__ = (UniqueConstraint("contract_id", "clause", "component_id", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    contract_id: int = Field(foreign_key="contract.id", index=True)
    clause: str
    component_id: int = Field(foreign_key="component.id")
    subject: str  # the period's name, or "version:NAME"
    state: str
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    opened_at: datetime = Field(sa_type=UTCDateTime)
    changed_at: datetime = Field(sa_type=UTCDateTime)


class NoticeRow(SQLModel, table=True):
    """A vendor's change notice; it counts from receipt at the agreed address."""

    __tablename__ = "change_notice"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    model_version: str
    received_at: datetime = Field(sa_type=UTCDateTime)
    effective_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    emergency: bool = False
    text: str = ""


def latest(session: Session, contract_id: int, component_id: int, clause: str, period: str) -> VerdictRow | None:
    """The verdict in force: the one with the highest revision."""
    query = (
        select(VerdictRow)
        .where(
            col(VerdictRow.contract_id) == contract_id,
            col(VerdictRow.component_id) == component_id,
            col(VerdictRow.clause) == clause,
            col(VerdictRow.period) == period,
        )
        .order_by(col(VerdictRow.revision).desc())
    )
    return session.exec(query).first()


def in_force(session: Session, contract_id: int) -> list[VerdictRow]:
    """The verdict in force of every clause, component and period of a contract, by period end."""
    rows = session.exec(
        select(VerdictRow).where(col(VerdictRow.contract_id) == contract_id).order_by(col(VerdictRow.end_at), col(VerdictRow.revision))
    )
    newest: dict[tuple[str, int, str], VerdictRow] = {}
    for row in rows:
        newest[(row.clause, row.component_id, row.period)] = row
    return list(newest.values())


def append(session: Session, row: VerdictRow) -> None:
    """Add a verdict or a revision."""
    session.add(row)
    session.flush()


def open_violation(session: Session, row: ViolationRow) -> bool:
    """Add a violation unless it is known; True when it is new."""
    known = session.exec(
        select(ViolationRow.id).where(
            col(ViolationRow.contract_id) == row.contract_id,
            col(ViolationRow.clause) == row.clause,
            col(ViolationRow.component_id) == row.component_id,
            col(ViolationRow.subject) == row.subject,
        )
    ).first()
    if known is not None:
        return False
    session.add(row)
    session.flush()
    return True


def violations(session: Session, *, contract_ids: list[int] | None = None) -> list[ViolationRow]:
    """Violations, newest first."""
    query = select(ViolationRow).order_by(col(ViolationRow.opened_at).desc(), col(ViolationRow.id).desc())
    if contract_ids is not None:
        query = query.where(col(ViolationRow.contract_id).in_(contract_ids))
    return list(session.exec(query))


def notices(session: Session, component_id: int) -> list[NoticeRow]:
    """A component's change notices, by receipt."""
    return list(session.exec(select(NoticeRow).where(col(NoticeRow.component_id) == component_id).order_by(col(NoticeRow.received_at))))


def add_notice(session: Session, row: NoticeRow) -> None:
    """Add a change notice."""
    session.add(row)
    session.flush()

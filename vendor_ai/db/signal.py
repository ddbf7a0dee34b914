"""What the watches noticed about a component: a hint to look, never a claim."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class SignalRow(SQLModel, table=True):
    """One thing noticed, once for each ``subject``."""

    __tablename__ = "signal"
    __table_args__ = (UniqueConstraint("component_id", "kind", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    kind: str  # at_risk | change | drift | trend | watch | oversight | schema
    subject: str  # what it is about, e.g. "acme-2026/accuracy/2026-Q3" or "latency_ms@2026-08-14"
    severity: str  # low | medium | high | critical
    text: str
    figures: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    responses: list[str] = Field(sa_column=Column(JSON, nullable=False))  # what this severity starts
    state: str = "open"  # open | acknowledged | closed
    noticed_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_by: str = ""
    note: str = ""


def notice(session: Session, row: SignalRow) -> bool:
    """Keep a signal unless its subject is known; True when it is new."""
    known = select(SignalRow.id).where(
        col(SignalRow.component_id) == row.component_id, col(SignalRow.kind) == row.kind, col(SignalRow.subject) == row.subject
    )
    if session.exec(known).first() is not None:
        return False
    session.add(row)
    session.flush()
    return True


def signals(session: Session, component_id: int | None = None, *, kind: str = "", state: str = "") -> list[SignalRow]:
    """Signals, newest first, narrowed by what is given."""
    query = select(SignalRow).order_by(col(SignalRow.noticed_at).desc(), col(SignalRow.id).desc())
    if component_id is not None:
        query = query.where(col(SignalRow.component_id) == component_id)
    if kind:
        query = query.where(col(SignalRow.kind) == kind)
    if state:
        query = query.where(col(SignalRow.state) == state)
    return list(session.exec(query))

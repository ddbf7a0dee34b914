"""Shadow and canary runs of a vendor's new version, each with the rule that was written before."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class UpdateRunRow(SQLModel, table=True):
    """One run; ``rule`` and its hash never change once it started."""

    __tablename__ = "update_run"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    kind: str  # shadow | canary
    before: str
    after: str
    percent: int  # of the traffic that the new version answers (canary) or sees (shadow)
    salt: str  # of the hash that says which keys are in it
    rule: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    rule_sha256: str
    state: str  # planned | running | decided | stopped
    starts_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime = Field(sa_type=UTCDateTime)
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))  # said by people: incidents, business figures
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    by: str
    created_at: datetime = Field(sa_type=UTCDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def find(session: Session, ref: str) -> UpdateRunRow | None:
    """The run with this reference, or None."""
    return session.exec(select(UpdateRunRow).where(col(UpdateRunRow.ref) == ref)).first()


def runs(session: Session, component_id: int | None = None) -> list[UpdateRunRow]:
    """Runs, the latest start first."""
    query = select(UpdateRunRow).order_by(col(UpdateRunRow.starts_at).desc(), col(UpdateRunRow.id).desc())
    return list(session.exec(query if component_id is None else query.where(col(UpdateRunRow.component_id) == component_id)))


def add(session: Session, row: UpdateRunRow) -> None:
    """Add a run."""
    session.add(row)
    session.flush()

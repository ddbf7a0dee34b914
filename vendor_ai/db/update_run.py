"""Shadow and canary runs of a vendor's new version, each with the rule that was written before."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

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

"""What the columns of each component's log have looked like."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


class LogColumnRow(SQLModel, table=True):
    """One column of a component's predictions or outcomes, as learnt from what arrived."""

    __tablename__ = "log_column"

    component_id: int = Field(primary_key=True, foreign_key="component.id")
    kind: str = Field(primary_key=True)  # prediction | outcome
    name: str = Field(primary_key=True)
    type: str
    rows: int
    nulls: int
    labels: list[Any] = Field(sa_column=Column(JSON, nullable=False))  # distinct values of a prediction, while they are few
    first_seen: datetime = Field(sa_type=UTCDateTime)
    last_seen: datetime = Field(sa_type=UTCDateTime)


def columns(session: Session, component_id: int, kind: str | None = None) -> list[LogColumnRow]:
    """The columns known of a component's log, by kind and name; they may be changed in a write session."""
    query = select(LogColumnRow).where(col(LogColumnRow.component_id) == component_id)
    if kind is not None:
        query = query.where(col(LogColumnRow.kind) == kind)
    return list(session.exec(query.order_by(col(LogColumnRow.kind).desc(), col(LogColumnRow.name))))


def add(session: Session, row: LogColumnRow) -> None:
    """Keep a column from now on."""
    session.add(row)
    session.flush()

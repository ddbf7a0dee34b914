"""The daily alarm of each clause: one entry a matured day, never restated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


@dataclass(frozen=True, slots=True)
class Place:
    """One clause, named with what it counts, for one component over one period."""

    contract_id: int
    clause: str
    component_id: int
    period: str


class RiskDayRow(SQLModel, table=True):
    """What one matured local day added to a clause's evidence against the vendor, as it stood when it matured."""

    __tablename__ = "risk_day"

    contract_id: int = Field(primary_key=True, foreign_key="contract.id")
    clause: str = Field(primary_key=True)
    component_id: int = Field(primary_key=True, foreign_key="component.id")
    period: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    hits: int = Field(sa_type=BigInteger)
    trials: int = Field(sa_type=BigInteger)
    log_e: float  # of the period so far
    entered_at: datetime = Field(sa_type=UTCDateTime)


def days(session: Session, place: Place) -> list[RiskDayRow]:
    """What a clause's alarm of one period has taken in, in order."""
    query = select(RiskDayRow).where(
        col(RiskDayRow.contract_id) == place.contract_id,
        col(RiskDayRow.clause) == place.clause,
        col(RiskDayRow.component_id) == place.component_id,
        col(RiskDayRow.period) == place.period,
    )
    return list(session.exec(query.order_by(col(RiskDayRow.day))))


def add(session: Session, rows: Iterable[RiskDayRow]) -> None:
    """Take in further days."""
    session.add_all(rows)
    session.flush()

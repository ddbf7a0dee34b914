"""The daily alarm of each clause: one entry a matured day, never restated."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


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

"""How many calls were attempted: what clients counted by the minute, and what the vendor billed."""

from datetime import date, datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from vendor_ai.db.base import UTCDateTime


class CallCountRow(SQLModel, table=True):
    """What one client counted in one minute of UTC; a later report of the same minute only ever raises its counts."""

    __tablename__ = "call_count"

    component_id: int = Field(primary_key=True, foreign_key="component.id")
    client: str = Field(primary_key=True)
    minute: datetime = Field(primary_key=True, sa_type=UTCDateTime)
    attempted: int = Field(sa_type=BigInteger)
    dropped: int = Field(sa_type=BigInteger)
    spooled: int = Field(sa_type=BigInteger)


class BilledCallsRow(SQLModel, table=True):
    """The calls that an invoice or another account names for the dates ``[first, end)``."""

    __tablename__ = "billed_calls"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    first: date
    end: date
    calls: int = Field(sa_type=BigInteger)
    source: str
    entered_by: str
    entered_at: datetime = Field(sa_type=UTCDateTime)

"""How many calls were attempted: what clients counted by the minute, and what the vendor billed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, func, insert, update
from sqlmodel import Field, Session, SQLModel, col, select

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


@dataclass(frozen=True, slots=True)
class MinuteCount:
    """What a client says about one minute of UTC so far."""

    minute: datetime
    attempted: int
    dropped: int
    spooled: int

    def with_greatest(self, other: "MinuteCount") -> "MinuteCount":
        """The greater of each count."""
        mine, its = self.values, other.values
        return MinuteCount(self.minute, **{name: max(mine[name], its[name]) for name in mine})

    @property
    def values(self) -> dict[str, int]:
        """The counts by name."""
        return {"attempted": self.attempted, "dropped": self.dropped, "spooled": self.spooled}


def raise_counts(session: Session, component_id: int, client: str, counts: Mapping[datetime, MinuteCount]) -> None:
    """Keep the greatest counts of each minute of a client; a write session, of which there is one at a time."""
    if not counts:
        return
    one = (col(CallCountRow.component_id) == component_id, col(CallCountRow.client) == client)
    span = (col(CallCountRow.minute) >= min(counts), col(CallCountRow.minute) <= max(counts))
    rows = session.exec(select(CallCountRow).where(*one, *span))
    known = {row.minute: MinuteCount(row.minute, row.attempted, row.dropped, row.spooled) for row in rows}
    fresh = [
        {"component_id": component_id, "client": client, "minute": minute, **said.values}
        for minute, said in counts.items()
        if minute not in known
    ]
    if fresh:
        session.connection().execute(insert(CallCountRow), fresh)
    for minute, said in counts.items():
        if minute in known and (raised := known[minute].with_greatest(said)) != known[minute]:
            session.connection().execute(update(CallCountRow).where(*one, col(CallCountRow.minute) == minute).values(**raised.values))


def counted_calls(session: Session, component_id: int, start: datetime, end: datetime) -> tuple[int, int, int] | None:
    """Calls attempted, dropped and spooled in ``[start, end)`` over all clients; None where no client counted then."""
    sums = select(
        func.count(), func.sum(col(CallCountRow.attempted)), func.sum(col(CallCountRow.dropped)), func.sum(col(CallCountRow.spooled))
    )
    span = (col(CallCountRow.component_id) == component_id, col(CallCountRow.minute) >= start, col(CallCountRow.minute) < end)
    minutes, attempted, dropped, spooled = session.exec(sums.where(*span)).one()
    return (int(attempted), int(dropped), int(spooled)) if minutes else None


def add_billed(session: Session, row: BilledCallsRow) -> None:
    """Keep what an invoice says."""
    session.add(row)
    session.flush()


def billed(session: Session, component_id: int, first: date, end: date) -> list[BilledCallsRow]:
    """The invoices whose dates lie wholly in ``[first, end)``, in the order they were entered."""
    inside = (col(BilledCallsRow.component_id) == component_id, col(BilledCallsRow.first) >= first, col(BilledCallsRow.end) <= end)
    return list(session.exec(select(BilledCallsRow).where(*inside).order_by(col(BilledCallsRow.id))))

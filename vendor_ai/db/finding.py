"""Findings: shadow-AI sightings gathered by service, and conditions of approvals."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint, text
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.domain.sighting import Sighting


class ScannedFileRow(SQLModel, table=True):
    """A log file that was counted: the same bytes never count again."""

    __tablename__ = "scanned_file"

    sha256: str = Field(primary_key=True)
    name: str
    format: str
    lines: int
    scanned_at: datetime = Field(sa_type=UTCDateTime)


class FindingRow(SQLModel, table=True):
    """Something that surfaced and needs an owner; ``kind`` is ``shadow_ai`` or ``condition``."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("kind", "subject", "signal"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str  # the service's id, or assessment ref and question
    signal: str = ""
    state: str = "new"
    owner: str = ""
    severity: str = ""
    due_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    opened_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_by: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    closure: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  # what shows that it was mended


class SightingRow(SQLModel, table=True):
    """What one person, pseudonymised, did with one service through one indicator on one day, as one file has it."""

    __tablename__ = "sighting"

    id: int | None = Field(default=None, primary_key=True)
    file: str = Field(foreign_key="scanned_file.sha256")
    service: str = Field(index=True)
    signal: str
    indicator: str
    person: str
    day: date
    calls: int = Field(sa_type=BigInteger)
    bytes_out: int | None = Field(default=None, sa_type=BigInteger)
    first_seen: datetime = Field(sa_type=UTCDateTime)
    last_seen: datetime = Field(sa_type=UTCDateTime)


def scanned(session: Session, sha256: str) -> ScannedFileRow | None:
    """The earlier scan of the same bytes, or None."""
    return session.get(ScannedFileRow, sha256)


def add(session: Session, row: FindingRow | ScannedFileRow) -> None:
    """Add a finding or a scanned file."""
    session.add(row)
    session.flush()


def find(session: Session, kind: str, subject: str, signal: str) -> FindingRow | None:
    """The finding about ``subject``, or None."""
    return session.exec(
        select(FindingRow).where(col(FindingRow.kind) == kind, col(FindingRow.subject) == subject, col(FindingRow.signal) == signal)
    ).first()


def add_sightings(session: Session, file: str, found: Iterable[Sighting]) -> None:
    """Store what one file showed."""
    session.add_all(
        SightingRow(
            file=file,
            service=sighting.service,
            signal=sighting.signal,
            indicator=sighting.indicator,
            person=sighting.person,
            day=sighting.day,
            calls=sighting.calls,
            bytes_out=sighting.bytes_out,
            first_seen=sighting.first_seen,
            last_seen=sighting.last_seen,
        )
        for sighting in found
    )
    session.flush()


def sightings(session: Session) -> list[Sighting]:
    """Everything that was seen, in order of days."""
    rows = session.exec(select(SightingRow).order_by(col(SightingRow.day), col(SightingRow.id)))
    return [
        Sighting(row.service, row.signal, row.indicator, row.person, row.day, row.calls, row.bytes_out, row.first_seen, row.last_seen)
        for row in rows
    ]


def findings(session: Session, kind: str | None = None) -> list[FindingRow]:
    """Findings, by what they are about."""
    query = select(FindingRow).order_by(col(FindingRow.kind), col(FindingRow.subject), col(FindingRow.signal))
    return list(session.exec(query.where(col(FindingRow.kind) == kind) if kind else query))


def scans(session: Session) -> list[ScannedFileRow]:
    """Every file that was scanned, newest first."""
    return list(session.exec(select(ScannedFileRow).order_by(col(ScannedFileRow.scanned_at).desc())))

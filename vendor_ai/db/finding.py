"""Findings: shadow-AI sightings gathered by service, and conditions of approvals."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime


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
    first_seen: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_seen: datetime | None = Field(default=None, sa_type=UTCDateTime)
    calls: int = Field(default=0, sa_type=BigInteger)
    bytes_out: int = Field(default=0, sa_type=BigInteger)
    details: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    opened_at: datetime = Field(sa_type=UTCDateTime)


class FindingPersonRow(SQLModel, table=True):
    """A person, pseudonymised, who was seen using a service: people are counted once over all scans."""

    __tablename__ = "finding_person"

    finding_id: int = Field(primary_key=True, foreign_key="finding.id")
    person: str = Field(primary_key=True)


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


def add_people(session: Session, finding_id: int, people: set[str]) -> None:
    """Remember who was seen; those known already stay as they are."""
    known = set(session.exec(select(FindingPersonRow.person).where(col(FindingPersonRow.finding_id) == finding_id)))
    session.add_all(FindingPersonRow(finding_id=finding_id, person=person) for person in sorted(people - known))
    session.flush()


def people(session: Session, finding_id: int) -> int:
    """How many people were seen."""
    return len(session.exec(select(FindingPersonRow.person).where(col(FindingPersonRow.finding_id) == finding_id)).all())


def findings(session: Session, kind: str | None = None) -> list[FindingRow]:
    """Findings, most calls first."""
    query = select(FindingRow).order_by(col(FindingRow.calls).desc(), col(FindingRow.subject))
    return list(session.exec(query.where(col(FindingRow.kind) == kind) if kind else query))


def scans(session: Session) -> list[ScannedFileRow]:
    """Every file that was scanned, newest first."""
    return list(session.exec(select(ScannedFileRow).order_by(col(ScannedFileRow.scanned_at).desc())))

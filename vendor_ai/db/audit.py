"""The audit chain: every entry carries the hash of the one before."""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.domain.audit import AuditEvent


class AuditRow(SQLModel, table=True):
    """One entry."""

    __tablename__ = "audit"

    sequence: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str
    action: str
    noun: str
    reference: str
    data: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    previous: str
    digest: str


class AuditHeadRow(SQLModel, table=True):
    """Where the chain ends; locked while an entry is appended."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    sequence: int
    digest: str


def entry_digest(sequence: int, event: AuditEvent, previous: str) -> str:
    """SHA-256 over the entry's canonical JSON and the digest before it."""
    content = {
        "sequence": sequence,
        "at": event.at.astimezone(UTC).isoformat(),
        "actor": event.actor,
        "action": event.action,
        "noun": event.noun,
        "reference": event.reference,
        "data": event.data,
        "previous": previous,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def append(session: Session, event: AuditEvent) -> None:
    """Add one entry in the caller's transaction."""
    head = session.exec(select(AuditHeadRow).where(col(AuditHeadRow.id) == 1).with_for_update()).first()
    if head is None:
        head = AuditHeadRow(id=1, sequence=0, digest="")
        session.add(head)
        session.flush()
    sequence = head.sequence + 1
    digest = entry_digest(sequence, event, head.digest)
    session.add(
        AuditRow(
            sequence=sequence,
            at=event.at,
            actor=event.actor,
            action=event.action,
            noun=event.noun,
            reference=event.reference,
            data=dict(event.data),
            previous=head.digest,
            digest=digest,
        )
    )
    head.sequence = sequence
    head.digest = digest
    session.flush()


def events(session: Session, *, limit: int | None = None) -> list[tuple[int, AuditEvent, str]]:
    """Entries as (sequence, event, digest), oldest first; ``limit`` keeps the newest."""
    query = select(AuditRow).order_by(col(AuditRow.sequence).desc())
    rows = session.exec(query.limit(limit) if limit else query).all()
    return [
        (row.sequence, AuditEvent(row.at, row.actor, row.action, row.noun, row.reference, row.data), row.digest) for row in reversed(rows)
    ]


def walk(session: Session) -> Iterator[tuple[int, AuditEvent, str, str]]:
    """Every entry as (sequence, event, digest before it, digest), oldest first, a thousand in memory at a time."""
    table = SQLModel.metadata.tables["audit"]
    rows = session.connection().execution_options(yield_per=1_000).execute(sql_select(table).order_by(table.c.sequence))
    for row in rows:
        yield row.sequence, AuditEvent(row.at, row.actor, row.action, row.noun, row.reference, row.data), row.previous, row.digest


def head(session: Session) -> tuple[int, str]:
    """Sequence and digest that the chain ends with."""
    row = session.get(AuditHeadRow, 1)
    return (row.sequence, row.digest) if row else (0, "")

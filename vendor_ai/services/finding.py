"""Findings of every kind: who owns them, until when, and what shows that they were mended."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import evidence as evidence_store
from vendor_ai.db import finding as store
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.finding import CONDITION, SHADOW_AI, TrackedFinding
from vendor_ai.services.tier_lowered import TIER_LOWERED, refuse_closer
from vendor_ai.services.user import require_decider

CLOSED = "closed"
_RESPONDENT = "link:"  # how the name of a vendor's respondent begins


def findings(session: Session, *, kind: str = "", open_only: bool = False, at: datetime) -> list[TrackedFinding]:
    """Findings, those that are due first on top."""
    rows = [row for row in store.findings(session, kind or None) if row.closed_at is None or not open_only]
    return sorted(
        (_tracked(row, at) for row in rows), key=lambda entry: (entry.closed_at is not None, entry.due_at is None, entry.due_at or at)
    )


def finding(session: Session, number: int, *, at: datetime) -> TrackedFinding:
    """One finding; ``NotFoundError`` when there is none of this number."""
    return _tracked(_row(session, number), at)


def assign(session: Session, number: int, owner: str, *, by: Actor, at: datetime) -> TrackedFinding:
    """Give a finding its owner.

    Raises:
        NotFoundError: When there is no such finding.
        ConflictError: When it is closed.
        InvalidInputError: When no owner is named.
    """
    row = _open(session, number)
    if not owner.strip():
        raise InvalidInputError(f"Finding {number} needs an owner: a name, or `vendor`.")
    before, row.owner = row.owner, owner.strip()
    session.flush()
    audit.append(session, AuditEvent(at, by.name, "finding.assigned", "finding", str(number), {"before": before, "owner": row.owner}))
    return _tracked(row, at)


def close(session: Session, number: int, closure: str, *, evidence: str = "", by: Actor, at: datetime) -> TrackedFinding:
    """Close a finding by saying, or showing, that it was mended.

    Args:
        session: A write session.
        number: Of the finding.
        closure: What was done, in words; may be left empty where a document shows it.
        evidence: Reference of a stored document.
        by: Who found it mended; never the vendor's respondent.
        at: Now.

    Raises:
        NotFoundError: When there is no such finding or document.
        ConflictError: When it is closed, or is a shadow-AI finding, which is settled by what becomes of the service.
        NotAllowedError: When the vendor would close it, or for a condition somebody who may not decide.
        InvalidInputError: When nothing shows that it was mended.
    """
    row = _open(session, number)
    if by.name.startswith(_RESPONDENT):
        raise NotAllowedError(f"Finding {number} is closed by the customer. Send what shows that it was mended.")
    if row.kind == SHADOW_AI:
        raise ConflictError(f"Finding {number} is about shadow AI; it ends with what becomes of the service, not by closing it here.")
    if row.kind == TIER_LOWERED:
        refuse_closer(session, row, by)
    elif row.kind == CONDITION:
        require_decider(session, by)  # an open condition is what keeps an approval honest
    if not closure.strip() and not evidence.strip():
        raise InvalidInputError(f"Closing finding {number} needs what shows that it was mended: --closure TEXT, --evidence REF, or both.")
    document = _shown(session, evidence.strip().lower()) if evidence.strip() else None
    row.state, row.closed_at, row.closed_by = CLOSED, at, by.name
    row.closure = " ".join(part for part in (closure.strip(), f"[{document['ref']}]" if document else "") if part)
    row.details = {**row.details, "evidence": document}
    session.flush()
    facts = {"kind": row.kind, "subject": row.subject, "closure": row.closure, "evidence": document}
    audit.append(session, AuditEvent(at, by.name, "finding.closed", "finding", str(number), facts))
    return _tracked(row, at)


def _shown(session: Session, ref: str) -> dict[str, str]:
    """What identifies the document that shows a closure, whatever becomes of its content."""
    document = evidence_store.find(session, ref)
    if document is None or document.deleted_at is not None:
        raise NotFoundError("document", ref, "See `vendor-ai document list`, or add it with `vendor-ai document add`.")
    return {"ref": document.ref, "name": document.name, "sha256": document.sha256}


def _row(session: Session, number: int) -> FindingRow:
    row = session.get(FindingRow, number)
    if row is None:
        raise NotFoundError("finding", str(number), "See `vendor-ai finding list`.")
    return row


def _open(session: Session, number: int) -> FindingRow:
    row = _row(session, number)
    if row.closed_at is not None:
        raise ConflictError(f"Finding {number} was closed on {row.closed_at:%Y-%m-%d} by {row.closed_by}, and stays so.")
    return row


def _tracked(row: FindingRow, at: datetime) -> TrackedFinding:
    assert row.id is not None
    overdue = row.closed_at is None and row.due_at is not None and row.due_at < at
    return TrackedFinding(
        number=row.id,
        kind=row.kind,
        subject=row.subject,
        state=row.state,
        owner=row.owner,
        severity=row.severity,
        due_at=row.due_at,
        overdue=overdue,
        details=row.details,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        closure=row.closure,
    )

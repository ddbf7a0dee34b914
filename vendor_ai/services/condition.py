"""Conditions of approvals: findings that stay with a component until somebody shows that they were mended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import finding as store
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.decision import DecisionCondition
from vendor_ai.domain.finding import CONDITION

OPEN = "open"
REPLACED = "replaced"


def open_conditions(session: Session, ref: str, decision: int, conditions: Sequence[DecisionCondition], *, by: Actor, at: datetime) -> None:
    """Open a finding for every condition of a decision; its days count from the decision."""
    added = 0
    for position, condition in enumerate(conditions, 1):
        added += not condition.question
        due_at = at + timedelta(days=condition.days)
        row = FindingRow(
            kind=CONDITION,
            subject=f"{ref}:{condition.question or f'added-{added}'}",
            signal=f"{decision}.{position}",
            state=OPEN,
            owner=condition.owner,
            severity=condition.severity.name,
            due_at=due_at,
            details={"assessment": ref, "decision": decision, "question": condition.question, "text": condition.text},
            opened_at=at,
        )
        store.add(session, row)
        facts = {"kind": CONDITION, "subject": row.subject, "decision": decision, "due_at": due_at.isoformat(), "owner": condition.owner}
        audit.append(session, AuditEvent(at, by.name, "finding.opened", "finding", str(row.id), facts))


def conditions_of(session: Session, ref: str, decision: int | None = None) -> list[FindingRow]:
    """The findings that an assessment's decisions, or one of them, left behind."""
    return [
        row
        for row in store.findings(session, CONDITION)
        if row.details["assessment"] == ref and (decision is None or row.details["decision"] == decision)
    ]


def overdue_conditions(session: Session, ref: str, decision: int, *, at: datetime) -> list[FindingRow]:
    """The open conditions of a decision whose day has passed."""
    return [row for row in conditions_of(session, ref, decision) if row.closed_at is None and row.due_at is not None and row.due_at < at]


def replace_conditions(session: Session, ref: str, reason: str, *, by: Actor, at: datetime) -> None:
    """Close what earlier decisions left open: a newer decision says what is to be mended now."""
    for row in conditions_of(session, ref):
        if row.closed_at is None:
            row.state, row.closed_at, row.closed_by, row.closure = REPLACED, at, by.name, reason
            session.flush()
            audit.append(session, AuditEvent(at, by.name, "finding.replaced", "finding", str(row.id), {"reason": reason}))

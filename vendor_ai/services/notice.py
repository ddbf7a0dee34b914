"""Change notices and violations, as people see and move them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import verdict as store
from vendor_ai.db.contract import ContractRow
from vendor_ai.db.vendor import component_key
from vendor_ai.db.verdict import NoticeRow, ViolationRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, NotFoundError
from vendor_ai.domain.verdict_json import clause_json, verdict_from_json

# What may follow what: nothing is skipped backwards, and a closed violation stays closed.
NEXT_STATES = {
    "open": ("acknowledged", "disputed", "remediated", "credited", "closed"),
    "acknowledged": ("disputed", "remediated", "credited", "closed"),
    "disputed": ("acknowledged", "remediated", "credited", "closed"),
    "remediated": ("credited", "closed"),
    "credited": ("closed",),
    "closed": (),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """A violation; ``subject`` is the period's name, or ``version:NAME``."""

    id: int
    contract: str
    clause: str
    component: str
    subject: str
    state: str
    opened_at: datetime
    figures: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        return {
            "id": self.id,
            "contract": self.contract,
            "clause": self.clause,
            "component": self.component,
            "subject": self.subject,
            "state": self.state,
            "opened_at": self.opened_at.isoformat(),
            "figures": self.figures,
        }


def _violation(session: Session, row: ViolationRow) -> Violation:
    contract = session.get(ContractRow, row.contract_id)
    assert contract is not None
    assert row.id is not None
    return Violation(row.id, contract.ref, row.clause, row.figures["component"], row.subject, row.state, row.opened_at, _shown(row.figures))


def _shown(figures: dict[str, Any]) -> dict[str, Any]:
    """A violation's figures in the keys and decimal strings of the **sla** document."""
    return clause_json(verdict_from_json(figures)) if "is_floor" in figures else figures


def violations(session: Session) -> list[Violation]:
    """Every violation, newest first."""
    return [_violation(session, row) for row in store.violations(session)]


def _row(session: Session, key: int, *, to_change: bool = False) -> ViolationRow:
    row = session.get(ViolationRow, key, with_for_update=True if to_change else None)
    if row is None:
        raise NotFoundError("violation", str(key), "See `vendor-ai violation list`.")
    return row


def violation(session: Session, key: int) -> Violation:
    """One violation; ``NotFoundError`` when there is none."""
    return _violation(session, _row(session, key))


def move_violation(session: Session, key: int, state: str, *, note: str, by: Actor, at: datetime) -> Violation:
    """Move a violation on in its life.

    Raises:
        NotFoundError: When there is no such violation.
        ConflictError: When its state does not allow the step.
    """
    row = _row(session, key, to_change=True)
    if state not in NEXT_STATES[row.state]:
        allowed = ", ".join(NEXT_STATES[row.state]) or "nothing, it is closed"
        raise ConflictError(f"Violation {key} is {row.state}; from there it can become: {allowed}.")
    before, row.state, row.changed_at = row.state, state, at
    session.flush()
    audit.append(session, AuditEvent(at, by.name, f"violation.{state}", "violation", str(key), {"before": before, "note": note}))
    return _violation(session, row)


def add_notice(
    session: Session,
    component: str,
    *,
    model_version: str,
    received_at: datetime,
    effective_at: datetime | None,
    emergency: bool,
    text: str,
    by: Actor,
    at: datetime,
) -> int:
    """Store a vendor's change notice; it counts from its receipt. Returns its number."""
    key, found = component_key(session, component)
    row = NoticeRow(
        component_id=key, model_version=model_version, received_at=received_at, effective_at=effective_at, emergency=emergency, text=text
    )
    store.add_notice(session, row)
    assert row.id is not None
    said = {"version": model_version, "received_at": received_at.isoformat()}
    audit.append(session, AuditEvent(at, by.name, "notice.added", "change_notice", f"{found.ref}/{row.id}", said))
    return row.id

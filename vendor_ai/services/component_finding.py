"""Findings about components: use without approval, and owners nobody named."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import finding as store
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.gate import PROGRAM, Gate
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.vendor import Component, ComponentStatus
from vendor_ai.governance.gate import OWNERS, judge_gate
from vendor_ai.governance.gate_files import shipped_gate_rules
from vendor_ai.services.gate import case_of, classified

UNAPPROVED_USE, UNASSIGNED_OWNER = "unapproved_use", "unassigned_owner"
_SEVERITY = {RiskTier.LOW: "LOW", RiskTier.MEDIUM: "MEDIUM", RiskTier.HIGH: "HIGH", RiskTier.PROHIBITED: "CRITICAL"}
_OPENED_BY = {
    ComponentStatus.APPROVED: (Gate.USE_CASE,),
    ComponentStatus.IN_USE: (Gate.DEPLOYMENT, Gate.CONTINUATION),
}


def raise_findings(session: Session, key: int, component: Component, *, at: datetime, new: bool = False) -> None:
    """Look at a component that is approved or in use: what no gate lets through, and who is not named, becomes a finding.

    ``new`` is one that was found just now: nobody can have approved it yet.
    """
    if component.status not in _OPENED_BY:
        return
    if new or not _let_through(session, key, component, at):
        _open(session, UNAPPROVED_USE, component, {"status": component.status.value}, at)
    if missing := unassigned_owners(component):
        _open(session, UNASSIGNED_OWNER, component, {"columns": list(missing)}, at)


def settle_findings(session: Session, key: int, component: Component, *, at: datetime) -> None:
    """Close the findings of a component whose cause is gone."""
    used = component.status in _OPENED_BY
    unapproved = _standing(session, UNAPPROVED_USE, component.ref)
    if unapproved is not None and (not used or _let_through(session, key, component, at)):
        _close(session, unapproved, "A gate lets it through." if used else "It is no longer in use.", at)
    unassigned = _standing(session, UNASSIGNED_OWNER, component.ref)
    if unassigned is not None and not (used and unassigned_owners(component)):
        _close(session, unassigned, "All owners are named." if used else "It is no longer in use.", at)


def unassigned_owners(component: Component) -> tuple[str, ...]:
    """The owners that nobody named, as columns of the inventory."""
    return tuple(name for name in OWNERS if not getattr(component, name).strip())


def _standing(session: Session, kind: str, ref: str) -> FindingRow | None:
    row = store.find(session, kind, ref, "")
    return row if row is not None and row.closed_at is None else None


def _let_through(session: Session, key: int, component: Component, at: datetime) -> bool:
    case = case_of(session, key, component, at=at)
    return any(judge_gate(case, gate, shipped_gate_rules()).open for gate in _OPENED_BY[component.status])


def _severity(component: Component) -> str:
    """By tier; one that cannot be decided may be HIGH."""
    found, _ = classified(component)
    return _SEVERITY[found.tier if found else RiskTier.HIGH]


def _open(session: Session, kind: str, component: Component, details: dict[str, object], at: datetime) -> None:
    row = store.find(session, kind, component.ref, "")
    if row is None:
        row = FindingRow(kind=kind, subject=component.ref, details={}, opened_at=at)
        session.add(row)
    elif row.closed_at is not None:
        row.state, row.opened_at = "new", at
        row.closed_at, row.closed_by, row.closure = None, "", ""
    row.severity, row.details, row.owner = _severity(component), details, row.owner or component.business_owner
    session.flush()


def _close(session: Session, row: FindingRow, closure: str, at: datetime) -> None:
    row.state, row.closed_at, row.closed_by, row.closure = "closed", at, PROGRAM, closure
    session.flush()
    audit.append(session, AuditEvent(at, PROGRAM, "finding.closed", "finding", row.subject, {"kind": row.kind, "closure": closure}))

"""Approvals, facts and waivers: given, noted, agreed to and taken back, each by somebody who may."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import approval as store
from vendor_ai.db import audit
from vendor_ai.db.approval import ApprovalRow
from vendor_ai.db.audit import AuditRow
from vendor_ai.db.vendor import component_by_id, component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.approval import GIVEN, ChainEntry, approval_statement
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.gate import Gate, GivenApproval
from vendor_ai.domain.tier import Classification, RiskTier
from vendor_ai.domain.vendor import Component
from vendor_ai.governance.gate_files import shipped_gate_rules
from vendor_ai.governance.gate_rules import ApprovalRule
from vendor_ai.services.component_finding import settle_findings
from vendor_ai.services.gate import governed
from vendor_ai.services.gate_case import approvals_of, involved, read_approval, why_not_independent
from vendor_ai.services.signing import signing_key
from vendor_ai.services.user import require_role


def approve(
    session: Session,
    reference: str,
    gate: Gate,
    approval: str,
    *,
    note: str,
    valid_until: date | None = None,
    by: Actor,
    at: datetime,
) -> GivenApproval:
    """Give one approval at one gate: an entry of the audit chain, signed.

    Args:
        session: A write session.
        reference: The component.
        gate: The gate it is for; another gate needs its own.
        approval: One of those the component's tier asks for.
        note: What it rests on.
        valid_until: Its last day; None: until it is revoked.
        by: Who approves: a person whose roles fit.
        at: Now.

    Raises:
        ConflictError: When the use is prohibited, the tier cannot be decided, or the tier does not ask for this approval.
        NotAllowedError: When nobody known here asks, or the person lacks the role, or answered or reviewed an assessment of this component.
        InvalidInputError: When note or date cannot be used.
    """
    key, component = component_key(session, reference)
    tier = usable_tier(session, component)
    rule = shipped_gate_rules().approval(approval)
    _refuse_unasked(rule, tier, component)
    require_role(session, by, rule.roles, f"give {rule.id}")
    require_independence(session, key, by)
    _refuse_past(valid_until, at)
    if not note.strip():
        raise InvalidInputError("An approval needs a note that says what it rests on. Give one with --note.")
    row = ApprovalRow(
        component_id=key,
        gate=gate,
        approval=rule.id,
        note=note.strip(),
        valid_until=valid_until,
        by=by.name,
        at=at,
        audit_sequence=0,
        signature="",
    )
    store.add(session, row)
    entry = _entered(session, AuditEvent(at, by.name, GIVEN, "component", component.ref, _said(row, component, tier)))
    row.audit_sequence, row.signature = entry.sequence, signing_key(session).sign(approval_statement(entry))
    session.flush()
    settle_findings(session, key, component, at=at)
    return read_approval(row)


def revoke(session: Session, number: int, reason: str, *, by: Actor, at: datetime) -> GivenApproval:
    """Take an approval back; it stays in the records and no longer counts.

    Raises:
        NotFoundError: When there is no such approval.
        ConflictError: When it was revoked before.
        NotAllowedError: When somebody asks who could neither give it nor answer for the risk.
    """
    row, rules = approval_row(session, number), shipped_gate_rules()
    require_role(session, by, (*rules.approval(row.approval).roles, *rules.waiver_roles), f"revoke {row.approval}")
    if row.revoked_at is not None:
        raise ConflictError(f"Approval {number} was revoked by {row.revoked_by} on {row.revoked_at:%Y-%m-%d}.")
    row.revoked_reason, row.revoked_by, row.revoked_at = stated(reason, "revoking an approval"), by.name, at
    session.flush()
    ref = component_by_id(session, row.component_id).ref
    said = {"number": number, "gate": row.gate, "approval": row.approval, "reason": row.revoked_reason}
    audit.append(session, AuditEvent(at, by.name, "approval.revoked", "component", ref, said))
    return read_approval(row)


def approvals(session: Session, reference: str) -> list[tuple[GivenApproval, str]]:
    """Every approval of a component with its note, oldest first, the revoked ones too."""
    key, _ = component_key(session, reference)
    notes = {row.id: row.note for row in store.approvals(session, key)}
    return [(entry, notes[entry.number]) for entry in approvals_of(session, key)]


def approval_file(session: Session, number: int) -> dict[str, Any]:
    """An approval as a document that proves itself: the signed entry of the chain, the public key and the signature.

    Raises:
        NotFoundError: When there is no such approval.
    """
    row = approval_row(session, number)
    entry = chain_entry(session, row.audit_sequence)
    return approval_statement(entry) | {"public_key": signing_key(session).public, "signature": row.signature}


def approval_row(session: Session, number: int) -> ApprovalRow:
    """The stored approval.

    Raises:
        NotFoundError: When there is none of this number.
    """
    row = store.approval(session, number)
    if row is None:
        raise NotFoundError("approval", str(number), "See `vendor-ai component approvals REF`.")
    return row


def chain_entry(session: Session, sequence: int) -> ChainEntry:
    """One entry of the audit chain."""
    row = session.get(AuditRow, sequence)
    assert row is not None
    event = AuditEvent(row.at, row.actor, row.action, row.noun, row.reference, row.data)
    return ChainEntry(row.sequence, row.previous, row.digest, event)


def usable_tier(session: Session, component: Component) -> Classification:
    """The classification that approvals of the component go by.

    Raises:
        ConflictError: When it cannot be decided, or the use is prohibited.
    """
    found, unstated = governed(session, component)
    if found is None:
        raise ConflictError(f"The tier of {component.ref} cannot be decided: {unstated}")
    if found.tier is RiskTier.PROHIBITED:
        raise ConflictError(f"The use of {component.ref} is PROHIBITED: no approval and no waiver opens a gate. {found.reasons[0]}")
    return found


def require_independence(session: Session, key: int, by: Actor) -> None:
    """Refuse somebody who answered or reviewed an assessment of the component.

    Raises:
        NotAllowedError: When that is so.
    """
    if why := why_not_independent(involved(session, key), by.name):
        raise NotAllowedError(f"{why}, and nobody approves what they answered or reviewed. Ask somebody else.")


def stated(reason: str, act: str) -> str:
    """A reason without blanks around it.

    Raises:
        InvalidInputError: When it is empty.
    """
    if not reason.strip():
        raise InvalidInputError(f"A reason is needed for {act}. Give one with --reason.")
    return reason.strip()


def _refuse_unasked(rule: ApprovalRule, tier: Classification, component: Component) -> None:
    if rule.computed:
        raise ConflictError(f"{rule.id} is found by the program alone: {rule.meaning} Nobody gives it.")
    if rule.id not in tier.required_approvals:
        asked = ", ".join(tier.required_approvals)
        raise ConflictError(f"{component.ref} is {tier.tier}, which does not ask for {rule.id}. It asks for: {asked}.")


def _refuse_past(valid_until: date | None, at: datetime) -> None:
    if valid_until is not None and valid_until < at.date():
        raise InvalidInputError(f"The approval would have ended on {valid_until}. Give a later date, or none.")


def _said(row: ApprovalRow, component: Component, tier: Classification) -> dict[str, Any]:
    return {
        "number": row.id,
        "gate": row.gate,
        "approval": row.approval,
        "note": row.note,
        "valid_until": row.valid_until.isoformat() if row.valid_until else None,
        "component": {
            "ref": component.ref,
            "name": component.name,
            "vendor": component.vendor,
            "tier": tier.tier.value,
            "reasons": list(tier.reasons),
        },
    }


def _entered(session: Session, event: AuditEvent) -> ChainEntry:
    audit.append(session, event)
    return chain_entry(session, audit.head(session)[0])

"""Facts that close a gate, and waivers that let one pass despite them, or without an approval, for a time."""

from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import approval as store
from vendor_ai.db import audit
from vendor_ai.db.approval import GateFactRow, WaiverRow
from vendor_ai.db.vendor import component_by_id, component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.four_eyes import same_person
from vendor_ai.domain.gate import Gate, GrantedWaiver
from vendor_ai.domain.term import suggestion
from vendor_ai.governance.gate_files import shipped_gate_rules
from vendor_ai.services.approval import require_independence, stated, usable_tier
from vendor_ai.services.component_finding import settle_findings
from vendor_ai.services.gate_case import read_waiver
from vendor_ai.services.user import require_decider, require_role


def note_fact(session: Session, reference: str, fact: str, note: str, *, by: Actor, at: datetime) -> int:
    """Note a fact that closes a gate from now on, whatever was approved; returns its number.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When there is no such fact, or nothing is said about it.
    """
    key, component = component_key(session, reference)
    rule = shipped_gate_rules().fact(fact)
    if not note.strip():
        raise InvalidInputError("A fact needs a note that says what was seen. Give one with --note.")
    row = GateFactRow(component_id=key, fact=rule.id, note=note.strip(), noted_by=by.name, noted_at=at)
    store.add(session, row)
    _say(session, "gate.fact", component.ref, by, at, number=row.id, fact=rule.id, note=row.note)
    return row.id or 0


def clear_fact(session: Session, number: int, note: str, *, by: Actor, at: datetime) -> None:
    """Say that a fact no longer stands, and why.

    Raises:
        NotFoundError: When there is no such fact.
        ConflictError: When it was cleared before.
        NotAllowedError: When somebody asks who may not decide, since a gate may open by it.
    """
    row = store.fact(session, number)
    if row is None:
        raise NotFoundError("fact", str(number), "See `vendor-ai gate check`.")
    if row.cleared_at is not None:
        raise ConflictError(f"Fact {number} was cleared by {row.cleared_by} on {row.cleared_at:%Y-%m-%d}.")
    require_decider(session, by)
    row.cleared_note, row.cleared_by, row.cleared_at = stated(note, "clearing a fact"), by.name, at
    session.flush()
    component = component_by_id(session, row.component_id)
    _say(session, "gate.fact_cleared", component.ref, by, at, number=number, fact=row.fact, note=row.cleared_note)
    settle_findings(session, row.component_id, component, at=at)


def waive(
    session: Session, reference: str, gate: Gate, subject: str, *, reason: str, until: date, by: Actor, at: datetime
) -> GrantedWaiver:
    """Ask to pass a gate without an approval, or despite a fact; it counts once a second person agreed.

    Raises:
        ConflictError: When the use is prohibited or the tier cannot be decided.
        InvalidInputError: When the gate does not ask for the subject, or the end date has passed.
    """
    key, component = component_key(session, reference)
    tier = usable_tier(session, component)
    known = [*tier.required_approvals, *sorted(shipped_gate_rules().facts_at(gate))]
    if subject not in known:
        raise InvalidInputError(
            f"{subject!r} is nothing this gate looks at for {component.ref}.{suggestion(subject, known)} It looks at: {', '.join(known)}."
        )
    if until < at.date():
        raise InvalidInputError(f"The waiver would have ended on {until}. Give a later date.")
    row = WaiverRow(component_id=key, gate=gate, subject=subject, reason=stated(reason, "a waiver"), until=until, by=by.name, at=at)
    store.add(session, row)
    _say(session, "waiver.asked", component.ref, by, at, **_facts(row), reason=row.reason)
    return read_waiver(row)


def second_waiver(session: Session, number: int, *, by: Actor, at: datetime) -> GrantedWaiver:
    """Agree to a waiver; it counts from now on, until its end date.

    Raises:
        NotFoundError: When there is no such waiver.
        ConflictError: When somebody agreed before, or it has ended.
        NotAllowedError: When the same person asked for it, lacks the role, or answered or reviewed an assessment of the component.
    """
    row = _row(session, number)
    component = component_by_id(session, row.component_id)
    if row.second_by or row.ended_at is not None or row.until < at.date():
        state = f"was agreed to by {row.second_by}" if row.second_by and row.ended_at is None else "has ended"
        raise ConflictError(f"Waiver {number} {state}. Ask for a new one with `vendor-ai gate waive`.")
    if same_person(row.by, by.name):
        raise NotAllowedError(f"{by.name} asked for waiver {number}; a second person has to agree to it.")
    usable_tier(session, component)
    require_role(session, by, shipped_gate_rules().waiver_roles, "agree to a waiver")
    require_independence(session, row.component_id, by)
    row.second_by, row.second_at = by.name, at
    session.flush()
    _say(session, "waiver.agreed", component.ref, by, at, **_facts(row))
    settle_findings(session, row.component_id, component, at=at)
    return read_waiver(row)


def end_waiver(session: Session, number: int, reason: str, *, by: Actor, at: datetime) -> GrantedWaiver:
    """End a waiver before its date.

    Raises:
        NotFoundError: When there is no such waiver.
        ConflictError: When it has ended.
    """
    row = _row(session, number)
    if row.ended_at is not None:
        raise ConflictError(f"Waiver {number} was ended on {row.ended_at:%Y-%m-%d}.")
    row.ended_at = at
    session.flush()
    ref = component_by_id(session, row.component_id).ref
    _say(session, "waiver.ended", ref, by, at, **_facts(row), reason=stated(reason, "ending a waiver"))
    return read_waiver(row)


def _row(session: Session, number: int) -> WaiverRow:
    row = store.waiver(session, number)
    if row is None:
        raise NotFoundError("waiver", str(number), "See `vendor-ai gate waivers`.")
    return row


def waivers(session: Session) -> list[tuple[str, GrantedWaiver]]:
    """Every waiver with its component, oldest first."""
    components = components_by_key(session)
    return [(components[row.component_id].ref, read_waiver(row)) for row in store.waivers(session)]


def _facts(row: WaiverRow) -> dict[str, object]:
    return {"number": row.id, "gate": row.gate, "subject": row.subject, "until": row.until.isoformat()}


def _say(session: Session, action: str, ref: str, by: Actor, at: datetime, **facts: object) -> None:
    audit.append(session, AuditEvent(at, by.name, action, "component", ref, facts))

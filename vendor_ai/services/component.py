"""A component's status: changed only through the gate that stands before it, whoever asks and from wherever."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db.vendor import component_by_id, component_ids, component_key, save_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.gate import GATE_TO, Gate, GateBlockedError, GateResult
from vendor_ai.domain.term import suggestion
from vendor_ai.domain.vendor import Component, ComponentStatus
from vendor_ai.services.component_finding import raise_findings, settle_findings
from vendor_ai.services.gate import classified, judge
from vendor_ai.services.reassessment import look_again, note_tier


@dataclass(frozen=True, slots=True)
class StatusChange:
    """What became of a component's status."""

    component: str
    before: ComponentStatus
    after: ComponentStatus

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "component": self.component,
            "before": self.before.value,
            "after": self.after.value,
            "changed": self.before is not self.after,
        }


def read_status(text: str) -> ComponentStatus:
    """A status from its name, with a blank, hyphen or underscore.

    Raises:
        InvalidInputError: When there is none of this name.
    """
    known = [status.value for status in ComponentStatus]
    wanted = text.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted not in known:
        raise InvalidInputError(f"There is no status {text!r}.{suggestion(wanted, known)} Known are {', '.join(known)}.")
    return ComponentStatus(wanted)


def change_status(session: Session, reference: str, to: ComponentStatus, *, by: Actor, at: datetime) -> StatusChange:
    """Give a component another status, and write its tier with the reasons into the audit chain.

    Raises:
        NotFoundError: When there is no such component.
        GateBlockedError: When the gate before this status is closed.
    """
    key, component = component_key(session, reference)
    before, wanted = component.status, replace(component, status=to)
    if before is to:
        return StatusChange(component.ref, before, to)
    if blocked := gate_against(session, key, before, wanted, at=at):
        raise GateBlockedError(blocked, to)
    save_component(session, wanted, at=at)
    gate = _gate(before, to)
    said = {"before": before.value, "after": to.value, "gate": gate.value if gate else None, "tier": tier_snapshot(wanted)}
    audit.append(session, AuditEvent(at, by.name, "component.status", "component", component.ref, said))
    raise_findings(session, key, wanted, at=at)
    note_tier(session, key, wanted, by=by, at=at)
    settle_findings(session, key, wanted, at=at)
    return StatusChange(component.ref, before, to)


def gate_against(session: Session, key: int, before: ComponentStatus, wanted: Component, *, at: datetime) -> GateResult | None:
    """The closed gate between a component's status and the one it is to have, or None where the way is free."""
    gate = _gate(before, wanted.status)
    if gate is None:
        return None
    result = judge(session, key, wanted, gate, at=at)
    return None if result.open else result


def stored_components(session: Session) -> list[int]:
    """The stored ids of all components."""
    return component_ids(session)


def look_at_component(session: Session, key: int, *, at: datetime) -> tuple[int, int, int]:
    """The daily look at one component; returns how many causes were settled and noted, and how many assessments were prepared."""
    component = component_by_id(session, key)
    done = look_again(session, key, component, at=at)
    raise_findings(session, key, component, at=at)
    settle_findings(session, key, component, at=at)
    return done


def tier_snapshot(component: Component) -> dict[str, Any]:
    """The tier as it stands now, with its reasons, for the audit chain."""
    found, unstated = classified(component)
    if found is None:
        return {"tier": None, "reasons": [unstated]}
    return {"tier": found.tier.value, "reasons": list(found.reasons)}


def _gate(before: ComponentStatus, to: ComponentStatus) -> Gate | None:
    return None if before is to else GATE_TO[to]

"""What a triage states, written into the inventory."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db.vendor import component_key, save_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.services.tier_change import follow_tier, tier_change
from vendor_ai.services.triage import Triage, read_triage, stated_component


def apply_triage(session: Session, ref: str, *, by: Actor, at: datetime) -> Triage:
    """Write what the triage states into the inventory: the component's use, its rights, regions and data."""
    found = read_triage(session, ref)
    if found.changes:
        key, before = component_key(session, found.component)
        after = stated_component(session, ref)
        save_component(session, after, at=at)
        facts = {"triage": found.assessment, "changes": {name: list(both) for name, both in found.changes.items()}}
        tier = {"tier": found.classification.tier.value, "reasons": list(found.classification.reasons), **tier_change(before, after)}
        audit.append(session, AuditEvent(at, by.name, "component.triaged", "component", found.component, {**facts, **tier}))
        follow_tier(session, key, before, after, by=by, at=at)
    return found

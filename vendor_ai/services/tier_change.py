"""What follows when a change of the inventory moves a component's tier: up, its decisions are outgrown; down, two must agree."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.vendor import Component
from vendor_ai.services.reassessment import note_tier
from vendor_ai.services.tier import classify_use, tier_of, use_of
from vendor_ai.services.tier_lowered import USED, open_lowered


def lowers(before: Component, after: Component) -> bool:
    """Whether a change lowers the tier of a component that is approved or in use; a tier nobody can decide any more is no lower one."""
    was, now = tier_of(before), tier_of(after)
    return before.status in USED and was is not None and now is not None and now.rank < was.rank


def tier_change(before: Component, after: Component) -> dict[str, Any]:
    """Tier before and after with the reasons, for the audit chain; nothing where it did not move."""
    was, now = tier_of(before), tier_of(after)
    if was is now:
        return {}
    reasons = list(classify_use(use_of(after)).reasons) if now else []
    return {"tier_before": was.value if was else None, "tier_after": now.value if now else None, "tier_reasons": reasons}


def follow_tier(session: Session, key: int, before: Component, after: Component, *, by: Actor, at: datetime) -> None:
    """Note a reassessment where the tier rose, and open a finding where it was lowered."""
    note_tier(session, key, after, by=by, at=at)
    was, now = tier_of(before), tier_of(after)
    if was is not None and now is not None and lowers(before, after):
        names = [name for name in Component.__dataclass_fields__ if getattr(before, name) != getattr(after, name)]
        open_lowered(session, after, was, now, names, by=by, at=at)

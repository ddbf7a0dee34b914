"""Tiers that were lowered while a component was approved or in use: the higher one governs until another person agrees."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import finding as store
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import NotAllowedError
from vendor_ai.domain.four_eyes import same_person
from vendor_ai.domain.tier import Classification, RiskTier
from vendor_ai.domain.vendor import Component, ComponentStatus
from vendor_ai.governance.tier_files import shipped_rules
from vendor_ai.services.user import require_decider

TIER_LOWERED = "tier_lowered"
USED = frozenset({ComponentStatus.APPROVED, ComponentStatus.IN_USE})


def held_tier(session: Session, component: Component) -> RiskTier | None:
    """The tier that a component had before somebody lowered it, while nobody else agreed; None where that is not so."""
    row = store.find(session, TIER_LOWERED, component.ref, "")
    return RiskTier(row.details["before"]) if row is not None and row.closed_at is None else None


def governing(session: Session, component: Component, found: Classification) -> Classification:
    """The classification that gates and approvals go by: as computed, or with what the higher tier asks for."""
    held = held_tier(session, component)
    if held is None or held.rank <= found.tier.rank:
        return found
    rule = shipped_rules().tiers[held]
    why = f"{component.ref} was {held} and is {found.tier} by its inventory now; close its finding {TIER_LOWERED} by another person"
    return replace(
        found,
        tier=held,
        reasons=(why, *found.reasons),
        required_approvals=rule.approvals,
        reassessment_months=rule.reassessment_months,
    )


def open_lowered(
    session: Session, component: Component, before: RiskTier, after: RiskTier, names: list[str], *, by: Actor, at: datetime
) -> None:
    """Open the finding that another person closes; one that is open keeps the highest tier it was lowered from."""
    row = store.find(session, TIER_LOWERED, component.ref, "")
    if row is None:
        row = FindingRow(kind=TIER_LOWERED, subject=component.ref, details={}, opened_at=at)
        session.add(row)
    elif row.closed_at is None:
        before = max(before, RiskTier(row.details["before"]), key=lambda tier: tier.rank)
    people = sorted({by.name, *(row.details.get("by", ()) if row.closed_at is None else ())})
    if row.closed_at is not None:
        row.opened_at, row.closed_at, row.closed_by, row.closure = at, None, "", ""
    row.state, row.severity, row.owner = "new", "HIGH", row.owner or component.business_owner
    row.details = {"before": before.value, "after": after.value, "by": people, "fields": names}
    session.flush()


def refuse_closer(session: Session, row: FindingRow, by: Actor) -> None:
    """Refuse to close the finding for somebody who may not decide, or who lowered the tier.

    Raises:
        NotAllowedError: When that is so.
    """
    require_decider(session, by)
    if any(same_person(name, by.name) for name in row.details["by"]):
        raise NotAllowedError(f"{by.name} lowered the tier of {row.subject}; a second person who may decide closes finding {row.id}.")

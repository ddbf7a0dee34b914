"""The risk tier of a stored component, or of a use that is only described."""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from sqlmodel import Session

from vendor_ai.db import vendor as store
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.tier import (
    AffectedRight,
    Classification,
    ComponentUse,
    DecisionType,
    RiskTier,
    UnclassifiableComponentError,
    read_decision_type,
    read_right,
)
from vendor_ai.domain.vendor import Component
from vendor_ai.governance.region import find_places
from vendor_ai.governance.tier import classify
from vendor_ai.governance.tier_files import shipped_rules


@lru_cache(maxsize=4096)  # an import asks about the same use for its finding, its audit entry and its questions
def classify_use(use: ComponentUse) -> Classification:
    """The tier of a use that need not be stored."""
    return classify(use, shipped_rules())


def classify_component(session: Session, reference: str) -> tuple[Component, Classification]:
    """Return the component and its tier, computed from what the inventory holds now.

    Raises:
        NotFoundError: When there is no such component.
        UnclassifiableComponentError: When it holds a right or decision type that the rules do not know.
    """
    component = store.find_component(session, reference)
    result = classify_use(use_of(component))
    missing = unstated(component)
    if not missing or result.tier is RiskTier.PROHIBITED:
        return component, result
    words = " and ".join(name.replace("_", " ") for name in missing)
    return component, replace(result, reasons=(f"not stated: {words}; {result.tier} is only the least it can be", *result.reasons))


def unstated(component: Component) -> tuple[str, ...]:
    """The columns of the inventory without which no tier is known."""
    return tuple(name for name in ("use_case", "decision_type") if not getattr(component, name).strip())


def use_of(component: Component) -> ComponentUse:
    """What the inventory says about the use of ``component``; a word nobody knows is refused, since skipping it could lower the tier."""
    return ComponentUse(
        use_case=component.use_case, decision_type=_decision_type(component), affected_rights=_rights(component), regions=component.regions
    )


def _decision_type(component: Component) -> DecisionType | None:
    if not component.decision_type.strip():
        return None
    try:
        return read_decision_type(component.decision_type)
    except InvalidInputError as error:
        raise UnclassifiableComponentError(component.ref, "decision_type", str(error)) from error


def _rights(component: Component) -> tuple[AffectedRight, ...]:
    try:
        return tuple(dict.fromkeys(read_right(text) for text in component.affected_rights))
    except InvalidInputError as error:
        raise UnclassifiableComponentError(component.ref, "affected_rights", str(error)) from error


def tier_of(component: Component) -> RiskTier | None:
    """The component's tier, or None where use case or decision type are not stated: LOW by silence would be good news from no data."""
    if unstated(component):
        return None
    try:
        return classify_use(use_of(component)).tier
    except UnclassifiableComponentError:
        return None


def region_groups(regions: Iterable[str]) -> list[str]:
    """The legal areas that regions belong to, as questions name them: EU, EEA, UK, US."""
    places = find_places(regions, shipped_rules().groups)
    return list(dict.fromkeys(group.id.upper() for place in places for group in place.groups))

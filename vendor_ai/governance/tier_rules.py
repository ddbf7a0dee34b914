"""The rules of the risk tier as data: areas of use, regional rules, and what each tier asks for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from vendor_ai.domain.tier import AffectedRight, DecisionType, RiskTier
from vendor_ai.governance.region import RegionGroup
from vendor_ai.governance.use_area import UseArea


@dataclass(frozen=True, slots=True)
class RegionalRule:
    """Where one of the areas is used in the region, the tier is at least ``at_least``, whoever decides."""

    id: str
    region: str
    areas: tuple[str, ...]
    at_least: RiskTier
    basis: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of a component once its tier is decided."""

    tier: RiskTier
    areas: frozenset[str]
    regions: frozenset[str]
    rights: frozenset[AffectedRight]
    decision_type: DecisionType | None


@dataclass(frozen=True, slots=True)
class Condition:
    """When a duty applies: each field that is given must name one of the circumstances."""

    tiers: tuple[RiskTier, ...] = ()
    areas: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    rights: tuple[AffectedRight, ...] = ()
    decision_types: tuple[DecisionType, ...] = ()

    def holds(self, circumstances: Circumstances) -> bool:
        """Whether the duty applies."""
        return (
            _meets(self.tiers, {circumstances.tier})
            and _meets(self.areas, circumstances.areas)
            and _meets(self.regions, circumstances.regions)
            and _meets(self.rights, circumstances.rights)
            and _meets(self.decision_types, {circumstances.decision_type})
        )


def _meets(wanted: Collection[str], present: Collection[str | None]) -> bool:
    return not wanted or any(entry in present for entry in wanted)


@dataclass(frozen=True, slots=True)
class Duty:
    """A regulation, control or document, and when it applies."""

    text: str
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True)
class TierDuties:
    """What a tier asks for everywhere."""

    controls: tuple[str, ...]
    documents: tuple[str, ...]
    approvals: tuple[str, ...]
    reassessment_months: int | None


@dataclass(frozen=True, slots=True)
class TierRules:
    """Everything the tier is decided from."""

    areas: tuple[UseArea, ...]
    groups: tuple[RegionGroup, ...]
    regional: tuple[RegionalRule, ...]
    tiers: Mapping[RiskTier, TierDuties]
    regulations: tuple[Duty, ...]
    controls: tuple[Duty, ...]
    documents: tuple[Duty, ...]
    sources: Mapping[str, str] = field(default_factory=dict)  # of what the tiers ask for, by its text

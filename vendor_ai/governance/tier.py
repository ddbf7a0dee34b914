"""The risk tier of a component, with the sentences that led to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from vendor_ai.domain.tier import AffectedRight, Classification, ComponentUse, DecisionType, RiskTier
from vendor_ai.governance.region import Place, RegionGroup, find_places
from vendor_ai.governance.tier_rules import Circumstances, Duty, TierRules
from vendor_ai.governance.use_area import Mention, mentions

_DECIDED = {
    DecisionType.AUTOMATED: "automated",
    DecisionType.HUMAN_IN_THE_LOOP: "made with a human in the loop",
    DecisionType.HUMAN_ON_THE_LOOP: "made with a human on the loop",
    None: "not stated to be automated",
}


@dataclass(frozen=True, slots=True)
class _Ground:
    """One rule that asks for a tier."""

    tier: RiskTier
    sentence: str


@dataclass(frozen=True, slots=True)
class _Facts:
    """A use, with the areas and regions that were recognised in it."""

    use: ComponentUse
    mentions: tuple[Mention, ...]
    places: tuple[Place, ...]

    def naming(self, tier: RiskTier) -> list[Mention]:
        """The mentions of areas that have this tier by the general rules."""
        return [mention for mention in self.mentions if mention.area.general_tier is tier]


def classify(use: ComponentUse, rules: TierRules) -> Classification:
    """Return the tier of ``use``: the highest that a general or regional rule asks for.

    Stating more never lowers it: more areas, rights or regions, or a more automated decision.
    """
    facts = _Facts(use, mentions(use.use_case, rules.areas), find_places(use.regions, rules.groups))
    grounds = _grounds(facts, rules)
    tier = _highest(grounds)
    reasons = [ground.sentence for ground in grounds if ground.tier is tier] or [_nothing_found(facts)]
    reasons += [*_near_misses(facts, tier), *_gaps(facts, tier, rules)]
    circumstances = Circumstances(
        tier=tier,
        areas=frozenset(mention.area.id for mention in facts.mentions),
        regions=frozenset(group.id for place in facts.places for group in place.groups),
        rights=frozenset(use.affected_rights),
        decision_type=use.decision_type,
    )
    duties = rules.tiers[tier]
    everywhere = (*duties.controls, *duties.documents)
    return Classification(
        tier=tier,
        reasons=tuple(reasons),
        regulations=_applicable((), rules.regulations, circumstances),
        required_controls=_applicable(duties.controls, rules.controls, circumstances),
        required_documents=_applicable(duties.documents, rules.documents, circumstances),
        required_approvals=duties.approvals,
        reassessment_months=duties.reassessment_months,
        sources={text: rules.sources[text] for text in everywhere if text in rules.sources},
    )


def _applicable(everywhere: tuple[str, ...], duties: Iterable[Duty], circumstances: Circumstances) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*everywhere, *(duty.text for duty in duties if duty.when.holds(circumstances)))))


def _grounds(facts: _Facts, rules: TierRules) -> list[_Ground]:
    return [*_general(facts), *_regional(facts, rules)]


def _highest(grounds: Iterable[_Ground]) -> RiskTier:
    return max((ground.tier for ground in grounds), key=lambda tier: tier.rank, default=RiskTier.LOW)


def _general(facts: _Facts) -> Iterator[_Ground]:
    """The rules that hold everywhere."""
    use = facts.use
    rights = _joined(right for right in AffectedRight if right in use.affected_rights)
    automated = use.decision_type is DecisionType.AUTOMATED
    for mention in facts.naming(RiskTier.PROHIBITED):
        yield _Ground(
            RiskTier.PROHIBITED,
            f"The use case names {mention}, a prohibited practice that no score can approve; reword it if the component does not do that.",
        )
    listed = facts.naming(RiskTier.HIGH)
    if listed and automated and rights:
        yield _Ground(
            RiskTier.HIGH,
            f"The use case names {_joined(map(str, listed))}, the decision is automated and it touches {rights}: "
            "the three together are HIGH.",
        )
    if automated:
        yield _Ground(RiskTier.MEDIUM, "The decision is automated, which is at least MEDIUM whatever the use case.")
    if rights:
        yield _Ground(RiskTier.MEDIUM, f"The component affects {rights}, which is at least MEDIUM whoever decides.")


def _regional(facts: _Facts, rules: TierRules) -> Iterator[_Ground]:
    """The rules of the regions it is deployed in; they only ever raise."""
    for rule in rules.regional:
        named = [mention for mention in facts.mentions if mention.area.id in rule.areas]
        places = [(place, group) for place in facts.places for group in place.groups if group.id == rule.region]
        if named and places:
            texts = _joined(repr(place.text) for place, _ in places)
            belongs = "regions" if len(places) > 1 else "region"
            yield _Ground(
                rule.at_least,
                f"The {belongs} {texts} {'fall' if len(places) > 1 else 'falls'} under the rules of {places[0][1].name}, where "
                f"{_joined(map(str, named))} is at least {rule.at_least}: {rule.basis}.",
            )


def _nothing_found(facts: _Facts) -> str:
    names = "names no prohibited practice" if facts.use.use_case.strip() else "is not stated"
    decided = _DECIDED[facts.use.decision_type]
    return f"No rule asks for more than LOW: the use case {names}, the decision is {decided} and no affected right is named."


def _near_misses(facts: _Facts, tier: RiskTier) -> Iterator[str]:
    """Why a listed use did not come out HIGH."""
    listed = facts.naming(RiskTier.HIGH)
    if not listed or tier.rank >= RiskTier.HIGH.rank:
        return
    missing = [] if facts.use.decision_type is DecisionType.AUTOMATED else [f"the decision is {_DECIDED[facts.use.decision_type]}"]
    if not facts.use.affected_rights:
        missing.append("no affected right is named")
    yield (
        f"The use case names {_joined(map(str, listed))}, which is HIGH where the decision is automated and a right is affected; "
        f"here {_joined(missing)}."
    )


def _gaps(facts: _Facts, tier: RiskTier, rules: TierRules) -> Iterator[str]:
    """What is not stated, or not understood, and could raise the tier."""
    if not facts.use.use_case.strip():
        yield "The use case is not stated, so no area of use could be recognised; state it before relying on this tier."
    if facts.use.decision_type is None:
        automated = _highest(_grounds(replace(facts, use=replace(facts.use, decision_type=DecisionType.AUTOMATED)), rules))
        if automated.rank > tier.rank:
            yield f"The decision type is not stated; if the decision is automated, the tier rises to {automated}."
    if not facts.places:
        yield from (
            f"No region is stated; in {group.name} the tier rises to {raised}."
            for group, raised in _raising_groups(facts, rules)
            if raised.rank > tier.rank
        )
    for place in facts.places:
        if not place.groups:
            yield f"No regional rules are kept for {place.text!r}; only the general rules were applied to it."


def _raising_groups(facts: _Facts, rules: TierRules) -> Iterator[tuple[RegionGroup, RiskTier]]:
    for group in rules.groups:
        yield group, _highest(_regional(replace(facts, places=(Place(group.name, (group,)),)), rules))


def _joined(words: Iterable[str]) -> str:
    listed = list(words)
    return " and ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)

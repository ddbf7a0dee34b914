"""The law of the tier: saying more about a use never lowers it."""

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from vendor_ai.domain.tier import AffectedRight, ComponentUse, DecisionType, RiskTier
from vendor_ai.governance.tier import classify
from vendor_ai.governance.tier_files import shipped_rules

# One plain phrase an area, and two texts that name none.
PHRASES = [next(phrase for phrase in area.phrases if "*" not in phrase) for area in shipped_rules().areas if area.id != "social_scoring"]
PHRASES += ["social scoring", "spam filter", "data migration"]
DECISIONS: list[DecisionType | None] = [None, DecisionType.HUMAN_IN_THE_LOOP, DecisionType.HUMAN_ON_THE_LOOP, DecisionType.AUTOMATED]
REGIONS = ["EU", "DE", "Norway", "US", "worldwide", "Japan"]


@dataclass(frozen=True)
class Stated:
    """What somebody says about a use; ``decision`` counts up the order of automation."""

    phrases: list[str]
    decision: int
    rights: list[AffectedRight]
    regions: list[str]

    @property
    def rank(self) -> int:
        use = ComponentUse("; ".join(self.phrases), DECISIONS[self.decision], tuple(self.rights), tuple(self.regions))
        return classify(use, shipped_rules()).tier.rank


stated = st.builds(
    Stated,
    phrases=st.lists(st.sampled_from(PHRASES), max_size=3),
    decision=st.integers(0, 3),
    rights=st.lists(st.sampled_from(AffectedRight), max_size=3),
    regions=st.lists(st.sampled_from(REGIONS), max_size=3),
)


@given(stated, stated)
def test_raising_any_input_never_lowers_the_tier(said: Stated, more: Stated) -> None:
    assert replace(said, phrases=said.phrases + more.phrases).rank >= said.rank
    assert replace(said, decision=max(said.decision, more.decision)).rank >= said.rank
    assert replace(said, rights=said.rights + more.rights).rank >= said.rank
    assert replace(said, regions=said.regions + more.regions).rank >= said.rank


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=3))
def test_any_text_gets_a_tier_with_a_reason(use_case: str, deployed: list[str]) -> None:
    result = classify(ComponentUse(use_case, None, (), tuple(deployed)), shipped_rules())

    assert result.reasons
    assert result.regulations


def test_the_tiers_rank_in_the_order_of_harm() -> None:
    assert sorted(RiskTier, key=lambda tier: tier.rank) == [RiskTier.LOW, RiskTier.MEDIUM, RiskTier.HIGH, RiskTier.PROHIBITED]

"""Every rule of the risk tier, each with a result worked out by hand from the wording of the rule."""

import pytest

from vendor_ai.domain.tier import AffectedRight, Classification, ComponentUse, DecisionType, RiskTier
from vendor_ai.governance.tier import classify
from vendor_ai.governance.tier_files import shipped_rules

AUTOMATED, IN_LOOP, ON_LOOP = DecisionType.AUTOMATED, DecisionType.HUMAN_IN_THE_LOOP, DecisionType.HUMAN_ON_THE_LOOP
PRIVACY = (AffectedRight.PRIVACY,)
LISTED = (
    "employment",
    "education",
    "law enforcement",
    "migration",
    "justice",
    "credit scoring",
    "insurance pricing",
    "essential services",
)


def classified(
    use_case: str,
    decision_type: DecisionType | None = None,
    rights: tuple[AffectedRight, ...] = (),
    regions: tuple[str, ...] = (),
) -> Classification:
    return classify(ComponentUse(use_case, decision_type, rights, regions), shipped_rules())


@pytest.mark.parametrize("practice", ["social scoring", "subliminal manipulation", "exploitation of vulnerabilities"])
@pytest.mark.parametrize("decision_type", [None, IN_LOOP, AUTOMATED])
def test_a_prohibited_practice_is_prohibited_whoever_decides_and_wherever(practice: str, decision_type: DecisionType | None) -> None:
    result = classified(f"A model for {practice} of customers", decision_type, regions=("US",))

    assert result.tier is RiskTier.PROHIBITED
    assert practice in result.reasons[0]
    assert result.required_approvals == ()
    assert result.reassessment_months is None


@pytest.mark.parametrize("area", LISTED)
@pytest.mark.parametrize("right", AffectedRight)
def test_a_listed_use_decided_automatically_that_touches_a_right_is_high(area: str, right: AffectedRight) -> None:
    result = classified(area, AUTOMATED, (right,), ("US",))

    assert result.tier is RiskTier.HIGH
    assert result.reasons == (
        f"The use case names {area} ({area!r}), the decision is automated and it touches {right.value}: the three together are HIGH.",
    )


@pytest.mark.parametrize(
    ("use_case", "decision_type", "rights", "tier"),
    [
        # two of the three are not enough for HIGH outside the EU
        ("credit scoring", AUTOMATED, (), RiskTier.MEDIUM),
        ("credit scoring", IN_LOOP, PRIVACY, RiskTier.MEDIUM),
        ("credit scoring", ON_LOOP, PRIVACY, RiskTier.MEDIUM),
        ("credit scoring", None, PRIVACY, RiskTier.MEDIUM),
        ("spam filter", AUTOMATED, PRIVACY, RiskTier.MEDIUM),
        # one alone
        ("spam filter", AUTOMATED, (), RiskTier.MEDIUM),
        ("spam filter", IN_LOOP, PRIVACY, RiskTier.MEDIUM),
        ("credit scoring", IN_LOOP, (), RiskTier.LOW),
        ("credit scoring", ON_LOOP, (), RiskTier.LOW),
        # none
        ("spam filter", IN_LOOP, (), RiskTier.LOW),
        ("spam filter", ON_LOOP, (), RiskTier.LOW),
        ("spam filter", None, (), RiskTier.LOW),
        ("", None, (), RiskTier.LOW),
    ],
)
def test_outside_the_eu_the_general_rules_alone_decide(
    use_case: str, decision_type: DecisionType | None, rights: tuple[AffectedRight, ...], tier: RiskTier
) -> None:
    assert classified(use_case, decision_type, rights, ("US",)).tier is tier


@pytest.mark.parametrize(
    "use_case", [*LISTED, "facial recognition", "emotion recognition", "critical infrastructure", "influencing voters"]
)
@pytest.mark.parametrize("decision_type", [None, IN_LOOP, ON_LOOP, AUTOMATED])
def test_in_the_eu_the_areas_of_annex_iii_are_high_with_a_human_in_the_loop_too(use_case: str, decision_type: DecisionType | None) -> None:
    result = classified(use_case, decision_type, regions=("DE",))

    assert result.tier is RiskTier.HIGH
    assert "The region 'DE' falls under the rules of the EU" in result.reasons[0]
    assert "Annex III" in result.reasons[0]


@pytest.mark.parametrize("use_case", ["facial recognition", "critical infrastructure", "influencing voters"])
def test_the_areas_that_only_annex_iii_names_follow_the_general_rules_elsewhere(use_case: str) -> None:
    assert classified(use_case, AUTOMATED, PRIVACY, ("US",)).tier is RiskTier.MEDIUM
    assert classified(use_case, IN_LOOP, regions=("US",)).tier is RiskTier.LOW


@pytest.mark.parametrize("use_case", ["untargeted scraping of facial images", "emotion recognition of employees"])
def test_what_article_5_alone_names_is_prohibited_in_the_eu_only(use_case: str) -> None:
    assert classified(use_case, IN_LOOP, regions=("EU",)).tier is RiskTier.PROHIBITED
    assert classified(use_case, IN_LOOP, regions=("US",)).tier is RiskTier.LOW


def test_one_region_of_several_is_enough_to_raise_the_tier() -> None:
    assert classified("hiring", IN_LOOP, regions=("US", "France")).tier is RiskTier.HIGH


def test_a_general_and_a_regional_rule_that_agree_are_both_given_as_reasons() -> None:
    general, regional = classified("CV screening for hiring", AUTOMATED, (AffectedRight.NON_DISCRIMINATION,), ("EU",)).reasons

    assert general == (
        "The use case names employment ('CV screening', 'hiring'), the decision is automated and it touches non-discrimination: "
        "the three together are HIGH."
    )
    assert regional.startswith(
        "The region 'EU' falls under the rules of the EU, where employment ('CV screening', 'hiring') is at least HIGH"
    )


def test_the_reasons_of_medium_name_the_decision_and_the_rights() -> None:
    result = classified("spam filter", AUTOMATED, (AffectedRight.FREEDOM_OF_EXPRESSION, AffectedRight.PRIVACY), ("US",))

    assert result.reasons == (
        "The decision is automated, which is at least MEDIUM whatever the use case.",
        "The component affects privacy and freedom-of-expression, which is at least MEDIUM whoever decides.",
    )


def test_a_listed_use_that_is_not_high_says_what_is_missing() -> None:
    reasons = classified("credit scoring", IN_LOOP, regions=("US",)).reasons

    assert reasons == (
        "No rule asks for more than LOW: the use case names no prohibited practice, the decision is made with a human in the loop "
        "and no affected right is named.",
        "The use case names credit scoring ('credit scoring'), which is HIGH where the decision is automated and a right is affected; "
        "here the decision is made with a human in the loop and no affected right is named.",
    )


def test_what_is_not_stated_is_named_with_the_tier_it_could_lead_to() -> None:
    reasons = classified("hiring", None, PRIVACY).reasons

    assert "The decision type is not stated; if the decision is automated, the tier rises to HIGH." in reasons
    assert "No region is stated; in the EU the tier rises to HIGH." in reasons


def test_a_gap_that_cannot_raise_the_tier_is_not_mentioned() -> None:
    assert len(classified("spam filter", AUTOMATED).reasons) == 1


def test_an_unstated_use_case_is_called_out() -> None:
    assert any(reason.startswith("The use case is not stated") for reason in classified(" ", IN_LOOP).reasons)


def test_a_region_without_rules_is_named() -> None:
    assert (
        "No regional rules are kept for 'Japan'; only the general rules were applied to it."
        in classified("hiring", regions=("Japan",)).reasons
    )


@pytest.mark.parametrize(
    ("use_case", "decision_type", "tier", "approvals", "months"),
    [
        ("spam filter", IN_LOOP, RiskTier.LOW, ("technical_validation", "automated_checks"), 36),
        ("spam filter", AUTOMATED, RiskTier.MEDIUM, ("technical_validation", "fairness_audit", "security_review"), 24),
        (
            "hiring",
            IN_LOOP,
            RiskTier.HIGH,
            ("technical_validation", "fairness_audit", "security_review", "legal_approval", "exec_sponsor"),
            12,
        ),
    ],
)
def test_each_tier_has_its_approvals_and_its_rhythm(
    use_case: str, decision_type: DecisionType, tier: RiskTier, approvals: tuple[str, ...], months: int
) -> None:
    result = classified(use_case, decision_type, regions=("EU",))

    assert (result.tier, result.required_approvals, result.reassessment_months) == (tier, approvals, months)


def test_each_tier_has_the_controls_of_the_domain() -> None:
    low, medium = classified("spam filter", IN_LOOP), classified("spam filter", AUTOMATED)
    high = classified("hiring", AUTOMATED, PRIVACY, ("US",))

    assert low.required_controls == ("automated gates", "basic tests", "monitoring")
    assert medium.required_controls == (
        "peer review and senior technical approval",
        "fairness testing on known attributes",
        "human review of edge cases",
    )
    assert high.required_controls == (
        "validation by a team that did not build or buy it",
        "fairness testing over segments",
        "documented human oversight, with override rates monitored",
        "legal, compliance and ethics review",
    )


@pytest.mark.parametrize(
    ("use_case", "regions", "expected"),
    [
        ("hiring", ("EU",), "Annex III point 4"),
        ("exam grading", ("EU",), "Annex III point 3"),
        ("credit scoring", ("EU",), "Annex III point 5(b)"),
        ("insurance pricing", ("EU",), "Annex III point 5(c)"),
        ("emergency calls", ("EU",), "Annex III point 5(a) and (d)"),
        ("policing", ("EU",), "Annex III point 6"),
        ("asylum", ("EU",), "Annex III point 7"),
        ("court rulings", ("EU",), "Annex III point 8(a)"),
        ("social scoring", ("EU",), "Article 5(1)(c)"),
        ("subliminal manipulation", ("EU",), "Article 5(1)(a)"),
        ("exploitation of vulnerabilities", ("EU",), "Article 5(1)(b)"),
        ("chatbot", ("EU",), "Article 50"),
        ("credit scoring", ("US",), "Equal Credit Opportunity Act"),
    ],
)
def test_the_law_of_the_region_and_area_is_named(use_case: str, regions: tuple[str, ...], expected: str) -> None:
    assert any(expected in regulation for regulation in classified(use_case, IN_LOOP, regions=regions).regulations)


def test_a_high_risk_system_in_the_eu_carries_the_duties_of_deployers() -> None:
    regulations = " | ".join(classified("credit scoring", AUTOMATED, PRIVACY, ("EU",)).regulations)

    for article in ("Article 26:", "Article 27:", "Article 86:", "GDPR, Article 22", "GDPR, Article 35"):
        assert article in regulations


def test_critical_infrastructure_is_left_out_of_articles_27_and_86() -> None:
    regulations = " | ".join(classified("power grid control", AUTOMATED, regions=("EU",)).regulations)

    assert "Article 26:" in regulations
    assert "Article 27:" not in regulations
    assert "Article 86:" not in regulations


def test_no_law_of_the_eu_is_named_for_other_regions() -> None:
    named = classified("credit scoring", AUTOMATED, PRIVACY, ("US",))

    assert not [
        text for text in (*named.regulations, *named.required_documents, *named.required_controls) if "EU AI" in text or "GDPR" in text
    ]


def test_norway_has_the_gdpr_but_not_the_regional_rule_of_the_eu() -> None:
    result = classified("hiring", IN_LOOP, PRIVACY, ("NO",))

    assert result.tier is RiskTier.MEDIUM
    assert any("GDPR" in regulation for regulation in result.regulations)


def test_the_law_of_a_right_is_named_for_that_right_only() -> None:
    general = {
        AffectedRight.NON_DISCRIMINATION: "equal-treatment law of every region of deployment",
        AffectedRight.PRIVACY: "data-protection law of every region of deployment",
        AffectedRight.FAIR_TRIAL: "procedural law and right of appeal of every region of deployment",
        AffectedRight.FREEDOM_OF_EXPRESSION: "law on expression and media of every region of deployment",
    }
    for right, law in general.items():
        assert set(classified("spam filter", IN_LOOP, (right,)).regulations) & set(general.values()) == {law}


@pytest.mark.parametrize(("decision_type", "named"), [(AUTOMATED, True), (ON_LOOP, False), (IN_LOOP, False), (None, False)])
def test_article_22_of_the_gdpr_is_named_for_automated_decisions_only(decision_type: DecisionType | None, named: bool) -> None:
    result = classified("credit scoring", decision_type, PRIVACY, ("EU",))

    assert any("Article 22:" in regulation for regulation in result.regulations) is named
    assert any("Article 22(3)" in control for control in result.required_controls) is named


def test_a_low_use_in_the_eu_has_only_the_law_that_holds_for_everything() -> None:
    assert classified("spam filter", IN_LOOP, regions=("EU",)).regulations == (
        "law of contract, liability and consumer protection of every region of deployment",
    )


def test_nothing_is_listed_twice() -> None:
    result = classified("credit scoring and hiring", AUTOMATED, tuple(AffectedRight), ("EU", "DE", "US", "UK"))

    for listed in (result.reasons, result.regulations, result.required_controls, result.required_documents, result.required_approvals):
        assert len(listed) == len(set(listed))

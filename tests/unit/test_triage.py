"""Triage: answers of our own staff become the use that is classified, and decide which packs are asked."""

import pytest

from vendor_ai.domain.tier import AffectedRight, ComponentUse, DecisionType, RiskTier
from vendor_ai.governance.tier import classify
from vendor_ai.governance.tier_files import shipped_rules
from vendor_ai.governance.triage import Answers, UnknownTriageAnswerError, chosen_packs, packs_for, properties_from_triage, use_from_triage
from vendor_ai.governance.triage_file import load_triage
from vendor_ai.governance.use_area import mentions

TRIAGE_YAML = """\
sets:
  - {question: q, answer: a, use_case: hiring, regions: [EU]}
packs:
  - {pack: p, tiers: [LOW], reason: Because.}
"""

# What the use of each answer must be recognised as, with the areas of vendor_ai/governance/use_areas.yaml.
AREAS = {
    "internal_support": set(),
    "conversation": {"conversation"},
    "content": {"generated_content"},
    "other": set(),
    "employment": {"employment"},
    "education": {"education"},
    "credit": {"credit_scoring"},
    "insurance": {"insurance_pricing"},
    "essential_services": {"essential_services"},
    "critical_infrastructure": {"critical_infrastructure"},
    "biometrics": {"biometrics", "emotion_recognition"},
    "law_enforcement": {"law_enforcement"},
    "migration": {"migration"},
    "justice": {"justice"},
    "elections": {"democratic_processes"},
    "social_scoring": {"social_scoring"},
    "manipulation": {"subliminal_manipulation"},
    "exploitation": {"exploitation_of_vulnerabilities"},
    "face_scraping": {"face_scraping"},
    "emotion_at_work": {"emotion_recognition_at_work_or_school", "emotion_recognition", "education"},
}


def tier_of(answers: Answers) -> RiskTier:
    return classify(use_from_triage(answers), shipped_rules()).tier


def test_answers_become_the_use_of_the_component() -> None:
    use = use_from_triage(
        {
            "triage-use": ("employment", "conversation"),
            "triage-decision": "automated",
            "triage-rights": ("privacy", "non_discrimination"),
            "triage-regions": ("eu", "us"),
            "triage-replacement": "weeks",
        }
    )

    assert use == ComponentUse(
        use_case="employment; virtual assistant",
        decision_type=DecisionType.AUTOMATED,
        affected_rights=(AffectedRight.PRIVACY, AffectedRight.NON_DISCRIMINATION),
        regions=("EU", "US"),
    )


def test_an_answer_as_it_is_stored_reads_like_its_values() -> None:
    assert use_from_triage({"triage-regions": "eu; us"}) == use_from_triage({"triage-regions": ("eu", "us")})


def test_what_nobody_answered_is_not_stated() -> None:
    assert use_from_triage({}) == ComponentUse()
    assert properties_from_triage({"triage-rights": "none", "triage-use": ""}) == {}


def test_classes_of_data_are_named_once() -> None:
    assert properties_from_triage({"triage-data": ("internal", "special_category", "children")}) == {
        "data_classes": ("internal", "personal", "special category", "children")
    }


def test_an_answer_the_question_does_not_offer_is_refused_with_those_it_does() -> None:
    with pytest.raises(
        UnknownTriageAnswerError, match=r"^'robots' is not an answer to triage-decision; use no_decision, human_in_the_loop,"
    ):
        use_from_triage({"triage-decision": "robots"})


@pytest.mark.parametrize("answer", AREAS)
def test_every_answer_about_the_use_is_recognised_as_its_area(answer: str) -> None:
    use = use_from_triage({"triage-use": answer})

    assert {mention.area.id for mention in mentions(use.use_case, shipped_rules().areas)} == AREAS[answer]


@pytest.mark.parametrize("answer", ["social_scoring", "manipulation", "exploitation"])
def test_a_prohibited_practice_is_prohibited_everywhere(answer: str) -> None:
    assert tier_of({"triage-use": answer, "triage-decision": "human_in_the_loop"}) is RiskTier.PROHIBITED


@pytest.mark.parametrize("answer", ["face_scraping", "emotion_at_work"])
def test_two_more_practices_are_prohibited_in_the_eu(answer: str) -> None:
    assert tier_of({"triage-use": answer, "triage-regions": "eu"}) is RiskTier.PROHIBITED
    assert tier_of({"triage-use": answer, "triage-regions": "us"}) is RiskTier.LOW


def test_a_listed_use_is_high_in_the_eu_with_a_person_who_decides_and_elsewhere_when_automated_with_a_right() -> None:
    assert tier_of({"triage-use": "credit", "triage-decision": "human_in_the_loop", "triage-regions": "eu"}) is RiskTier.HIGH
    assert tier_of({"triage-use": "credit", "triage-decision": "human_in_the_loop", "triage-regions": "us"}) is RiskTier.LOW
    automated = {"triage-use": "credit", "triage-decision": "automated", "triage-rights": "privacy", "triage-regions": "us"}
    assert tier_of(automated) is RiskTier.HIGH


def test_support_of_staff_without_a_decision_is_low() -> None:
    answers = {"triage-use": "internal_support", "triage-decision": "no_decision", "triage-rights": "none", "triage-regions": "eu"}

    assert tier_of(answers) is RiskTier.LOW


def test_a_decision_without_a_person_is_medium() -> None:
    assert tier_of({"triage-use": "other", "triage-decision": "automated", "triage-regions": "us"}) is RiskTier.MEDIUM


# --- packs --------------------------------------------------------------------------------------------------------------

PLAIN = {"triage-technology": "neither", "triage-regions": "us"}


def test_a_low_component_gets_the_default_pack_alone_whatever_it_is() -> None:
    assert packs_for(RiskTier.LOW, {"triage-technology": "agent", "triage-regions": "eu"}) == ("vendor-ai-due-diligence",)


def test_the_engineers_checklist_comes_at_high() -> None:
    assert packs_for(RiskTier.MEDIUM, PLAIN) == ("vendor-ai-due-diligence",)
    assert packs_for(RiskTier.HIGH, PLAIN) == ("vendor-ai-due-diligence", "engineer-risk-checklist")


@pytest.mark.parametrize("technology", ["generative", "agent"])
def test_generative_ai_and_agents_get_their_pack(technology: str) -> None:
    answers = {**PLAIN, "triage-technology": technology}

    assert packs_for(RiskTier.MEDIUM, answers) == ("vendor-ai-due-diligence", "generative-ai-and-agents")


@pytest.mark.parametrize("regions", ["us; eu", ("worldwide",)])
def test_a_use_in_the_union_gets_the_pack_for_deployers_with_its_reason(regions: str | tuple[str, ...]) -> None:
    chosen = chosen_packs(RiskTier.MEDIUM, {**PLAIN, "triage-regions": regions})

    assert [each.pack for each in chosen] == ["vendor-ai-due-diligence", "eu-ai-act-deployer"]
    assert chosen[1].reason == "The component is used, or its output takes effect, in the European Union."


def test_what_is_not_known_is_asked() -> None:
    assert packs_for(RiskTier.MEDIUM, {}) == ("vendor-ai-due-diligence", "generative-ai-and-agents", "eu-ai-act-deployer")


def test_a_prohibited_use_gets_no_pack() -> None:
    assert packs_for(RiskTier.PROHIBITED, {}) == ()


# --- the file -----------------------------------------------------------------------------------------------------------


def test_a_rule_file_is_read() -> None:
    rules = load_triage(TRIAGE_YAML)

    assert [(each.question, each.answer, each.properties) for each in rules.settings] == [
        ("q", "a", {"use_case": ("hiring",), "regions": ("EU",)})
    ]
    assert (rules.packs[0].pack, rules.packs[0].tiers, rules.packs[0].when) == ("p", (RiskTier.LOW,), ())


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("answer: a", "answers: a", "sets.0.answer: is missing"),
        ("use_case: hiring", "decision_type: sometimes", "sets.0.decision_type: 'sometimes' is not possible"),
        ("tiers: [LOW]", "tiers: [PROHIBITED]", "packs.0.tiers.0: 'PROHIBITED' is not possible"),
        ("reason: Because.", "because: Because.", "packs.0.because: is not a field here"),
        ("packs:", "pack:", "packs: is missing"),
    ],
)
def test_a_mistake_in_the_rule_file_is_named(old: str, new: str, part: str) -> None:
    with pytest.raises(ValueError, match=r"^triage\.yaml, ") as refused:
        load_triage(TRIAGE_YAML.replace(old, new))

    assert part in str(refused.value)

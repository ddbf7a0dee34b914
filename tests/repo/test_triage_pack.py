"""The shipped triage pack, its rules and the packs for generative AI and for EU deployers keep what they promise."""

import pytest
import yaml

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level, Pack, QuestionType, Recommendation
from vendor_ai.domain.tier import RiskTier
from vendor_ai.governance.triage_file import shipped_triage
from vendor_ai.kit.data import data_folder
from vendor_ai.scoring.applicability import possible_questions
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import find_pack, pack_files

LANGUAGES = {"en", "de", "fr", "es"}


def triage() -> Pack:
    return find_pack("triage")


def test_the_triage_has_ten_questions_that_are_always_asked_and_cannot_be_skipped() -> None:
    questions = triage().questions

    assert len(questions) == 10
    assert not [question.id for question in questions if question.applies_when or question.not_applicable]
    assert {question.type for question in questions} <= {QuestionType.CHOICE, QuestionType.YES_NO, QuestionType.MULTI}


def test_the_triage_speaks_four_languages_in_every_word() -> None:
    written = yaml.safe_load((data_folder("questionnaires") / "triage.yaml").read_text(encoding="utf-8"))

    assert set(triage().languages) == LANGUAGES
    for translation in written["translations"].values():
        assert set(translation["dimensions"]) == {dimension["id"] for dimension in written["dimensions"]}
        for question in written["questions"]:
            translated = translation["questions"][question["id"]]
            assert set(translated) >= {key for key in ("text", "guidance", "evidence") if key in question}, question["id"]
            assert list(translated["options"]) == [option["value"] for option in question["options"]], question["id"]


def test_the_rules_of_the_triage_name_every_answer_of_the_questions_they_read() -> None:
    settings = shipped_triage().settings

    for question_id in {setting.question for setting in settings}:
        question = triage().question(question_id)
        assert question is not None, question_id
        assert {option.value for option in question.options} == {each.answer for each in settings if each.question == question_id}


def test_the_rules_of_the_triage_lead_to_packs_that_are_shipped() -> None:
    rules = shipped_triage().packs

    assert {rule.pack for rule in rules} <= {path.stem for path in pack_files()}
    for name, answers in (condition for rule in rules for condition in rule.when):
        question = triage().question(name)
        assert question is not None and set(answers) <= {option.value for option in question.options}
    for tier in RiskTier:
        assert any(tier in rule.tiers for rule in rules) is (tier is not RiskTier.PROHIBITED)


@pytest.mark.parametrize("practice", ["social_scoring", "manipulation", "exploitation", "face_scraping", "emotion_at_work"])
def test_a_prohibited_practice_in_the_triage_is_rejected_however_mild_the_rest(practice: str) -> None:
    mildest = {question.id: min(question.options, key=lambda option: option.level).value for question in triage().questions}
    answers = {**mildest, "triage-use": f"internal_support; {practice}"}

    score = Scorer(triage()).from_answers({question: Answer(question, value) for question, value in answers.items()})

    assert score.recommendation is Recommendation.REJECTED
    assert [floor.question for floor in score.floors] == ["triage-use"]


def test_every_prohibited_practice_in_the_pack_for_deployers_is_rejected() -> None:
    questions = [question for question in find_pack("eu-ai-act-deployer").questions if question.type is QuestionType.YES_NO]
    practices = [question for question in questions if question.dimension == "prohibited_practices"]

    assert len(practices) == 9  # Article 5(1)(a) to (h), and what the amending act of 2026 added
    for question in practices:
        assert [(floor.answers, floor.at_least) for floor in question.floors] == [(("yes",), Recommendation.REJECTED)], question.id
        assert question.level_of("no") is Level.LOW and not question.not_applicable


@pytest.mark.parametrize(("pack", "fewest", "most"), [("generative-ai-and-agents", 45, 60), ("eu-ai-act-deployer", 40, 50)])
def test_the_further_packs_are_deep_at_high_and_short_at_low(pack: str, fewest: int, most: int) -> None:
    asked = {tier: len(possible_questions(find_pack(pack), {"tier": [tier.value]})) for tier in RiskTier}

    assert fewest <= asked[RiskTier.HIGH] <= most
    assert asked[RiskTier.LOW] <= 25 < asked[RiskTier.MEDIUM] <= asked[RiskTier.HIGH]
    assert asked[RiskTier.PROHIBITED] == asked[RiskTier.HIGH]


def test_an_agent_that_cannot_be_stopped_is_rejected() -> None:
    pack = find_pack("generative-ai-and-agents")
    answers = {"gai-agt-tools": "acts", "gai-agt-stop": "none"}

    score = Scorer(pack).from_answers({question: Answer(question, value) for question, value in answers.items()})

    assert ("gai-agt-stop", Recommendation.REJECTED) in [(floor.question, floor.at_least) for floor in score.floors]


def test_a_component_without_tools_retrieval_and_memory_is_not_asked_about_them() -> None:
    pack = find_pack("generative-ai-and-agents")
    answers = {"gai-agt-tools": "nothing", "gai-ret-used": "no", "gai-mem-used": "no", "gai-out-executed": "no"}

    score = Scorer(pack).from_answers({question: Answer(question, value) for question, value in answers.items()})

    assert not [question for question in score.unanswered if question.startswith(("gai-agt-", "gai-ret-", "gai-mem-"))]
    assert not {"gai-out-sandbox", "gai-tool-connectors", "gai-tool-descriptions"} & set(score.unanswered)


def test_all_ten_risks_of_the_owasp_list_are_covered() -> None:
    places = " ".join(place for question in find_pack("generative-ai-and-agents").questions for _, place in question.source)

    assert [number for number in range(1, 11) if f"LLM{number:02}" not in places] == []


def test_every_duty_of_deployers_in_article_26_is_asked_about() -> None:
    places = " ".join(place for question in find_pack("eu-ai-act-deployer").questions for _, place in question.source)

    # Paragraph 3 adds no duty; it leaves other law untouched.
    assert [number for number in range(1, 13) if number != 3 and f"26({number})" not in places] == []

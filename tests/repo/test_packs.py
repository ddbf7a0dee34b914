"""The shipped packs: sound in what they ask, how they grade it and what they rest on."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from tests.factories.answers import TODAY, levels, stored
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level, Pack, Question, QuestionType, Recommendation, Scope
from vendor_ai.domain.tier import RiskTier
from vendor_ai.governance.region import region_key
from vendor_ai.governance.tier_files import shipped_rules
from vendor_ai.importers.answers import means_not_applicable, normal
from vendor_ai.scoring.applicability import possible_questions
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import load_pack, pack_files

DEFAULT = load_pack(next(path for path in pack_files() if path.stem == "vendor-ai-due-diligence"))
LARGEST_FOR_LOW = 25

# What the frameworks really have. NIST AI 100-1 (2023); ISO/IEC 42001:2023, Annex A; Regulation (EU) 2024/1689;
# OWASP Top 10 for LLM Applications 2025; the domains of the Cloud Security Alliance's CAIQ v4 and AI Controls Matrix.
NIST = {"GOVERN": (7, 3, 2, 3, 2, 2), "MAP": (6, 3, 5, 2, 2), "MEASURE": (3, 13, 3, 3), "MANAGE": (4, 4, 2, 3)}
ISO_LAST = {"2": 4, "3": 3, "4": 6, "5": 5, "6.1": 3, "6.2": 8, "7": 6, "8": 5, "9": 4, "10": 4}  # the first control is always number 2
ISO = {f"A.{group}.{number}" for group, last in ISO_LAST.items() for number in range(2, last + 1)}
CAIQ = {"A&A", "AIS", "BCR", "CCC", "CEK", "DCS", "DSP", "GRC", "HRS", "IAM", "IPY", "IVS", "LOG", "SEF", "STA", "TVM", "UEM"}

# Every question and answer of version 1.0; answers given to it still hold.
RELEASED = """
doc-model-card: complete incomplete general none | doc-training-methodology: reproducible outlined family undisclosed
doc-limitations: quantified described disclaimer none | doc-supply-chain: maintained listed partial undisclosed
doc-human-oversight: built_in instructions stop_only none | data-sources: itemised categories vague undisclosed
data-lawful-collection: documented mostly asserted unknown | data-customer-training: never opt_in opt_out no_opt_out
data-customer-training-isolation: isolated isolated_no_removal shared_filtered shared
data-representativeness: measured known not_checked unknown | data-quality: measured procedure informal none
data-refresh: planned stated irregular unknown | perf-validation: our_data use_case general none
perf-metrics-intervals: intervals sizes bare none | perf-metrics-fit: by_cost by_kind single unrelated
perf-independent: external separate_team own_team nobody | perf-regression: gated compared sometimes never
perf-own-trial: always before demo refused | bias-personal-effect: not_people indirect direct decisive
bias-segments: all_groups main_groups one_attribute none | bias-metrics: bound_met no_bound general none
bias-mitigation: proven written case_by_case nothing | bias-repetition: each_version yearly once never
bias-output-harm: measured filtered untested_filter none | sec-adversarial: regular internal once never
sec-input-validation: both_tested both input_only none | sec-rate-limiting: both limits_alerts limits none
sec-access: certified audited_elsewhere self_declared weak | sec-encryption: own_keys vendor_keys transport none
sec-robustness: tested_fallback flagged unpredictable unknown | mon-performance: our_figures overall_figures internal none
mon-drift: alerts vendor_only occasional none | mon-logs: full short partial none | mon-availability: per_customer public on_request none
upd-notice: days_60 days_30 shorter none | upd-pinning: days_90 limited some_plans none | upd-version-visible: exact family elsewhere none
upd-emergency: agreed practice later none | inc-plan: exercised written security_only none
inc-notification: hours_24 hours_72 undue_delay none | inc-history: open summary on_pressure refused | inc-rollback: hours day days unknown
inc-contact: always office_hours queue none | port-export: self_service within_30_days partial none
port-deletion: days_60 longer unconfirmed none | port-transition: days_90 shorter goodwill none | port-substitute: tried planned costly none
lia-allocation: fair capped token excluded | lia-ip: both capped one none | lia-remedies: credits_exit credits effort nothing
lia-insurance: both cyber ai_excluded none | com-prohibited: clear stated unassessed prohibited
com-eu-ai-act: documented stated unclear none | com-privacy: complete agreement agreement_only none
com-management-system: certified followed started none | com-transparency: built_in configurable ours prevented
aud-metrics: continuous periodic on_request none | aud-independent: yearly report self_report none
aud-explanation: in_product on_request general none | aud-records: beyond_contract contract short none
"""


def tiered(pack: Pack, tier: RiskTier) -> set[str]:
    return {question.id for question in possible_questions(pack, {"tier": (tier,)})}


def all_answered(pack: Pack, level: Level) -> dict[str, Answer]:
    return {question.id: Answer(question.id, stored(question, level)) for question in pack.questions}


# --- every shipped pack --------------------------------------------------------------------------------------------------


@pytest.fixture(params=pack_files(), ids=lambda path: path.stem)
def pack(request: pytest.FixtureRequest) -> Pack:
    path: Path = request.param
    return load_pack(path)


def test_the_weights_of_the_dimensions_add_up_to_exactly_one(pack: Pack) -> None:
    assert sum(dimension.weight for dimension in pack.dimensions) == Fraction(1)


def test_a_low_component_gets_at_most_25_questions(pack: Pack) -> None:
    assert 0 < len(tiered(pack, RiskTier.LOW)) <= LARGEST_FOR_LOW


def test_a_higher_tier_is_asked_everything_a_lower_one_is(pack: Pack) -> None:
    low, medium, high, prohibited = (tiered(pack, tier) for tier in RiskTier)
    assert low <= medium <= high == prohibited
    assert high == {question.id for question in pack.questions}


def test_every_question_names_its_source(pack: Pack) -> None:
    assert [question.id for question in pack.questions if not question.source] == []


def in_nist(place: str) -> bool:
    named = re.findall(r"([A-Z]+) (\d+)\.(\d+)", place)
    return bool(named) and all(0 < int(part) <= NIST[function][int(category) - 1] for function, category, part in named)


def in_iso(place: str) -> bool:
    named = set(re.findall(r"A(?:\.\d+)+", place))
    return named <= ISO if named else re.fullmatch(r"Clauses? ([4-9]|10)\b.*", place) is not None


def in_ai_act(place: str) -> bool:
    """113 articles and thirteen annexes."""
    articles = re.findall(r"\b\d{1,3}\b", re.sub(r"\(.*?\)", "", place))
    annexes = re.findall(r"Annex(?:es)? (\w+)", place)
    known = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII"}
    return bool(articles or annexes) and all(1 <= int(number) <= 113 for number in articles) and set(annexes) <= known


def in_owasp(place: str) -> bool:
    named = re.findall(r"LLM(\d\d)", place)
    return bool(named) and all(1 <= int(number) <= 10 for number in named)


def in_cloud_controls(place: str) -> bool:
    return set(re.split(r", | and ", place)) <= CAIQ | {"MDS"}


CHECKS: dict[str, Callable[[str], bool]] = {
    "NIST AI RMF": in_nist,
    "ISO/IEC 42001": in_iso,
    "EU AI Act": in_ai_act,
    "OWASP LLM Top 10 2025": in_owasp,
    "CAIQ": lambda place: in_cloud_controls(place) and "MDS" not in place,
    "CSA AICM": in_cloud_controls,
}


def test_every_source_that_can_be_checked_names_a_real_place(pack: Pack) -> None:
    wrong = [
        (question.id, framework, place)
        for question in pack.questions
        for framework, place in question.source
        if framework in CHECKS and not CHECKS[framework](place)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("framework", "place"),
    [
        ("NIST AI RMF", "MEASURE 2.14"),
        ("NIST AI RMF", "Chapter 5"),
        ("ISO/IEC 42001", "A.6.2.9"),
        ("EU AI Act", "Article 114"),
        ("EU AI Act", "Annex XIV"),
        ("OWASP LLM Top 10 2025", "LLM11"),
        ("CAIQ", "MDS"),
    ],
)
def test_a_place_that_a_framework_does_not_have_is_noticed(framework: str, place: str) -> None:
    assert not CHECKS[framework](place)


def test_no_two_questions_ask_the_same(pack: Pack) -> None:
    texts = Counter(normal(question.text) for question in pack.questions)
    assert [text for text, count in texts.items() if count > 1] == []


def test_every_question_asks_one_thing_and_fits_a_cell(pack: Pack) -> None:
    for question in pack.questions:
        asked = question.text.count("?")
        assert asked == 1 or (question.type is QuestionType.FILE and asked == 0), question.id
        assert len(question.text) <= 300, question.id


def test_every_graded_question_can_be_answered_well_and_badly(pack: Pack) -> None:
    graded = [question for question in pack.questions if question.scored and question.answered is None]
    assert [question.id for question in graded if min(levels(question)) is not Level.LOW or max(levels(question)) < Level.MEDIUM] == []


def test_bands_run_in_one_direction(pack: Pack) -> None:
    for question in pack.questions:
        found = [band.level for band in question.bands]
        assert found in (sorted(set(found)), sorted(set(found), reverse=True)), question.id


def test_the_older_a_document_the_worse_its_level(pack: Pack) -> None:
    for question in pack.questions:
        if question.type is QuestionType.DATE and question.bands:
            assert question.bands[0].level is Level.LOW, question.id


def test_the_better_an_answer_to_every_question_the_better_the_recommendation(pack: Pack) -> None:
    scorer = Scorer(pack)
    best, worst = (scorer.from_answers(all_answered(pack, level), as_of=TODAY) for level in (Level.LOW, Level.CRITICAL))
    assert (best.recommendation, best.complete, best.unanswered) == (Recommendation.APPROVED, True, ())
    assert best.score is not None and worst.score is not None and worst.score > best.score
    assert worst.recommendation is not Recommendation.APPROVED


def test_a_condition_says_who_mends_it_and_ends_as_a_sentence(pack: Pack) -> None:
    odd = [
        (question.id, condition.text)
        for question in pack.questions
        for condition in question.conditions
        if not condition.owner or not condition.text.endswith(".")
    ]
    assert odd == []


def test_a_text_never_reads_as_not_applicable(pack: Pack) -> None:
    assert not any(means_not_applicable(option.label) for question in pack.questions for option in question.options)


def test_an_id_means_the_same_question_in_every_pack() -> None:
    ids = Counter(question.id for path in pack_files() for question in load_pack(path).questions)
    assert [name for name, count in ids.items() if count > 1] == []


# --- the default pack ----------------------------------------------------------------------------------------------------


def graded() -> Iterator[Question]:
    return (question for question in DEFAULT.questions if question.scored)


def test_the_default_pack_asks_25_questions_of_a_low_65_of_a_medium_and_115_of_a_high_component() -> None:
    assert [len(tiered(DEFAULT, tier)) for tier in (RiskTier.LOW, RiskTier.MEDIUM, RiskTier.HIGH)] == [25, 65, 115]


@pytest.mark.parametrize("tier", list(RiskTier))
def test_every_dimension_is_asked_about_at_every_tier(tier: RiskTier) -> None:
    asked = {question.dimension for question in DEFAULT.questions if question.id in tiered(DEFAULT, tier) and question.scored}
    assert asked == {dimension.id for dimension in DEFAULT.dimensions}


def test_the_default_pack_uses_every_type_and_every_level() -> None:
    assert {question.type for question in DEFAULT.questions} == set(QuestionType)
    assert {level for question in graded() for level in levels(question)} == set(Level)


def test_the_questions_of_1_0_are_all_there_with_their_answers() -> None:
    released = {name: values.split() for name, values in (entry.split(": ") for entry in re.split(r" \| |\n", RELEASED.strip()))}
    found = {question.id: [option.value for option in question.options] for question in DEFAULT.questions}
    assert len(released) == 60
    assert {name: found.get(name) for name in released} == released


def test_a_plain_choice_offers_one_answer_of_each_level() -> None:
    for question in DEFAULT.questions:
        if question.type is QuestionType.CHOICE:
            assert levels(question) == list(Level), question.id


def test_what_can_go_wrong_badly_has_a_condition_to_mend_it() -> None:
    assert [question.id for question in graded() if max(levels(question)) >= Level.HIGH and not question.conditions] == []


def test_every_question_that_is_graded_says_which_evidence_it_wants() -> None:
    assert [question.id for question in graded() if question.type is not QuestionType.FILE and not question.evidence] == []
    assert sum(question.evidence_required for question in DEFAULT.questions) >= 30


def test_an_answer_that_can_decide_alone_has_to_be_proved() -> None:
    assert [question.id for question in DEFAULT.questions if question.floors and not question.evidence_required] == []


def test_the_knock_outs_of_the_default_pack_are_these() -> None:
    floors = {
        (question.id, answer): floor.at_least for question in DEFAULT.questions for floor in question.floors for answer in floor.answers
    }
    assert {name for name, least in floors.items() if least is Recommendation.REJECTED} == {
        ("data-customer-training", "no_opt_out"),
        ("data-rights", "no_right"),
        ("inc-plan", "none"),
        ("com-prohibited", "prohibited"),
    }
    assert {name for name, least in floors.items() if least is Recommendation.REQUIRES_REMEDIATION} == {
        ("doc-intended-use", "excluded"),
        ("data-lawful-collection", "unknown"),
        ("data-rights", "unknown"),
        ("perf-own-trial", "refused"),
        ("sec-agency", "irreversible"),
        ("sec-tenant-isolation", "shared"),
        ("inc-notification", "none"),
        ("com-prohibited", "unassessed"),
        ("com-conformity", "none"),
        ("com-privacy", "none"),
        ("com-places", "without"),
    }


def test_no_knock_out_hides_behind_another_question() -> None:
    hanging = {question.id for question in DEFAULT.questions if question.floors for trigger in question.applies_when if trigger.question}
    # Conformity is asked wherever the question about the role under the EU AI Act is answered at all.
    assert hanging == {"com-conformity"}


def test_a_question_hangs_only_on_one_of_its_own_dimension() -> None:
    dimension = {question.id: question.dimension for question in DEFAULT.questions}
    far = [
        (question.id, trigger.question)
        for question in DEFAULT.questions
        for trigger in question.applies_when
        if trigger.question is not None and dimension[trigger.question] != question.dimension
    ]
    assert far == []


def test_what_holds_for_the_company_never_hangs_on_what_holds_for_one_component() -> None:
    scope = {question.id: question.scope for question in DEFAULT.questions}
    wrong = [
        question.id
        for question in DEFAULT.questions
        if question.scope is Scope.VENDOR and any(scope.get(trigger.question or "") is Scope.COMPONENT for trigger in question.applies_when)
    ]
    assert wrong == []
    assert sum(found is Scope.VENDOR for found in scope.values()) >= 30


def test_wherever_the_tier_rules_see_the_eu_the_pack_asks_about_its_ai_act() -> None:
    question = DEFAULT.question("com-eu-ai-act")
    assert question is not None
    asked = {region_key(value) for trigger in question.applies_when if trigger.property == "regions" for value in trigger.values}
    (union,) = (group for group in shipped_rules().groups if group.id == "eu")
    assert union.members <= asked


@pytest.mark.parametrize(
    ("question", "answer", "level"),
    [
        ("data-retention", "0", Level.LOW),
        ("data-retention", "30", Level.LOW),
        ("data-retention", "31", Level.MEDIUM),
        ("data-retention", "36500", Level.CRITICAL),
        ("bias-outcome-ratio", "0.8", Level.MEDIUM),  # four fifths is not below four fifths
        ("bias-outcome-ratio", "0.79", Level.HIGH),
        ("lia-cap-multiple", "0", Level.CRITICAL),
        ("lia-cap-multiple", "1", Level.MEDIUM),
        ("upd-deprecation-days", "90", Level.MEDIUM),
        ("sec-pentest-date", "2025-03-02", Level.LOW),  # 365 days before 2 March 2026
        ("sec-pentest-date", "2025-03-01", Level.MEDIUM),
        ("bias-attributes", "age", Level.HIGH),
        ("bias-attributes", "age; gender; disability; region", Level.LOW),
        ("data-rights", "licence; accessible", Level.HIGH),
        ("doc-output-aids", "standing_note; sources", Level.LOW),
        ("com-certificates", "none", Level.HIGH),
        ("upd-changelog", "releases.csv", Level.LOW),
        ("com-subprocessors", "none", None),
    ],
)
def test_an_answer_on_the_edge_is_graded_as_the_question_says(question: str, answer: str, level: Level | None) -> None:
    found = DEFAULT.question(question)
    assert found is not None
    assert found.level_of(answer, TODAY) is level

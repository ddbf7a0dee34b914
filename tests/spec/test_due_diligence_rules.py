"""The rules of due diligence, one by one, as worked examples; each test names the rule it shows. Other tests go into depth."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from sqlmodel import Session

from tests.factories.command_line import CommandLine
from tests.factories.decision import A_YEAR_ON, approved_with_conditions, decided_more_mildly, reviewed
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, answer, small_pack, start, store_vendor, submitted
from tests.factories.gate import HIGH_APPROVALS, LOW_APPROVALS, MEDIUM_APPROVALS, a_component, approve, ready, store_component
from tests.factories.pack import NA, SMALL_PACK_YAML, a_pack, a_question, answered
from vendor_ai.db.base import Records
from vendor_ai.db.schema import ensure
from vendor_ai.db.vendor import component_key, components, find_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError
from vendor_ai.domain.evidence import Confidentiality
from vendor_ai.domain.gate import AUTOMATED_CHECKS, Gate
from vendor_ai.domain.pack import Condition, Floor, Level, Pack, Recommendation, Trigger
from vendor_ai.domain.reassessment import Cause
from vendor_ai.domain.review import Review, ReviewKind
from vendor_ai.domain.tier import AffectedRight, ComponentUse, DecisionType, RiskTier
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.governance.tier_files import shipped_rules
from vendor_ai.scoring.applicability import possible_questions
from vendor_ai.scoring.score import Scorer
from vendor_ai.services import answering, approval, assessment, campaign, decision, evidence, response_decision, review, risk, vendor_link
from vendor_ai.services.assessment_score import standing_of
from vendor_ai.services.component import look_at_component
from vendor_ai.services.evidence_record import views
from vendor_ai.services.finding import findings
from vendor_ai.services.gate import check_gate
from vendor_ai.services.internal_audit import audited_acts
from vendor_ai.services.lapse import decision_in_force, reopen_lapsed
from vendor_ai.services.pack_lock import lock_fault, publish
from vendor_ai.services.questionnaire import check_pack_text, find_pack, load_pack, pack_files
from vendor_ai.services.reassessment import note_incident, reassessment
from vendor_ai.services.suggestion import suggest_from_assessments
from vendor_ai.services.tier import classify_use
from vendor_ai.services.verification import verify_file

DEFAULT = find_pack("vendor-ai-due-diligence")
CHECKLIST = find_pack("engineer-risk-checklist")
R = Recommendation
LATER = NOW + timedelta(days=31)
DOCUMENT = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """The records of one vendor with the components `ocr` and `chat`."""
    records = Records(f"sqlite:///{tmp_path / 'home' / 'vendor-ai.db'}")
    ensure(records)
    with records.write() as session:
        store_vendor(session)
        yield session
    records.close()


def every_dimension(level: Level) -> dict[str, Level | None]:
    return {dimension.id: level for dimension in DEFAULT.dimensions}


def changed_level(session: Session, ref: str, subject: str, level: Level) -> Review:
    facts = {"verified": True, "level": level, "reason": "Seen.", "until": A_YEAR_ON}
    return review.review(session, ref, kind=ReviewKind.QUESTION, subject=subject, by=REVIEWER, at=NOW, **facts)  # type: ignore[arg-type]


def shipped_packs() -> list[Pack]:
    return [load_pack(path) for path in pack_files()]


# Section 1: scoring


def test_levels_run_from_low_1_to_critical_4_and_higher_is_worse() -> None:
    assert [(level.name, level.value) for level in Level] == [("LOW", 1), ("MEDIUM", 2), ("HIGH", 3), ("CRITICAL", 4)]
    assert Scorer(DEFAULT).from_levels(every_dimension(Level.LOW)).recommendation is R.APPROVED
    assert Scorer(DEFAULT).from_levels(every_dimension(Level.CRITICAL)).recommendation is R.REJECTED


def test_the_default_pack_has_twelve_dimensions_with_these_weights() -> None:
    assert [(entry.group, entry.id, entry.weight) for entry in DEFAULT.dimensions] == [
        ("technical", "model_documentation_quality", Fraction("0.10")),
        ("technical", "training_data_transparency", Fraction("0.10")),
        ("technical", "performance_validation_rigor", Fraction("0.15")),
        ("technical", "bias_testing_adequacy", Fraction("0.15")),
        ("technical", "security_robustness", Fraction("0.10")),
        ("operational", "monitoring_capabilities", Fraction("0.10")),
        ("operational", "update_notification_process", Fraction("0.05")),
        ("operational", "incident_response_maturity", Fraction("0.10")),
        ("operational", "data_portability", Fraction("0.05")),
        ("legal", "liability_allocation", Fraction("0.05")),
        ("legal", "compliance_coverage", Fraction("0.03")),
        ("legal", "audit_rights", Fraction("0.02")),
    ]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ((1, 1), R.APPROVED),  # 1.00
        ((1, 2), R.APPROVED_WITH_CONDITIONS),  # exactly 1.5
        ((2, 3), R.REQUIRES_REMEDIATION),  # exactly 2.5
        ((3, 3), R.REJECTED),  # exactly 3.0
    ],
)
def test_the_recommendation_follows_from_the_weighted_mean_of_the_dimension_levels(levels: tuple[int, int], expected: R) -> None:
    pack = a_pack([a_question("a"), a_question("b", "d2")], d1="0.5", d2="0.5")

    assert Scorer(pack).from_answers(answered(a=f"l{levels[0]}", b=f"l{levels[1]}")).recommendation is expected


def test_twelve_times_high_is_exactly_three_and_rejected_where_floats_would_let_it_pass() -> None:
    weights = [float(dimension.weight) for dimension in DEFAULT.dimensions]
    assert sum(weight * 3 for weight in weights) / sum(weights) < 3

    score = Scorer(DEFAULT).from_levels(every_dimension(Level.HIGH))
    assert (score.score, score.recommendation) == (Fraction(3), R.REJECTED)


@pytest.mark.parametrize("weight", ["0.39", "0.4001"])
def test_a_pack_whose_weights_do_not_add_up_to_exactly_1_is_refused(weight: str) -> None:
    assert check_pack_text(SMALL_PACK_YAML).pack is not None
    parsed = check_pack_text(SMALL_PACK_YAML.replace("weight: 0.4", f"weight: {weight}"))
    assert parsed.pack is None
    assert any("add up" in problem.message for problem in parsed.problems)


def test_a_dimension_is_the_weighted_mean_of_its_questions() -> None:
    pack = a_pack([a_question("a", weight=Fraction(3)), a_question("b")])

    assert Scorer(pack).from_answers(answered(a="l1", b="l3")).dimensions[0].value == Fraction(3 * 1 + 3, 4)


def test_not_applicable_leaves_numerator_and_denominator_and_the_rest_is_renormalised() -> None:
    pack = a_pack([a_question("a"), a_question("b", "d2"), a_question("c", "d3")], d1="0.5", d2="0.3", d3="0.2")

    # (0.3 x 2 + 0.2 x 4) / 0.5
    assert Scorer(pack).from_answers(answered(a=NA, b="l2", c="l4")).score == Fraction("2.8")


def test_not_applicable_counts_as_unanswered_in_a_stored_assessment_until_a_reviewer_accepts_it(session: Session) -> None:
    ref = submitted(session, {"tested": NA})
    assert standing_of(session, ref, at=NOW).score.unanswered == ("tested",)

    review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
    assert standing_of(session, ref, at=NOW).score.unanswered == ()


def test_questionnaire_score_takes_not_applicable_as_accepted(cli: CommandLine) -> None:
    cli.home.mkdir()
    pack, given = cli.home / "small.yaml", cli.home / "answers.yaml"
    pack.write_text(SMALL_PACK_YAML)
    given.write_text("tested: {value: NA, reason: It is a rule.}\nlawful: good\n")

    score = cli.ok("questionnaire", "score", "--pack", pack, "--answers", given, "--json").json
    assert (score["unanswered"], score["complete"]) == ([], True)


def test_a_score_is_claimed_until_a_reviewer_verified_the_answers_that_carry_it(session: Session) -> None:
    ref = submitted(session)
    assert not standing_of(session, ref, at=NOW).verified

    review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
    assert standing_of(session, ref, at=NOW).verified


def test_an_approval_needs_a_verified_score(session: Session) -> None:
    ref = submitted(session)
    review.review_answers(session, ref, dimension="d1", verified=True, by=REVIEWER, at=NOW)

    with pytest.raises(ConflictError, match="not verified: monitored, insured"):
        decision.decide(session, ref, R.APPROVED, rationale="Fine.", by=APPROVER, at=NOW)


def test_every_answer_names_its_source_and_staff_may_answer_for_a_vendor_that_never_will(session: Session) -> None:
    ref = start(session)
    for question, source in (("tested", AnswerSource.OWN_TEST), ("monitored", AnswerSource.DOCUMENT), ("insured", AnswerSource.STAFF)):
        answer(session, ref, {question: "l1"}, source=source)

    given = assessment.given_answers(session, ref)
    assert {question: entry.source.value for question, entry in given.items()} == {
        "tested": "own_test",
        "monitored": "document",
        "insured": "staff",
    }
    assert assessment.assessment(session, ref).state == "submitted"


def test_an_unanswered_question_counts_as_critical_and_the_result_carries_its_bounds() -> None:
    pack = a_pack([a_question("a"), a_question("b", "d2")], d1="0.5", d2="0.5")
    score = Scorer(pack).from_answers(answered(a="l1"))

    assert score.best is not None
    assert score.worst is not None
    assert (score.score, score.best.score, score.worst.score) == (Fraction("2.5"), Fraction(1), Fraction("2.5"))
    assert (score.best.recommendation, score.worst.recommendation) == (R.APPROVED, R.REQUIRES_REMEDIATION)


def test_nothing_scorable_gives_no_score() -> None:
    score = Scorer(a_pack([a_question("a")])).from_answers(answered(a=NA))

    assert (score.score, score.recommendation, score.best) == (None, None, None)


def test_the_breakdown_adds_up_to_the_score_shown_to_the_last_digit() -> None:
    pack = a_pack([a_question("a"), a_question("b", "d2"), a_question("c", "d3")], d1="1/3", d2="1/3", d3="1/3")
    shown = Scorer(pack).from_answers(answered(a="l1", b="l1", c="l2")).as_json(breakdown=True)

    assert shown["score"] == "1.333333"
    assert sum(Decimal(part["contribution"]) for part in shown["dimensions"]) == Decimal("1.333333")
    assert sum(Decimal(one["contribution"]) for part in shown["dimensions"] for one in part["questions"]) == Decimal("1.333333")


def test_a_floor_forces_at_least_a_recommendation_and_the_result_names_mean_floor_and_question() -> None:
    pack = a_pack([a_question("a", floors=(Floor(("l2",), R.REJECTED),)), a_question("b")])
    shown = Scorer(pack).from_answers(answered(a="l2", b="l1")).as_json()

    assert (shown["score"], shown["by_mean"], shown["recommendation"]) == ("1.50", "APPROVED_WITH_CONDITIONS", "REJECTED")
    assert shown["floors"] == [{"question": "a", "answer": "l2", "at_least": "REJECTED"}]


@pytest.mark.parametrize(
    ("question", "reason"),
    [("data-customer-training", "no opt-out"), ("inc-plan", "no incident response"), ("com-prohibited", "a prohibited practice")],
)
def test_the_default_pack_has_floors_for_what_no_mean_makes_good(question: str, reason: str) -> None:
    found = DEFAULT.question(question)
    assert found is not None, reason
    worst = max(found.options, key=lambda option: option.level).value
    assert any(worst in floor.answers for floor in found.floors), reason


@pytest.mark.parametrize(
    ("value", "raised"), [("l1", []), ("l2", [("Mend it.", "MEDIUM", "vendor", 30)]), ("l4", [("Mend it.", "CRITICAL", "vendor", 30)])]
)
def test_an_answer_at_medium_or_worse_may_raise_a_condition_with_severity_owner_and_due_date(value: str, raised: list[object]) -> None:
    pack = a_pack([a_question("a", conditions=(Condition("Mend it.", Level.MEDIUM, None, 30, "vendor"),))])
    score = Scorer(pack).from_answers(answered(a=value))

    assert [(entry.text, entry.severity.name, entry.owner, entry.days) for entry in score.conditions] == raised


def test_an_approval_with_conditions_carries_them_as_findings_until_closed(session: Session) -> None:
    approved_with_conditions(session)

    assert [(entry.subject, entry.state, entry.due_at) for entry in findings(session, at=NOW)] == [
        ("ocr-a1:tested", "open", NOW + timedelta(days=30)),
        ("ocr-a1:monitored", "open", NOW + timedelta(days=60)),
    ]


def test_an_overdue_condition_reopens_the_decision(session: Session) -> None:
    ref = approved_with_conditions(session)

    assert decision_in_force(session, ref, at=LATER) is None
    assert reopen_lapsed(session, ref, by=Actor("job:condition"), at=LATER) is not None
    assert assessment.assessment(session, ref).state == "reopened"


def test_vendor_answers_are_given_once_dated_and_inherited_by_all_its_components(session: Session) -> None:
    submitted(session)
    other = assessment.send(session, "chat", small_pack(), by=PROCUREMENT, at=LATER)
    answering.inherit(session, other, by=PROCUREMENT, at=LATER)

    given = assessment.given_answers(session, other)
    assert [(question, entry.origin, entry.answered_at) for question, entry in given.items()] == [("insured", "ocr-a1", NOW)]


def test_a_conditional_question_is_asked_only_when_an_earlier_answer_says_so() -> None:
    pack = a_pack([a_question("a"), a_question("b", applies_when=(Trigger("a", None, ("l1",)),))])

    assert Scorer(pack).from_answers(answered(a="l1")).unanswered == ("b",)
    assert Scorer(pack).from_answers(answered(a="l4")).unanswered == ()


def test_a_conditional_question_is_asked_only_when_a_property_of_the_component_says_so() -> None:
    pack = a_pack([a_question("a"), a_question("b", applies_when=(Trigger(None, "tier", ("HIGH",)),))])

    assert Scorer(pack).from_answers(answered(a="l1"), {"tier": ["HIGH"]}).unanswered == ("b",)
    assert Scorer(pack).from_answers(answered(a="l1"), {"tier": ["LOW"]}).unanswered == ()


def test_evidence_is_demanded_and_published_frameworks_are_named_question_by_question() -> None:
    frameworks = {framework for question in DEFAULT.questions for framework, _ in question.source}

    assert any(question.evidence_required for question in DEFAULT.questions)
    for name in ("NIST AI RMF", "ISO/IEC 42001", "EU AI Act", "CAIQ"):
        assert any(framework.startswith(name) for framework in frameworks), name


def test_a_sent_assessment_keeps_its_own_copy_of_the_pack(session: Session) -> None:
    ref = start(session)
    start(session, "chat", replace(small_pack("2.0"), title="Another pack"))

    assert assessment.pack_of(session, ref) == small_pack()


def test_a_published_version_is_frozen_by_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    (tmp_path / "lock.json").write_text("{}")
    assert publish(path, small_pack())

    assert lock_fault(path, small_pack()) is None
    assert "Raise the version" in str(lock_fault(path, replace(small_pack(), title="Changed")))


def test_answers_are_reused_as_suggestions_and_never_by_question_id_alone(session: Session) -> None:
    submitted(session)
    small = small_pack("2.0")
    reworded = replace(small.questions[0], text="Something else altogether?")
    ref = start(session, pack=replace(small, questions=(reworded, *small.questions[1:])))

    made = suggest_from_assessments(session, ref, by=PROCUREMENT, at=NOW)
    assert "monitored" in {entry.suggestion.question for entry in made.new}
    assert "tested" not in {entry.suggestion.question for entry in made.new}
    assert "monitored" not in assessment.answers_of(session, ref)  # until a person confirms it


@pytest.mark.parametrize(
    ("topic", "questions"),
    [
        ("training methodology documented", ["doc-training-methodology"]),
        ("validation adequate for the use case", ["perf-validation"]),
        ("bias tested across segments", ["bias-segments"]),
        ("metrics with confidence intervals", ["perf-metrics-intervals"]),
        ("training-data sources disclosed", ["data-sources"]),
        ("collection lawful and ethical", ["data-lawful-collection"]),
        ("representativeness gaps known", ["data-representativeness"]),
        ("refresh cadence", ["data-refresh"]),
        ("adversarial testing", ["sec-adversarial"]),
        ("input validation", ["sec-input-validation"]),
        ("rate limiting and abuse prevention", ["sec-rate-limiting"]),
        ("incident response", ["inc-plan"]),
        ("monitoring, update notices, portability", ["mon-performance", "upd-notice", "port-export"]),
        ("liability, compliance, audit rights", ["lia-allocation", "com-eu-ai-act", "aud-independent"]),
    ],
)
def test_the_default_pack_covers_every_topic_of_due_diligence(topic: str, questions: list[str]) -> None:
    for question in questions:
        found = DEFAULT.question(question)
        assert found is not None, topic
        assert found.scored, topic


def test_the_engineers_checklist_is_answered_yes_no_or_na_over_five_groups() -> None:
    assert {"data", "model", "deployment", "monitoring", "process"} == {
        dimension.id.removesuffix("_risks") for dimension in CHECKLIST.dimensions
    }
    for question in CHECKLIST.questions:
        assert {option.value for option in question.options} == {"yes", "no"}
        assert question.not_applicable


def test_a_campaign_sends_a_pack_to_many_components_at_once(session: Session) -> None:
    started = campaign.start(session, "Autumn", small_pack(), components(session), by=PROCUREMENT, at=NOW)

    assert sorted(component for component, _ in started.sent) == ["chat", "ocr"]


@pytest.mark.parametrize("pack", shipped_packs(), ids=lambda pack: pack.id)
def test_a_low_tier_component_gets_at_most_25_questions(pack: Pack) -> None:
    assert len(possible_questions(pack, {"tier": ["LOW"]})) <= 25


def test_the_vendor_sees_conditional_questions_before_starting(session: Session) -> None:
    conditional = a_question("retested", applies_when=(Trigger("tested", None, ("l1",)),))
    small = small_pack()
    ref = start(session, pack=replace(small, questions=(*small.questions, conditional)))

    assert assessment.questions_of(session, ref) == ["tested", "monitored", "insured", "retested"]


def test_sections_have_their_own_invitations(session: Session) -> None:
    ref = start(session)
    made = vendor_link.make_link(session, ref, "Jane Doe", sections=["d2"], by=PROCUREMENT, at=NOW)

    respondent = vendor_link.respondent_of(session, vendor_link.open_link(session, made.token, at=NOW), at=NOW)
    assert (list(respondent.sections), respondent.may_attest) == (["d2"], False)


def test_a_named_signatory_attests_a_hashed_copy_and_corrections_are_new_versions(session: Session) -> None:
    ref = start(session)
    answer(session, ref, {"tested": "l1"})
    first = answering.submit(session, ref, signatory="Jane Doe", signatory_role="Head of Quality", by=PROCUREMENT, at=NOW)
    assessment.return_to_vendor(session, ref, "One is missing.", by=PROCUREMENT, at=NOW)
    answer(session, ref, {"tested": "l2"})
    second = answering.submit(session, ref, signatory="Jane Doe", signatory_role="Head of Quality", by=PROCUREMENT, at=LATER)

    assert (first.number, first.signatory, second.number) == (1, "Jane Doe", 2)
    assert [entry.sha256 for entry in answering.submissions(session, ref)] == [
        answering.content_digest(json.loads(json.dumps(entry.content))) for entry in (first, second)
    ]


def test_evidence_has_named_viewers_and_a_log_of_who_looked(session: Session, tmp_path: Path) -> None:
    kept = evidence.add_document(
        session, tmp_path, DOCUMENT, name="report.pdf", vendor_ref="acme", confidentiality=Confidentiality.NDA,
        viewers=["user:rolf"], delete_on=A_YEAR_ON, by=PROCUREMENT, at=NOW,
    )  # fmt: skip

    evidence.look_at(session, kept.ref, by=REVIEWER, at=NOW)
    with pytest.raises(NotAllowedError):
        evidence.look_at(session, kept.ref, by=SECOND, at=NOW)
    assert [(look.by, look.at) for look in views(session, kept.ref)] == [("user:rolf", NOW)]
    assert (kept.confidentiality, kept.delete_on) == (Confidentiality.NDA, A_YEAR_ON)


def test_the_vendors_link_later_shows_the_decisions_reasons_and_conditions(session: Session) -> None:
    ref = approved_with_conditions(session)
    made = vendor_link.make_link(session, ref, "Jane Doe", by=PROCUREMENT, at=NOW)
    respondent = vendor_link.respondent_of(session, vendor_link.open_link(session, made.token, at=NOW), at=NOW)

    shown = response_decision.decision_shown(session, respondent)
    assert shown is not None
    assert (shown.rationale, [entry.text for entry in shown.conditions]) == ("Small gaps.", ["Test it."])  # the other is ours


# Section 2: tier, gates, roles


@pytest.mark.parametrize("practice", ["social scoring", "subliminal manipulation", "exploitation of vulnerabilities"])
def test_prohibited_practices_are_prohibited(practice: str) -> None:
    assert classify_use(ComponentUse(use_case=practice)).tier is RiskTier.PROHIBITED


@pytest.mark.parametrize(
    "use",
    ["employment", "education", "law enforcement", "migration", "justice", "credit scoring", "insurance pricing", "essential services"],
)
def test_high_is_a_listed_use_that_is_automated_and_touches_a_listed_right(use: str) -> None:
    for right in AffectedRight:
        assert classify_use(ComponentUse(use, DecisionType.AUTOMATED, (right,))).tier is RiskTier.HIGH
    assert classify_use(ComponentUse(use, DecisionType.AUTOMATED)).tier is RiskTier.MEDIUM
    assert classify_use(ComponentUse(use, DecisionType.HUMAN_IN_THE_LOOP, (AffectedRight.PRIVACY,))).tier is RiskTier.MEDIUM


def test_medium_is_otherwise_automated_or_any_right_affected_and_low_is_the_rest() -> None:
    human = DecisionType.HUMAN_IN_THE_LOOP

    assert classify_use(ComponentUse("sorting letters", DecisionType.AUTOMATED)).tier is RiskTier.MEDIUM
    assert classify_use(ComponentUse("sorting letters", human, (AffectedRight.PRIVACY,))).tier is RiskTier.MEDIUM
    assert classify_use(ComponentUse("sorting letters", human)).tier is RiskTier.LOW


def test_in_the_eu_the_areas_of_annex_iii_are_high_with_a_human_in_the_loop_too() -> None:
    use = ComponentUse("CV screening for hiring", DecisionType.HUMAN_IN_THE_LOOP)

    assert classify_use(use).tier is RiskTier.LOW
    assert classify_use(replace(use, regions=("EU",))).tier is RiskTier.HIGH


def test_the_reasons_are_stored_with_the_tier() -> None:
    assert classify_use(ComponentUse("social scoring")).reasons != ()


def test_no_score_can_approve_a_prohibited_use(session: Session) -> None:
    store_vendor(session, a_component("PROHIBITED"))
    ref = reviewed(session)

    with pytest.raises(NotAllowedError, match="no score can approve"):
        decision.decide(session, ref, R.APPROVED, rationale="Fine.", by=APPROVER, at=NOW)


@pytest.mark.parametrize(
    ("tier", "months", "approvals"), [("LOW", 36, LOW_APPROVALS), ("MEDIUM", 24, MEDIUM_APPROVALS), ("HIGH", 12, HIGH_APPROVALS)]
)
def test_the_tier_sets_rhythm_approvals_controls_and_documents(tier: str, months: int, approvals: tuple[str, ...]) -> None:
    duties = shipped_rules().tiers[RiskTier(tier)]

    assert (duties.reassessment_months, duties.approvals) == (months, approvals)
    assert duties.controls
    assert duties.documents


def test_the_tier_and_region_name_the_regulations() -> None:
    found = classify_use(ComponentUse("CV screening for hiring", DecisionType.AUTOMATED, (AffectedRight.PRIVACY,), ("EU",)))

    assert any(regulation.startswith("EU AI Act, Article 6(2) and Annex III") for regulation in found.regulations), found.regulations


@pytest.mark.parametrize("tier", ["MEDIUM", "HIGH"])
def test_a_gate_needs_every_approval_of_the_tier_and_names_the_missing_ones(session: Session, tier: str) -> None:
    ready(session, tier, Gate.USE_CASE)

    asked = check_gate(session, "ocr", Gate.DEPLOYMENT, at=NOW)
    assert (asked.open, set(asked.missing_approvals)) == (False, set(MEDIUM_APPROVALS if tier == "MEDIUM" else HIGH_APPROVALS))
    approve(session, Gate.DEPLOYMENT, *asked.missing_approvals)
    assert check_gate(session, "ocr", Gate.DEPLOYMENT, at=NOW).open


def test_a_low_component_needs_technical_validation_and_the_automated_checks_that_the_program_makes(session: Session) -> None:
    store_component(session, "LOW")

    with pytest.raises(ConflictError, match="automated_checks is found by the program alone"):
        approve(session, Gate.USE_CASE, AUTOMATED_CHECKS)


@pytest.mark.parametrize("gate", list(Gate))
def test_no_gate_is_ever_open_for_a_prohibited_use(session: Session, gate: Gate) -> None:
    store_component(session, "PROHIBITED")

    assert not check_gate(session, "ocr", gate, at=NOW).open


def test_a_decision_milder_than_recommended_needs_a_second_approver_a_reason_and_an_end_date(session: Session) -> None:
    ref = reviewed(session, {"tested": "l4", "monitored": "l4"})
    mild = {"rationale": "Pilot.", "by": APPROVER, "at": NOW}

    with pytest.raises(InvalidInputError, match="needs an end date"):
        decision.decide(session, ref, R.APPROVED, **mild)  # type: ignore[arg-type]
    assert decision.decide(session, ref, R.APPROVED, valid_until=A_YEAR_ON, **mild).state == "proposed"  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="needs a reason"):
        decision.agree(session, ref, reason="", by=SECOND, at=NOW)
    with pytest.raises(NotAllowedError):
        decision.agree(session, ref, reason="Fine.", by=APPROVER, at=NOW)
    assert decision.agree(session, ref, reason="Fine.", by=SECOND, at=NOW).state == "effective"


def test_a_changed_level_needs_a_second_approver_a_reason_and_an_end_date(session: Session) -> None:
    ref = submitted(session)
    act = changed_level(session, ref, "tested", Level.CRITICAL)

    assert standing_of(session, ref, at=NOW).score.as_json()["score"] == "1.00"
    with pytest.raises(NotAllowedError):
        review.second(session, ref, act.number, by=REVIEWER, at=NOW)
    review.second(session, ref, act.number, by=SECOND, at=NOW)
    assert standing_of(session, ref, at=NOW).score.as_json()["score"] == "2.50"
    assert standing_of(session, ref, at=NOW + timedelta(days=366)).score.as_json()["score"] == "1.00"


def test_one_export_lists_milder_decisions_changed_levels_and_waivers_beside_the_whole_population(session: Session) -> None:
    ref = reviewed(session, {"tested": "l4", "monitored": "l4"})
    decided_more_mildly(session, ref)

    acts = audited_acts(session, at=NOW)
    assert [(act.exception, act.kind.value) for act in acts] == [(True, "decision"), *[(False, "review")] * 3]


def test_recommendation_and_decision_are_stored_apart_and_never_overwrite_each_other(session: Session) -> None:
    ref = reviewed(session)
    decision.decide(session, ref, R.REJECTED, rationale="Not needed.", by=APPROVER, at=NOW)

    entry = assessment.assessment(session, ref)
    assert entry.score is not None
    assert (entry.score["recommendation"], entry.decision) == ("APPROVED", "REJECTED")


def test_an_unassigned_owner_is_a_finding(session: Session) -> None:
    store_component(session, "MEDIUM", status=ComponentStatus.IN_USE, technical_owner="")
    look_at_component(session, component_key(session, "ocr")[0], at=NOW)

    (found,) = findings(session, kind="unassigned_owner", at=NOW)
    assert (found.subject, found.details) == ("ocr", {"columns": ["technical_owner"]})


def test_nobody_approves_what_they_answered_or_reviewed(session: Session) -> None:
    ref = start(session)
    answer(session, ref, {"tested": "l1"}, source=AnswerSource.STAFF, by=APPROVER)
    answer(session, ref, {"monitored": "l1", "insured": "l1"})
    review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)

    for by in (APPROVER, REVIEWER):
        with pytest.raises(NotAllowedError, match="neither answered nor reviewed"):
            decision.decide(session, ref, R.APPROVED, rationale="Fine.", by=by, at=NOW)
    with pytest.raises(NotAllowedError):
        review.review(session, ref, kind=ReviewKind.QUESTION, subject="tested", verified=True, by=APPROVER, at=NOW)


def test_a_gate_is_asked_from_a_pipeline_by_its_exit_status(cli: CommandLine) -> None:
    cli.inventory("ocr")

    outcome = cli("gate", "check", "ocr", "--gate", "use_case", "--json")
    assert (outcome.code, outcome.json["open"]) == (1, False)


def test_an_approval_is_signed_in_the_audit_chain_and_handed_out_as_a_file_that_verifies_offline(session: Session, tmp_path: Path) -> None:
    store_component(session, "MEDIUM")
    approve(session, Gate.USE_CASE, "technical_validation")
    document = approval.approval_file(session, 1)
    path = tmp_path / "approval.json"

    path.write_text(json.dumps(document))
    assert verify_file(path).ok
    path.write_text(json.dumps(document).replace("technical_validation", "security_review"))
    assert not verify_file(path).ok


@pytest.mark.parametrize(("tier", "due"), [("LOW", date(2029, 11, 20)), ("MEDIUM", date(2028, 11, 20)), ("HIGH", date(2027, 11, 20))])
def test_a_reassessment_starts_by_date(session: Session, tier: str, due: date) -> None:
    ready(session, tier)

    assert reassessment(session, component_key(session, "ocr")[0], find_component(session, "ocr"), at=NOW).due_on == due


def test_a_reassessment_starts_on_an_incident(session: Session) -> None:
    ready(session, "LOW")
    note_incident(session, "ocr", "Wrong amounts were paid.", by=PROCUREMENT, at=LATER)

    found = reassessment(session, component_key(session, "ocr")[0], find_component(session, "ocr"), at=LATER)
    assert ([entry.cause for entry in found.causes], found.due) == ([Cause.INCIDENT], True)


def test_the_causes_of_a_reassessment_are_these() -> None:
    assert {cause.value for cause in Cause} == {"date", "proven_breach", "change_notice", "incident", "expired_evidence", "tier"}


def test_an_accepted_risk_carries_rationale_approver_plan_and_end_date_and_goes_stale_when_its_score_moves(session: Session) -> None:
    ref = reviewed(session, {"tested": "l3"})
    stated = {"subject": "tested", "rationale": "Internal use.", "monitoring_plan": "Weekly look.", "until": A_YEAR_ON}
    made = risk.accept(session, "ocr", by=PROCUREMENT, at=NOW, **stated)  # type: ignore[arg-type]
    accepted = risk.approve(session, made.number, by=SECOND, at=NOW)
    assert (accepted.state, accepted.approver) == ("accepted", "user:sven")

    act = changed_level(session, ref, "monitored", Level.CRITICAL)
    review.second(session, ref, act.number, by=SECOND, at=NOW)
    (stale,) = risk.risks(session, at=NOW)
    assert (stale.state, stale.stale_reason) == ("stale", "The score moved from 2.00 to 2.75 (ocr-a1).")

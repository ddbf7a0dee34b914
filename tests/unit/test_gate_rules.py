"""The rules of the gates, each on a case written out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources

import pytest

from vendor_ai.domain.gate import (
    Gate,
    GateCase,
    GivenApproval,
    GrantedWaiver,
    HeldFact,
    OpenAssessment,
    StandingDecision,
    WantedPack,
)
from vendor_ai.domain.tier import RiskTier
from vendor_ai.governance.gate import OWNERS, judge_gate
from vendor_ai.governance.gate_files import APPROVALS, FACTS, load_gate_rules, shipped_gate_rules
from vendor_ai.governance.tier_files import shipped_rules

RULES = shipped_gate_rules()
TODAY = date(2026, 11, 20)
THEN = datetime(2026, 5, 1, tzinfo=UTC)
MEDIUM = ("technical_validation", "fairness_audit", "security_review")
HIGH = (*MEDIUM, "legal_approval", "exec_sponsor")
LOW = ("technical_validation", "automated_checks")
DECISION = StandingDecision("ocr-a1", "APPROVED", THEN, None, verified=True, pack="small", tier=RiskTier.HIGH)


def given(*names: str, gate: Gate = Gate.DEPLOYMENT, by: str = "user:alice", **fields: object) -> tuple[GivenApproval, ...]:
    return tuple(
        GivenApproval(number, gate, name, by, THEN, **{"valid_until": None, **fields})  # type: ignore[arg-type]
        for number, name in enumerate(names, 1)
    )


def a_case(tier: RiskTier | None = RiskTier.MEDIUM, required: tuple[str, ...] = MEDIUM, **fields: object) -> GateCase:
    """A component that every gate lets through, unless ``fields`` say otherwise."""
    every = tuple(entry for gate in Gate for entry in given(*required, gate=gate))
    whole = {"approvals": every, "decisions": (DECISION,), "owners": dict.fromkeys(OWNERS, "Ines"), **fields}
    return GateCase("ocr", TODAY, tier, "", required, **whole)  # type: ignore[arg-type]


def reasons(case: GateCase, gate: Gate) -> list[str]:
    return [obstacle.reason for obstacle in judge_gate(case, gate, RULES).blocked_by]


@pytest.mark.parametrize("gate", Gate)
def test_a_gate_with_everything_it_asks_for_is_open(gate: Gate) -> None:
    result = judge_gate(a_case(), gate, RULES)

    assert (result.open, result.missing_approvals, result.blocked_by) == (True, (), ())
    assert [entry.approval for entry in result.approvals] == list(MEDIUM)


@pytest.mark.parametrize(("tier", "required"), [(RiskTier.LOW, LOW), (RiskTier.MEDIUM, MEDIUM), (RiskTier.HIGH, HIGH)])
def test_the_missing_approvals_are_those_of_the_tier_in_its_order(tier: RiskTier, required: tuple[str, ...]) -> None:
    assert shipped_rules().tiers[tier].approvals == required

    result = judge_gate(a_case(tier, required, approvals=(), decisions=()), Gate.USE_CASE, RULES)

    assert result.missing_approvals == required
    assert result.open is False


def test_an_approval_counts_at_its_own_gate_only() -> None:
    result = judge_gate(a_case(approvals=given(*MEDIUM, gate=Gate.USE_CASE)), Gate.CONTINUATION, RULES)

    assert result.missing_approvals == MEDIUM


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"valid_until": date(2026, 11, 20)}, True),  # its last day
        ({"valid_until": date(2026, 11, 19)}, False),
        ({"revoked": True}, False),
    ],
)
def test_an_approval_counts_until_its_last_day_unless_it_was_revoked(fields: dict[str, object], counts: bool) -> None:
    case = a_case(approvals=(*given(*MEDIUM[1:], gate=Gate.USE_CASE), *given(MEDIUM[0], gate=Gate.USE_CASE, **fields)))

    assert judge_gate(case, Gate.USE_CASE, RULES).open is counts


@pytest.mark.parametrize(
    ("fields", "on", "counts"),
    [
        ({}, date(2027, 5, 1), True),  # given on 1 May 2026, for twelve months
        ({}, date(2027, 5, 2), False),
        ({"valid_until": date(2026, 12, 31)}, date(2026, 12, 31), True),
        ({"valid_until": date(2026, 12, 31)}, date(2027, 1, 1), False),
        ({"revoked": True}, TODAY, False),
        ({"spoiled": "user:alice reviewed ocr-a2"}, TODAY, False),
    ],
)
def test_an_approval_for_deployment_counts_for_continuation_for_one_round_of_reassessment(
    fields: dict[str, object], on: date, counts: bool
) -> None:
    case = replace(a_case(approvals=given(*MEDIUM, **fields), reassessment_months=12), on=on)

    assert judge_gate(case, Gate.CONTINUATION, RULES).open is counts
    assert judge_gate(case, Gate.USE_CASE, RULES).missing_approvals == MEDIUM


def test_an_approval_of_its_own_lets_continuation_outlive_that_for_deployment() -> None:
    approvals = (*given(*MEDIUM, gate=Gate.CONTINUATION), *given(*MEDIUM))
    result = judge_gate(replace(a_case(approvals=approvals, reassessment_months=12), on=date(2029, 1, 1)), Gate.CONTINUATION, RULES)

    assert (result.open, {entry.gate for entry in result.approvals}) == (True, {"continuation"})


ASKED = WantedPack("deep", "HIGH is asked more.", "ocr-a0")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"undecided": (OpenAssessment("ocr-a2", "deep", "sent"),)}, ["undecided_assessment"]),
        ({"undecided": (OpenAssessment("ocr-a2", "small", "in_progress"),)}, []),  # assessed again while the old decision holds
        ({"wanted_packs": (ASKED,)}, ["pack_without_decision"]),
        ({"wanted_packs": (replace(ASKED, pack="small"),)}, []),
        ({"wanted_packs": (ASKED, replace(ASKED, pack="small"))}, ["pack_without_decision"]),
        (
            {"wanted_packs": (ASKED,), "decisions": (replace(DECISION, pack="deep", verified=False),)},
            ["unverified_decision", "no_positive_decision", "pack_without_decision"],
        ),
        ({"wanted_packs": (ASKED,), "decisions": (replace(DECISION, pack="deep"),)}, []),
    ],
)
@pytest.mark.parametrize("gate", [Gate.DEPLOYMENT, Gate.CONTINUATION])
def test_a_decision_counts_for_the_pack_it_is_about(gate: Gate, fields: dict[str, object], expected: list[str]) -> None:
    assert reasons(a_case(**fields), gate) == expected


def test_the_programs_own_approval_waits_for_every_pack_and_says_so() -> None:
    low = a_case(RiskTier.LOW, LOW, wanted_packs=(ASKED, replace(ASKED, pack="small")))

    result = judge_gate(low, Gate.USE_CASE, RULES)

    assert result.missing_approvals == ("automated_checks",)
    assert "asks for deep, which has no positive, verified decision" in result.sentence


def test_the_answer_names_the_newest_decision_about_each_pack_it_rests_on() -> None:
    older = replace(DECISION, assessment="ocr-a0", at=datetime(2026, 1, 1, tzinfo=UTC))
    deep = replace(DECISION, assessment="ocr-a2", pack="deep")
    refused = replace(DECISION, assessment="ocr-a3", pack="other", verified=False)

    document = judge_gate(a_case(decisions=(older, DECISION, deep, refused)), Gate.DEPLOYMENT, RULES).as_json()

    assert document["decisions"] == [
        {"assessment": "ocr-a1", "pack": "small", "decision": "APPROVED"},
        {"assessment": "ocr-a2", "pack": "deep", "decision": "APPROVED"},
    ]


def test_an_approval_by_somebody_who_reviewed_since_does_not_count_and_says_why() -> None:
    spoiled = given(MEDIUM[0], gate=Gate.USE_CASE, spoiled="user:alice answered or reviewed ocr-a2")
    result = judge_gate(a_case(approvals=(*given(*MEDIUM[1:], gate=Gate.USE_CASE), *spoiled)), Gate.USE_CASE, RULES)

    assert result.missing_approvals == ("technical_validation",)
    assert result.blocked_by[0].detail == "technical_validation by user:alice does not count: user:alice answered or reviewed ocr-a2."


@pytest.mark.parametrize("gate", Gate)
def test_a_prohibited_use_finds_every_gate_closed_whatever_was_approved_and_waived(gate: Gate) -> None:
    waivers = tuple(GrantedWaiver(1, gate, name, "why not", TODAY, "user:a", "user:b") for name in HIGH)
    result = judge_gate(a_case(RiskTier.PROHIBITED, (), waivers=waivers), gate, RULES)

    assert [obstacle.reason for obstacle in result.blocked_by] == ["prohibited"]
    assert result.waivers == ()


@pytest.mark.parametrize("gate", Gate)
def test_a_tier_that_cannot_be_decided_closes_every_gate_and_says_what_to_state(gate: Gate) -> None:
    case = replace(a_case(None, ()), unstated="state decision_type of ocr in the inventory.")

    result = judge_gate(case, gate, RULES)

    assert [obstacle.reason for obstacle in result.blocked_by] == ["tier_unknown"]
    assert "state decision_type of ocr" in result.sentence


def test_the_use_case_gate_asks_for_a_business_owner_only() -> None:
    assert reasons(a_case(owners={"business_owner": "Ines"}, decisions=()), Gate.USE_CASE) == []
    assert reasons(a_case(owners={"technical_owner": "Tom", "operations_owner": "Olga"}), Gate.USE_CASE) == ["owner_missing"]


def test_the_deployment_gate_names_every_owner_that_is_missing() -> None:
    result = judge_gate(a_case(owners={"business_owner": "Ines", "technical_owner": "  "}), Gate.DEPLOYMENT, RULES)

    assert [obstacle.detail.split(";")[0] for obstacle in result.blocked_by] == [
        "No technical owner is named",
        "No operations owner is named",
    ]


def test_the_deployment_gate_stays_closed_while_the_use_case_gate_is() -> None:
    assert reasons(a_case(approvals=given(*MEDIUM)), Gate.DEPLOYMENT) == ["use_case_gate_closed"]


@pytest.mark.parametrize("gate", [Gate.DEPLOYMENT, Gate.CONTINUATION])
@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ((), ["no_positive_decision"]),
        ((replace(DECISION, decision="APPROVED_WITH_CONDITIONS"),), []),
        ((replace(DECISION, decision="REJECTED"),), ["negative_decision", "no_positive_decision"]),
        ((replace(DECISION, decision="REQUIRES_REMEDIATION"),), ["negative_decision", "no_positive_decision"]),
        ((DECISION, replace(DECISION, assessment="ocr-a2", decision="REJECTED")), ["negative_decision"]),
        ((replace(DECISION, verified=False),), ["unverified_decision", "no_positive_decision"]),
        ((replace(DECISION, valid_until=TODAY),), []),
        ((replace(DECISION, valid_until=date(2026, 11, 19)),), ["no_positive_decision"]),
        ((replace(DECISION, holds=False),), ["no_positive_decision"]),
    ],
)
def test_a_positive_verified_decision_in_force_is_asked_for(
    gate: Gate, decisions: tuple[StandingDecision, ...], expected: list[str]
) -> None:
    assert reasons(a_case(decisions=decisions), gate) == expected


@pytest.mark.parametrize(
    ("fact", "closed"),
    [
        ("failed_validation", Gate.DEPLOYMENT),
        ("inadequate_monitoring", Gate.DEPLOYMENT),
        ("unmitigated_vulnerability", Gate.DEPLOYMENT),
        ("fairness_failure", Gate.CONTINUATION),
        ("unmendable_drift", Gate.CONTINUATION),
        ("non_compliance", Gate.CONTINUATION),
    ],
)
def test_a_fact_closes_its_gate_whatever_was_approved_and_no_other(fact: str, closed: Gate) -> None:
    case = a_case(facts=(HeldFact(fact, "Seen on 3 May."),))

    assert {gate: reasons(case, gate) for gate in Gate} == {gate: [fact] if gate is closed else [] for gate in Gate}


def test_continuation_stops_at_an_overdue_condition_and_at_an_overdue_reassessment() -> None:
    case = a_case(overdue_conditions=("ocr-a1:tested since 2026-06-01",), overdue_reassessments=("due on 2026-11-01",))

    assert reasons(case, Gate.CONTINUATION) == ["overdue_condition", "overdue_reassessment"]
    assert reasons(case, Gate.DEPLOYMENT) == []


def test_the_automated_checks_are_the_programs_own_word() -> None:
    by_hand = given("automated_checks", gate=Gate.USE_CASE)
    case = a_case(RiskTier.LOW, LOW, approvals=(*given("technical_validation", gate=Gate.USE_CASE), *by_hand))

    found = judge_gate(case, Gate.USE_CASE, RULES)
    assert [(entry.approval, entry.by) for entry in found.approvals] == [
        ("technical_validation", "user:alice"),
        ("automated_checks", "program:gate"),
    ]
    assert judge_gate(replace(case, decisions=()), Gate.USE_CASE, RULES).missing_approvals == ("automated_checks",)


def test_a_fact_fails_the_automated_checks_of_its_gate() -> None:
    case = a_case(RiskTier.LOW, LOW, facts=(HeldFact("non_compliance", "A complaint."),))

    assert judge_gate(case, Gate.CONTINUATION, RULES).missing_approvals == ("automated_checks",)
    assert judge_gate(case, Gate.DEPLOYMENT, RULES).missing_approvals == ()


@pytest.mark.parametrize(("others", "expected"), [("user:alice", ["one_person"]), ("cli:Alice", ["one_person"]), ("user:boris", [])])
def test_a_high_tier_needs_the_approvals_of_two_persons(others: str, expected: list[str]) -> None:
    approvals = (*given(*HIGH[:4], gate=Gate.USE_CASE), *given(HIGH[4], gate=Gate.USE_CASE, by=others))

    assert reasons(a_case(RiskTier.HIGH, HIGH, approvals=approvals), Gate.USE_CASE) == expected


def test_one_person_may_give_all_approvals_of_a_medium_tier() -> None:
    assert judge_gate(a_case(), Gate.USE_CASE, RULES).open


def waived(subject: str, **fields: object) -> GrantedWaiver:
    whole = {"until": TODAY, "second_by": "user:omar", **fields}
    return GrantedWaiver(1, Gate.DEPLOYMENT, subject, "Booked for June.", by="user:ines", **whole)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ({}, True),  # until and with its last day
        ({"until": date(2026, 11, 19)}, False),
        ({"second_by": ""}, False),
        ({"ended": True}, False),
    ],
)
@pytest.mark.parametrize("subject", ["fairness_audit", "failed_validation"])
def test_a_waiver_opens_what_it_names_once_a_second_person_agreed_until_it_ends(
    subject: str, fields: dict[str, object], opens: bool
) -> None:
    base = a_case()
    approvals = tuple(entry for entry in base.approvals if not (entry.gate == Gate.DEPLOYMENT and entry.approval == subject))
    facts = (HeldFact(subject, "Seen."),) if subject == "failed_validation" else ()
    case = replace(base, approvals=approvals, facts=facts, waivers=(waived(subject, **fields),))

    result = judge_gate(case, Gate.DEPLOYMENT, RULES)

    assert result.open is opens
    assert [waiver.subject for waiver in result.waivers] == ([subject] if opens else [])


def test_a_waiver_of_one_gate_opens_no_other() -> None:
    case = a_case(approvals=(), waivers=tuple(waived(name) for name in MEDIUM))

    assert judge_gate(case, Gate.CONTINUATION, RULES).missing_approvals == MEDIUM


def test_the_document_has_exactly_the_keys_of_the_contract() -> None:
    document = judge_gate(a_case(waivers=(waived("fairness_audit"),)), Gate.DEPLOYMENT, RULES).as_json()

    assert list(document) == ["component", "gate", "open", "tier", "missing_approvals", "blocked_by", "approvals", "waivers", "decisions"]
    assert list(document["approvals"][0])[:4] == ["approval", "by", "at", "valid_until"]


def test_every_approval_a_tier_asks_for_has_a_label_a_meaning_a_source_and_somebody_who_may_give_it() -> None:
    asked = {name for duties in shipped_rules().tiers.values() for name in duties.approvals}

    assert asked == set(RULES.approvals)
    for rule in RULES.approvals.values():
        assert rule.label
        assert rule.meaning
        assert rule.source
        assert bool(rule.roles) is not rule.computed


def test_what_every_tier_asks_for_names_its_source() -> None:
    rules = shipped_rules()
    asked = {text for duties in rules.tiers.values() for text in (*duties.controls, *duties.documents)}

    assert set(rules.sources) == asked
    joined = " ".join(rules.sources.values())
    assert all(name in joined for name in ("NIST AI RMF", "ISO/IEC 42001", "EU AI Act"))


GOOD = {
    APPROVALS: "approvals:\n  - {id: a, label: A, meaning: m, roles: [reviewer], source: s}\nwaivers: {roles: [risk_officer]}\n",
    FACTS: "facts:\n  - {id: f, label: F, meaning: m, gates: [deployment], source: s}\n",
}


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "says"),
    [
        (APPROVALS, "roles: [reviewer]", "roles: [reveiwer]", "approvals[0].roles[0]", "Did you mean 'reviewer'?"),
        (APPROVALS, ", source: s", "", "approvals[0].source", "is missing"),
        (APPROVALS, "waivers: {roles: [risk_officer]}", "", "waivers", "is missing"),
        (APPROVALS, "waivers:", "  - {id: a, label: A, meaning: m, roles: [reviewer], source: s}\nwaivers:", "approvals[1].id", "twice"),
        (APPROVALS, "roles: [reviewer]", "roles: [reviewer], computed: true", "approvals[0].roles", "not a field here"),
        (FACTS, "gates: [deployment]", "gates: [launch]", "facts[0].gates[0]", "not possible here"),
        (FACTS, "facts:", "fakts:", "fakts", "Did you mean 'facts'?"),
    ],
)
def test_a_mistake_in_the_gate_files_is_named_by_file_and_field(file: str, old: str, new: str, field: str, says: str) -> None:
    assert load_gate_rules(GOOD)[1] == ()

    rules, problems = load_gate_rules({**GOOD, file: GOOD[file].replace(old, new, 1)})

    assert rules is None
    assert any(name == file and problem.column == field and says in problem.message for name, problem in problems), problems


def test_the_files_lie_beside_the_code_so_that_the_wheel_carries_them() -> None:
    folder = resources.files("vendor_ai.governance")

    assert all(folder.joinpath(name).is_file() for name in (APPROVALS, FACTS))

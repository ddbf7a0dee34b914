"""Gates of stored components: approvals, facts, waivers, and the changes of status they hold up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from tests.factories.decision import A_YEAR_ON, approved, approved_with_conditions, reviewed
from tests.factories.due_diligence import APPROVER, NOW, PROCUREMENT, REVIEWER, SECOND, answer, small_pack, start
from tests.factories.gate import (
    ALICE,
    BORIS,
    BY,
    HIGH_APPROVALS,
    MEDIUM_APPROVALS,
    OMAR,
    a_component,
    add_violation,
    approve,
    ready,
    store_component,
)
from vendor_ai.db.assessment import AnswerRow, save_answer
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import save_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError, VendorAIError
from vendor_ai.domain.gate import Gate, GateResult
from vendor_ai.domain.pack import Recommendation
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.services import approval, decision, review, user, waiver
from vendor_ai.services.assessment import withdraw
from vendor_ai.services.gate import check_gate, read_gate
from vendor_ai.services.questionnaire import find_pack

USE_CASE, DEPLOYMENT, CONTINUATION = Gate.USE_CASE, Gate.DEPLOYMENT, Gate.CONTINUATION
SOON = date(2026, 12, 31)


def asked(session: Session, gate: Gate, *, days: int = 0) -> GateResult:
    return check_gate(session, "ocr", gate, at=NOW + timedelta(days=days))


def reasons(session: Session, gate: Gate, *, days: int = 0) -> list[str]:
    return [obstacle.reason for obstacle in asked(session, gate, days=days).blocked_by]


def approve_one(session: Session, name: str = "technical_validation", by: Actor = ALICE, **fields: object) -> None:
    approval.approve(session, "ocr", USE_CASE, name, by=by, at=NOW, **{"note": "Looked at it.", **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("tier", ["LOW", "MEDIUM", "HIGH"])
def test_the_approvals_of_the_tier_open_the_gates_and_nothing_less_does(records: Records, tier: str) -> None:
    with records.write() as session:
        ready(session, tier, USE_CASE)
        assert asked(session, USE_CASE).open
        assert reasons(session, DEPLOYMENT) == []
        missing = asked(session, DEPLOYMENT).missing_approvals
        approve(session, DEPLOYMENT, *(name for name in missing if name != "exec_sponsor"))
        assert asked(session, DEPLOYMENT).open is (tier != "HIGH")


def test_without_a_decision_the_deployment_gate_stays_closed(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        for gate in (USE_CASE, DEPLOYMENT):
            approve(session, gate, *MEDIUM_APPROVALS)
        reviewed(session)
        assert reasons(session, DEPLOYMENT) == ["no_positive_decision", "undecided_assessment"]


def test_a_decision_that_was_reopened_closes_the_deployment_gate(records: Records) -> None:
    with records.write() as session:
        ready(session)
        assert asked(session, DEPLOYMENT).open
        decision.reopen(session, "ocr-a1", reason="New facts.", by=APPROVER, at=NOW)
        assert reasons(session, DEPLOYMENT) == ["no_positive_decision", "undecided_assessment"]
        assert "ocr-a1 (small) is reopened and not decided" in asked(session, DEPLOYMENT).sentence


def test_a_negative_decision_closes_the_gate(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        ref = reviewed(session, {"tested": "l4", "monitored": "l4", "insured": "l4"})
        decision.decide(session, ref, Recommendation.REJECTED, rationale="No.", by=APPROVER, at=NOW)
        assert "negative_decision" in reasons(session, DEPLOYMENT)


def test_an_answer_that_changes_after_the_decision_is_no_longer_verified(records: Records) -> None:
    with records.write() as session:
        ready(session)
        save_answer(session, AnswerRow(assessment_id=1, question="tested", value="l2", source="vendor", answered_at=NOW))
        assert reasons(session, DEPLOYMENT) == ["unverified_decision", "no_positive_decision"]


def test_an_overdue_condition_closes_continuation(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approved_with_conditions(session)
        approve(session, CONTINUATION, *MEDIUM_APPROVALS)
        assert asked(session, CONTINUATION, days=30).open
        late = asked(session, CONTINUATION, days=31)
        assert [entry.reason for entry in late.blocked_by] == ["no_positive_decision", "overdue_condition"]
        assert "ocr-a1:tested since 2026-12-20, owner vendor" in late.sentence


def test_who_answered_or_reviewed_cannot_approve_and_a_withdrawn_assessment_binds_nobody(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        for name in ("rolf", "petra"):
            user.set_roles(session, name, ["technical_validator"], by=BY, at=NOW)
        ref = start(session)
        answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"}, source=AnswerSource.STAFF, by=PROCUREMENT)
        review.review_answers(session, ref, verified=True, by=REVIEWER, at=NOW)
        for by in (REVIEWER, PROCUREMENT):
            with pytest.raises(NotAllowedError, match=r"answered or reviewed ocr-a1"):
                approve_one(session, by=by)
        withdraw(session, ref, "Not needed.", by=BY, at=NOW)
        approve_one(session, by=REVIEWER)


def test_an_approval_stops_counting_when_its_giver_reviews_later(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve(session, USE_CASE, *MEDIUM_APPROVALS)
        assert asked(session, USE_CASE).open
        ref = start(session)
        answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"})
        review.review_answers(session, ref, verified=True, by=BORIS, at=NOW)
        assert asked(session, USE_CASE).missing_approvals == ("security_review",)
        assert reasons(session, USE_CASE) == ["not_independent"]


@pytest.mark.parametrize(
    ("act", "error", "words"),
    [
        (lambda s: approve_one(s, "security_review"), NotAllowedError, "takes the role security_officer"),
        (lambda s: approve_one(s, by=Actor("user:nobody")), NotAllowedError, "no person known here, and to give technical_validation"),
        (lambda s: approve_one(s, "legal_approval", BORIS), ConflictError, "MEDIUM, which does not ask for legal_approval"),
        (lambda s: approve_one(s, "automated_checks"), ConflictError, "found by the program alone"),
        (lambda s: approve_one(s, "tecnical_validation"), InvalidInputError, "Did you mean 'technical_validation'"),
        (lambda s: approve_one(s, note="  "), InvalidInputError, "needs a note"),
        (lambda s: approve_one(s, valid_until=date(2026, 11, 19)), InvalidInputError, "would have ended on 2026-11-19"),
        (lambda s: approval.revoke(s, 9, "x", by=ALICE, at=NOW), NotFoundError, "no approval '9'"),
        (lambda s: waiver.second_waiver(s, 9, by=OMAR, at=NOW), NotFoundError, "no waiver '9'"),
        (lambda s: waiver.note_fact(s, "ocr", "bad_mood", "x", by=BY, at=NOW), InvalidInputError, "no fact 'bad_mood'"),
        (lambda s: waiver.note_fact(s, "ocr", "failed_validation", " ", by=BY, at=NOW), InvalidInputError, "needs a note"),
        (lambda s: waiver.clear_fact(s, 9, "x", by=BY, at=NOW), NotFoundError, "no fact '9'"),
        (lambda _: read_gate("launch"), InvalidInputError, "Known are use_case, deployment, continuation"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_sentence(
    records: Records, act: Callable[[Session], object], error: type[VendorAIError], words: str
) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        with pytest.raises(error, match=words):
            act(session)


@pytest.mark.parametrize("tier", ["PROHIBITED", "unknown"])
def test_nothing_is_approved_or_waived_where_the_use_is_prohibited_or_the_tier_is_not_known(records: Records, tier: str) -> None:
    with records.write() as session:
        if tier == "unknown":
            store_component(session, "LOW", decision_type="")
        else:
            store_component(session, tier)
        words = "state decision_type of ocr" if tier == "unknown" else "PROHIBITED"
        with pytest.raises(ConflictError, match=words):
            approve_one(session)
        with pytest.raises(ConflictError, match=words):
            waiver.waive(session, "ocr", USE_CASE, "technical_validation", reason="x", until=SOON, by=ALICE, at=NOW)
        assert [obstacle.reason for obstacle in asked(session, USE_CASE).blocked_by] == [
            "tier_unknown" if tier == "unknown" else "prohibited"
        ]


def test_a_prohibited_use_is_prohibited_before_anybody_states_who_decides(records: Records) -> None:
    with records.write() as session:
        store_component(session, "PROHIBITED", decision_type="")
        assert reasons(session, USE_CASE) == ["prohibited"]


def test_a_role_that_was_taken_away_holds_from_the_next_approval_on(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve_one(session)
        user.set_roles(session, "alice", ["reviewer"], by=BY, at=NOW)
        with pytest.raises(NotAllowedError):
            approve_one(session)
        user.set_roles(session, "alice", ["technical_validator"], by=BY, at=NOW)
        user.disable(session, "alice", by=BY, at=NOW)
        with pytest.raises(NotAllowedError):
            approve_one(session)


@pytest.mark.parametrize("by", ["token:pipeline", "cli:alice", "link:1:alice", "user:nobody", "program:gate"])
def test_nobody_but_a_known_person_approves_revokes_agrees_or_clears(records: Records, by: str) -> None:
    with records.write() as session:
        ready(session, "MEDIUM", USE_CASE)
        number = waiver.waive(session, "ocr", USE_CASE, "fairness_audit", reason="Booked.", until=SOON, by=OMAR, at=NOW).number
        fact = waiver.note_fact(session, "ocr", "failed_validation", "Recall 0.61.", by=BY, at=NOW)
        acts: list[Callable[[Actor], object]] = [
            lambda actor: approve_one(session, by=actor),
            lambda actor: approval.revoke(session, 1, "Wrong.", by=actor, at=NOW),
            lambda actor: waiver.second_waiver(session, number, by=actor, at=NOW),
            lambda actor: waiver.clear_fact(session, fact, "Fine.", by=actor, at=NOW),
        ]
        for act in acts:
            with pytest.raises(NotAllowedError, match=r"no person known here.*vendor-ai user add NAME --role .*--user NAME --scope decide"):
                act(Actor(by))


def test_an_administrator_gives_none_of_the_approvals_and_revokes_none(records: Records) -> None:
    with records.write() as session:
        ready(session, "HIGH", USE_CASE)
        user.add(session, "ada", ["administrator"], by=BY, at=NOW)
        for name in HIGH_APPROVALS:
            with pytest.raises(NotAllowedError, match="ada may not give"):
                approve_one(session, name, Actor("user:ada"))
        with pytest.raises(NotAllowedError, match="ada may not revoke"):
            approval.revoke(session, 1, "Wrong.", by=Actor("user:ada"), at=NOW)


def test_a_reassessment_under_way_does_not_close_the_gate_and_an_undecided_other_pack_does(records: Records) -> None:
    with records.write() as session:
        ready(session)
        start(session)  # the same pack again
        assert asked(session, DEPLOYMENT).open
        other = replace(small_pack(), id="other")
        start(session, pack=other, draft=True)
        assert asked(session, DEPLOYMENT).open
        ref = start(session, pack=other)
        assert reasons(session, DEPLOYMENT) == ["undecided_assessment"]
        withdraw(session, ref, "Not needed.", by=BY, at=NOW)
        result = asked(session, DEPLOYMENT)
        assert (result.open, result.as_json()["decisions"]) == (
            True,
            [{"assessment": "ocr-a1", "pack": "small", "decision": "APPROVED"}],
        )


def test_every_pack_that_the_triage_chose_needs_its_own_positive_decision(records: Records) -> None:
    with records.write() as session:
        ready(session)
        triage = start(session, pack=find_pack("triage"))
        assert asked(session, DEPLOYMENT).open  # nobody answered it yet
        values = {"triage-use": "internal_support", "triage-decision": "human_in_the_loop", "triage-rights": "none"}
        answer(session, triage, values, source=AnswerSource.STAFF)
        result = asked(session, DEPLOYMENT)
        assert [obstacle.reason for obstacle in result.blocked_by] == ["pack_without_decision"]
        assert "The triage ocr-a2 asks for vendor-ai-due-diligence" in result.sentence
        assert result.decisions == ()
        withdraw(session, triage, "Started by mistake.", by=BY, at=NOW)
        assert asked(session, DEPLOYMENT).open


def test_what_was_approved_for_deployment_may_keep_running_for_one_round_of_reassessment(records: Records) -> None:
    with records.write() as session:
        ready(session)  # MEDIUM: 24 months
        assert asked(session, CONTINUATION).open
        assert asked(session, CONTINUATION).approvals[0].as_json()["given_for"] == "deployment"
        assert asked(session, CONTINUATION, days=731).missing_approvals == ()  # 20 November 2028
        assert asked(session, CONTINUATION, days=732).missing_approvals == MEDIUM_APPROVALS
        approval.revoke(session, 4, "The data were wrong.", by=BORIS, at=NOW)  # technical_validation at the deployment gate
        assert asked(session, CONTINUATION).missing_approvals == ("technical_validation",)


def test_a_revoked_approval_closes_the_gate_and_is_revoked_once(records: Records) -> None:
    with records.write() as session:
        ready(session, "MEDIUM", USE_CASE)
        approval.revoke(session, 1, "The data were wrong.", by=BORIS, at=NOW)
        assert asked(session, USE_CASE).missing_approvals == ("technical_validation",)
        with pytest.raises(ConflictError, match="was revoked by user:boris"):
            approval.revoke(session, 1, "Again.", by=BORIS, at=NOW)
        assert [entry.state(NOW.date()) for entry, _ in approval.approvals(session, "ocr")] == ["revoked", "valid", "valid"]


def test_a_fact_closes_the_gate_until_it_is_cleared_with_a_note(records: Records) -> None:
    with records.write() as session:
        ready(session)
        number = waiver.note_fact(session, "ocr", "failed_validation", "Recall 0.61.", by=BY, at=NOW)
        assert reasons(session, DEPLOYMENT) == ["failed_validation"]
        with pytest.raises(InvalidInputError):
            waiver.clear_fact(session, number, " ", by=BORIS, at=NOW)
        waiver.clear_fact(session, number, "Recall 0.86.", by=BORIS, at=NOW)
        assert asked(session, DEPLOYMENT).open
        with pytest.raises(ConflictError, match="was cleared by user:boris"):
            waiver.clear_fact(session, number, "Again.", by=BORIS, at=NOW)


@pytest.mark.parametrize(
    ("violation", "expected"),
    [
        ({"persistent": True}, ["non_compliance"]),
        ({"persistent": True, "state": "disputed"}, ["non_compliance"]),
        ({"persistent": True, "state": "remediated"}, []),
        ({"persistent": False}, []),
        ({"persistent": True, "evidence": "NOT_PROVEN"}, []),
    ],
)
def test_a_persistent_breach_that_the_log_proves_closes_continuation_by_itself(
    records: Records, violation: dict[str, object], expected: list[str]
) -> None:
    with records.write() as session:
        ready(session, "MEDIUM", CONTINUATION)
        add_violation(session, **violation)  # type: ignore[arg-type]
        assert reasons(session, CONTINUATION) == expected


def test_a_waiver_counts_once_a_second_person_with_the_role_agreed_and_until_its_end(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve(session, USE_CASE, *MEDIUM_APPROVALS[:2])
        asked_for = waiver.waive(session, "ocr", USE_CASE, "security_review", reason="Booked.", until=SOON, by=OMAR, at=NOW)
        assert not asked(session, USE_CASE).open
        with pytest.raises(NotAllowedError, match="a second person"):
            waiver.second_waiver(session, asked_for.number, by=Actor("cli:Omar"), at=NOW)
        with pytest.raises(NotAllowedError, match="risk_officer or executive_sponsor"):
            waiver.second_waiver(session, asked_for.number, by=ALICE, at=NOW)
        waiver.second_waiver(session, asked_for.number, by=BORIS, at=NOW)
        assert asked(session, USE_CASE).open
        assert [entry.subject for entry in asked(session, USE_CASE).waivers] == ["security_review"]
        assert asked(session, USE_CASE, days=41).open  # 31 December, its last day
        assert asked(session, USE_CASE, days=42).missing_approvals == ("security_review",)
        with pytest.raises(ConflictError, match="agreed to by user:boris"):
            waiver.second_waiver(session, asked_for.number, by=Actor("token:other"), at=NOW)


def test_a_waiver_can_be_ended_before_its_date(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        approve(session, USE_CASE, *MEDIUM_APPROVALS[:2])
        number = waiver.waive(session, "ocr", USE_CASE, "security_review", reason="Booked.", until=SOON, by=OMAR, at=NOW).number
        waiver.second_waiver(session, number, by=BORIS, at=NOW)
        waiver.end_waiver(session, number, "It came in.", by=OMAR, at=NOW)
        assert not asked(session, USE_CASE).open
        assert [(ref, entry.state(NOW.date())) for ref, entry in waiver.waivers(session)] == [("ocr", "ended")]
        with pytest.raises(ConflictError):
            waiver.end_waiver(session, number, "Again.", by=OMAR, at=NOW)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"subject": "legal_approval"}, "nothing this gate looks at"),
        ({"subject": "failed_validation"}, "nothing this gate looks at"),  # a fact of another gate
        ({"until": date(2026, 11, 19)}, "would have ended"),
        ({"reason": " "}, "A reason is needed"),
    ],
)
def test_a_waiver_names_what_the_gate_looks_at_a_reason_and_an_end(records: Records, fields: dict[str, object], words: str) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        whole = {"subject": "security_review", "reason": "Booked.", "until": SOON, **fields}
        with pytest.raises(InvalidInputError, match=words):
            waiver.waive(session, "ocr", USE_CASE, by=OMAR, at=NOW, **whole)  # type: ignore[arg-type]


def moved_to(session: Session, tier: str, *, status: ComponentStatus = ComponentStatus.PROPOSED) -> None:
    """The component's use as the rules put it into ``tier``."""
    save_component(session, a_component(tier, status=status), at=NOW)


def test_a_decision_made_at_a_lower_tier_does_not_count_after_the_tier_rose(records: Records) -> None:
    with records.write() as session:
        ready(session, "LOW")
        assert asked(session, DEPLOYMENT).open
        moved_to(session, "HIGH")
        for gate in (USE_CASE, DEPLOYMENT):
            approve(session, gate, *HIGH_APPROVALS)
        for gate in (DEPLOYMENT, CONTINUATION):
            result = asked(session, gate)
            assert [obstacle.reason for obstacle in result.blocked_by] == ["decided_at_lower_tier"]
            assert "ocr-a1 was decided at tier LOW; the component is HIGH now: assess it again" in result.sentence
            assert result.decisions == ()
        approved(session)
        assert asked(session, DEPLOYMENT).open


def test_a_decision_holds_when_the_tier_falls(records: Records) -> None:
    with records.write() as session:
        ready(session, "HIGH")
        moved_to(session, "MEDIUM")
        assert asked(session, DEPLOYMENT).open


@pytest.mark.parametrize(("tier", "counts"), [("MEDIUM", True), ("HIGH", False)])
def test_a_decision_made_before_any_tier_was_known_does_not_count_for_a_high_component(records: Records, tier: str, counts: bool) -> None:
    with records.write() as session:
        store_component(session, "LOW", decision_type="")
        approved(session)
        moved_to(session, tier)
        blocked = reasons(session, DEPLOYMENT)
        assert ("decided_at_lower_tier" not in blocked) is counts


def refused(session: Session, name: Recommendation = Recommendation.REJECTED) -> str:
    ref = reviewed(session, {"tested": "l4", "monitored": "l4", "insured": "l4"})
    decision.decide(session, ref, name, rationale="No.", valid_until=A_YEAR_ON, by=APPROVER, at=NOW)
    if name is not Recommendation.REJECTED:
        decision.agree(session, ref, reason="Also no.", by=SECOND, at=NOW)
    return ref


@pytest.mark.parametrize("name", [Recommendation.REJECTED, Recommendation.REQUIRES_REMEDIATION])
def test_a_refusal_goes_on_blocking_after_it_was_reopened_until_the_pack_is_decided_anew(records: Records, name: Recommendation) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        ref = refused(session, name)
        decision.reopen(session, ref, reason="New answers.", by=APPROVER, at=NOW)
        assert f"{ref} was decided {name}; that goes on after it ended, until small is decided anew." in asked(session, DEPLOYMENT).sentence
        approved(session, pack=replace(small_pack(), id="other"))
        assert "negative_decision" in reasons(session, DEPLOYMENT)
        withdraw(session, ref, "Never mind.", by=BY, at=NOW)
        assert "negative_decision" in reasons(session, DEPLOYMENT)
        approved(session)
        assert "negative_decision" not in reasons(session, DEPLOYMENT)


def test_a_refusal_does_not_end_with_the_date_it_was_given(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        refused(session)
        assert reasons(session, DEPLOYMENT, days=365).count("negative_decision") == 1  # its last day
        assert reasons(session, DEPLOYMENT, days=366).count("negative_decision") == 1


def test_a_refusal_that_was_only_proposed_and_replaced_blocks_nothing(records: Records) -> None:
    with records.write() as session:
        store_component(session, "MEDIUM")
        ref = reviewed(session, {"tested": "l4", "monitored": "l4", "insured": "l4"})
        decision.decide(session, ref, Recommendation.REQUIRES_REMEDIATION, rationale="Mend.", valid_until=A_YEAR_ON, by=APPROVER, at=NOW)
        decision.refuse(session, ref, reason="Look again.", by=SECOND, at=NOW)
        assert "negative_decision" not in reasons(session, DEPLOYMENT)

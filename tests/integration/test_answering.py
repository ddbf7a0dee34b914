"""Answers on their way in, and the steps of an assessment's life."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.factories.due_diligence import NOW, PROCUREMENT, answer, small_pack, start, store_vendor, submitted
from tests.factories.pack import a_question
from vendor_ai.db.base import Records
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import FOLLOWING, AnswerSource, AssessmentState, WrongStateError, refuse_move
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.message import Side
from vendor_ai.domain.pack import NOT_APPLICABLE, Pack
from vendor_ai.domain.question import Scope, Trigger
from vendor_ai.domain.vendor import Component
from vendor_ai.services import answering, assessment, message
from vendor_ai.services.questionnaire import find_pack


def state_of(records: Records, ref: str) -> str:
    with records.read() as session:
        return assessment.assessment(session, ref).state


def test_a_complete_questionnaire_is_handed_in_as_version_one_with_a_hash_anybody_can_compute(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
    with records.read() as session:
        (version,) = answering.submissions(session, ref)
        assert assessment.assessment(session, ref).state == "submitted"
    canonical = json.loads(json.dumps(version.content))
    assert version.sha256 == answering.content_digest(canonical)
    assert canonical["answers"]["tested"] == {"value": "l1", "comment": "", "evidence": "", "date": ""}


def test_a_correction_is_the_next_version_and_leaves_the_first_as_it_was(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        answer(session, ref, {"tested": "l3"})
    with records.read() as session:
        first, second = answering.submissions(session, ref)
    assert first.content["answers"]["tested"]["value"] == "l1"
    assert second.content["answers"]["tested"]["value"] == "l3"
    assert (first.number, second.number) == (1, 2)


def test_an_import_that_changes_nothing_makes_no_version(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        answer(session, ref, {"tested": "l1"})
    with records.read() as session:
        assert [version.number for version in answering.submissions(session, ref)] == [1]
        assert assessment.assessment(session, ref).state == "submitted"


def test_an_open_question_keeps_the_assessment_in_progress(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"})
    assert state_of(records, ref) == "in_progress"


def test_not_applicable_hands_in_and_still_counts_as_unanswered(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session, {"tested": NOT_APPLICABLE})
        entry = assessment.assessment(session, ref)
    assert entry.state == "submitted"
    assert entry.score is not None
    assert entry.score["unanswered"] == ["tested"]


def test_a_vendor_wide_answer_is_inherited_by_the_next_assessment_with_its_origin_and_date(records: Records) -> None:
    later = NOW + timedelta(days=30)
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        other = assessment.send(session, "chat", small_pack("1.1"), by=PROCUREMENT, at=later)
        assert answering.inherit(session, other, by=PROCUREMENT, at=later) == 1
        (given,) = assessment.given_answers(session, other).values()
    assert (given.answer.question, given.answer.value, given.origin, given.answered_at) == ("insured", "l1", ref, NOW)


def test_a_question_of_the_same_id_and_another_wording_inherits_nothing(records: Records) -> None:
    reworded = a_question("insured", "d2", levels=(1, 2, 3), scope=Scope.VENDOR)
    pack = small_pack("2.0")
    pack = Pack(pack.id, pack.version, pack.title, "", pack.dimensions, (pack.questions[0], pack.questions[1], reworded))
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        other = start(session, "chat", pack)
        assert answering.inherit(session, other, by=PROCUREMENT, at=NOW) == 0


def test_another_vendors_answers_are_not_inherited(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        submitted(session)
        store_vendor(session, Component("search", "Search", "zenith"), vendor="zenith")
        other = start(session, "search")
        assert answering.inherit(session, other, by=PROCUREMENT, at=NOW) == 0


def test_a_new_vendor_wide_answer_reaches_the_vendors_open_assessments_and_no_closed_one(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        closed = submitted(session)
        waiting = start(session, "chat")
        third = start(session, "ocr")
        answer(session, third, {"insured": "l4"})
        assert assessment.answers_of(session, waiting)["insured"].value == "l4"
        assert assessment.given_answers(session, waiting)["insured"].origin == third
        assert assessment.answers_of(session, closed)["insured"].value == "l1"


def test_staff_answers_carry_their_name_and_vendor_answers_do_not(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"})
        answer(session, ref, {"monitored": "l2"}, source=AnswerSource.OWN_TEST)
        given = assessment.given_answers(session, ref)
    assert (given["tested"].source, given["tested"].answered_by) == (AnswerSource.VENDOR, "")
    assert (given["monitored"].source, given["monitored"].answered_by) == (AnswerSource.OWN_TEST, "user:petra")


def test_a_draft_is_sent_once(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session, draft=True)
        assert assessment.assessment(session, ref).sent_at is None
        assessment.send_draft(session, ref, by=PROCUREMENT, at=NOW)
        assert assessment.assessment(session, ref).sent_at == NOW
        with pytest.raises(WrongStateError, match="is sent, so it cannot be sent"):
            assessment.send_draft(session, ref, by=PROCUREMENT, at=NOW)


def test_what_is_sent_back_is_in_progress_with_its_reason_in_the_chain(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = submitted(session)
        with pytest.raises(InvalidInputError, match="A reason is needed"):
            assessment.return_to_vendor(session, ref, " ", by=PROCUREMENT, at=NOW)
    with records.write() as session:
        assessment.return_to_vendor(session, ref, "The report is missing.", by=PROCUREMENT, at=NOW)
    assert state_of(records, ref) == "in_progress"


def test_a_withdrawn_assessment_takes_no_answer(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        assessment.withdraw(session, ref, "No longer bought.", by=PROCUREMENT, at=NOW)
        with pytest.raises(WrongStateError, match="is withdrawn, so it cannot be answered"):
            answer(session, ref, {"tested": "l1"})


def test_nothing_can_be_handed_in_without_an_answer(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        with pytest.raises(InvalidInputError, match="has no answer yet"):
            answering.submit(session, ref, by=PROCUREMENT, at=NOW)


def test_a_due_date_in_the_past_is_refused(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        with pytest.raises(InvalidInputError, match="The due date 2026-11-19 has passed"):
            start(session, due_at=NOW - timedelta(days=1))


def test_what_conditional_questions_ask_about_is_kept_as_it_was_when_the_assessment_was_sent(records: Records) -> None:
    stated = Component("ocr", "OCR", "acme", use_case="summarising meeting notes", decision_type="human_in_the_loop")
    with records.write() as session:
        store_vendor(session, stated)
        ref = start(session)
        store_vendor(session, Component("ocr", "OCR", "acme", use_case="recruitment", decision_type="automated"))
        kept = assessment.asked_properties(session, assessment.row_of(session, ref))
    assert kept == {"use_case": ["summarising meeting notes"], "decision_type": ["human_in_the_loop"], "tier": ["LOW"]}


def test_a_component_whose_use_nobody_stated_has_no_tier_so_that_every_question_is_asked() -> None:
    assert "tier" not in assessment.properties_of(Component("ocr", "OCR", "acme", use_case="recruitment"))


@pytest.mark.parametrize("state", list(AssessmentState))
def test_every_step_the_life_does_not_have_is_refused_with_what_to_do(state: AssessmentState) -> None:
    for to in set(AssessmentState) - FOLLOWING[state]:
        with pytest.raises(WrongStateError, match=f"is {state.words}, so it cannot be {to.words}"):
            refuse_move("ocr-a1", state, to)


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached, edge = {AssessmentState.DRAFT}, {AssessmentState.DRAFT}
    while edge:
        edge = {to for state in edge for to in FOLLOWING[state]} - reached
        reached |= edge
    assert reached == set(AssessmentState)


def test_an_answer_that_only_gains_evidence_is_a_change(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l1"})
        given = answering.AnswerSet(None, {"tested": Answer("tested", "l1", evidence="report.pdf")})
        assert [change.question for change in answering.difference(session, ref, given)] == ["tested"]


def test_what_staff_found_out_is_not_overwritten_by_what_the_vendor_says_elsewhere(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        tested = start(session, "chat")
        answer(session, tested, {"insured": "l4"}, source=AnswerSource.OWN_TEST)
        other = start(session, "ocr")
        answer(session, other, {"insured": "l1"})
        given = assessment.given_answers(session, tested)["insured"]
    assert (given.answer.value, given.source) == ("l4", AnswerSource.OWN_TEST)


def test_an_assessment_follows_only_one_of_the_same_component_and_pack(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        first = start(session, "ocr")
        with pytest.raises(InvalidInputError, match="is about another component or uses another pack"):
            start(session, "chat", supersedes=first)
        with pytest.raises(InvalidInputError, match=r"uses another pack \(small\)"):
            start(session, "ocr", pack=find_pack("triage"), supersedes=first)
        assert assessment.assessment(session, start(session, "ocr", small_pack("2.0"), supersedes=first)).supersedes == first


def test_nobody_attests_what_they_were_not_asked(records: Records) -> None:
    low = Component("ocr", "OCR", "acme", use_case="summarising meeting notes", decision_type="human_in_the_loop")
    pack = small_pack("3.0")
    deep = replace(pack.questions[2], applies_when=(Trigger(None, "tier", ("HIGH",)),))
    with records.write() as session:
        store_vendor(session, low, Component("chat", "Chat", "acme"))
        wide = submitted(session, component="chat", pack=replace(pack, questions=(*pack.questions[:2], deep)))
        ref = start(session, pack=replace(pack, questions=(*pack.questions[:2], deep)))
        assert answering.inherit(session, ref, by=PROCUREMENT, at=NOW) == 0
        answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"})
        (version,) = answering.submissions(session, ref)
        (whole,) = answering.submissions(session, wide)
    assert sorted(version.content["answers"]) == ["monitored", "tested"]
    assert sorted(whole.content["answers"]) == ["insured", "monitored", "tested"]


def test_a_workbook_sent_for_another_assessment_is_refused_by_name(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        first, second = start(session), start(session)
        given = answering.AnswerSet(None, {"tested": Answer("tested", "l1")}, component="ocr", assessment=first)
        with pytest.raises(ConflictError, match=f"This workbook was sent for {first}, not for {second}"):
            answering.refuse_other_component(session, second, given)


def test_evidence_dated_ahead_is_remarked_on() -> None:
    given = answering.AnswerSet(
        None, {"tested": Answer("tested", "l1", dated="2030-01-01"), "monitored": Answer("monitored", "l1", dated="2026-11-20")}
    )
    (remark,) = answering.dated_ahead(given, at=NOW)
    assert (remark.column, remark.message) == ("tested", "The evidence is dated 2030-01-01, which lies ahead. Correct the date.")


def test_messages_wait_until_staff_wrote_back(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        message.write(session, ref, "May we have a week more?", side=Side.VENDOR, by=PROCUREMENT, at=NOW)
        assert assessment.assessment(session, ref).waiting_messages == 1
        message.write(session, ref, "Ask Ines first.", side=Side.STAFF, internal=True, by=PROCUREMENT, at=NOW)
        assert [entry.waiting_messages for entry in assessment.assessments(session)] == [1]
        message.write(session, ref, "Yes.", side=Side.STAFF, by=PROCUREMENT, at=NOW)
        assert assessment.assessment(session, ref).waiting_messages == 0


def test_what_staff_found_out_is_neither_overwritten_by_the_vendors_file_nor_handed_to_it(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        answer(session, ref, {"tested": "l4"}, source=AnswerSource.OWN_TEST)
        answer(session, ref, {"tested": "l1", "monitored": "l1", "insured": "l1"})
        (version,) = answering.submissions(session, ref)
        assert assessment.answers_of(session, ref)["tested"].value == "l4"
        given = answering.AnswerSet(None, {"tested": Answer("tested", "l1")})
        assert answering.difference(session, ref, given) == []
        assert [change.after for change in answering.difference(session, ref, given, source=AnswerSource.STAFF)] == ["l1"]
    assert sorted(version.content["answers"]) == ["insured", "monitored"]

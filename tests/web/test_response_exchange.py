"""What passes between vendor and staff beside the answers: documents, messages, the decision, notices."""

import hashlib
import io
from datetime import date

import pytest

from tests.factories.installation import BY, NOW
from tests.factories.respondent import PDF, Visitor, answers, state, visitor, words
from vendor_ai.db import decision as decision_store
from vendor_ai.db.decision import DecisionRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.domain.decision import DecisionCondition
from vendor_ai.domain.message import MessageKind, Side
from vendor_ai.domain.pack import Level
from vendor_ai.services import assessment, condition, evidence, evidence_record, message
from vendor_ai.wiring import App

ALICE = Actor("user:alice")


@pytest.fixture
def jane(app: App) -> Visitor:
    return visitor(app)


def test_a_document_stands_at_its_question_with_when_it_was_looked_at_and_no_name_of_ours(jane: Visitor) -> None:
    jane.autosave("tested", "o1")
    fields = {"confidentiality": "view_only", "issued_on": "2026-06-30"}
    answer = jane.post("evidence/tested", fields, files={"file": ("../../Report 2026.pdf", PDF, "application/pdf")})
    assert "The document was received." in answer.text
    assert "Nobody has looked at it yet" in answer.text

    with jane.app.records.write() as session:
        (stored,) = evidence_record.documents(session)
        evidence.look_at(session, stored.ref, by=ALICE, at=NOW)
    page = words(jane.page)
    assert "Report 2026.pdf 1 kB, received 2026-11-20 09:30 UTC , view only" in page
    assert "Looked at by the company that asked: 2026-11-20 09:30 UTC" in page
    assert "alice" not in page
    assert (stored.stored_by, stored.issued_on) == ("link:1:Jane Doe", date(2026, 6, 30))


@pytest.mark.parametrize(("issued_on", "status"), [("2026-11-20", 200), ("2026-11-21", 422), ("2036-01-01", 422)])
def test_a_document_issued_in_the_future_is_refused(jane: Visitor, issued_on: str, status: int) -> None:
    answer = jane.post("evidence/tested", {"issued_on": issued_on}, files={"file": ("report.pdf", PDF, "application/pdf")})
    assert answer.status_code == status
    assert (f"The document was issued on {issued_on}, which lies ahead." in answer.text) == (status == 422)


def test_a_file_answers_a_question_that_asks_for_one(jane: Visitor) -> None:
    jane.post("evidence/policy", files={"file": ("policy.pdf", PDF, "application/pdf")})
    assert answers(jane)["policy"].value == f"sha256:{hashlib.sha256(PDF).hexdigest()}"
    assert answers(jane)["policy"].evidence == "policy.pdf"


def test_a_document_can_still_be_handed_over_after_the_answers_were(jane: Visitor) -> None:
    jane.answer_all()
    jane.hand_in()
    assert jane.post("evidence/tested", files={"file": ("report.pdf", PDF, "application/pdf")}).status_code == 200
    assert state(jane) == "submitted"


@pytest.mark.parametrize(
    ("name", "content"), [("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), ("x.pdf", b"<html><script>1</script>"), ("x.pdf", b"")]
)
def test_a_file_of_a_kind_that_is_not_kept_is_refused_with_a_sentence(jane: Visitor, name: str, content: bytes) -> None:
    answer = jane.post("evidence/tested", files={"file": (name, io.BytesIO(content), "application/pdf")})
    assert answer.status_code in (415, 422)
    assert "Back to the questionnaire" in answer.text


def test_an_upload_without_a_file_or_with_an_unknown_confidentiality_is_refused(jane: Visitor) -> None:
    assert "No file was chosen" in jane.post("evidence/tested", {"confidentiality": "nda"}).text
    files = {"file": ("report.pdf", PDF, "application/pdf")}
    assert jane.post("evidence/tested", {"confidentiality": "public"}, files=files).status_code == 422


def test_a_form_that_is_too_large_is_refused_before_it_is_read(jane: Visitor) -> None:
    token, much = jane.token, 5 << 20
    declared = jane.client.post("/respond/messages", data={"form_token": token, "text": "x" * much})
    chunks = (b"x" * 65_536 for _ in range(much // 65_536))
    streamed = jane.client.post("/respond/messages", content=chunks, headers={"Content-Type": "application/x-www-form-urlencoded"})

    assert declared.status_code == streamed.status_code == 413
    assert "larger than 4 MiB" in declared.text


def test_a_clarification_request_is_seen_answered_and_settled(jane: Visitor) -> None:
    with jane.app.records.write() as session:
        asked = message.write(
            session, jane.ref, "Which version?", side=Side.STAFF, kind=MessageKind.CLARIFICATION, question="tested", by=ALICE, at=NOW
        )
        message.write(session, jane.ref, "They are slow.", side=Side.STAFF, internal=True, question="tested", by=ALICE, at=NOW)
    page = jane.page
    assert "The company that asked clarification request, 2026-11-20 09:30 UTC ○ waits for your reply" in words(page)
    assert "They are slow." not in page
    assert "alice" not in page

    answer = jane.post("messages", {"text": "Version 4.2.", "question": "tested", "reply_to": str(asked.number)})
    assert "Version 4.2." in answer.text
    with jane.app.records.write() as session:
        reply = message.messages(session, jane.ref, side=Side.STAFF)[-1]
        assert (reply.kind, reply.reply_to, reply.question, reply.person) == (MessageKind.REPLY, asked.number, "tested", "Jane Doe")
        message.settle(session, jane.ref, asked.number, by=ALICE, at=NOW)
    assert "waits for your reply" not in jane.page
    assert "settled" in jane.page


def test_an_internal_note_cannot_be_replied_to_and_is_not_given_away(jane: Visitor) -> None:
    with jane.app.records.write() as session:
        note = message.write(session, jane.ref, "They are slow.", side=Side.STAFF, internal=True, by=ALICE, at=NOW)
    hidden = jane.post("messages", {"text": "Hm", "reply_to": str(note.number)})
    absent = jane.post("messages", {"text": "Hm", "reply_to": "999"})
    assert hidden.status_code == absent.status_code == 404
    assert words(hidden.text).replace(f"'{note.number}'", "") == words(absent.text).replace("'999'", "")


@pytest.mark.parametrize(("text", "status"), [("  ", 422), ("x" * 5_001, 422), ("x" * 5_000, 200), ("a\x00b", 200)])
def test_a_message_has_between_one_and_five_thousand_characters(jane: Visitor, text: str, status: int) -> None:
    assert jane.post("messages", {"text": text}).status_code == status


def decide(jane: Visitor) -> int:
    """What a decision leaves behind: one effective row, one condition."""
    with jane.app.records.write() as session:
        row = assessment.row_of(session, jane.ref)
        row.state = AssessmentState.DECIDED.value
        decision = DecisionRow(
            assessment_id=assessment.key_of(row), decision="APPROVED_WITH_CONDITIONS", recommendation="APPROVED_WITH_CONDITIONS",
            score={"score": "1.75"}, rationale="Good work; one report is old.", conditions=[], milder=False, state="effective",
            by="user:anna", at=NOW,
        )  # fmt: skip
        decision_store.add(session, decision)
        assert decision.id is not None
        conditions = [
            DecisionCondition("Send a new report.", "vendor", 60, Level.HIGH, "tested"),
            DecisionCondition("Watch its output.", "operations", 30, Level.HIGH, "outside"),
        ]
        condition.open_conditions(session, jane.ref, decision.id, conditions, by=ALICE, at=NOW)
        (found,) = [row for row in condition.conditions_of(session, jane.ref) if row.owner == "vendor"]
        assert found.id is not None
        return found.id


def test_after_the_decision_the_vendor_reads_its_reasons_and_conditions(jane: Visitor) -> None:
    decide(jane)
    page = words(jane.page)

    assert "Decision: Approved with conditions" in page
    assert "Good work; one report is old." in page
    assert "Send a new report. due 2027-01-19 09:30 UTC" in page
    assert "1.75" not in page
    assert "HIGH" not in page


def test_what_we_are_to_do_ourselves_is_no_condition_that_the_vendor_sees_or_answers(jane: Visitor) -> None:
    own = decide(jane)
    with jane.app.records.read() as session:
        (other,) = [row.id for row in condition.conditions_of(session, jane.ref) if row.id != own]
    page = jane.page

    assert "Watch its output." not in page
    assert f"/respond/conditions/{own}" in page
    assert f"/respond/conditions/{other}" not in page
    assert jane.post(f"conditions/{other}", {"text": "Done."}).status_code == 404


def test_closure_evidence_is_received_with_its_document_and_a_receipt(jane: Visitor) -> None:
    number = decide(jane)
    fields = {"text": "Tested again in November."}
    answer = jane.post(f"conditions/{number}", fields, files={"file": ("new.pdf", PDF, "application/pdf")})
    page = words(answer.text)

    assert f"Condition {number}: Send a new report. Tested again in November. Attached: new.pdf (acme-ai-e1)" in page
    said = f"Condition {number}: Send a new report.\nTested again in November.\nAttached: new.pdf (acme-ai-e1)"
    assert f"Received as no. 1, SHA-256 {hashlib.sha256(said.encode()).hexdigest()}" in page
    assert jane.post("conditions/999", fields).status_code == 404


def test_a_change_notice_counts_from_its_receipt(jane: Visitor) -> None:
    decide(jane)
    fields = {"version": "ocr-5", "effective_on": "2027-02-01", "text": "New base model."}
    page = words(jane.post("notices", fields).text)
    with jane.app.records.read() as session:
        row = session.connection().exec_driver_sql("SELECT model_version, received_at, effective_at, emergency FROM change_notice").one()

    assert "Version ocr-5, effective on 2027-02-01. New base model." in page
    assert "Received as no. 1, SHA-256" in page
    assert (row[0], str(row[1])[:16], str(row[2])[:10], bool(row[3])) == ("ocr-5", "2026-11-20 09:30", "2027-02-01", False)


def test_maintenance_is_announced_with_its_window_in_utc(jane: Visitor) -> None:
    decide(jane)
    fields = {"starts_at": "2026-12-01T22:00", "ends_at": "2026-12-01T23:30", "text": "Database."}
    assert "Maintenance from 2026-12-01 22:00 UTC to 2026-12-01 23:30 UTC." in jane.post("maintenance", fields).text
    assert jane.post("maintenance", {**fields, "ends_at": "2026-12-01T21:00"}).status_code == 422
    assert jane.post("maintenance", {**fields, "ends_at": "late"}).status_code == 422


def test_notices_are_not_taken_before_the_decision(jane: Visitor) -> None:
    assert "Announce a change" not in jane.page
    assert jane.post("notices", {"version": "ocr-5"}).status_code == 403


def test_a_withdrawn_questionnaire_says_so_and_takes_nothing(jane: Visitor) -> None:
    fields = jane.fields("tested", "o1")
    with jane.app.records.write() as session:
        assessment.withdraw(session, jane.ref, "No longer bought.", by=BY, at=NOW)
    assert "This questionnaire was withdrawn" in jane.page
    for path in ("answers/tested", "messages", "evidence/tested", "hand-in", "sections/tests/sign-off"):
        files = {"file": ("report.pdf", PDF, "application/pdf")} if path.startswith("evidence") else None
        assert jane.post(path, {**fields, "text": "Hello"}, files=files).status_code in (409, 422)

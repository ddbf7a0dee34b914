"""The vendor's questionnaire as it is answered, talked about, handed in and read again."""

import hashlib
import io
import json
import re
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW
from tests.factories.payload import PAYLOADS
from tests.factories.respondent import ANSWERS, LOCAL, Visitor, link, send, visitor
from tests.web.test_pages import Reader
from vendor_ai.db import decision as decision_store
from vendor_ai.db import finding as finding_store
from vendor_ai.db.decision import DecisionRow
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import AnswerSource, AssessmentState
from vendor_ai.domain.message import MessageKind, Side
from vendor_ai.services import answering, assessment, evidence, evidence_record, message
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
ALICE = Actor("user:alice")


@pytest.fixture
def jane(app: App) -> Visitor:
    return visitor(app)


def words(page: str) -> str:
    reader = Reader()
    reader.feed(page)
    return reader.text


def answers(jane: Visitor) -> dict[str, Answer]:
    with jane.app.records.read() as session:
        return assessment.answers_of(session, jane.ref)


def state(jane: Visitor) -> str:
    with jane.app.records.read() as session:
        return assessment.assessment(session, jane.ref).state


def test_the_whole_list_stands_there_before_the_first_answer_conditional_questions_too(jane: Visitor) -> None:
    page = words(jane.page)

    for text in ("How often is it tested?", "How is it tested from outside?", "What is covered?", "Anything else?"):
        assert text in page
    assert "Asked only if the answer to question 2 is “Yes”." in page
    assert "Answered: 0 of 8 questions" in page  # whether `how` is asked is not known yet


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_weight_level_or_score_is_anywhere_in_what_the_vendor_gets(jane: Visitor, language: str) -> None:
    jane.answer_all()
    saved = jane.autosave("tested", "o4")
    pages = [jane.client.get(f"/respond?language={language}"), saved, jane.hand_in(incomplete="1")]
    for answer in [*pages, jane.client.get("/respond"), jane.client.get("/respond/receipts/1/copy")]:
        assert answer.status_code == 200
        heard = answer.text + str(answer.headers)
        assert not re.search(r"\b(LOW|MEDIUM|HIGH|CRITICAL|REJECTED|APPROVED\w*|REQUIRES_REMEDIATION)\b", heard)
        assert not re.search(r"score|weight|recommend|0\.37|0\.63", heard, re.IGNORECASE)


def test_every_type_of_question_is_saved_by_the_button_of_its_section_without_script(jane: Visitor) -> None:
    for section, questions in (("tests", list(ANSWERS)[:5]), ("company", list(ANSWERS)[5:])):
        fields: dict[str, object] = {}
        for question in questions:
            beside = {"evidence": "report.pdf", "dated": "2026-06-30", "comment": "By Lab Ltd."} if question == "tested" else {}
            fields |= jane.fields(question, ANSWERS[question], **beside)
        answer = jane.post(f"sections/{section}", fields)
        assert "Saved." in answer.text

    given = answers(jane)
    assert given.pop("tested") == Answer("tested", "o1", "By Lab Ltd.", "report.pdf", "2026-06-30")
    assert {key: it.value for key, it in given.items()} == {
        "outside": "yes", "how": "o2", "covered": "o1; o3", "mature": "2", "delay": "14", "audited": "2026-05-04",
        "suppliers": "Cloud Ltd", "policy": "https://acme.example/policy",
    }  # fmt: skip
    assert "Answered: 9 of 9 questions" in words(jane.page)


def test_what_was_saved_stands_in_its_fields_again(jane: Visitor) -> None:
    jane.answer_all()
    jane.autosave("suppliers", "Cloud Ltd\r\nand <b>Sons</b>", comment="  two  ")
    page = jane.page

    for question, value in (("tested", "o1"), ("outside", "yes"), ("covered", "o3"), ("mature", "2")):
        assert f'name="value.{question}" value="{value}" checked' in page
    assert 'name="value.delay" value="14"' in page
    assert 'name="value.audited" value="2026-05-04"' in page
    assert "Cloud Ltd\nand &lt;b&gt;Sons&lt;/b&gt;</textarea>" in page
    assert answers(jane)["suppliers"].comment == "two"


def test_saving_one_answer_says_when_it_was_saved_and_how_the_whole_stands(jane: Visitor) -> None:
    saved = jane.autosave("outside", "yes").json()

    assert saved["saved_at"] == "09:30 UTC"
    assert (saved["answered"], saved["asked"]) == (1, 9)  # `how` is asked now; `remark` is optional
    assert saved["sections"]["tests"] == {"answered": 1, "asked": 5, "signed": False}
    assert saved["applies"]["how"] is True
    assert {"question": "how", "number": 3, "text": "not answered yet"} in saved["points"]


def test_a_question_that_does_not_apply_keeps_its_condition_in_words_and_blocks_nothing(jane: Visitor) -> None:
    jane.autosave("outside", "no")

    block = jane.page.partition('id="q-how"')[0].rpartition("<article")[2]
    assert 'class="question waiting"' in block
    assert "Question 3" not in words(jane.page.partition('id="hand-in"')[2])


def test_not_applicable_needs_its_reason(jane: Visitor) -> None:
    jane.autosave("delay", "", na="1")
    assert answers(jane)["delay"].not_applicable
    assert "says that it does not apply, without the reason" in jane.page

    jane.autosave("delay", "", na="1", comment="We announce nothing.")
    assert "says that it does not apply, without the reason" not in jane.page


def test_demanded_evidence_is_named_until_it_is_there_or_its_absence_is_explained(jane: Visitor) -> None:
    missing = "needs evidence: name it, attach it, or say in the comment why there is none"
    jane.autosave("tested", "o1")
    assert missing in jane.page
    jane.autosave("tested", "o1", comment="The report is confidential.")
    assert missing not in jane.page
    jane.autosave("tested", "o1")
    assert missing in jane.page
    jane.post("evidence/tested", files={"file": ("report.pdf", PDF, "application/pdf")})
    assert missing not in jane.page


def test_what_cannot_be_saved_comes_back_as_it_was_typed_and_the_rest_is_saved(jane: Visitor) -> None:
    fields = jane.fields("delay", "two weeks", comment="about") | jane.fields("suppliers", "Cloud Ltd")
    answer = jane.post("sections/company", fields)

    assert answer.status_code == 422
    assert "is not a number. Write the answer" in answer.text
    assert 'name="value.delay" value="two weeks"' in answer.text
    assert ">\nabout</textarea>" in answer.text
    assert list(answers(jane)) == ["suppliers"]


@pytest.mark.parametrize(
    ("question", "value", "beside", "sentence"),
    [
        ("delay", "400", {}, "above the most"),
        ("audited", "4 May", {}, "is not a date"),
        ("tested", "o9", {}, "is no answer"),
        ("tested", "o1", {"dated": "soon"}, "&#39;soon&#39; is not a date"),
        ("tested", "o1", {"comment": "x" * 5_001}, "at most 5000 characters"),
        ("tested", "", {"comment": "later"}, "Choose or write an answer"),
    ],
)
def test_a_mistake_is_one_sentence_beside_its_question(
    jane: Visitor, question: str, value: str, beside: dict[str, str], sentence: str
) -> None:
    section = "company" if question in ("delay", "audited") else "tests"
    assert sentence in jane.post(f"sections/{section}", jane.fields(question, value, **beside)).text
    assert jane.autosave(question, value, **beside).status_code == 422
    assert answers(jane) == {}


def test_an_answer_can_be_taken_back(jane: Visitor) -> None:
    jane.autosave("tested", "o1")
    assert jane.autosave("tested", "").status_code == 200
    assert answers(jane) == {}
    with jane.app.records.read() as session:
        entry = assessment.assessment(session, jane.ref)
    assert entry.score is not None
    assert "tested" in entry.score["unanswered"]


def test_of_two_people_who_change_one_answer_the_second_sees_both_texts(app: App, jane: Visitor) -> None:
    bob = Visitor(app, jane.ref).open(link(app, jane.ref, "Bob Ray").token)
    stale = bob.fields("suppliers", "Bob’s list")
    jane.autosave("suppliers", "Jane’s list")

    answer = bob.post("sections/company", stale)
    assert answer.status_code == 409
    assert "Jane Doe changed this answer meanwhile to “Jane’s list”" in answer.text
    assert ">\nBob’s list</textarea>" in answer.text
    assert answers(jane)["suppliers"].value == "Jane’s list"
    seen = re.search(r'name="seen\.suppliers" value="([0-9a-f]+)"', answer.text)
    assert seen is not None
    bob.post("sections/company", {**stale, "seen.suppliers": seen[1]})  # knowingly
    assert answers(jane)["suppliers"].value == "Bob’s list"


def test_a_conflict_is_told_to_the_script_with_the_other_text(app: App, jane: Visitor) -> None:
    bob = Visitor(app, jane.ref).open(link(app, jane.ref, "Bob Ray").token)
    stale = bob.seen("tested")
    jane.autosave("tested", "o2")
    told = bob.autosave("tested", "o3", seen=stale)

    assert told.status_code == 409
    assert told.json()["theirs"] == {"by": "Jane Doe", "said": "Once a year", "seen": bob.seen("tested")}


def test_saving_a_page_does_not_overwrite_what_its_reader_left_alone(app: App, jane: Visitor) -> None:
    bob = Visitor(app, jane.ref).open(link(app, jane.ref, "Bob Ray").token)
    untouched = bob.fields("suppliers", "")
    jane.autosave("suppliers", "Jane’s list")
    answer = bob.post("sections/company", {**untouched, **bob.fields("delay", "7")})

    assert answer.status_code == 200
    assert (answers(jane)["suppliers"].value, answers(jane)["delay"].value) == ("Jane’s list", "7")


def test_questions_come_in_the_language_that_is_chosen_and_a_form_keeps_it(jane: Visitor) -> None:
    page = jane.client.get("/respond?language=de").text
    assert "Wie oft wird geprüft?" in page
    assert '<h2 lang="de">Prüfungen</h2>' in page
    fields = {"language": "de", **jane.fields("tested", "o1")}
    assert "Wie oft wird geprüft?" in jane.post("sections/tests", fields).text
    assert "How often is it tested?" in jane.client.get("/respond?language=xx").text


def test_an_assessment_is_shown_in_the_language_it_was_sent_in(app: App) -> None:
    ref = send(app, language="de")
    assert "Wie oft wird geprüft?" in Visitor(app, ref).open(link(app, ref).token).page


def test_a_vendor_wide_answer_taken_over_says_where_it_comes_from(app: App, jane: Visitor) -> None:
    jane.autosave("policy", "https://acme.example/policy")
    ref = send(app, "translator")
    with app.records.write() as session:
        answering.inherit(session, ref, by=BY, at=NOW)
    page = Visitor(app, ref).open(link(app, ref).token).page
    assert "Taken over from ocr-a1. Check that it still holds." in page


def test_open_points_link_to_their_questions_and_are_passed_only_knowingly(jane: Visitor) -> None:
    jane.autosave("tested", "o1", evidence="report.pdf")
    assert '<a href="#q-delay">Question 6</a> not answered yet' in jane.page

    refused = jane.hand_in()
    assert refused.status_code == 409
    assert "7 points are still open" in refused.text
    assert "Handed in: version 1" in jane.hand_in(incomplete="1").text
    assert state(jane) == "submitted"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"signatory": " "}, "needs the name and the position"),
        ({"role": ""}, "needs the name and the position"),
        ({"attested": ""}, "needs the declaration"),
    ],
)
def test_handing_in_needs_a_name_a_position_and_the_declaration(jane: Visitor, fields: dict[str, str], sentence: str) -> None:
    jane.answer_all()
    answer = jane.hand_in(**fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert state(jane) == "in_progress"


def test_nothing_can_be_handed_in_without_an_answer_even_knowingly(jane: Visitor) -> None:
    answer = jane.hand_in(incomplete="1")
    assert answer.status_code == 409
    assert "No question has been answered yet." in answer.text


def test_the_receipt_holds_number_time_signatory_and_a_hash_that_the_copy_gives_again(jane: Visitor) -> None:
    jane.answer_all()
    receipt = words(jane.hand_in().text)
    copy = jane.client.get("/respond/receipts/1/copy")

    assert "Handed in: version 1" in receipt
    assert "Received 2026-11-20 09:30 UTC" in receipt
    assert "Attested by Jane Doe, Head of Security" in receipt
    assert f"SHA-256 {hashlib.sha256(copy.content).hexdigest()}" in receipt
    assert copy.headers["content-disposition"] == 'attachment; filename="ocr-a1-1.json"'
    assert json.loads(copy.content)["answers"]["covered"]["value"] == "o1; o3"


def test_what_was_handed_in_is_read_only_until_it_is_sent_back_and_then_becomes_the_next_version(jane: Visitor) -> None:
    jane.answer_all()
    fields = jane.fields("tested", "o4")
    jane.hand_in()
    page = jane.page

    assert 'name="value.tested"' not in page
    assert "Every week" in page
    assert jane.post("answers/tested", fields).status_code == 409
    assert answers(jane)["tested"].value == "o1"
    with jane.app.records.write() as session:
        assessment.return_to_vendor(session, jane.ref, "The report is missing.", by=BY, at=NOW)
    assert jane.autosave("tested", "o2", evidence="report.pdf").status_code == 200
    assert "Handed in: version 2" in jane.hand_in().text
    assert json.loads(jane.client.get("/respond/receipts/1/copy").content)["answers"]["tested"]["value"] == "o1"


def test_a_section_is_signed_off_until_one_of_its_answers_changes(app: App) -> None:
    ref = send(app)
    bob = Visitor(app, ref).open(link(app, ref, "Bob Ray", sections=["company"]).token)
    jane = Visitor(app, ref).open(link(app, ref).token)
    jane.answer_all()
    assert "Company: Bob Ray has not signed it off yet" in words(jane.page)
    assert jane.hand_in().status_code == 409

    assert "Signed off by Bob Ray" in bob.post("sections/company/sign-off").text
    assert "has not signed it off yet" not in jane.page
    later = Visitor(app.at(NOW + timedelta(minutes=5)), ref).open(link(app, ref).token)
    later.autosave("delay", "21")
    assert "Company: Bob Ray has not signed it off yet" in words(later.page)


def test_a_section_with_open_questions_is_not_signed_off(jane: Visitor) -> None:
    answer = jane.post("sections/company/sign-off")
    assert answer.status_code == 409
    assert "Questions 6, 7, 8, 9 of this section are still open" in answer.text


def test_a_document_stands_at_its_question_with_who_looked_at_it(jane: Visitor) -> None:
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
    assert "Looked at by alice ( 2026-11-20 09:30 UTC )" in page
    assert (stored.stored_by, stored.issued_on) == ("link:1:Jane Doe", date(2026, 6, 30))


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
    assert "alice clarification request, 2026-11-20 09:30 UTC ○ waits for your reply" in words(page)
    assert "They are slow." not in page

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
        decision_store.add(
            session,
            DecisionRow(
                assessment_id=assessment.key_of(row), decision="APPROVED_WITH_CONDITIONS", recommendation="APPROVED_WITH_CONDITIONS",
                score={"score": "1.75"}, rationale="Good work; one report is old.", conditions=[], milder=False, state="effective",
                by="user:anna", at=NOW,
            ),
        )  # fmt: skip
        condition = FindingRow(
            kind="condition", subject=f"{jane.ref}:tested", state="open", owner="vendor", severity="HIGH",
            due_at=NOW + timedelta(days=60), details={"text": "Send a new report."}, opened_at=NOW,
        )  # fmt: skip
        finding_store.add(session, condition)
        assert condition.id is not None
        return condition.id


def test_after_the_decision_the_vendor_reads_its_reasons_and_conditions(jane: Visitor) -> None:
    decide(jane)
    page = words(jane.page)

    assert "Decision: Approved with conditions" in page
    assert "Good work; one report is old." in page
    assert "Send a new report. owner: vendor; due 2027-01-19 09:30 UTC" in page
    assert "1.75" not in page
    assert "HIGH" not in page


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


def test_an_answer_that_staff_gave_is_not_lost_under_the_vendors_old_page(jane: Visitor) -> None:
    stale = jane.fields("tested", "o1")
    with jane.app.records.write() as session:
        given = [Answer("tested", "o4", "Seen in our own test.")]
        answering.store_answers(session, jane.ref, given, source=AnswerSource.OWN_TEST, answered_by="user:alice", by=ALICE, at=NOW)
    assert jane.post("sections/tests", stale).status_code == 409


@pytest.mark.parametrize("path", ["/respond/receipts/7", "/respond/receipts/x", "/respond/nothing/here", "/respond/workbook/other"])
def test_an_address_that_names_nothing_says_so_without_the_staffs_pages(jane: Visitor, path: str) -> None:
    answer = jane.client.get(path)
    assert answer.status_code in (404, 422)
    assert "Traceback" not in answer.text


def test_the_page_runs_only_our_own_script_and_asks_nobody_else(jane: Visitor) -> None:
    answer = jane.client.get("/respond")
    policy = answer.headers["content-security-policy"]
    reader = Reader()
    reader.feed(answer.text)

    assert "script-src 'self';" in policy and "unsafe" not in policy
    assert [attributes for tag, attributes in reader.tags if tag == "script"] == [{"src": "/static/respond.js", "defer": None}]
    assert not [name for _, attributes in reader.tags for name in attributes if name == "style" or name.startswith("on")]
    links = [str(attributes.get("href")) for tag, attributes in reader.tags if tag in {"a", "link"}]
    assert all(link.startswith(("/respond", "/static", "#")) for link in links)
    assert TestClient(create_app(jane.app), base_url=LOCAL).get("/static/respond.js").status_code == 200


def test_every_control_has_a_name_that_is_read_aloud(jane: Visitor) -> None:
    page = jane.page
    for control in re.finditer(r"<(input|select|textarea)\b[^>]*>", page):
        if 'type="hidden"' not in control[0]:
            before = page[: control.start()]
            assert before.rfind("<label") > before.rfind("</label>"), control[0]
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\bform="([^"]+)"', page)) <= set(ids)


MARKUP = {
    "script",
    "img",
    "svg",
    "math",
    "iframe",
    "body",
    "video",
    "source",
    "form",
    "meta",
    "base",
    "link",
    "input",
    "details",
    "a",
    "animate",
}


def shape(page: str) -> dict[str, int]:
    """How often each tag occurs, and every attribute that could run something."""
    reader = Reader()
    reader.feed(page)
    found = {tag: sum(name == tag for name, _ in reader.tags) for tag in MARKUP}
    found["handlers"] = sum(name.startswith("on") or name in ("style", "srcdoc") for _, attributes in reader.tags for name in attributes)
    return found


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_what_somebody_wrote_never_becomes_markup(jane: Visitor, payload: str) -> None:
    jane.autosave("suppliers", "plain", comment="plain", evidence="plain")
    jane.post("messages", {"text": "plain"})
    jane.post("messages", {"text": "plain", "question": "tested"})
    before = shape(jane.page)

    assert jane.autosave("suppliers", payload, comment=payload, evidence=payload).status_code == 200
    with jane.app.records.write() as session:
        messages = session.connection()
        messages.exec_driver_sql("UPDATE message SET text = ?", (payload,))
    assert shape(jane.page) == before
    refused = jane.post("sections/company", jane.fields("delay", payload, comment=payload))
    assert (refused.status_code, shape(refused.text)["script"], shape(refused.text)["handlers"]) == (422, 1, 0)
    jane.hand_in(incomplete="1", signatory=payload[:200], role=payload[:200])
    read = jane.client.get("/respond").text
    assert (shape(read)["script"], shape(read)["img"], shape(read)["handlers"]) == (1, 0, 0)
    receipt = shape(jane.client.get("/respond/receipts/1").text)
    assert (receipt["script"], receipt["img"], receipt["handlers"]) == (0, 0, 0)


def test_a_hostile_link_or_address_is_not_repeated(jane: Visitor) -> None:
    for path in ("/respond/<script>alert(1)</script>", "/respond?done=<script>&language=<b>", "/respond/answers/<img>"):
        answer = jane.client.get(path)
        assert "<img>" not in answer.text
        assert "alert(1)" not in answer.text

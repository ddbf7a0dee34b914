"""The vendor's questionnaire as it is read, answered, signed off and handed in."""

import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from tests.factories.installation import BY, NOW
from tests.factories.respondent import ANSWERS, LOCAL, PDF, Visitor, answers, link, send, state, vendor_pack, visitor, words
from tests.web.test_pages import Reader
from vendor_ai.db.vendor import save_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import AnswerSource
from vendor_ai.domain.evidence import EvidenceNoun
from vendor_ai.domain.message import Side
from vendor_ai.services import answering, assessment, evidence, evidence_link, message
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

ALICE = Actor("user:alice")


@pytest.fixture
def jane(app: App) -> Visitor:
    return visitor(app)


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
        ("tested", "o1", {"dated": "2026-11-21"}, "dated 2026-11-21, which lies ahead"),
        ("tested", "", {"dated": "2026-11-21"}, "dated 2026-11-21, which lies ahead"),
        ("tested", "", {"comment": "x" * 3_000, "evidence": "x" * 3_000}, "Shorten comment and evidence"),
    ],
)
def test_a_mistake_is_one_sentence_beside_its_question(
    jane: Visitor, question: str, value: str, beside: dict[str, str], sentence: str
) -> None:
    section = "company" if question in ("delay", "audited") else "tests"
    assert sentence in jane.post(f"sections/{section}", jane.fields(question, value, **beside)).text
    assert jane.autosave(question, value, **beside).status_code == 422
    assert answers(jane) == {}


def messages(jane: Visitor) -> list[tuple[str, str, str]]:
    with jane.app.records.read() as session:
        return [(it.question, it.text, it.side.value) for it in message.messages(session, jane.ref, side=Side.STAFF)]


def test_what_stands_beside_no_answer_is_kept_as_a_message_at_its_question(jane: Visitor) -> None:
    beside = {"comment": "Our lab is asked.", "evidence": "lab.pdf", "dated": "2026-11-20"}
    answer = jane.post("sections/tests", jane.fields("tested", "", **beside) | jane.fields("outside", "yes"))
    said = "Our lab is asked.\nEvidence: lab.pdf, 2026-11-20"

    assert answer.status_code == 200
    assert "is kept as a message at each of them" in answer.text
    assert said in answer.text.partition('id="q-tested"')[2].partition("</article>")[0]
    assert messages(jane) == [("tested", said, "vendor")]
    assert list(answers(jane)) == ["outside"]


def test_the_same_comment_saved_again_is_one_message_and_another_one_a_second(jane: Visitor) -> None:
    first = jane.autosave("tested", "", comment="Later.")
    assert (first.status_code, first.json()["kept"]) == (200, True)
    jane.autosave("tested", "", comment="Later.")
    jane.autosave("covered", [], dated="2026-11-01")
    assert jane.autosave("tested", "o1", comment="Later.").json()["kept"] is False

    assert messages(jane) == [("tested", "Later.", "vendor"), ("covered", "Evidence dated 2026-11-01", "vendor")]
    assert answers(jane)["tested"].comment == "Later."


def test_the_comment_of_an_answer_that_is_taken_back_stays_as_a_message(jane: Visitor) -> None:
    jane.autosave("tested", "o1", comment="By Lab Ltd.")
    assert jane.autosave("tested", "", comment="By Lab Ltd.").json()["kept"] is True
    assert (answers(jane), messages(jane)) == ({}, [("tested", "By Lab Ltd.", "vendor")])


def test_the_page_says_who_asks_until_when_and_what_the_component_is_used_for(app: App) -> None:
    app.settings.organisation, app.settings.organisation_contact = "Harbour <Bank>", "risk@harbour.example"
    jane = visitor(app)
    with app.records.write() as session:
        save_component(session, replace(assessment.component_of(session, jane.ref), use_case="sorting of letters"), at=NOW)
        message.write(session, jane.ref, "Welcome.", side=Side.STAFF, by=ALICE, at=NOW)
    page = words(jane.page)

    assert "Asked by Harbour <Bank>, contact risk@harbour.example; “we” and “our” in the questions mean Harbour <Bank>." in page
    assert "What it is used for, as noted by the company that asked: sorting of letters." in page
    assert "Harbour <Bank> comment, 2026-11-20 09:30 UTC" in page
    assert "Harbour &lt;Bank&gt;" in jane.page


def test_without_a_name_the_page_speaks_of_the_company_that_asked(jane: Visitor) -> None:
    page = words(jane.page)
    assert "Asked by the company that sent you the link; “we” and “our” in the questions mean that company." in page
    assert "What it is used for" not in page


def test_how_old_evidence_may_be_stands_at_its_question(app: App) -> None:
    pack = vendor_pack()
    aged = replace(
        pack, version="1.1", questions=tuple(replace(it, evidence_months=12) if it.id == "tested" else it for it in pack.questions)
    )
    ref = send(app, pack=aged)
    page = Visitor(app, ref).open(link(app, ref).token).page
    assert page.count("The evidence is not to be older than 12 months.") == 1


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
    assert "Questions 6, 7, 8, 9 of this section are still open. Answer them before" in answer.text
    for question in ("delay", "audited", "suppliers"):
        jane.autosave(question, ANSWERS[question])
    assert "Question 9 of this section is still open. Answer it before" in jane.post("sections/company/sign-off").text


def test_an_answer_that_staff_gave_is_not_lost_under_the_vendors_old_page(jane: Visitor) -> None:
    stale = jane.fields("tested", "o1", comment="Ours.")
    with jane.app.records.write() as session:
        given = [Answer("tested", "o4", "It stands in the model card.")]
        answering.store_answers(session, jane.ref, given, source=AnswerSource.DOCUMENT, answered_by="user:alice", by=ALICE, at=NOW)
    answer = jane.post("sections/tests", stale)
    assert answer.status_code == 409
    assert "the company that asked changed this answer meanwhile" in answer.text
    assert "alice" not in answer.text


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


def test_what_staff_found_out_is_neither_shown_to_the_vendor_nor_overwritten_by_it(jane: Visitor) -> None:
    stale = jane.fields("tested", "o1")
    found = Answer("tested", "o4", comment="INTERNAL-RED-TEAM", evidence="SEC-99.pdf", dated="2026-05-05")
    with jane.app.records.write() as session:
        answering.store_answers(
            session, jane.ref, [found], source=AnswerSource.OWN_TEST, origin="red team 7", answered_by=ALICE.name, by=ALICE, at=NOW
        )
    page = jane.page
    assert "The company that asked answers this question itself." in words(page)
    for secret in ("INTERNAL-RED-TEAM", "SEC-99.pdf", "red team 7", "2026-05-05"):
        assert secret not in page
    saved = jane.post("sections/tests", stale)
    assert saved.status_code == 422
    assert "The company that asked answers this question itself." in saved.text
    assert answers(jane)["tested"] == found


def test_a_document_that_staff_filed_is_not_listed_to_the_vendor(jane: Visitor) -> None:
    with jane.app.records.write() as session:
        filed = evidence.add_document(
            session, jane.app.settings.home, PDF, name="internal-report.pdf", vendor_ref="acme-ai", by=ALICE, at=NOW
        )
        evidence_link.link_document(session, filed.ref, noun=EvidenceNoun.QUESTION, reference=jane.ref, subject="tested", by=ALICE, at=NOW)
    assert "internal-report.pdf" not in jane.page

"""Vendor and staff write to each other about an assessment."""

import json

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.due_diligence import NOW, PROCUREMENT, REVIEWER, start, store_vendor
from vendor_ai.db.base import Records
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.message import MessageKind, Side, message_text, person_of, written
from vendor_ai.services import message

JANE = Actor("link:12:Jane Doe", frozenset())
PACK = "engineer-risk-checklist"


def test_a_clarification_request_is_replied_to_and_settled_once(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        asked = message.write(
            session, ref, "Which version?", side=Side.STAFF, kind=MessageKind.CLARIFICATION, question="tested", by=REVIEWER, at=NOW
        )
        reply = message.write(session, ref, "4.2", side=Side.VENDOR, kind=MessageKind.REPLY, reply_to=asked.number, by=JANE, at=NOW)
        assert asked.open
        assert (reply.question, reply.person, reply.open) == ("tested", "Jane Doe", False)
        assert message.settle(session, ref, asked.number, by=REVIEWER, at=NOW).settled_at == NOW
        with pytest.raises(ConflictError, match="was settled on 2026-11-20"):
            message.settle(session, ref, asked.number, by=REVIEWER, at=NOW)
        with pytest.raises(ConflictError, match="is a reply, not a clarification request"):
            message.settle(session, ref, reply.number, by=REVIEWER, at=NOW)


def test_a_note_among_staff_never_reaches_the_vendor(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        note = message.write(session, ref, "They are slow.", side=Side.STAFF, internal=True, by=REVIEWER, at=NOW)
        message.write(session, ref, "Welcome.", side=Side.STAFF, by=REVIEWER, at=NOW)
    with records.read() as session:
        assert [it.text for it in message.messages(session, ref, side=Side.VENDOR)] == ["Welcome."]
        assert [it.text for it in message.messages(session, ref, side=Side.STAFF)] == ["They are slow.", "Welcome."]
    with records.write() as session:
        with pytest.raises(InvalidInputError, match="Only staff write internal notes"):
            message.write(session, ref, "Hm", side=Side.VENDOR, internal=True, by=JANE, at=NOW)
        with pytest.raises(NotFoundError):
            message.write(session, ref, "Hm", side=Side.STAFF, reply_to=note.number, by=REVIEWER, at=NOW)


def test_a_message_of_another_assessment_is_not_found(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        first, second = start(session), start(session, "chat")
        asked = message.write(session, first, "Why?", side=Side.STAFF, kind=MessageKind.CLARIFICATION, by=REVIEWER, at=NOW)
        with pytest.raises(NotFoundError, match="no message"):
            message.settle(session, second, asked.number, by=REVIEWER, at=NOW)
        with pytest.raises(NotFoundError):
            message.write(session, second, "Hm", side=Side.VENDOR, reply_to=asked.number, by=JANE, at=NOW)


def test_a_message_about_no_question_of_the_pack_is_refused(records: Records) -> None:
    with records.write() as session:
        store_vendor(session)
        ref = start(session)
        with pytest.raises(InvalidInputError, match="ocr-a1 has no question 'colour'"):
            message.write(session, ref, "Hm", side=Side.STAFF, question="colour", by=PROCUREMENT, at=NOW)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" a\r\nb\rc ", "a\nb\nc"),
        ("a\x00\x07b\x7f", "ab"),
        ("tab\tstays", "tab\tstays"),
        ("\ufffeé\U0001f600", "é\U0001f600"),
        ("\x00 ", ""),
    ],
)
def test_what_a_person_typed_keeps_its_words_and_loses_what_nobody_types(typed: str, kept: str) -> None:
    assert written(typed) == kept


@pytest.mark.parametrize("text", ["", " \n ", "\x00", "x" * 5_001])
def test_an_empty_or_endless_message_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        message_text(text)


@pytest.mark.parametrize(
    ("actor", "person"), [("link:12:Jane: Doe", "Jane: Doe"), ("user:alice", "alice"), ("cli:bob", "bob"), ("job:reminder", "reminder")]
)
def test_an_actor_has_the_name_of_a_person(actor: str, person: str) -> None:
    assert person_of(actor) == person


def test_the_command_line_writes_asks_settles_and_lists(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.ok("assessment", "send", "ocr", "--pack", PACK)
    cli.ok("assessment", "message", "ocr-a1", "They are slow.", "--internal")
    asked = cli.ok("assessment", "clarify", "ocr-a1", "Which version?", "--json").json
    cli.ok("assessment", "settle", "ocr-a1", str(asked["number"]))
    listed = cli.ok("assessment", "messages", "ocr-a1", "--json").json

    assert [(it["kind"], it["internal"], it["settled_at"] is not None) for it in listed] == [
        ("comment", True, False),
        ("clarification", False, True),
    ]
    assert "Comment (internal)" in cli.ok("assessment", "messages", "ocr-a1").out
    assert cli("assessment", "settle", "ocr-a1", "99").code == 3
    assert json.dumps(listed)

"""What vendor and staff write to each other about an assessment; internal notes never reach the vendor."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import message as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.message import MessageRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.message import Message, MessageKind, Side, message_text
from vendor_ai.services.assessment import key_of, note, pack_of, row_of


def write(
    session: Session,
    ref: str,
    text: str,
    *,
    side: Side,
    kind: MessageKind = MessageKind.COMMENT,
    question: str = "",
    internal: bool = False,
    reply_to: int | None = None,
    by: Actor,
    at: datetime,
) -> Message:
    """Write a message about an assessment, or about one question of it.

    Args:
        session: A write session.
        ref: The assessment.
        text: At most 5,000 characters.
        side: Who speaks.
        kind: What it is for; a reply names the message it answers.
        question: Id of the question it is about; "" is the whole.
        internal: A note among staff.
        reply_to: The message it answers.
        by: Who writes.
        at: Now.

    Raises:
        InvalidInputError: When the text is empty or too long, the question unknown, or a vendor's message internal.
        NotFoundError: When the message it answers is not there, or not for these eyes.
    """
    row = row_of(session, ref)
    kept = message_text(text)
    if question and pack_of(session, ref).question(question) is None:
        raise InvalidInputError(f"{row.ref} has no question {question!r}. See `vendor-ai assessment show {row.ref}`.")
    if internal and side is Side.VENDOR:
        raise InvalidInputError("Only staff write internal notes.")
    if reply_to is not None:
        answered = _row(session, row, reply_to)
        if answered.internal and not internal:
            raise NotFoundError("message", str(reply_to), "Answer one that both sides can read.")
        question = answered.question
    entry = MessageRow(
        assessment_id=key_of(row),
        question=question,
        kind=kind.value,
        side=side.value,
        internal=internal,
        author=by.name,
        text=kept,
        reply_to=reply_to,
        at=at,
    )
    message = _message(store.add(session, entry))
    facts = {"number": message.number, "kind": kind.value, "question": question or None, "internal": internal, "sha256": message.sha256()}
    note(session, "message", row.ref, by=by, at=at, **facts)
    return message


def settle(session: Session, ref: str, number: int, *, by: Actor, at: datetime) -> Message:
    """Note that a clarification request was answered to satisfaction.

    Raises:
        NotFoundError: When there is no such message.
        ConflictError: When it is no clarification request, or was settled before.
    """
    row = row_of(session, ref)
    entry = _row(session, row, number)
    if entry.kind != MessageKind.CLARIFICATION:
        raise ConflictError(f"Message {number} is a {entry.kind}, not a clarification request. Only those are settled.")
    if entry.settled_at is not None:
        raise ConflictError(f"The clarification request {number} was settled on {entry.settled_at:%Y-%m-%d}.")
    entry.settled_at = at
    session.flush()
    note(session, "clarified", row.ref, by=by, at=at, number=number)
    return _message(entry)


def messages(session: Session, ref: str, *, side: Side) -> list[Message]:
    """Every message that a side may read, oldest first."""
    found = [_message(row) for row in store.messages(session, key_of(row_of(session, ref)))]
    return [message for message in found if side is Side.STAFF or not message.internal]


def _row(session: Session, row: AssessmentRow, number: int) -> MessageRow:
    entry = store.by_id(session, number)
    if entry is None or entry.assessment_id != row.id:
        raise NotFoundError("message", str(number), f"See `vendor-ai assessment messages {row.ref}`.")
    return entry


def _message(row: MessageRow) -> Message:
    assert row.id is not None
    return Message(
        row.id,
        MessageKind(row.kind),
        Side(row.side),
        row.internal,
        row.question,
        row.author,
        row.text,
        row.reply_to,
        row.at,
        row.settled_at,
    )

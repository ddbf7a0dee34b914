"""Messages between vendor and staff about an assessment: who wrote what, and what may be written."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from vendor_ai.domain.errors import InvalidInputError

LONGEST_TEXT = 5_000
ASKING = "the company that asked"
# Control characters, which no person types, and what no database keeps; a line break and a tab stay.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Side(StrEnum):
    """Who speaks."""

    VENDOR = "vendor"
    STAFF = "staff"


class MessageKind(StrEnum):
    """What a message is for."""

    COMMENT = "comment"
    CLARIFICATION = "clarification"
    REPLY = "reply"
    NOTICE = "notice"
    MAINTENANCE = "maintenance"
    CLOSURE = "closure"

    @property
    def words(self) -> str:
        """As people read it."""
        return _WORDS[self]


_WORDS = {
    MessageKind.COMMENT: "Comment",
    MessageKind.CLARIFICATION: "Clarification request",
    MessageKind.REPLY: "Reply",
    MessageKind.NOTICE: "Change notice",
    MessageKind.MAINTENANCE: "Maintenance notice",
    MessageKind.CLOSURE: "Evidence for a condition",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``settled_at`` is when a clarification was answered to satisfaction."""

    number: int
    kind: MessageKind
    side: Side
    internal: bool
    question: str
    author: str
    text: str
    reply_to: int | None
    at: datetime
    settled_at: datetime | None

    @property
    def person(self) -> str:
        """The author's name without how they signed in."""
        return person_of(self.author)

    @property
    def open(self) -> bool:
        """Whether it is a clarification request that still waits for its answer."""
        return self.kind is MessageKind.CLARIFICATION and self.settled_at is None

    def sha256(self) -> str:
        """Hash of the text, for the receipt."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "number": self.number,
            "kind": self.kind.value,
            "side": self.side.value,
            "internal": self.internal,
            "question": self.question or None,
            "author": self.author,
            "text": self.text,
            "reply_to": self.reply_to,
            "at": self.at.isoformat(),
            "sha256": self.sha256(),
            "settled_at": self.settled_at.isoformat() if self.settled_at else None,
        }


def person_of(actor: str) -> str:
    """The person in an acting user's name: Jane Doe in ``link:12:Jane Doe``, alice in ``user:alice``."""
    kind, _, name = actor.partition(":")
    return name.partition(":")[2] if kind == "link" else name or kind


def shown_to_vendor(actor: str) -> str:
    """Who an acting user is to the vendor: its own people by name, staff only as the company, never by their accounts."""
    return person_of(actor) if actor.startswith("link:") else ASKING


def written(text: str) -> str:
    """What a person typed, with plain line ends, without control characters and surrounding blanks."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def message_text(text: str) -> str:
    """The text of a message.

    Raises:
        InvalidInputError: When it is empty or too long.
    """
    kept = written(text)
    if not kept:
        raise InvalidInputError("The message is empty. Write what you want to say.")
    if len(kept) > LONGEST_TEXT:
        raise InvalidInputError(
            f"The message has {len(kept)} characters; at most {LONGEST_TEXT} are kept. Shorten it, or attach it as evidence."
        )
    return kept

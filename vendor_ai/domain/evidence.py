"""Evidence: documents handed over, what they stand for, how long they hold and who may look at them."""

import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import NotAllowedError, VendorAIError

MEBIBYTE = 1 << 20
LONGEST_NAME = 120
_PEOPLE = ("user", "cli")  # kinds of actors that a bare name among the viewers may mean
_UNUSUAL = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


class DocumentTooLargeError(VendorAIError):
    """A document is larger than what is kept."""

    code = "body-too-large"

    def __init__(self, name: str, limit: int) -> None:
        super().__init__(
            f"{name} is larger than the {limit // MEBIBYTE} MiB that are kept. Send a smaller file, or the address where it lies."
        )


class Confidentiality(StrEnum):
    """How a document may be passed on."""

    INTERNAL = "internal"
    NDA = "nda"
    VIEW_ONLY = "view_only"  # shown, never handed out as a file
    LINK_ONLY = "link_only"  # only its address is kept


class EvidenceNoun(StrEnum):
    """What a document can stand for."""

    QUESTION = "question"
    CLAUSE = "clause"


_PAGES = {EvidenceNoun.QUESTION: "/assessments/{use.reference}#{use.subject}", EvidenceNoun.CLAUSE: "/contracts/{use.reference}"}


@dataclass(frozen=True, slots=True)
class DocumentUse:
    """A question of an assessment, or a clause of a contract, that a document stands for."""

    noun: EvidenceNoun
    reference: str
    subject: str

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {"noun": self.noun.value, "reference": self.reference, "subject": self.subject}


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Somebody looked at a document."""

    by: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {"by": self.by, "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """What is said about a document that is handed in; None and no viewers: not said."""

    issued_on: date | None = None
    expires_on: date | None = None
    confidentiality: Confidentiality | None = None
    viewers: tuple[str, ...] = ()
    delete_on: date | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One piece of evidence. ``sha256`` is empty for an address without content; ``expires_on`` is the last day it holds."""

    ref: str
    vendor: str
    name: str
    media_type: str
    size: int
    sha256: str
    url: str
    confidentiality: Confidentiality
    stored_by: str
    stored_at: datetime
    issued_on: date | None = None
    expires_on: date | None = None
    viewers: tuple[str, ...] = ()
    delete_on: date | None = None
    deleted_at: datetime | None = None
    uses: tuple[DocumentUse, ...] = ()

    def expired(self, on: date) -> bool:
        """Whether it no longer holds on this day."""
        return self.expires_on is not None and self.expires_on < on

    def seen_by(self, actor: Actor) -> bool:
        """Whether an actor may look: a named viewer and who handed it over; without viewers, whoever may read."""
        return not self.viewers or actor.name == self.stored_by or any(_is_named(actor.name, viewer) for viewer in self.viewers)

    def refuse_stranger(self, actor: Actor) -> None:
        """Refuse who may not look.

        Raises:
            NotAllowedError: When others are named.
        """
        if not self.seen_by(actor):
            raise NotAllowedError(
                f"{self.ref} may be seen by named people only, and {actor.name} is not one of them. Ask {self.stored_by}."
            )

    def addresses(self, base: str) -> dict[str, list[str]]:
        """Where it is found below the address of a server: by programs, and on the pages of what it stands for."""
        place = f"{base}/api/v1/documents/{self.ref}"
        kept = bool(self.sha256) and self.deleted_at is None
        pages = [f"{base}{_PAGES[use.noun].format(use=use)}" for use in self.uses]
        return {"api": [place, *([f"{place}/content"] if kept else []), f"{place}/views"], "pages": pages}

    def as_json(self) -> dict[str, Any]:
        """Everything but the content, for `--json`."""
        return {
            "document": self.ref,
            "vendor": self.vendor,
            "name": self.name,
            "media_type": self.media_type or None,
            "size": self.size,
            "sha256": self.sha256 or None,
            "url": self.url or None,
            "confidentiality": self.confidentiality.value,
            "viewers": list(self.viewers),
            "issued_on": _text(self.issued_on),
            "expires_on": _text(self.expires_on),
            "delete_on": _text(self.delete_on),
            "deleted_at": _text(self.deleted_at),
            "stored_by": self.stored_by,
            "stored_at": self.stored_at.isoformat(),
            "uses": [use.as_json() for use in self.uses],
        }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _is_named(actor: str, viewer: str) -> bool:
    """A viewer is named in full, or by the bare name of a person: a token called alice is not alice."""
    kind, _, name = actor.partition(":")
    return actor == viewer or (kind in _PEOPLE and name == viewer)


def clean_name(name: str) -> str:
    """A file's name as it can be shown: without folders, control and direction marks, and not too long. It is never used as a path."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1].translate(_UNUSUAL)
    plain = " ".join("".join(mark for mark in last if unicodedata.category(mark)[0] != "C").split()).lstrip(". ")
    if len(plain) > LONGEST_NAME:
        ending = PurePosixPath(plain).suffix[:12]
        plain = plain[: LONGEST_NAME - len(ending)] + ending
    return plain or "document"


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last one that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

"""Links by which a vendor's people answer without an account: made once, shown once, kept only as a hash."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from vendor_ai.db import vendor_link as store
from vendor_ai.db.secret import known_secret, secret
from vendor_ai.db.vendor_link import VendorLinkRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.asker import NOBODY_NAMED, Asker
from vendor_ai.domain.assessment import ENDED, AssessmentState, WrongStateError
from vendor_ai.domain.errors import InvalidInputError, NotFoundError, VendorAIError
from vendor_ai.services.assessment import component_of, key_of, note, pack_of, row_of

LINK_BYTES = 32
LONGEST_NAME = 100
GOOD_FOR = timedelta(days=30)
AFTER_DUE = timedelta(days=14)
VISIT = timedelta(hours=12)  # then the link has to be opened again
_KEY = "respondent"
_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")


class LinkClosedError(VendorAIError):
    """A link opens nothing: unknown, expired or revoked."""

    code = "not-found"


class VisitEndedError(VendorAIError):
    """Nobody's visit, or one that is over: the link has to be opened again."""

    code = "not-authenticated"

    def __init__(self) -> None:
        super().__init__("Your visit has ended. Open the link that you received again; everything you saved is kept.")


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link at the only moment its token is known."""

    number: int
    token: str
    expires_at: datetime
    due_at: datetime | None  # of the answers

    @property
    def too_short(self) -> bool:
        """Whether it ends before the answers are due."""
        return self.due_at is not None and self.expires_at < self.due_at


@dataclass(frozen=True, slots=True)
class KnownLink:
    """A link as it can be listed: without its token."""

    number: int
    name: str
    email: str
    sections: tuple[str, ...]
    may_attest: bool
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def works(self, at: datetime) -> bool:
        """Whether it opens its assessment."""
        return self.revoked_at is None and at < self.expires_at

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "link": self.number,
            "name": self.name,
            "email": self.email or None,
            "sections": list(self.sections),
            "may_attest": self.may_attest,
            "created_by": self.created_by,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
            "last_used_at": self.last_used_at.isoformat() if self.last_used_at else None,
        }


@dataclass(frozen=True, slots=True)
class Respondent:
    """Somebody of the vendor, by their link; no ``sections`` means all of them."""

    link: int
    name: str
    ref: str
    sections: frozenset[str]
    may_attest: bool

    @property
    def actor(self) -> Actor:
        """As the audit chain names them; the link gives no scope of the API."""
        return Actor(f"link:{self.link}:{self.name}", frozenset())

    def sees(self, section: str) -> bool:
        """Whether a section is theirs."""
        return not self.sections or section in self.sections


def is_address(text: str) -> bool:
    """Whether ``text`` can stand in the head of a mail as one address."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def make_link(
    session: Session,
    ref: str,
    name: str,
    *,
    email: str = "",
    sections: Sequence[str] = (),
    may_attest: bool = True,
    expires_days: int | None = None,
    by: Actor,
    at: datetime,
) -> NewLink:
    """Make a link of 256 random bits into one assessment; only its SHA-256 is stored.

    Args:
        session: A write session.
        ref: The assessment.
        name: Of the person who gets it.
        email: Their address, for reminders.
        sections: Ids of the dimensions they answer; none: all. Whoever answers parts cannot attest the whole.
        may_attest: Whether they may hand in and sign for the answers.
        expires_days: Days it is good for; None: 30, or until 14 days after the answers are due where that is later.
        by: Who makes it.
        at: Now.

    Raises:
        WrongStateError: When the assessment was not sent yet, or has ended.
        InvalidInputError: When the name, the address or a section cannot be used.
    """
    row = row_of(session, ref)
    state = AssessmentState(row.state)
    if state is AssessmentState.DRAFT or state in ENDED:
        raise WrongStateError(row.ref, state, "opened to the vendor")
    name, email = _checked_person(name, email)
    kept = _checked_sections(session, ref, sections)
    token = secrets.token_urlsafe(LINK_BYTES)
    expires_at = at + timedelta(days=expires_days) if expires_days is not None else _usual_end(row.due_at, at)
    link = VendorLinkRow(
        assessment_id=key_of(row),
        sha256=_digest(token),
        name=name,
        email=email,
        sections=kept,
        may_attest=may_attest and not kept,
        created_by=by.name,
        created_at=at,
        expires_at=expires_at,
    )
    store.add(session, link)
    assert link.id is not None
    secret(session, _KEY)  # made now, so that reading a visit never has to write
    note(session, "link_made", row.ref, by=by, at=at, link=link.id, name=name, sections=kept, expires_at=expires_at.isoformat())
    return NewLink(link.id, token, expires_at, row.due_at)


def _usual_end(due_at: datetime | None, at: datetime) -> datetime:
    return max(at + GOOD_FOR, due_at + AFTER_DUE) if due_at is not None else at + GOOD_FOR


def _checked_person(name: str, email: str) -> tuple[str, str]:
    name, email = " ".join(name.split()), email.strip()
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        raise InvalidInputError(f"A link needs the name of the person who gets it, of at most {LONGEST_NAME} characters, such as Jane Doe.")
    if email and not is_address(email):
        raise InvalidInputError(f"{email!r} is not an e-mail address. Write it like jane@example.com, or leave it out.")
    return name, email


def _checked_sections(session: Session, ref: str, sections: Sequence[str]) -> list[str]:
    known = [dimension.id for dimension in pack_of(session, ref).dimensions]
    for section in sections:
        if section not in known:
            raise InvalidInputError(f"The questionnaire has no section {section!r}. Choose from: {', '.join(known)}.")
    return [section for section in known if section in sections]


def links(session: Session, ref: str) -> list[KnownLink]:
    """An assessment's links, oldest first."""
    return [_known(row) for row in store.links(session, key_of(row_of(session, ref)))]


def _known(row: VendorLinkRow) -> KnownLink:
    assert row.id is not None
    return KnownLink(
        row.id, row.name, row.email, tuple(row.sections), row.may_attest, row.created_by, row.created_at, row.expires_at,
        row.revoked_at, row.last_used_at,
    )  # fmt: skip


def revoke_link(session: Session, ref: str, number: int, *, by: Actor, at: datetime) -> bool:
    """End a link at once, and every visit by it; False when it had been revoked before.

    Raises:
        NotFoundError: When the assessment has no such link.
    """
    row = row_of(session, ref)
    link = store.by_id(session, number)
    if link is None or link.assessment_id != row.id:
        raise NotFoundError("link", str(number), f"See `vendor-ai assessment links {row.ref}`.")
    if link.revoked_at is not None:
        return False
    link.revoked_at = at
    session.flush()
    note(session, "link_revoked", row.ref, by=by, at=at, link=number, name=link.name)
    return True


def open_link(session: Session, token: str, *, asker: Asker = NOBODY_NAMED, at: datetime) -> str:
    """Begin a visit by a link; returns what the browser keeps, which names the link and is no use once that has ended.

    Raises:
        LinkClosedError: When the link opens nothing; a known one that has ended says whom to ask for a new one.
    """
    link = store.by_digest(session, _digest(token))
    if link is None:
        raise LinkClosedError("This link opens nothing. Check that it was copied whole, or ask the person who sent it to you.")
    if link.revoked_at is not None or at >= link.expires_at:
        raise LinkClosedError(_ended(session, link, asker))
    link.last_used_at = at
    session.flush()
    issued, nonce = int(at.timestamp()), secrets.token_urlsafe(16)
    visit = f"{link.id}.{issued}.{nonce}"
    return f"{visit}.{_sign(secret(session, _KEY), visit + link.sha256)}"


def _ended(session: Session, link: VendorLinkRow, asker: Asker) -> str:
    row = store.assessment_of(session, link)
    owner = asker.contact or asker.name or component_of(session, row.ref).business_owner
    whom = f"{owner}, who wanted these answers," if owner else "the company that sent it"
    when = link.revoked_at or link.expires_at
    return f"This link ended on {when:%Y-%m-%d} at {when:%H:%M} UTC. Ask {whom} for a new one."


def respondent_of(session: Session, visit: str, *, at: datetime) -> Respondent:
    """Who visits, by what their browser kept.

    Raises:
        VisitEndedError: When it is forged or too old, or the link has ended.
    """
    number, _, rest = visit.partition(".")
    link = store.by_id(session, int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
    key = known_secret(session, _KEY)
    if link is None or key is None:
        raise VisitEndedError
    signed, _, mac = visit.rpartition(".")
    issued = rest.partition(".")[0]
    if not hmac.compare_digest(_sign(key, signed + link.sha256).encode(), mac.encode()) or not issued.isdecimal():
        raise VisitEndedError
    begun = datetime.fromtimestamp(int(issued), UTC)
    if link.revoked_at is not None or at >= link.expires_at or at >= begun + VISIT:
        raise VisitEndedError
    assert link.id is not None
    ref = store.assessment_of(session, link).ref
    return Respondent(link.id, link.name, ref, frozenset(link.sections), link.may_attest)


def form_token(session: Session, visit: str) -> str:
    """What every form of a visit carries: nobody else's page can know it."""
    return _sign(known_secret(session, _KEY) or secrets.token_bytes(32), f"form {visit}")


def _sign(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

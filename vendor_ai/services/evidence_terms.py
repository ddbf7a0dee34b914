"""The terms of a document: what they may be, and how they are changed."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db.evidence import EvidenceRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.evidence import Confidentiality, DocumentTerms
from vendor_ai.importers.media_type import SHOWN
from vendor_ai.services.evidence_record import note


def change_terms(session: Session, row: EvidenceRow, terms: DocumentTerms, *, update: bool, by: Actor, at: datetime) -> tuple[str, ...]:
    """Hold a known document against the terms given with it now; returns the names of those that were changed.

    Args:
        session: A write session.
        row: The document.
        terms: Those given; what is not given stays as it is.
        update: Whether differences are taken over.
        by: Who gives them.
        at: Now.

    Raises:
        ConflictError: When they differ and are not to be taken over; nothing is changed.
        InvalidInputError: When the document cannot have them.
    """
    given = _given(terms)
    before = {name: _plain(getattr(row, name)) for name in given}
    changed = {name: value for name, value in given.items() if _plain(value) != before[name]}
    if not changed:
        return ()
    if not update:
        differences = "; ".join(f"its {_words(name)} is {_shown(before[name])}, not {_shown(_plain(changed[name]))}" for name in changed)
        raise ConflictError(
            f"{row.name} is known as {row.ref} with other terms: {differences}. Nothing was changed. "
            "Give it again with --update (over HTTP: update=true) to change them."
        )
    _refuse_terms(row, changed, at.date())
    for name, value in changed.items():
        setattr(row, name, value)
    if "expires_on" in changed:
        row.reopened_at = None  # the new last day is acted upon in its turn
    session.flush()
    note(session, "changed", row, by=by, at=at, **{name: {"before": before[name], "after": _plain(changed[name])} for name in changed})
    return tuple(changed)


def refuse_confidentiality(confidentiality: Confidentiality, media_type: str, name: str) -> None:
    """Refuse a confidentiality that a file cannot have, with ``InvalidInputError``."""
    if confidentiality is Confidentiality.LINK_ONLY:
        raise InvalidInputError(
            f"link_only keeps an address, not a file. Give the address of {name}, or choose internal, nda or view_only."
        )
    if confidentiality is Confidentiality.VIEW_ONLY and media_type not in SHOWN:
        raise InvalidInputError(f"{name} cannot be shown without handing it out. Send it as PDF, or choose internal or nda.")


def refuse_dates(issued_on: date | None, expires_on: date | None, delete_on: date | None, today: date) -> None:
    """Refuse dates that cannot be, with ``InvalidInputError``; a last day that has passed can."""
    if issued_on is not None and issued_on > today:
        raise InvalidInputError(f"The document is dated {issued_on}, which lies ahead. Give the date it was issued.")
    if expires_on is not None and issued_on is not None and expires_on < issued_on:
        raise InvalidInputError(f"The last day {expires_on} lies before the date of issue {issued_on}. Mend one of them.")
    if delete_on is not None and delete_on <= today:
        raise InvalidInputError(f"The deletion date {delete_on} has passed. Give a later one.")


def people(viewers: Iterable[str]) -> list[str]:
    """Named viewers as they are stored."""
    return sorted({viewer.strip() for viewer in viewers if viewer.strip()})


def _given(terms: DocumentTerms) -> dict[str, object]:
    """The terms that were given, by column."""
    every: dict[str, object] = {
        "issued_on": terms.issued_on,
        "expires_on": terms.expires_on,
        "confidentiality": terms.confidentiality.value if terms.confidentiality else None,
        "viewers": people(terms.viewers) or None,
        "delete_on": terms.delete_on,
    }
    return {name: value for name, value in every.items() if value is not None}


def _refuse_terms(row: EvidenceRow, changed: dict[str, object], today: date) -> None:
    if "confidentiality" in changed and row.sha256:
        refuse_confidentiality(Confidentiality(str(changed["confidentiality"])), row.media_type, row.name)
    issued_on, expires_on = (changed.get(name, getattr(row, name)) for name in ("issued_on", "expires_on"))
    delete_on = changed.get("delete_on")
    refuse_dates(issued_on, expires_on, delete_on, today)  # type: ignore[arg-type]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, list) else value


def _words(name: str) -> str:
    return {"issued_on": "date of issue", "expires_on": "last day", "delete_on": "deletion date", "viewers": "list of viewers"}.get(
        name, name
    )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "empty" if isinstance(value, list) else str(value or "not stated")

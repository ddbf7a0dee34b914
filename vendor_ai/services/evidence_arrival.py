"""Documents as staff hand them in: one that is known stays the one it is, and its terms change only where that is asked for."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from sqlmodel import Session

from vendor_ai.db import evidence as store
from vendor_ai.db.evidence import EvidenceRow
from vendor_ai.db.vendor import find_vendor, vendor_row
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.evidence import Confidentiality, Document, DocumentTerms, clean_name
from vendor_ai.services.evidence import EvidenceLimits, add_address, add_document
from vendor_ai.services.evidence_record import document, stored_document
from vendor_ai.services.evidence_shelf import EvidenceShelf, measured
from vendor_ai.services.evidence_terms import change_terms


@dataclass(frozen=True, slots=True)
class Arrival:
    """What became of a document that was handed in; ``known`` says that it was there before."""

    document: Document
    known: bool = False
    changed: tuple[str, ...] = ()

    def notes(self, on: date) -> tuple[str, ...]:
        """What its sender should know, a sentence each."""
        kept = self.document
        found = []
        if self.known:
            found.append(
                f"It is known as {kept.ref} ({kept.name}); "
                + (f"changed: {', '.join(self.changed)}." if self.changed else "nothing was changed.")
            )
        if kept.expired(on):
            found.append(f"{kept.ref} has expired: its last day was {kept.expires_on}. What rests on it loses its verification.")
        if "issued_on" in self.changed and "expires_on" not in self.changed and kept.expires_on:
            found.append(f"{kept.ref} still holds until {kept.expires_on}; change that with --expires.")
        return tuple(found)

    def as_json(self, on: date) -> dict[str, Any]:
        """The document with what became of it, for `--json`."""
        return {**self.document.as_json(), "known": self.known, "changed": list(self.changed), "notes": list(self.notes(on))}


def hand_in(
    session: Session,
    home: Path,
    content: BinaryIO | bytes,
    *,
    name: str,
    vendor_ref: str,
    terms: DocumentTerms,
    update: bool = False,
    limits: EvidenceLimits | None = None,
    by: Actor,
    at: datetime,
) -> Arrival:
    """Keep a document, or recognise it by its content whatever it is called now.

    Args:
        session: A write session; its lock keeps content and record together.
        home: Contents lie in ``evidence/`` below it.
        content: The file.
        name: As its owner calls it.
        vendor_ref: Whose document it is.
        terms: What is said about it; what is not given stays as it is.
        update: Whether the terms of a known document are changed to those given.
        limits: Other than the usual ones.
        by: Who hands it over.
        at: Now.

    Raises:
        ConflictError: When it is known with other terms, and they are not to be changed.
    """
    vendor, limits = find_vendor(session, vendor_ref), limits or EvidenceLimits()
    handle, shown = io.BytesIO(content) if isinstance(content, bytes) else content, clean_name(name)
    sha256, _ = measured(handle, name=shown, limit=limits.file)
    known = _known(session, store.with_content(session, sha256), vendor.ref, shown, by)
    if known is not None:
        changed = change_terms(session, known, terms, update=update, by=by, at=at)
        EvidenceShelf(home).put(handle, sha256, name=shown)  # which heals a damaged copy
        return Arrival(stored_document(session, known, vendor.ref), known=True, changed=changed)
    stored = add_document(
        session,
        home,
        handle,
        name=name,
        vendor_ref=vendor_ref,
        issued_on=terms.issued_on,
        expires_on=terms.expires_on,
        confidentiality=terms.confidentiality or Confidentiality.INTERNAL,
        viewers=terms.viewers,
        delete_on=terms.delete_on,
        limits=limits,
        by=by,
        at=at,
    )
    return Arrival(stored)


def hand_in_address(
    session: Session, url: str, *, name: str = "", vendor_ref: str, terms: DocumentTerms, update: bool = False, by: Actor, at: datetime
) -> Arrival:
    """Keep the address of a document, or recognise it.

    Raises:
        InvalidInputError: When it is none, or is given terms that only a file has.
        ConflictError: When it is known with other terms, and they are not to be changed.
    """
    if terms.confidentiality not in (None, Confidentiality.LINK_ONLY) or terms.delete_on is not None:
        raise InvalidInputError(
            "An address is link_only and has no content to delete. Leave out the confidentiality and the deletion date."
        )
    vendor = find_vendor(session, vendor_ref)
    alike = [row for row in store.every(session) if not row.sha256 and row.url == url.strip()]
    known = _known(session, alike, vendor.ref, name, by)
    if known is not None:
        changed = change_terms(session, known, terms, update=update, by=by, at=at)
        return Arrival(stored_document(session, known, vendor.ref), known=True, changed=changed)
    days = {"issued_on": terms.issued_on, "expires_on": terms.expires_on}
    return Arrival(add_address(session, url, vendor_ref=vendor_ref, name=name, viewers=terms.viewers, **days, by=by, at=at))


def _known(session: Session, alike: list[EvidenceRow], vendor: str, name: str, by: Actor) -> EvidenceRow | None:
    """The vendor's document among these that the sender may see: rather one of this name, rather the sender's own, rather the oldest."""
    owner = vendor_row(session, vendor)
    found = [
        row
        for row in alike
        if owner is not None and row.vendor_id == owner.id and row.deleted_at is None and document(session, row.ref).seen_by(by)
    ]
    return min(found, key=lambda row: (row.name != name, row.stored_by != by.name), default=None)

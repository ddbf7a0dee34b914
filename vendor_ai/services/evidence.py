"""Evidence: documents stored, linked to what they stand for, looked at, and deleted."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from vendor_ai.db import evidence as store
from vendor_ai.db.evidence import EvidenceRow, EvidenceViewRow
from vendor_ai.db.vendor import find_vendor, vendor_row
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.evidence import MEBIBYTE, Confidentiality, Document, clean_name
from vendor_ai.importers.media_type import media_type_of
from vendor_ai.services.evidence_link import link_document
from vendor_ai.services.evidence_record import (
    described,
    document,
    document_row,
    documents,
    key_of,
    note,
    refuse_deleted,
    stored_document,
    views,
)
from vendor_ai.services.evidence_shelf import EvidenceShelf, measured
from vendor_ai.services.evidence_terms import people, refuse_confidentiality, refuse_dates
from vendor_ai.settings import Settings

__all__ = [
    "EvidenceLimits",
    "add_address",
    "add_document",
    "delete_document",
    "document",
    "documents",
    "limits_of",
    "link_document",
    "look_at",
    "open_document",
    "remove_orphans",
    "stray_files",
    "unsound_documents",
    "views",
]

_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")


@dataclass(frozen=True, slots=True)
class EvidenceLimits:
    """How much is kept, in bytes: of one file, and of all of a vendor's."""

    file: int = 25 * MEBIBYTE
    vendor: int = 1024 * MEBIBYTE


def limits_of(settings: Settings) -> EvidenceLimits:
    """The limits that are set."""
    return EvidenceLimits(settings.evidence_limit_mib * MEBIBYTE, settings.evidence_quota_mib * MEBIBYTE)


def add_document(
    session: Session,
    home: Path,
    content: bytes | BinaryIO,
    *,
    name: str,
    vendor_ref: str,
    issued_on: date | None = None,
    expires_on: date | None = None,
    confidentiality: Confidentiality = Confidentiality.INTERNAL,
    viewers: Sequence[str] = (),
    delete_on: date | None = None,
    limits: EvidenceLimits | None = None,
    by: Actor,
    at: datetime,
) -> Document:
    """Keep a document; the same one sent again by the same person is the one there is.

    Args:
        session: A write session; its lock keeps content and record together.
        home: Contents lie in ``evidence/`` below it.
        content: The file.
        name: As its owner calls it; shown, never used as a path.
        vendor_ref: Whose document it is.
        issued_on: Its own date.
        expires_on: The last day it holds; a question's ``valid_months`` sets it where it is linked.
        confidentiality: How it may be passed on.
        viewers: Who alone may look, as ``user:alice`` or ``alice``; none: whoever may read.
        delete_on: When its content is removed.
        limits: Other than the usual ones.
        by: Who hands it over.
        at: Now.

    Raises:
        NotFoundError: When the vendor is unknown.
        InvalidInputError: When it is of a kind that is not kept, or its dates cannot be.
        DocumentTooLargeError: When it is larger than what is kept.
        ConflictError: When the vendor's room is used up.
    """
    vendor = find_vendor(session, vendor_ref)  # the first question to the database takes its write lock
    limits = limits or EvidenceLimits()
    shown = clean_name(name)
    handle = io.BytesIO(content) if isinstance(content, bytes) else content
    media_type = media_type_of(handle, shown)
    refuse_confidentiality(confidentiality, media_type, shown)
    refuse_dates(issued_on, expires_on, delete_on, at.date())
    sha256, size = measured(handle, name=shown, limit=limits.file)
    row = EvidenceRow(
        ref="",
        vendor_id=_vendor_id(session, vendor.ref),
        sha256=sha256,
        name=shown,
        media_type=media_type,
        size=size,
        issued_on=issued_on,
        expires_on=expires_on,
        confidentiality=confidentiality.value,
        viewers=people(viewers),
        delete_on=delete_on,
        stored_by=by.name,
        stored_at=at,
    )
    known = _same(session, row)
    if known is None:
        _refuse_full(session, row, limits.vendor)
    EvidenceShelf(home).put(handle, sha256, name=shown)  # of a known one too, which heals a damaged copy
    if known is not None:
        return stored_document(session, known, vendor.ref)
    return _stored(session, row, vendor.ref, by=by, at=at)


def add_address(
    session: Session,
    url: str,
    *,
    vendor_ref: str,
    name: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
    viewers: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> Document:
    """Keep the address of a document that its owner does not hand over."""
    vendor = find_vendor(session, vendor_ref)
    if not _ADDRESS.fullmatch(url.strip()):
        raise InvalidInputError(f"{url!r} is not an address. Write it in full, beginning with https://.")
    refuse_dates(issued_on, expires_on, None, at.date())
    row = EvidenceRow(
        ref="",
        vendor_id=_vendor_id(session, vendor.ref),
        sha256="",
        url=url.strip(),
        name=clean_name(name) if name.strip() else url.strip(),
        media_type="",
        size=0,
        issued_on=issued_on,
        expires_on=expires_on,
        confidentiality=Confidentiality.LINK_ONLY.value,
        viewers=people(viewers),
        stored_by=by.name,
        stored_at=at,
    )
    return _stored(session, row, vendor.ref, by=by, at=at)


def look_at(session: Session, ref: str, *, by: Actor, at: datetime) -> Document:
    """A document without its content, for somebody who looks at it: the look is noted.

    Raises:
        NotAllowedError: When others are named as its viewers.
    """
    found = document(session, ref)
    found.refuse_stranger(by)
    store.add(session, EvidenceViewRow(evidence_id=key_of(document_row(session, ref)), by=by.name, at=at))
    return found


def open_document(session: Session, home: Path, ref: str, *, as_file: bool, by: Actor, at: datetime) -> tuple[Document, bytes]:
    """A document with its content; the look is noted.

    Args:
        session: A write session.
        home: Where contents lie.
        ref: The document.
        as_file: Whether it is handed out as a file, and not only shown.
        by: Who looks.
        at: Now.

    Raises:
        NotAllowedError: When others are named as its viewers.
        ConflictError: When it may be shown only, is an address, was deleted, or its content is damaged.
    """
    row = document_row(session, ref)
    found = document(session, ref)
    found.refuse_stranger(by)
    refuse_deleted(row)
    if not row.sha256:
        raise ConflictError(f"{row.ref} is an address only: {row.url}")
    if as_file and found.confidentiality is Confidentiality.VIEW_ONLY:
        raise ConflictError(f"{row.ref} may be looked at, not handed out as a file. Open it in the browser.")
    content = EvidenceShelf(home).read(row.sha256, name=row.name)
    return look_at(session, ref, by=by, at=at), content


def delete_document(session: Session, ref: str, reason: str, *, by: Actor, at: datetime) -> bool:
    """Give up a document: its hash, name and dates stay. False when it was deleted before.

    The content goes with ``remove_orphans``, in a session of its own once this one is committed: a content must never go before its record.
    """
    row = document_row(session, ref)
    if not reason.strip():
        raise InvalidInputError(f"A reason is needed to delete {row.ref}. Give one with --reason.")
    if row.deleted_at is not None:
        return False
    row.deleted_at = at
    session.flush()
    note(session, "deleted", row, by=by, at=at, sha256=row.sha256, reason=reason.strip())
    return True


def remove_orphans(session: Session, home: Path) -> tuple[str, ...]:
    """Remove files that no record names; returns their names. Needs a write session: its lock keeps new ones away."""
    shelf = EvidenceShelf(home)
    left = shelf.orphans(_kept(session))
    for path in left:
        path.unlink(missing_ok=True)
    return tuple(path.name for path in left)


def stray_files(session: Session, home: Path) -> tuple[str, ...]:
    """Names of the files that no record names: what a crash or a deletion left behind, or is being stored just now."""
    return tuple(path.name for path in EvidenceShelf(home).orphans(_kept(session)))


def unsound_documents(session: Session, home: Path) -> list[str]:
    """What is wrong with the contents that records name, a sentence each."""
    shelf = EvidenceShelf(home)
    rows = [row for row in store.every(session) if row.sha256 and row.deleted_at is None]
    return [f"{row.ref} ({row.name}) is missing or was changed" for row in rows if not shelf.sound(row.sha256)]


def _stored(session: Session, row: EvidenceRow, vendor: str, *, by: Actor, at: datetime) -> Document:
    row.ref = f"{vendor}-e{store.count_of_vendor(session, row.vendor_id) + 1}"
    store.add(session, row)
    facts = {"sha256": row.sha256 or None, "url": row.url or None, "confidentiality": row.confidentiality, "size": row.size}
    note(session, "stored", row, by=by, at=at, name=row.name, **facts)
    return described(row, vendor, ())


def _same(session: Session, row: EvidenceRow) -> EvidenceRow | None:
    """The document that was stored when this one was sent before."""
    alike = ("vendor_id", "name", "issued_on", "confidentiality", "viewers", "delete_on", "stored_by")
    for known in store.with_content(session, row.sha256):
        holds = row.expires_on in (None, known.expires_on)  # a question may have given the known one a last day
        if known.deleted_at is None and holds and all(getattr(known, name) == getattr(row, name) for name in alike):
            return known
    return None


def _refuse_full(session: Session, row: EvidenceRow, limit: int) -> None:
    sizes = store.sizes_of_vendor(session, row.vendor_id)
    if row.sha256 not in sizes and sum(sizes.values()) + row.size > limit:
        raise ConflictError(
            f"The documents of this vendor would take more than the {limit // MEBIBYTE} MiB it has. "
            "Delete some with `vendor-ai document delete`, or raise VENDOR_AI_EVIDENCE_QUOTA_MIB."
        )


def _vendor_id(session: Session, vendor: str) -> int:
    row = vendor_row(session, vendor)
    assert row is not None and row.id is not None
    return row.id


def _kept(session: Session) -> set[str]:
    return {row.sha256 for row in store.every(session) if row.sha256 and row.deleted_at is None}

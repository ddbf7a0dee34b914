"""Evidence as it is read: stored documents as records, with what they stand for."""

from datetime import datetime

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import evidence as store
from vendor_ai.db.evidence import EvidenceRow, EvidenceUseRow
from vendor_ai.db.vendor import find_vendor
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, NotFoundError
from vendor_ai.domain.evidence import Confidentiality, Document, DocumentUse, DocumentView, EvidenceNoun


def document_row(session: Session, ref: str) -> EvidenceRow:
    """The stored document.

    Raises:
        NotFoundError: When there is none of this reference.
    """
    row = store.find(session, ref.strip().lower())
    if row is None:
        raise NotFoundError("document", ref, "See `vendor-ai document list`, or add it with `vendor-ai document add`.")
    return row


def key_of(row: EvidenceRow) -> int:
    """The id of a stored document."""
    assert row.id is not None
    return row.id


def note(session: Session, action: str, row: EvidenceRow, *, by: Actor, at: datetime, **facts: object) -> None:
    """An entry about a document in the audit chain."""
    audit.append(session, AuditEvent(at, by.name, f"document.{action}", "document", row.ref, facts))


def refuse_deleted(row: EvidenceRow) -> None:
    """Refuse to use a document whose content was given up, with ``ConflictError``."""
    if row.deleted_at is not None:
        raise ConflictError(f"{row.ref} was deleted on {row.deleted_at:%Y-%m-%d}; its hash is {row.sha256}. Add the document again.")


def vendor_of(session: Session, row: EvidenceRow) -> str:
    """The vendor whose document it is."""
    return store.vendor_refs(session)[row.vendor_id]


def document(session: Session, ref: str) -> Document:
    """One document without its content; ``NotFoundError`` when there is none of this reference."""
    row = document_row(session, ref)
    return stored_document(session, row, vendor_of(session, row))


def documents(session: Session, *, vendor_ref: str = "", noun: EvidenceNoun | None = None, reference: str = "") -> list[Document]:
    """Documents, oldest first, narrowed by what is given."""
    vendor = find_vendor(session, vendor_ref).ref if vendor_ref else ""
    named = store.uses(session, noun=noun.value if noun else "", reference=reference) if noun or reference else None
    wanted = None if named is None else {use.evidence_id for use in named}
    refs = store.vendor_refs(session)
    uses = _uses_by_document(session)
    return [
        described(row, refs[row.vendor_id], uses.get(key_of(row), ()))
        for row in store.every(session)
        if (not vendor or refs[row.vendor_id] == vendor) and (wanted is None or row.id in wanted)
    ]


def views(session: Session, ref: str) -> list[DocumentView]:
    """Who looked at a document, oldest first."""
    return [DocumentView(row.by, row.at) for row in store.views(session, key_of(document_row(session, ref)))]


def stored_document(session: Session, row: EvidenceRow, vendor: str) -> Document:
    """A stored document with what it stands for."""
    return described(row, vendor, tuple(_use(use) for use in store.uses(session, evidence_id=key_of(row))))


def described(row: EvidenceRow, vendor: str, uses: tuple[DocumentUse, ...]) -> Document:
    """A stored document as a record."""
    return Document(
        ref=row.ref,
        vendor=vendor,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        url=row.url,
        confidentiality=Confidentiality(row.confidentiality),
        stored_by=row.stored_by,
        stored_at=row.stored_at,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        viewers=tuple(row.viewers),
        delete_on=row.delete_on,
        deleted_at=row.deleted_at,
        uses=uses,
    )


def _uses_by_document(session: Session) -> dict[int, tuple[DocumentUse, ...]]:
    found: dict[int, tuple[DocumentUse, ...]] = {}
    for use in store.uses(session):
        found[use.evidence_id] = (*found.get(use.evidence_id, ()), _use(use))
    return found


def _use(use: EvidenceUseRow) -> DocumentUse:
    return DocumentUse(EvidenceNoun(use.noun), use.reference, use.subject)

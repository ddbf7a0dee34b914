"""What evidence stands for: questions of assessments, clauses of contracts."""

from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import contract as contract_store
from vendor_ai.db import evidence as store
from vendor_ai.db.evidence import EvidenceRow, EvidenceUseRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import InvalidInputError, NotFoundError
from vendor_ai.domain.evidence import Document, EvidenceNoun, months_after
from vendor_ai.services.assessment import component_of, pack_of
from vendor_ai.services.evidence_record import document_row, key_of, note, refuse_deleted, stored_document, vendor_of


def link_document(
    session: Session, document_ref: str, *, noun: EvidenceNoun | str, reference: str, subject: str, by: Actor, at: datetime
) -> Document:
    """Say what a document stands for: a question of an assessment, or a clause of a contract, of the same vendor.

    Where the question says how long a document counts and the document names no last day, it now has one.

    Raises:
        NotFoundError: When document, assessment, contract, question or clause is unknown.
        ConflictError: When the document was deleted.
        InvalidInputError: When it is another vendor's.
    """
    row, noun = document_row(session, document_ref), EvidenceNoun(noun)
    refuse_deleted(row)
    owner, reference = (_question_owner if noun is EvidenceNoun.QUESTION else _clause_owner)(session, reference, subject)
    vendor = vendor_of(session, row)
    if owner != vendor:
        raise InvalidInputError(f"{row.ref} is a document of {vendor}; {reference} is about {owner}. Add the document to {owner}.")
    if noun is EvidenceNoun.QUESTION and row.expires_on is None:
        row.expires_on = _last_day(session, row, reference, subject)
    known = store.uses(session, evidence_id=key_of(row), noun=noun.value, reference=reference)
    if all(use.subject != subject for use in known):
        store.add(session, EvidenceUseRow(evidence_id=key_of(row), noun=noun.value, reference=reference, subject=subject))
        note(session, "linked", row, by=by, at=at, noun=noun.value, reference=reference, subject=subject)
    session.flush()
    return stored_document(session, row, vendor)


def _question_owner(session: Session, reference: str, subject: str) -> tuple[str, str]:
    """The vendor of an assessment, and its reference."""
    component, pack = component_of(session, reference), pack_of(session, reference)
    if pack.question(subject) is None:
        raise NotFoundError("question", subject, f"See the questions of {reference}: vendor-ai questionnaire show {pack.id}")
    return component.vendor, reference.strip().lower()


def _clause_owner(session: Session, reference: str, subject: str) -> tuple[str, str]:
    """The vendor of a contract, and its reference."""
    _, row = contract_store.contract_key(session, reference)
    if subject not in {str(clause["id"]) for clause in row.definition["clauses"]}:
        raise NotFoundError("clause", subject, f"See the clauses: vendor-ai contract show {row.ref}")
    return store.vendor_refs(session)[row.vendor_id], row.ref


def _last_day(session: Session, row: EvidenceRow, reference: str, subject: str) -> date | None:
    """How long the question lets the document count; one without a date is at least as old as its arrival."""
    question = pack_of(session, reference).question(subject)
    if question is None or question.evidence_months is None:
        return None
    return months_after(row.issued_on or row.stored_at.date(), question.evidence_months)

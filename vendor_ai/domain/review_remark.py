"""What a reviewer must look at singly before an answer is verified: missing reasons and evidence, dates that cannot hold."""

from collections.abc import Sequence
from datetime import date

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.evidence import Document, months_after
from vendor_ai.domain.question import Question


def remarks(question: Question, answer: Answer, documents: Sequence[Document], on: date) -> tuple[str, ...]:
    """Why an answer is not verified along with others; nothing where no rule speaks against it.

    Args:
        question: What was asked.
        answer: What was said.
        documents: Those linked to the answer.
        on: The day of the review.
    """
    if answer.not_applicable:
        return () if answer.comment.strip() else ("not applicable without a reason",)
    kept = [document for document in documents if document.deleted_at is None]
    found = []
    if question.evidence_required and not answer.evidence.strip() and not kept:
        found.append("demanded evidence is missing")
    if answer.dated:
        found += _date_remarks(question, date.fromisoformat(answer.dated), "evidence", on)
    return (*found, *_document_remarks(question, kept, on))


def _date_remarks(question: Question, day: date, what: str, on: date) -> list[str]:
    if day > on:
        return [f"{what} is dated {day}, in the future"]
    if question.evidence_months is not None and months_after(day, question.evidence_months) < on:
        return [f"{what} of {day} is older than {question.evidence_months} months"]
    return []


def _document_remarks(question: Question, kept: Sequence[Document], on: date) -> list[str]:
    """Remarks on documents, unless one of them holds."""
    found = []
    for document in kept:
        said = _date_remarks(question, document.issued_on or document.stored_at.date(), document.ref, on)
        if document.expired(on):
            said.append(f"{document.ref} expired on {document.expires_on}")
        if not said:
            return []
        found += said
    return found

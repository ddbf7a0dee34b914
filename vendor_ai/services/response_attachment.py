"""Documents that the vendor attaches by its link."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import ENDED, VENDOR_ANSWERABLE, AnswerSource, AssessmentState
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.evidence import Confidentiality, Document, EvidenceNoun
from vendor_ai.domain.pack import QuestionType
from vendor_ai.services import answering
from vendor_ai.services.assessment import answers_of, component_of, pack_of, row_of
from vendor_ai.services.evidence import EvidenceLimits, add_document, link_document
from vendor_ai.services.response import lies_ahead, own_question
from vendor_ai.services.vendor_link import Respondent


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it came, with what its owner says about it."""

    content: BinaryIO
    name: str
    issued_on: date | None = None
    confidentiality: Confidentiality = Confidentiality.INTERNAL


def attach(
    session: Session, home: Path, respondent: Respondent, attachment: Attachment, *, question: str, limits: EvidenceLimits, at: datetime
) -> Document:
    """Attach a document to a question, also after handing in, so that a clarification can be answered with one.

    A question that asks for a file and has no answer yet is answered by it.

    Raises:
        ConflictError: When the assessment has ended.
        NotAllowedError: When the question is not the respondent's.
        InvalidInputError: When the file is of a kind that is not kept, or dated in the future.
        DocumentTooLargeError: When it is larger than what is kept.
    """
    state = AssessmentState(row_of(session, respondent.ref).state)
    if state in ENDED:
        raise ConflictError(f"The questionnaire is {state.words}, so it takes no more documents.")
    asked = own_question(session, respondent, question)
    kept = keep(session, home, respondent, attachment, question=question, limits=limits, at=at)
    if asked.type is QuestionType.FILE and state in VENDOR_ANSWERABLE and question not in answers_of(session, respondent.ref):
        by = respondent.actor
        answer = Answer(question, f"sha256:{kept.sha256}", evidence=kept.name)
        answering.store_answers(session, respondent.ref, [answer], source=AnswerSource.VENDOR, answered_by=by.name, by=by, at=at)
    return kept


def keep(
    session: Session, home: Path, respondent: Respondent, attachment: Attachment, *, question: str, limits: EvidenceLimits, at: datetime
) -> Document:
    """Store a vendor's document, linked to the question where there is one; ``InvalidInputError`` where it was issued in the future."""
    by, issued_on = respondent.actor, attachment.issued_on
    if issued_on is not None and lies_ahead(issued_on, at=at):
        raise InvalidInputError(f"The document was issued on {issued_on.isoformat()}, which lies ahead. Give the date that stands on it.")
    kept = add_document(
        session,
        home,
        attachment.content,
        name=attachment.name,
        vendor_ref=component_of(session, respondent.ref).vendor,
        issued_on=issued_on,
        confidentiality=attachment.confidentiality,
        limits=limits,
        by=by,
        at=at,
    )
    if question and pack_of(session, respondent.ref).question(question) is not None:
        link_document(session, kept.ref, noun=EvidenceNoun.QUESTION, reference=respondent.ref, subject=question, by=by, at=at)
    return kept

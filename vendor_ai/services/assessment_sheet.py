"""One assessment with everything on it: every question with its answer, source, levels, documents, messages and review."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.domain.assessment import AnswerSource, Assessment, GivenAnswer
from vendor_ai.domain.evidence import Document, EvidenceNoun
from vendor_ai.domain.message import Message, MessageKind, Side
from vendor_ai.domain.pack import Level, Pack
from vendor_ai.domain.question import Question
from vendor_ai.domain.review import Review, ReviewKind, newest_by_subject
from vendor_ai.domain.review_remark import remarks
from vendor_ai.scoring.applicability import Asked, asked_questions, possible_questions
from vendor_ai.services.answering import Submission, submissions
from vendor_ai.services.assessment import answers_of, asked_properties, assessment, given_answers, pack_of, questions_of, row_of
from vendor_ai.services.assessment_score import ScoreStanding, reviews_of, standing_of
from vendor_ai.services.evidence_record import documents
from vendor_ai.services.message import messages

_SOURCES = {
    AnswerSource.VENDOR: "vendor",
    AnswerSource.DOCUMENT: "document",
    AnswerSource.OWN_TEST: "own test",
    AnswerSource.STAFF: "staff",
}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One question that is asked; ``level`` is the answer's own, ``review`` the act that counts for it."""

    question: Question
    given: GivenAnswer | None
    level: Level | None
    review: Review | None
    verified: bool
    documents: tuple[Document, ...] = ()
    messages: tuple[Message, ...] = ()  # those still open
    remarks: tuple[str, ...] = ()  # why it is not verified along with others
    proposed: Review | None = None  # a level that waits for a second person
    counts: bool = True  # whether the answers before it leave it asked

    def as_json(self) -> dict[str, Any]:
        """The line as plain values."""
        given, review = self.given, self.review
        return {
            "question": self.question.id,
            "text": self.question.text,
            "answer": given.answer.value if given else None,
            "answer_label": answer_words(self) if given else None,
            "comment": given.answer.comment if given else "",
            "evidence": given.answer.evidence if given else "",
            "evidence_date": given.answer.dated if given else "",
            "evidence_required": self.question.evidence_required,
            "documents": [document.ref for document in self.documents],
            "messages": [message.number for message in self.messages],
            "source": given.source.value if given else None,
            "answered_by": given.answered_by or None if given else None,
            "origin": given.origin or None if given else None,
            "answered_at": given.answered_at.isoformat() if given else None,
            "level": self.level.name if self.level else None,
            "reviewed_level": review.level.name if review and review.level else None,
            "review": review.as_json() if review else None,
            "proposed": self.proposed.as_json() if self.proposed else None,
            "verified": self.verified,
            "asked": self.counts,
            "remarks": list(self.remarks),
        }


def answer_words(line: SheetLine) -> str:
    """An answer as the vendor read it: labels, not values."""
    if line.given is None:
        return "not answered"
    if line.given.answer.not_applicable:
        return "Not applicable"
    chosen = line.question.chosen(line.given.answer.value)
    labels = [option.label for option in line.question.options if option.value in chosen]
    unit = f" {line.question.unit}" if line.question.unit and not labels else ""
    return "; ".join(labels) or f"{line.given.answer.value}{unit}"


def source_words(line: SheetLine) -> str:
    """Where an answer comes from, and who gave it."""
    if line.given is None:
        return ""
    origin = f", from {line.given.origin}" if line.given.origin else ""
    person = f" ({line.given.answered_by})" if line.given.answered_by else ""
    return f"{_SOURCES[line.given.source]}{person}{origin}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """An assessment as a reviewer reads it."""

    assessment: Assessment
    pack: Pack
    standing: ScoreStanding
    lines: tuple[SheetLine, ...]
    submissions: tuple[Submission, ...]
    documents: tuple[Document, ...] = ()
    messages: tuple[Message, ...] = ()  # all of them, settled ones too

    @property
    def general_messages(self) -> tuple[Message, ...]:
        """The open ones about the whole."""
        return _open_messages(self.messages, "")

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            **self.assessment.as_json(),
            "score": self.standing.score.as_json(breakdown=True),
            "claimed": self.standing.claimed.as_json(),
            "verified": self.standing.verified,
            "unverified": list(self.standing.unverified),
            "proposed": [review.as_json() for review in self.standing.proposed],
            "answers": [line.as_json() for line in self.lines],
            "submissions": [
                {"number": it.number, "sha256": it.sha256, "signatory": it.signatory or None, "at": it.at.isoformat()}
                for it in self.submissions
            ],
        }


def sheet_of(session: Session, ref: str, *, at: datetime) -> Sheet:
    """Gather one assessment."""
    row, pack = row_of(session, ref), pack_of(session, ref)
    standing = standing_of(session, ref, at=at)
    answers = given_answers(session, ref)
    newest = newest_by_subject(reviews_of(session, row))
    linked = documents(session, noun=EvidenceNoun.QUESTION, reference=row.ref)
    said = messages(session, ref, side=Side.STAFF)
    asked, unverified = set(questions_of(session, ref)), set(standing.unverified)
    left = _still_asked(session, ref)
    waiting = {(review.kind, review.subject): review for review in standing.proposed}
    lines = []
    for question in pack.questions:
        if question.id not in asked:
            continue
        given = answers.get(question.id)
        level = question.level_of(given.answer.value, at.date()) if given else None
        one, many = (ReviewKind.QUESTION, question.id), (ReviewKind.DIMENSION, question.dimension)
        review, proposed = newest.get(one) or newest.get(many), waiting.get(one) or waiting.get(many)
        verified = given is not None and review is not None and review.verified and question.id not in unverified
        own = linked_to(linked, row.ref, question.id)
        counts = question.id in left
        found = remarks(question, given.answer, own, at.date()) if given and counts else ()
        lines.append(SheetLine(question, given, level, review, verified, own, _open_messages(said, question.id), found, proposed, counts))
    return Sheet(assessment(session, ref), pack, standing, tuple(lines), tuple(submissions(session, ref)), tuple(linked), tuple(said))


def _still_asked(session: Session, ref: str) -> set[str]:
    """The questions that neither the component nor the answers so far rule out."""
    possible = possible_questions(pack_of(session, ref), asked_properties(session, row_of(session, ref)))
    return {question for question, asked in asked_questions(possible, answers_of(session, ref)).items() if asked is not Asked.NO}


def linked_to(linked: Sequence[Document], ref: str, question: str) -> tuple[Document, ...]:
    """Those documents of an assessment that stand for one question of it."""
    return tuple(document for document in linked if any((use.reference, use.subject) == (ref, question) for use in document.uses))


def _open_messages(said: Sequence[Message], question: str) -> tuple[Message, ...]:
    """Messages about a question, without settled clarification requests and what was replied to them."""
    settled = {message.number for message in said if message.kind is MessageKind.CLARIFICATION and message.settled_at is not None}
    found = []
    for message in said:  # oldest first, so a reply comes after what it answers
        if message.reply_to in settled:
            settled.add(message.number)
        if message.question == question and message.number not in settled:
            found.append(message)
    return tuple(found)

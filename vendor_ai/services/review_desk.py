"""What a reviewer has before them: an assessment read once, and the subject of one act of review."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import REVIEWABLE, AssessmentState, WrongStateError
from vendor_ai.domain.errors import NotFoundError
from vendor_ai.domain.evidence import Document, EvidenceNoun
from vendor_ai.domain.pack import Pack, Question
from vendor_ai.domain.review import Review, ReviewKind
from vendor_ai.domain.review_remark import remarks
from vendor_ai.services.assessment import answers_of, pack_of, questions_of, row_of
from vendor_ai.services.assessment_score import reviews_of, standing_of, subject_digest
from vendor_ai.services.assessment_sheet import linked_to
from vendor_ai.services.evidence_record import documents
from vendor_ai.services.four_eyes import answered_by, named


@dataclass(frozen=True, slots=True)
class Desk:
    """An assessment that is being reviewed, read once."""

    row: AssessmentRow
    pack: Pack
    answers: dict[str, Answer]
    own: frozenset[str]  # what the reviewer answered
    acts: tuple[Review, ...]  # so far, oldest first
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What one act of review is about."""

    desk: Desk
    kind: ReviewKind
    id: str

    @property
    def digest(self) -> str:
        """What the answers behind it are now."""
        return subject_digest(self.desk.pack, self.kind, self.id, self.desk.answers)

    @property
    def questions(self) -> list[str]:
        """The questions it covers."""
        if self.kind is ReviewKind.QUESTION:
            return [self.id]
        return [question.id for question in self.desk.pack.questions if question.dimension == self.id]

    def remarks(self, on: date) -> tuple[str, ...]:
        """Why somebody must look at the answers before they are verified."""
        desk = self.desk
        found: list[str] = []
        for question in desk.pack.questions:
            if question.id in self.questions and question.id in desk.answers:
                linked = linked_to(desk.documents, desk.row.ref, question.id)
                said = remarks(question, desk.answers[question.id], linked, on)
                found += said if self.kind is ReviewKind.QUESTION else [f"{question.id}: {text}" for text in said]
        return tuple(found)

    @property
    def acts(self) -> list[Review]:
        """Those about it that were not withdrawn, oldest first."""
        return [act for act in self.desk.acts if (act.kind, act.subject) == (self.kind, self.id) and act.withdrawn_at is None]


def open_desk(session: Session, ref: str, *, by: Actor) -> Desk:
    """Read an assessment for its reviewer; ``WrongStateError`` when it is not there to be reviewed."""
    row = row_of(session, ref)
    state = AssessmentState(row.state)
    if state not in REVIEWABLE:
        raise WrongStateError(row.ref, state, "reviewed")
    own = frozenset(answered_by(session, row, by))
    linked = tuple(documents(session, noun=EvidenceNoun.QUESTION, reference=row.ref))
    return Desk(row, pack_of(session, ref), answers_of(session, ref), own, tuple(reviews_of(session, row)), linked)


def subject_of(desk: Desk, kind: ReviewKind, subject: str) -> Subject:
    """A question or dimension of the pack; ``NotFoundError`` when it has none of this id."""
    pack = desk.pack
    known = [question.id for question in pack.questions] if kind is ReviewKind.QUESTION else [entry.id for entry in pack.dimensions]
    if subject not in known:
        raise NotFoundError(kind.value, subject, f"{pack.id} {pack.version} has: {named(known, most=12)}.")
    return Subject(desk, kind, subject)


def answered_questions(session: Session, desk: Desk, dimension: str) -> list[Question]:
    """The questions asked and answered, of one dimension or of all."""
    shown = set(questions_of(session, desk.row.ref))
    return [
        question
        for question in desk.pack.questions
        if question.id in shown and question.id in desk.answers and (not dimension or question.dimension == dimension)
    ]


def not_verified(session: Session, desk: Desk, questions: list[Question], *, at: datetime) -> list[Question]:
    """Those whose answer nobody verified as it stands."""
    unverified = set(standing_of(session, desk.row.ref, at=at).unverified)
    return [question for question in questions if question.id in unverified or not (question.scored or _seen(desk, question))]


def _seen(desk: Desk, question: Question) -> bool:
    """Whether an answer that carries no score was verified as it stands."""
    for kind, subject in ((ReviewKind.QUESTION, question.id), (ReviewKind.DIMENSION, question.dimension)):
        about = Subject(desk, kind, subject)
        if about.acts and about.acts[-1].verified and about.acts[-1].answer_sha256 == about.digest:
            return True
    return False

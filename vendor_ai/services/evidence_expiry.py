"""Evidence that no longer holds: what rested on it loses its verification, and a decision that stood on it is reopened."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import evidence as store
from vendor_ai.db import reassessment as reassessment_store
from vendor_ai.db import review as review_store
from vendor_ai.db.assessment import AnswerRow, AssessmentRow
from vendor_ai.db.evidence import EvidenceRow
from vendor_ai.db.reassessment import ReassessmentRow
from vendor_ai.db.review import ReviewRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import ENDED, AssessmentState
from vendor_ai.domain.evidence import EvidenceNoun, months_after
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.review import Review, ReviewKind, newest_by_subject
from vendor_ai.services import assessment as life
from vendor_ai.services.answering import rescore
from vendor_ai.services.assessment_score import reviews_of, subject_digest
from vendor_ai.services.decision import reopen
from vendor_ai.services.evidence_record import document_row, key_of, note

PROGRAM = Actor("program:evidence")
CAUSE = "expired_evidence"


@dataclass(frozen=True, slots=True)
class Reopened:
    """What the end of a piece of evidence did: answers that lost their verification, decisions that were reopened."""

    answers: tuple[str, ...]  # ASSESSMENT:QUESTION
    decisions: tuple[str, ...]  # assessments

    def sentence(self) -> str:
        """For the ledger of jobs."""
        return f"{len(self.answers)} answers lost their verification, {len(self.decisions)} decisions were reopened"


def expired_documents(session: Session, on: date) -> list[tuple[str, date]]:
    """Reference and last day of the documents that no longer hold and whose end nobody has acted upon."""
    return [
        (row.ref, row.expires_on)
        for row in store.every(session)
        if row.expires_on is not None and row.expires_on < on and row.reopened_at is None
    ]


def deletable_documents(session: Session, on: date) -> list[str]:
    """Documents whose deletion date has come."""
    return [row.ref for row in store.every(session) if row.delete_on is not None and row.delete_on <= on and row.deleted_at is None]


def expire_document(session: Session, ref: str, *, at: datetime) -> Reopened:
    """Act upon the end of a document, once."""
    row = document_row(session, ref)
    if row.reopened_at is not None:
        return Reopened((), ())
    row.reopened_at = at
    reason = f"The evidence {row.ref} ({row.name}) expired on {row.expires_on}."
    note(session, "expired", row, by=PROGRAM, at=at, expires_on=str(row.expires_on))
    answers, decisions = [], []
    for assessment, question in _resting_on(session, row):
        if _replaced(session, row, assessment, question, at.date()):
            continue
        lost = weaken(session, assessment, question, reason, cause=_cause(session, assessment, row, at), at=at)
        answers += [f"{assessment.ref}:{question}"] if lost else []
        decisions += [assessment.ref] if lost and _reopen(session, assessment, reason, at=at) else []
    return Reopened(tuple(answers), tuple(decisions))


def outdated_answers(session: Session, on: date) -> list[tuple[str, str, str]]:
    """Assessment, question and date of verified answers whose evidence is dated longer ago than their question lets it count.

    What was acted upon once is left alone: whoever verifies such an answer again knows its date.
    """
    months: dict[int, dict[str, int]] = {}
    found = []
    for row in assessment_store.every(session):
        if AssessmentState(row.state) in ENDED:
            continue
        if row.pack_id not in months:
            months[row.pack_id] = {q.id: q.evidence_months for q in life.pack_of(session, row.ref).questions if q.evidence_months}
        found += [
            (row.ref, answer.question, answer.dated)
            for answer in assessment_store.answers(session, life.key_of(row))
            if answer.dated
            and answer.question in months[row.pack_id]
            and months_after(date.fromisoformat(answer.dated), months[row.pack_id][answer.question]) < on
            and _unknown(session, row, _date_cause(row.ref, answer.question, answer.dated))
            and _verifying_act(session, row, answer.question) is not None
        ]
    return found


def expire_answer(session: Session, ref: str, question: str, *, at: datetime) -> Reopened:
    """Act upon an answer whose evidence date is too long ago."""
    row = life.row_of(session, ref)
    dated = next((entry.dated for entry in assessment_store.answers(session, life.key_of(row)) if entry.question == question), "")
    reason = f"The evidence of {question} is dated {dated}, longer ago than the question lets it count."
    if not weaken(session, row, question, reason, cause=_date_cause(row.ref, question, dated), at=at):
        return Reopened((), ())
    return Reopened((f"{row.ref}:{question}",), (row.ref,) if _reopen(session, row, reason, at=at) else ())


def weaken(session: Session, row: AssessmentRow, question: str, reason: str, *, cause: str, at: datetime) -> bool:
    """Take an answer's verification away and note why; False where it had none, or the assessment has ended.

    A level that a reviewer had set stays: losing evidence makes no score better.
    """
    if AssessmentState(row.state) in ENDED or _verifying_act(session, row, question) is None:
        return False
    key, answers = life.key_of(row), life.answers_of(session, row.ref)
    before = newest_by_subject(reviews_of(session, row)).get((ReviewKind.QUESTION, question))
    digest = subject_digest(life.pack_of(session, row.ref), ReviewKind.QUESTION, question, answers)
    review_store.add(
        session,
        ReviewRow(
            assessment_id=key,
            kind=ReviewKind.QUESTION.value,
            subject=question,
            verified=False,
            reason=reason,
            by=PROGRAM.name,
            at=at,
            **_carried(session, before, digest),
        ),
    )
    if _unknown(session, row, cause):
        reassessment_store.add(session, ReassessmentRow(component_id=row.component_id, cause=CAUSE, reference=cause, note=reason, at=at))
    rescore(session, row.ref, at=at)
    life.note(session, "unverified", row.ref, by=PROGRAM, at=at, question=question, reason=reason)
    return True


def _cause(session: Session, assessment: AssessmentRow, row: EvidenceRow, at: datetime) -> str:
    """The document; with its last day where an earlier end of it was a cause before."""
    known = reassessment_store.find(session, assessment.component_id, CAUSE, row.ref)
    return row.ref if known is None or known.at == at else f"{row.ref}:{row.expires_on}"


def _date_cause(ref: str, question: str, dated: str) -> str:
    return f"{ref}:{question}:{dated}"


def _unknown(session: Session, row: AssessmentRow, cause: str) -> bool:
    return reassessment_store.find(session, row.component_id, CAUSE, cause) is None


def _carried(session: Session, before: Review | None, digest: str) -> dict[str, Any]:
    """The level of the act before, with the answer it was set for, so that it goes on counting as it did."""
    row = None if before is None else review_store.by_id(session, before.number)
    if row is None or not row.level:
        return {"answer_sha256": digest}
    return {name: getattr(row, name) for name in ("answer_sha256", "level", "until", "second_by", "second_at", "second_reason")}


def _verifying_act(session: Session, row: AssessmentRow, question: str) -> Review | None:
    """The act of review by which an answer is verified as it stands, alone or with its dimension."""
    pack = life.pack_of(session, row.ref)
    asked = pack.question(question)
    if asked is None:
        return None
    newest = newest_by_subject(reviews_of(session, row))
    acts = [newest[key] for key in ((ReviewKind.QUESTION, question), (ReviewKind.DIMENSION, asked.dimension)) if key in newest]
    act = max(acts, key=lambda review: review.number, default=None)
    if act is None or not act.verified or act.answer_sha256 != _digest(session, pack, row, act):
        return None
    return act


def _digest(session: Session, pack: Pack, row: AssessmentRow, act: Review) -> str:
    return subject_digest(pack, act.kind, act.subject, life.answers_of(session, row.ref))


def _resting_on(session: Session, row: EvidenceRow) -> list[tuple[AssessmentRow, str]]:
    """Answers a document stands for: linked to it, naming it or its hash, or inherited from such a one."""
    named = re.compile(rf"(?<![\w-]){re.escape(row.ref)}(?![\w-])")
    found: dict[tuple[str, str], AssessmentRow] = {}

    def take(assessment: AssessmentRow, answer: AnswerRow) -> None:
        found.setdefault((assessment.ref, answer.question), assessment)

    for use in store.uses(session, evidence_id=key_of(row), noun=EvidenceNoun.QUESTION.value):
        found.setdefault((use.reference, use.subject), life.row_of(session, use.reference))
    for assessment, answer in store.answers_naming(session, row.sha256) if row.sha256 else []:
        take(assessment, answer)
    for assessment, answer in store.answers_naming(session, row.ref):
        if named.search(answer.evidence):
            take(assessment, answer)
    for reference, question in list(found):
        for assessment, answer in store.answers_taken_from(session, reference, question):
            take(assessment, answer)
    return [(assessment, question) for (_, question), assessment in found.items()]


def _replaced(session: Session, row: EvidenceRow, assessment: AssessmentRow, question: str, on: date) -> bool:
    """Whether the answer was verified with another document that still holds."""
    act = _verifying_act(session, assessment, question)
    if act is None:
        return False
    uses = store.uses(session, noun=EvidenceNoun.QUESTION.value, reference=assessment.ref)
    linked = {use.evidence_id for use in uses if use.subject == question and use.evidence_id != row.id}
    others = [other for other in store.every(session) if other.id in linked and other.deleted_at is None and other.stored_at <= act.at]
    return any(other.expires_on is None or other.expires_on >= on for other in others)


def _reopen(session: Session, row: AssessmentRow, reason: str, *, at: datetime) -> bool:
    """End the decision that stood on it; False where the assessment is not decided."""
    if AssessmentState(row.state) is not AssessmentState.DECIDED:
        return False
    reopen(session, row.ref, reason=reason, by=PROGRAM, at=at)
    return True

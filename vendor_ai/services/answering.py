"""Answers on their way in: what would change, storing it, vendor-wide answers for every component, handing in."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from vendor_ai.db import assessment as store
from vendor_ai.db import submission as submission_store
from vendor_ai.db.assessment import AnswerRow, AssessmentRow
from vendor_ai.db.submission import SubmissionRow
from vendor_ai.db.vendor import components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import ANSWERABLE, AnswerSource, AssessmentState, WrongStateError
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.pack import Audience, Pack, Question, Scope
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.score import Score
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.services.assessment import answers_of, component_of, given_answers, key_of, move, note, pack_of, questions_of, row_of
from vendor_ai.services.assessment_score import standing_of

OURS = frozenset({AnswerSource.STAFF, AnswerSource.OWN_TEST})


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What an import does to one answer."""

    question: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What was handed in once: its number, its hash and who attested it."""

    number: int
    sha256: str
    content: Mapping[str, Any]
    signatory: str
    signatory_role: str
    by: str
    at: datetime


def ours(session: Session, ref: str) -> frozenset[str]:
    """The questions that staff answered from what they know or tested: not for the vendor to see or to overwrite."""
    return frozenset(question for question, given in given_answers(session, ref).items() if given.source in OURS)


def difference(session: Session, ref: str, given: AnswerSet, *, source: AnswerSource = AnswerSource.VENDOR) -> list[AnswerChange]:
    """What importing these answers would change; a vendor's leave alone what staff found out."""
    known = answers_of(session, ref)
    kept = ours(session, ref) if source is AnswerSource.VENDOR else frozenset()
    return [
        AnswerChange(question, known[question].value if question in known else None, answer.value)
        for question, answer in given.answers.items()
        if question not in kept and (question not in known or known[question] != answer)
    ]


def emptied(session: Session, ref: str, given: AnswerSet) -> list[str]:
    """The questions whose answer the file left empty although one is stored: it stays, since an empty cell may be an accident."""
    known = answers_of(session, ref)
    return [question for question in given.cleared if question in known]


def dated_ahead(given: AnswerSet, *, at: datetime) -> list[Problem]:
    """Remarks on evidence that is dated after today: nobody can have seen it yet."""
    today = at.date().isoformat()
    return [
        Problem(None, question, f"The evidence is dated {answer.dated}, which lies ahead. Correct the date.")
        for question, answer in given.answers.items()
        if answer.dated > today
    ]


def refuse_other_component(session: Session, ref: str, given: AnswerSet) -> None:
    """Refuse a workbook that was sent about another component, or for another assessment.

    Raises:
        ConflictError: When the file names one and it is not this one.
    """
    about = component_of(session, ref).ref
    if given.component and given.component != about:
        raise ConflictError(
            f"This workbook was sent about {given.component!r}; {ref} is about {about!r}. Import it into its own assessment."
        )
    if given.assessment and given.assessment != row_of(session, ref).ref:
        raise ConflictError(f"This workbook was sent for {given.assessment}, not for {row_of(session, ref).ref}. Import it there.")


def import_answers(
    session: Session, ref: str, given: AnswerSet, *, source: AnswerSource = AnswerSource.VENDOR, origin: str = "", by: Actor, at: datetime
) -> Score:
    """Store answers from a file, score what is there now, hand it in where it is complete, and return the score.

    Raises:
        NotFoundError: When there is no such assessment.
        ConflictError: When the workbook was sent about another component.
        WrongStateError: When the assessment is decided or has ended.
        InvalidInputError: When levels by dimension are given: an assessment needs answers to questions.
    """
    if given.levels is not None:
        raise InvalidInputError("These are levels by dimension; an assessment needs answers to questions. Fill its workbook.")
    refuse_other_component(session, ref, given)
    changed = {change.question for change in difference(session, ref, given, source=source)}
    answers = [answer for question, answer in given.answers.items() if question in changed]
    answered_by = "" if source is AnswerSource.VENDOR else by.name
    score = store_answers(session, ref, answers, source=source, origin=origin, answered_by=answered_by, by=by, at=at)
    row = row_of(session, ref)
    if row.state == AssessmentState.IN_PROGRESS and complete(session, ref, at=at):
        submit(session, ref, by=by, at=at)
    return score


def store_answers(
    session: Session,
    ref: str,
    answers: Iterable[Answer],
    *,
    source: AnswerSource,
    origin: str = "",
    answered_by: str,
    by: Actor,
    at: datetime,
) -> Score:
    """Store answers and score what is there now; vendor-wide ones reach the vendor's other open assessments too.

    ``answered_by`` is who said so: the respondent, or the member of staff; nobody approves what they answered.

    Raises:
        WrongStateError: When the assessment is decided or has ended.
    """
    row, stored = row_of(session, ref), list(answers)
    state = AssessmentState(row.state)
    if state not in ANSWERABLE:
        raise WrongStateError(row.ref, state, "answered")
    for answer in stored:
        _save(session, row, answer, source=source, answered_by=answered_by, origin=origin, at=at)
    if stored and state is not AssessmentState.IN_PROGRESS:  # what was handed in before stays as it was; this becomes its next version
        move(session, row, AssessmentState.IN_PROGRESS)
    _share(session, row, stored, source=source, answered_by=answered_by, at=at)
    score = rescore(session, ref, at=at)
    counts = {"changed": len(stored), "source": source.value, "score": row.score and row.score["score"]}
    note(session, "answered", row.ref, by=by, at=at, **counts, recommendation=row.score and row.score["recommendation"])
    return score


def rescore(session: Session, ref: str, *, at: datetime) -> Score:
    """Score the answers as they stand and keep the result with the assessment."""
    row = row_of(session, ref)
    standing = standing_of(session, ref, at=at)
    row.score = {**standing.score.as_json(), "verified": standing.verified}
    session.flush()
    return standing.score


def complete(session: Session, ref: str, *, at: datetime) -> bool:
    """Whether every question that is asked has an answer; a reason for not applicable is one, though a reviewer must accept it."""
    score = standing_of(session, ref, at=at).score
    answers = answers_of(session, ref)
    return all(question in answers and answers[question].not_applicable for question in score.unanswered)


def submit(session: Session, ref: str, *, signatory: str = "", signatory_role: str = "", by: Actor, at: datetime) -> Submission:
    """Hand in the answers as they stand: a numbered version, frozen by its hash.

    Args:
        session: A write session.
        ref: The assessment.
        signatory: Who attests the answers by name; "" where nobody did, as with a returned workbook.
        signatory_role: Their position.
        by: Who hands in.
        at: Now.

    Raises:
        WrongStateError: When the assessment cannot be handed in.
        InvalidInputError: When there is no answer.
    """
    row = row_of(session, ref)
    answers = answers_of(session, ref)
    if not answers:
        raise InvalidInputError(f"{ref} has no answer yet. Answer it before it is handed in.")
    move(session, row, AssessmentState.SUBMITTED)
    row.submitted_at = at
    number = len(submission_store.submissions(session, key_of(row))) + 1
    # Nobody attests what they were not asked, and what staff found out is not handed to the vendor with its copy.
    shown = set(questions_of(session, ref)) - (ours(session, ref) if pack_of(session, ref).audience is Audience.VENDOR else set())
    asked = {question: answer for question, answer in answers.items() if question in shown}
    content = submission_content(pack_of(session, ref), row.ref, component_of(session, ref).ref, number, asked)
    digest = content_digest(content)
    entry = SubmissionRow(
        assessment_id=key_of(row),
        number=number,
        content=content,
        sha256=digest,
        signatory=signatory.strip(),
        signatory_role=signatory_role.strip(),
        by=by.name,
        at=at,
    )
    submission_store.add(session, entry)
    note(session, "submitted", row.ref, by=by, at=at, number=number, sha256=digest, signatory=signatory.strip() or None)
    return _submission(entry)


def submission_content(pack: Pack, ref: str, component: str, number: int, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """What is frozen when answers are handed in."""
    given = {
        question: {"value": answer.value, "comment": answer.comment, "evidence": answer.evidence, "date": answer.dated}
        for question, answer in sorted(answers.items())
    }
    return {
        "assessment": ref,
        "component": component,
        "pack": pack.id,
        "version": pack.version,
        "pack_sha256": pack.digest(),
        "number": number,
        "answers": given,
    }


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of what was handed in, over its canonical JSON: whoever holds the copy can compute it again."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def submissions(session: Session, ref: str) -> list[Submission]:
    """Every version that was handed in, oldest first."""
    return [_submission(row) for row in submission_store.submissions(session, key_of(row_of(session, ref)))]


def _submission(row: SubmissionRow) -> Submission:
    return Submission(row.number, row.sha256, row.content, row.signatory, row.signatory_role, row.by, row.at)


def inherit(session: Session, ref: str, *, by: Actor, at: datetime) -> int:
    """Give a new assessment the vendor's newest answers to vendor-wide questions of the same wording; returns how many."""
    row, pack = row_of(session, ref), pack_of(session, ref)
    asked = set(questions_of(session, ref))
    wanted = {question.id: question for question in pack.questions if question.scope is Scope.VENDOR and question.id in asked}
    newest: dict[str, tuple[AnswerRow, str]] = {}
    for other in _of_vendor(session, row):
        same = _same_questions(wanted, pack_of(session, other.ref))
        for entry in store.answers(session, key_of(other)):
            if entry.question in same and (entry.question not in newest or entry.answered_at > newest[entry.question][0].answered_at):
                newest[entry.question] = (entry, entry.origin or other.ref)
    known = answers_of(session, ref)
    taken = {question: found for question, found in newest.items() if question not in known}
    for entry, origin in taken.values():
        _copy(session, row, entry, origin)
    if taken:
        rescore(session, ref, at=at)
        note(session, "inherited", row.ref, by=by, at=at, answers=len(taken))
    return len(taken)


def _of_vendor(session: Session, row: AssessmentRow) -> list[AssessmentRow]:
    """The other assessments of the same vendor's components that were not withdrawn."""
    components = components_by_key(session)
    vendor = components[row.component_id].vendor
    return [
        other
        for other in store.every(session)
        if other.id != row.id and components[other.component_id].vendor == vendor and other.state != AssessmentState.WITHDRAWN
    ]


def _same_questions(wanted: Mapping[str, Question], pack: Pack) -> set[str]:
    """The questions that ``pack`` asks in the very same way: never by id alone."""
    return {question.id for question in pack.questions if wanted.get(question.id) == question}


def _share(session: Session, row: AssessmentRow, answers: list[Answer], *, source: AnswerSource, answered_by: str, at: datetime) -> None:
    """Carry vendor-wide answers to the vendor's other assessments that nobody has handed in yet."""
    pack = pack_of(session, row.ref)
    wide = {q.id: q for answer in answers if (q := pack.question(answer.question)) is not None and q.scope is Scope.VENDOR}
    if not wide:
        return
    given = {answer.question: answer for answer in answers}
    open_states = (AssessmentState.DRAFT, AssessmentState.SENT, AssessmentState.IN_PROGRESS)
    for other in _of_vendor(session, row):
        if AssessmentState(other.state) not in open_states:
            continue
        known = given_answers(session, other.ref)
        reached = {
            question
            for question in _same_questions(wide, pack_of(session, other.ref)) & set(questions_of(session, other.ref))
            if question not in known or known[question].source is source  # what staff found out is not overwritten by a claim
        }
        for question in reached:
            _save(session, other, given[question], source=source, answered_by=answered_by, origin=row.ref, at=at)
        if reached:
            rescore(session, other.ref, at=at)


def _copy(session: Session, row: AssessmentRow, entry: AnswerRow, origin: str) -> None:
    answer = Answer(entry.question, entry.value, entry.comment, entry.evidence, entry.dated)
    source = AnswerSource(entry.source)
    _save(session, row, answer, source=source, answered_by=entry.answered_by, origin=origin, at=entry.answered_at)


def _save(
    session: Session, row: AssessmentRow, answer: Answer, *, source: AnswerSource, answered_by: str, origin: str, at: datetime
) -> None:
    store.save_answer(
        session,
        AnswerRow(
            assessment_id=key_of(row),
            question=answer.question,
            value=answer.value,
            evidence=answer.evidence,
            comment=answer.comment,
            dated=answer.dated,
            source=source.value,
            answered_by=answered_by,
            origin=origin,
            answered_at=at,
        ),
    )

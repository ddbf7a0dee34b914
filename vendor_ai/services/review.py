"""Reviews: a reviewer verifies answers, accepts what does not apply, or puts another level in an answer's place."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import review as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.review import ReviewRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.assessment import REVIEWABLE, AssessmentState, WrongStateError
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.pack import Level, Pack, Question
from vendor_ai.domain.review import Review, ReviewKind
from vendor_ai.services.answering import rescore
from vendor_ai.services.assessment import answers_of, key_of, move, note, pack_of, questions_of, row_of
from vendor_ai.services.assessment_score import read_review, reviews_of, standing_of, subject_digest
from vendor_ai.services.four_eyes import answered_by, named, refuse_same_person, refuse_who_answered


@dataclass(frozen=True, slots=True)
class ReviewBatch:
    """What one act on many answers did; ``left_out`` are the reviewer's own answers, which another person must review."""

    reviews: tuple[Review, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Desk:
    """An assessment that is being reviewed, read once."""

    row: AssessmentRow
    pack: Pack
    answers: dict[str, Answer]
    own: frozenset[str]  # what the reviewer answered
    acts: tuple[Review, ...]  # so far, oldest first


@dataclass(frozen=True, slots=True)
class _Subject:
    """What one act of review is about."""

    desk: _Desk
    kind: ReviewKind
    id: str

    @property
    def digest(self) -> str:
        return subject_digest(self.desk.pack, self.kind, self.id, self.desk.answers)

    @property
    def questions(self) -> list[str]:
        if self.kind is ReviewKind.QUESTION:
            return [self.id]
        return [question.id for question in self.desk.pack.questions if question.dimension == self.id]

    @property
    def acts(self) -> list[Review]:
        return [act for act in self.desk.acts if (act.kind, act.subject) == (self.kind, self.id) and act.withdrawn_at is None]


def review(
    session: Session,
    ref: str,
    *,
    kind: ReviewKind,
    subject: str,
    verified: bool,
    level: Level | None = None,
    reason: str = "",
    until: date | None = None,
    by: Actor,
    at: datetime,
) -> Review:
    """Review one answer or one dimension; a level counts once another person agreed (``second``).

    Args:
        session: A write session.
        ref: The assessment.
        kind: Whether ``subject`` is a question or a dimension.
        subject: Its id.
        verified: Whether the answers are right as they stand; for not applicable, whether its reason is accepted.
        level: Instead of the answer's own, or of the mean of the dimension; None leaves it.
        reason: Needed to set a level and to reject.
        until: The last day on which the level counts; needed with a level.
        by: Who reviews.
        at: Now.

    Raises:
        WrongStateError: When the assessment is not there to be reviewed.
        NotFoundError: When the pack has no such question or dimension.
        NotAllowedError: When the reviewer gave one of the answers.
        InvalidInputError: When reason or end date are missing, or there is no answer to verify.
        ConflictError: When a level that two people set would fall away.
    """
    desk = _desk(session, ref, by=by)
    about = _subject(desk, kind, subject)
    own = [question for question in about.questions if question in desk.own]
    if own:
        raise NotAllowedError(f"{by.name} answered {named(own)} and so cannot review it. Ask another reviewer.")
    act = _add(session, about, verified=verified, level=level, reason=reason, until=until, by=by, at=at)
    _settle(session, desk.row, [act], by=by, at=at)
    return act


def review_answers(
    session: Session, ref: str, *, dimension: str = "", verified: bool, reason: str = "", by: Actor, at: datetime
) -> ReviewBatch:
    """Review every answer, or those of one dimension; what is verified as it stands already is left as it is.

    Raises:
        WrongStateError: When the assessment is not there to be reviewed.
        NotFoundError: When the pack has no such dimension.
        NotAllowedError: When every answer that is left was given by the reviewer.
        InvalidInputError: When there is nothing to review, or answers are rejected without a reason.
        ConflictError: When a level that two people set would fall away.
    """
    desk = _desk(session, ref, by=by)
    if dimension:
        _subject(desk, ReviewKind.DIMENSION, dimension)
    wanted = _answered_questions(session, desk, dimension)
    if not wanted:
        raise InvalidInputError(f"{desk.row.ref} has no answer {'in ' + dimension if dimension else 'yet'}, so nothing can be reviewed.")
    if verified:
        wanted = _not_verified(session, desk, wanted, at=at)
    left_out = tuple(question.id for question in wanted if question.id in desk.own)
    if wanted and len(left_out) == len(wanted):
        raise NotAllowedError(f"{by.name} answered {named(left_out)} and so cannot review it. Ask another reviewer.")
    subjects = [_Subject(desk, ReviewKind.QUESTION, question.id) for question in wanted if question.id not in desk.own]
    acts = [_add(session, about, verified=verified, level=None, reason=reason, until=None, by=by, at=at) for about in subjects]
    _settle(session, desk.row, acts, by=by, at=at)
    return ReviewBatch(tuple(acts), left_out)


def second(session: Session, ref: str, number: int, *, reason: str = "", by: Actor, at: datetime) -> Review:
    """Agree to a level that a reviewer set; from now on it counts.

    Raises:
        NotFoundError: When the assessment has no such act of review.
        NotAllowedError: When it is the reviewer, or somebody who answered.
        ConflictError: When there is nothing to agree to: no level, agreed before, replaced, or answered anew.
        InvalidInputError: When its end date has passed.
    """
    desk = _desk(session, ref, by=by)
    row = desk.row
    entry = store.by_id(session, number)
    if entry is None or entry.assessment_id != key_of(row):
        raise NotFoundError("review", str(number), f"See `vendor-ai assessment review {row.ref}`.")
    act = read_review(entry)
    _refuse_settled(_Subject(desk, act.kind, act.subject), act)
    if act.until is not None and act.until < at.date():
        raise InvalidInputError(f"The level of {act.subject} was to end on {act.until}, which has passed. Review it again.")
    refuse_same_person(act.by, f"agree to the level of {act.subject}", by=by)
    refuse_who_answered(session, row, f"agree to the level of {act.subject}", by=by)
    entry.second_by, entry.second_at, entry.second_reason = by.name, at, reason.strip()
    session.flush()
    score = rescore(session, ref, at=at)
    facts = {"review": number, "subject": act.subject, "level": entry.level, "first_by": act.by, "reason": reason.strip() or None}
    note(session, "level_agreed", row.ref, by=by, at=at, **facts, score=score.as_json()["score"])
    return read_review(entry)


def _desk(session: Session, ref: str, *, by: Actor) -> _Desk:
    row = row_of(session, ref)
    state = AssessmentState(row.state)
    if state not in REVIEWABLE:
        raise WrongStateError(row.ref, state, "reviewed")
    own = frozenset(answered_by(session, row, by))
    return _Desk(row, pack_of(session, ref), answers_of(session, ref), own, tuple(reviews_of(session, row)))


def _subject(desk: _Desk, kind: ReviewKind, subject: str) -> _Subject:
    pack = desk.pack
    known = [question.id for question in pack.questions] if kind is ReviewKind.QUESTION else [entry.id for entry in pack.dimensions]
    if subject not in known:
        raise NotFoundError(kind.value, subject, f"{pack.id} {pack.version} has: {named(known, most=12)}.")
    return _Subject(desk, kind, subject)


def _refuse_incomplete(about: _Subject, *, verified: bool, level: Level | None, reason: str, until: date | None, on: date) -> None:
    if level is None and until is not None:
        raise InvalidInputError("An end date goes with a level. Set one with --level, or leave the date out.")
    if (level is not None or not verified) and not reason.strip():
        act = "Rejecting" if level is None else "Setting a level for"
        raise InvalidInputError(f"{act} {about.id} needs a reason. Give one with --reason.")
    if level is not None and (until is None or until <= on):
        raise InvalidInputError(f"A level in the place of {about.id} needs an end date in the future. Give one with --until.")
    if level is None and not any(question in about.desk.answers for question in about.questions):
        raise InvalidInputError(f"{about.id} has no answer to review. Send it back to be answered, or set a level.")
    question = about.desk.pack.question(about.id) if about.kind is ReviewKind.QUESTION else None
    if level is not None and question is not None and not question.scored:
        raise InvalidInputError(f"{about.id} is not scored, so it takes no level. Verify it, or reject it with a reason.")


def _refuse_dropped_level(about: _Subject, *, on: date) -> None:
    """What two people set, one cannot take back while the answer is the same."""
    agreed = [act for act in about.acts if act.answer_sha256 == about.digest and act.level_counts(on)]
    if agreed and agreed[-1].level is not None:
        act = agreed[-1]
        raise ConflictError(
            f"{act.by} and {act.second_by} set {about.id} to {agreed[-1].level.name} until {act.until}, and its answer is the same."
            " Set another level with --level, --until and --reason."
        )


def _refuse_settled(about: _Subject, act: Review) -> None:
    title = f"Review {act.number} of {about.desk.row.ref}"
    if act.level is None:
        raise ConflictError(f"{title} sets no level, so nobody has to agree to it.")
    if act.second_by:
        raise ConflictError(f"{title} was agreed to by {act.second_by} before.")
    if not about.acts or about.acts[-1].number != act.number:
        raise ConflictError(f"{title} was replaced by a newer one about {act.subject}. Agree to that.")
    if act.answer_sha256 != about.digest:
        raise ConflictError(f"The answers behind review {act.number} changed since. Review {act.subject} again.")


def _answered_questions(session: Session, desk: _Desk, dimension: str) -> list[Question]:
    shown = set(questions_of(session, desk.row.ref))
    return [
        question
        for question in desk.pack.questions
        if question.id in shown and question.id in desk.answers and (not dimension or question.dimension == dimension)
    ]


def _not_verified(session: Session, desk: _Desk, questions: list[Question], *, at: datetime) -> list[Question]:
    """Those whose answer nobody verified as it stands."""
    unverified = set(standing_of(session, desk.row.ref, at=at).unverified)
    return [question for question in questions if question.id in unverified or not (question.scored or _seen(desk, question))]


def _seen(desk: _Desk, question: Question) -> bool:
    """Whether an answer that carries no score was verified as it stands."""
    for kind, subject in ((ReviewKind.QUESTION, question.id), (ReviewKind.DIMENSION, question.dimension)):
        about = _Subject(desk, kind, subject)
        if about.acts and about.acts[-1].verified and about.acts[-1].answer_sha256 == about.digest:
            return True
    return False


def _add(
    session: Session, about: _Subject, *, verified: bool, level: Level | None, reason: str, until: date | None, by: Actor, at: datetime
) -> Review:
    _refuse_incomplete(about, verified=verified, level=level, reason=reason, until=until, on=at.date())
    if level is None:
        _refuse_dropped_level(about, on=at.date())
    entry = ReviewRow(
        assessment_id=key_of(about.desk.row),
        kind=about.kind.value,
        subject=about.id,
        answer_sha256=about.digest,
        verified=verified,
        level=level.name if level else "",
        reason=reason.strip(),
        until=until,
        by=by.name,
        at=at,
    )
    return read_review(store.add(session, entry))


def _settle(session: Session, row: AssessmentRow, acts: list[Review], *, by: Actor, at: datetime) -> None:
    """The assessment is under review from the first act on, and its score is what the reviews leave of it."""
    if row.state != AssessmentState.UNDER_REVIEW:
        move(session, row, AssessmentState.UNDER_REVIEW)
    score = rescore(session, row.ref, at=at).as_json()["score"]
    said = [{"subject": act.subject, "verified": act.verified, "level": act.level.name if act.level else None} for act in acts]
    reason = acts[0].reason or None if acts else None
    note(session, "reviewed", row.ref, by=by, at=at, acts=said, reason=reason, score=score)

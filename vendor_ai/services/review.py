"""Reviews: a reviewer verifies answers, accepts what does not apply, or puts another level in an answer's place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import review as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.review import ReviewRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.pack import Level
from vendor_ai.domain.review import Review, ReviewKind
from vendor_ai.services.answering import rescore
from vendor_ai.services.assessment import key_of, move, note
from vendor_ai.services.assessment_score import read_review
from vendor_ai.services.four_eyes import named, refuse_same_person, refuse_who_answered
from vendor_ai.services.review_desk import Desk, Subject, answered_questions, not_verified, open_desk, subject_of
from vendor_ai.services.user import require_decider


@dataclass(frozen=True, slots=True)
class ReviewBatch:
    """What one act on many answers did.

    ``left_out`` are the reviewer's own answers, which another person must review; ``remarks`` are those left out because somebody must
    look at them singly, each with the reasons.
    """

    reviews: tuple[Review, ...]
    left_out: tuple[str, ...]
    remarks: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def remarks_as_json(self) -> list[dict[str, object]]:
        """What must be looked at singly, as plain values."""
        return [{"question": question, "reasons": list(reasons)} for question, reasons in self.remarks]


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
        InvalidInputError: When reason or end date are missing, or there is no answer to verify. What must be looked at singly (see
            ``domain.review_remark``) is verified with a reason only.
        ConflictError: When a level that two people set would fall away.
    """
    desk = open_desk(session, ref, by=by)
    about = subject_of(desk, kind, subject)
    own = [question for question in about.questions if question in desk.own]
    if own:
        raise NotAllowedError(f"{by.name} answered {named(own)} and so cannot review it. Ask another reviewer.")
    act = _add(session, about, verified=verified, level=level, reason=reason, until=until, by=by, at=at)
    _settle(session, desk.row, [act], by=by, at=at)
    return act


def review_answers(
    session: Session,
    ref: str,
    *,
    dimension: str = "",
    verified: bool,
    including_remarks: bool = False,
    reason: str = "",
    by: Actor,
    at: datetime,
) -> ReviewBatch:
    """Review every answer, or those of one dimension; what is verified as it stands already is left as it is.

    Args:
        session: A write session.
        ref: The assessment.
        dimension: Only its answers.
        verified: Whether the answers are right as they stand.
        including_remarks: Verify, with a reason, also what must be looked at singly; the remarks are kept in the reason.
        reason: Why; needed to reject.
        by: Who reviews.
        at: Now.

    Raises:
        WrongStateError: When the assessment is not there to be reviewed.
        NotFoundError: When the pack has no such dimension.
        NotAllowedError: When every answer that is left was given by the reviewer.
        InvalidInputError: When there is nothing to review, or answers are rejected, or verified despite remarks, without a reason.
        ConflictError: When a level that two people set would fall away.
    """
    if verified and including_remarks and not reason.strip():
        raise InvalidInputError("Verifying despite remarks needs a reason: why is it right all the same? Give one with --reason.")
    desk = open_desk(session, ref, by=by)
    subjects, left_out = _to_review(session, desk, dimension, verified=verified, by=by, at=at)
    remarked = {about.id: about.remarks(at.date()) for about in subjects} if verified else {}
    singly = () if including_remarks else tuple((subject, said) for subject, said in remarked.items() if said)
    chosen = [(about, _with_remarks(reason, remarked.get(about.id, ()))) for about in subjects if about.id not in dict(singly)]
    acts = [_add(session, about, verified=verified, level=None, reason=why, until=None, by=by, at=at) for about, why in chosen]
    if acts or not singly:
        _settle(session, desk.row, acts, by=by, at=at)
    return ReviewBatch(tuple(acts), left_out, singly)


def _to_review(
    session: Session, desk: Desk, dimension: str, *, verified: bool, by: Actor, at: datetime
) -> tuple[list[Subject], tuple[str, ...]]:
    """What there is to review, and what of it the reviewer answered."""
    if dimension:
        subject_of(desk, ReviewKind.DIMENSION, dimension)
    wanted = answered_questions(session, desk, dimension)
    if not wanted:
        raise InvalidInputError(f"{desk.row.ref} has no answer {'in ' + dimension if dimension else 'yet'}, so nothing can be reviewed.")
    if verified:
        wanted = not_verified(session, desk, wanted, at=at)
    left_out = tuple(question.id for question in wanted if question.id in desk.own)
    if wanted and len(left_out) == len(wanted):
        raise NotAllowedError(f"{by.name} answered {named(left_out)} and so cannot review it. Ask another reviewer.")
    return [Subject(desk, ReviewKind.QUESTION, question.id) for question in wanted if question.id not in desk.own], left_out


def second(session: Session, ref: str, number: int, *, reason: str = "", by: Actor, at: datetime) -> Review:
    """Agree to a level that a reviewer set; from now on it counts.

    Raises:
        NotFoundError: When the assessment has no such act of review.
        NotAllowedError: When it is the reviewer, somebody who answered, or nobody who may decide.
        ConflictError: When there is nothing to agree to: no level, agreed before, replaced, or answered anew.
        InvalidInputError: When its end date has passed.
    """
    desk = open_desk(session, ref, by=by)
    row = desk.row
    entry = store.by_id(session, number)
    if entry is None or entry.assessment_id != key_of(row):
        raise NotFoundError("review", str(number), f"See `vendor-ai assessment review {row.ref}`.")
    act = read_review(entry)
    _refuse_settled(Subject(desk, act.kind, act.subject), act)
    if act.until is not None and act.until < at.date():
        raise InvalidInputError(f"The level of {act.subject} was to end on {act.until}, which has passed. Review it again.")
    refuse_same_person(act.by, f"agree to the level of {act.subject}", by=by)
    refuse_who_answered(session, row, f"agree to the level of {act.subject}", by=by)
    require_decider(session, by)
    entry.second_by, entry.second_at, entry.second_reason = by.name, at, reason.strip()
    session.flush()
    score = rescore(session, ref, at=at)
    facts = {"review": number, "subject": act.subject, "level": entry.level, "first_by": act.by, "reason": reason.strip() or None}
    note(session, "level_agreed", row.ref, by=by, at=at, **facts, score=score.as_json()["score"])
    return read_review(entry)


def _refuse_incomplete(about: Subject, *, verified: bool, level: Level | None, reason: str, until: date | None, on: date) -> None:
    if level is None and until is not None:
        raise InvalidInputError("An end date goes with a level. Set one with --level, or leave the date out.")
    if (level is not None or not verified) and not reason.strip():
        act = "Rejecting" if level is None else "Setting a level for"
        raise InvalidInputError(f"{act} {about.id} needs a reason. Give one with --reason.")
    if level is not None and (until is None or until <= on):
        raise InvalidInputError(f"A level in the place of {about.id} needs an end date in the future. Give one with --until.")
    if verified and level is None and not reason.strip() and (said := about.remarks(on)):
        raise InvalidInputError(f"Verifying {about.id} needs a reason ({named(said)}). Look at it, and give one with --reason.")
    if level is None and not any(question in about.desk.answers for question in about.questions):
        raise InvalidInputError(f"{about.id} has no answer to review. Send it back to be answered, or set a level.")
    question = about.desk.pack.question(about.id) if about.kind is ReviewKind.QUESTION else None
    if level is not None and question is not None and not question.scored:
        raise InvalidInputError(f"{about.id} is not scored, so it takes no level. Verify it, or reject it with a reason.")


def _refuse_dropped_level(about: Subject, *, on: date) -> None:
    """What two people set, one cannot take back while the answer is the same."""
    agreed = [act for act in about.acts if act.answer_sha256 == about.digest and act.level_counts(on)]
    if agreed and agreed[-1].level is not None:
        act = agreed[-1]
        raise ConflictError(
            f"{act.by} and {act.second_by} set {about.id} to {agreed[-1].level.name} until {act.until}, and its answer is the same."
            " Set another level with --level, --until and --reason."
        )


def _refuse_settled(about: Subject, act: Review) -> None:
    title = f"Review {act.number} of {about.desk.row.ref}"
    if act.level is None:
        raise ConflictError(f"{title} sets no level, so nobody has to agree to it.")
    if act.second_by:
        raise ConflictError(f"{title} was agreed to by {act.second_by} before.")
    if not about.acts or about.acts[-1].number != act.number:
        raise ConflictError(f"{title} was replaced by a newer one about {act.subject}. Agree to that.")
    if act.answer_sha256 != about.digest:
        raise ConflictError(f"The answers behind review {act.number} changed since. Review {act.subject} again.")


def _with_remarks(reason: str, said: Sequence[str]) -> str:
    """The reason with what speaks against the answer beside it; none where there is none."""
    return f"{reason.strip()} (verified although: {'; '.join(said)})" if said and reason.strip() else reason


def _add(
    session: Session, about: Subject, *, verified: bool, level: Level | None, reason: str, until: date | None, by: Actor, at: datetime
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

"""Human oversight: which calls a person must look at, and what they decided before and after they saw the AI's answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from vendor_ai.change.oversight import must_review, sampled_for_audit
from vendor_ai.db import audit
from vendor_ai.db import oversight as store
from vendor_ai.db.oversight import HumanReviewRow
from vendor_ai.db.secret import secret
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.domain.human_review import HumanReview, ReviewCause, ReviewStage
from vendor_ai.domain.term import suggestion

SECRET = "oversight"  # whoever knows which calls are audited knows which nobody will look at
MOST_A_DAY = 200  # audits drawn from one component's day; what is mandatory has no limit


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """One call that the AI decided."""

    prediction_id: str
    occurred_at: datetime
    decision: str
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Queued:
    """What a day's calls brought: reviews opened, and audits drawn that did not fit into the day's number."""

    opened: int
    left_out: int


def cause_of(call: AnsweredCall, *, all_of_them: bool, automated: bool, salt: str) -> ReviewCause | None:
    """Why a call must be reviewed, the strongest cause first; None where it need not be.

    A call without a confidence is none of low confidence: whole components log none.
    """
    if call.confidence is not None and must_review(call.confidence):
        return ReviewCause.LOW_CONFIDENCE
    if all_of_them:
        return ReviewCause.MANDATORY
    return ReviewCause.AUDIT if automated and sampled_for_audit(call.prediction_id, salt=salt) else None


def queue_calls(
    session: Session,
    component: str,
    calls: Iterable[AnsweredCall],
    *,
    all_of_them: bool = False,
    automated: bool = True,
    at: datetime,
) -> Queued:
    """Open a review for every call of some days that needs one and has none.

    Args:
        session: A write session.
        component: Slug or exact name.
        calls: Answered calls with a decision.
        all_of_them: Human review is switched on for the component.
        automated: Nobody confirms its decisions otherwise, so that some are audited.
        at: Now.
    """
    key, _ = component_key(session, component)
    salt = secret(session, SECRET).hex()
    found = [(call, cause_of(call, all_of_them=all_of_them, automated=automated, salt=salt)) for call in calls]
    wanted = [(call, cause) for call, cause in found if cause is not None]
    if not wanted:
        return Queued(0, 0)
    times = [call.occurred_at for call, _ in wanted]
    known = store.known_predictions(session, key, since=min(times), until=at)
    rows: list[HumanReviewRow] = []
    audits = left_out = 0
    for call, cause in wanted:
        if call.prediction_id in known:
            continue
        audits += cause is ReviewCause.AUDIT
        if cause is ReviewCause.AUDIT and audits > MOST_A_DAY:
            left_out += 1
            continue
        rows.append(_row(key, call, cause, at))
    store.add_all(session, rows)
    return Queued(len(rows), left_out)


def _row(component_id: int, call: AnsweredCall, cause: ReviewCause, at: datetime) -> HumanReviewRow:
    return HumanReviewRow(
        component_id=component_id,
        prediction_id=call.prediction_id,
        occurred_at=call.occurred_at,
        cause=cause.value,
        confidence=call.confidence,
        ai_decision=call.decision,
        opened_at=at,
    )


def request(session: Session, component: str, call: AnsweredCall, *, by: Actor, at: datetime) -> HumanReview:
    """Ask for the review of one call, e.g. because the person concerned objects.

    Raises:
        NotFoundError: When there is no such component.
        ConflictError: When the call has a review.
    """
    key, about = component_key(session, component)
    if call.prediction_id in store.known_predictions(session, key, since=call.occurred_at, until=at):
        raise ConflictError(
            f"The call {call.prediction_id!r} has a review already. See `vendor-ai oversight list --component {about.ref}`."
        )
    row = _row(key, call, ReviewCause.REQUESTED, at)
    store.add_all(session, [row])
    _note(session, "requested", row, by=by, at=at)
    return _described(row, about.ref)


def decide_first(session: Session, number: int, decision: str, *, unusual: bool = False, by: Actor, at: datetime) -> HumanReview:
    """Decide without having seen the AI's answer; what comes back holds it.

    A word that no review of the component holds, neither as an answer of the AI nor of a person, is taken with ``unusual`` only: a slip of
    the pen would spend the blind decision.

    Raises:
        NotFoundError: When there is no such review.
        ConflictError: When it is decided already.
        InvalidInputError: When no decision is given, or an unusual one without being said so.
    """
    row = _found(session, number)
    if row.first_decision is not None:
        raise ConflictError(f"Review {number} was decided by {row.reviewer} before. Give the final decision now.")
    said = _said(decision)
    known = store.known_decisions(session, row.component_id, besides=number)
    if said not in known and not unusual:
        near = suggestion(said, known)
        sentence = f"No call of this component was decided {said!r}.{near}"
        raise InvalidInputError(f"{sentence} Say it as the component does, or repeat it with --unusual if you mean it.")
    row.first_decision, row.first_at, row.shown_at, row.reviewer = said, at, at, by.name
    session.flush()
    _note(session, "first", row, by=by, at=at)
    return _described(row, _ref(session, row))


def decide_finally(session: Session, number: int, decision: str, *, note: str = "", by: Actor, at: datetime) -> HumanReview:
    """Decide once the AI's answer was shown; the first decision stays beside it.

    Raises:
        NotFoundError: When there is no such review.
        ConflictError: When there is no first decision yet, or the final one was made.
        NotAllowedError: When another person made the first one.
        InvalidInputError: When no decision is given, or one that overrides the AI without a reason.
    """
    row = _found(session, number)
    if row.first_decision is None:
        raise ConflictError(f"Review {number} has no first decision. Decide without the AI's answer before: `vendor-ai oversight first`.")
    if row.final_decision is not None:
        raise ConflictError(f"Review {number} is finished; its final decision was made at {row.final_at:%Y-%m-%d %H:%M} UTC.")
    if by.name != row.reviewer:
        raise NotAllowedError(f"Review {number} was begun by {row.reviewer}; the same person finishes it.")
    said = _said(decision)
    if said != row.ai_decision and not note.strip():
        raise InvalidInputError("A decision that overrides the AI's needs its reason, so that the vendor can learn from it. Add a note.")
    row.final_decision, row.final_at, row.note = said, at, note.strip()
    session.flush()
    _note(session, "final", row, by=by, at=at)
    return _described(row, _ref(session, row))


def waiting(session: Session, component: str = "", *, most: int | None = None) -> list[HumanReview]:
    """Reviews that wait for a decision, oldest call first."""
    key = component_key(session, component)[0] if component else None
    refs = {stored: found.ref for stored, found in components_by_key(session).items()}
    return [_described(row, refs[row.component_id]) for row in store.queue(session, key, most=most)]


def finished(session: Session, component: str, *, since: datetime, until: datetime) -> list[HumanReview]:
    """Reviews of a component that were finished in ``[since, until)``."""
    key, about = component_key(session, component)
    return [_described(row, about.ref) for row in store.decided(session, key, since=since, until=until)]


def _said(decision: str) -> str:
    said = decision.strip()
    if not said:
        raise InvalidInputError("The decision is empty. Write the label you would have given.")
    return said


def _found(session: Session, number: int) -> HumanReviewRow:
    row = store.find(session, number)
    if row is None:
        raise NotFoundError("review", str(number), "See `vendor-ai oversight list`.")
    return row


def _ref(session: Session, row: HumanReviewRow) -> str:
    return components_by_key(session)[row.component_id].ref


def _described(row: HumanReviewRow, component: str) -> HumanReview:
    stage = ReviewStage.OPEN if row.first_decision is None else ReviewStage.FIRST if row.final_decision is None else ReviewStage.FINAL
    assert row.id is not None
    return HumanReview(
        number=row.id,
        component=component,
        prediction_id=row.prediction_id,
        occurred_at=row.occurred_at,
        cause=ReviewCause(row.cause),
        stage=stage,
        opened_at=row.opened_at,
        confidence=row.confidence,
        reviewer=row.reviewer,
        first_decision=row.first_decision,
        ai_decision=None if stage is ReviewStage.OPEN else row.ai_decision,
        final_decision=row.final_decision,
        final_at=row.final_at,
        note=row.note,
    )


def _note(session: Session, action: str, row: HumanReviewRow, *, by: Actor, at: datetime) -> None:
    facts = {"prediction_id": row.prediction_id, "cause": row.cause, "first": row.first_decision, "final": row.final_decision}
    audit.append(session, AuditEvent(at, by.name, f"human_review.{action}", "human_review", str(row.id), facts))

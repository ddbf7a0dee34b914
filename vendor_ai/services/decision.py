"""Decisions: proposed, agreed to, in force, reopened. What the arithmetic recommends is kept beside them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import decision as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.decision import DecisionRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import ENDED, AssessmentState, refuse_move
from vendor_ai.domain.decision import Decision, DecisionCondition, DecisionState, condition_from_json
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.pack import Recommendation
from vendor_ai.services.answering import rescore
from vendor_ai.services.assessment import key_of, move, note, row_of
from vendor_ai.services.assessment_score import standing_of
from vendor_ai.services.condition import open_conditions, replace_conditions
from vendor_ai.services.decision_guard import conditions_for, is_milder, needs_an_end, refuse_incomplete, refuse_unsound
from vendor_ai.services.four_eyes import refuse_involved, refuse_same_person
from vendor_ai.services.user import require_decider

_NOTHING: Mapping[str, str] = {}


def decide(
    session: Session,
    ref: str,
    decision: Recommendation,
    *,
    rationale: str,
    added: Sequence[DecisionCondition] = (),
    dropped: Mapping[str, str] = _NOTHING,
    valid_until: date | None = None,
    by: Actor,
    at: datetime,
) -> Decision:
    """Decide about an assessment; what is milder than recommended is proposed until another person agrees.

    Args:
        session: A write session.
        ref: The assessment.
        decision: What is decided.
        rationale: Why.
        added: Conditions beside those that the score raises.
        dropped: By question, why its raised condition is left out; leaving one out is milder than recommended.
        valid_until: The last day it holds; needed where it is milder than recommended.
        by: Who decides.
        at: Now.

    Raises:
        WrongStateError: When the assessment is not under review.
        NotAllowedError: When the actor answered or reviewed or may not decide, or the use is prohibited.
        ConflictError: When an approval lacks a verified and complete score, a level waits to be agreed to, or another person's
            proposal stands.
        InvalidInputError: When rationale, end date or a condition are missing or do not fit.
    """
    row = row_of(session, ref)
    refuse_move(row.ref, AssessmentState(row.state), AssessmentState.DECIDED)
    refuse_involved(session, row, "decide about it", by=by)
    require_decider(session, by)
    standing = standing_of(session, ref, at=at)
    refuse_unsound(session, row, decision, standing)
    _refuse_other_proposal(session, row, by=by)
    conditions = conditions_for(decision, standing.score, added, dropped)
    milder = is_milder(decision, standing.score) or bool(dropped)
    refuse_incomplete(rationale, valid_until, on=at.date())
    if milder and valid_until is None:
        raise InvalidInputError(
            needs_an_end(row.ref, decision, standing.score, rationale=rationale, added=added, dropped=dropped, on=at.date())
        )
    entry = DecisionRow(
        assessment_id=key_of(row),
        decision=decision.value,
        recommendation=str(standing.score.recommendation or ""),
        score=standing.score.as_json(breakdown=True),
        rationale=rationale.strip(),
        conditions=[condition.as_json() for condition in conditions],
        dropped=[{"question": question, "reason": reason.strip()} for question, reason in dropped.items()],
        valid_until=valid_until,
        milder=milder,
        state=DecisionState.PROPOSED.value,
        by=by.name,
        at=at,
    )
    _end(session, row, DecisionState.PROPOSED, DecisionState.REPLACED, "Decided anew before anybody agreed.", at=at)
    store.add(session, entry)
    if milder:
        note(session, "decision_proposed", row.ref, by=by, at=at, **_facts(entry))
    else:
        _take_effect(session, row, entry, by=by, at=at)
    return _described(row.ref, entry)


def agree(session: Session, ref: str, *, reason: str, by: Actor, at: datetime) -> Decision:
    """Agree, as the second approver, to a decision that is milder than recommended; it takes effect.

    Raises:
        NotFoundError: When no decision is proposed.
        WrongStateError: When the assessment is no longer under review.
        NotAllowedError: When it is the person who proposed, one who answered or reviewed, or one who may not decide.
        ConflictError: When the score moved since the proposal, or an approval is no longer possible.
        InvalidInputError: When the reason is missing, or the end date has passed.
    """
    row = row_of(session, ref)
    entry = _proposed(session, row)
    refuse_move(row.ref, AssessmentState(row.state), AssessmentState.DECIDED)
    refuse_same_person(entry.by, "agree to this decision", by=by)
    refuse_involved(session, row, "agree to a decision about it", by=by)
    require_decider(session, by)
    if not reason.strip():
        raise InvalidInputError("Agreeing to a milder decision needs a reason. Give one with --reason.")
    if entry.valid_until is not None and entry.valid_until <= at.date():
        raise InvalidInputError(f"The decision was to end on {entry.valid_until}, which has passed. Decide again with a later date.")
    standing = standing_of(session, ref, at=at)
    refuse_unsound(session, row, Recommendation(entry.decision), standing)
    if standing.score.as_json(breakdown=True) != entry.score:
        raise ConflictError(f"The score of {row.ref} moved since the decision was proposed. Decide again on the ground of what it is now.")
    entry.second_by, entry.second_at, entry.second_reason = by.name, at, reason.strip()
    _take_effect(session, row, entry, by=by, at=at)
    return _described(row.ref, entry)


def refuse(session: Session, ref: str, *, reason: str, by: Actor, at: datetime) -> Decision:
    """Refuse a proposed decision; the assessment stays under review.

    Raises:
        NotFoundError: When no decision is proposed.
        NotAllowedError: When the actor may not decide.
        InvalidInputError: When the reason is missing.
    """
    row = row_of(session, ref)
    entry = _proposed(session, row)
    require_decider(session, by)
    if not reason.strip():
        raise InvalidInputError("Refusing a decision needs a reason. Give one with --reason.")
    entry.second_by, entry.second_at, entry.second_reason = by.name, at, reason.strip()
    entry.state, entry.ended_at, entry.ended_reason = DecisionState.REFUSED.value, at, reason.strip()
    session.flush()
    note(session, "decision_refused", row.ref, by=by, at=at, decision=entry.id, reason=reason.strip())
    return _described(row.ref, entry)


def reopen(session: Session, ref: str, *, reason: str, by: Actor, at: datetime) -> None:
    """End the decision about an assessment; it is answered and reviewed again. The program's own jobs may, else who may decide.

    Raises:
        WrongStateError: When it is not decided.
        InvalidInputError: When the reason is missing.
        NotAllowedError: When a person may not decide.
    """
    row = row_of(session, ref)
    if not by.name.startswith(("program:", "job:")):
        require_decider(session, by)
    if not reason.strip():
        raise InvalidInputError("Reopening an assessment needs a reason. Give one with --reason.")
    move(session, row, AssessmentState.REOPENED)
    _end(session, row, DecisionState.EFFECTIVE, DecisionState.REOPENED, reason.strip(), at=at)
    row.decision, row.decided_by, row.decided_at = "", "", None
    session.flush()
    note(session, "reopened", row.ref, by=by, at=at, reason=reason.strip())


def decisions_of(session: Session, ref: str) -> list[Decision]:
    """Every decision about an assessment, oldest first."""
    row = row_of(session, ref)
    return [_described(row.ref, entry) for entry in store.decisions(session, key_of(row))]


def effective_decision(session: Session, ref: str) -> Decision | None:
    """The decision as it was last put into force and not ended; see ``lapse.decision_in_force`` for whether it still holds."""
    return next((entry for entry in reversed(decisions_of(session, ref)) if entry.state is DecisionState.EFFECTIVE), None)


def _described(ref: str, row: DecisionRow) -> Decision:
    assert row.id is not None
    return Decision(
        number=row.id,
        assessment=ref,
        decision=Recommendation(row.decision),
        recommendation=Recommendation(row.recommendation) if row.recommendation else None,
        score=row.score,
        rationale=row.rationale,
        conditions=tuple(condition_from_json(condition) for condition in row.conditions),
        dropped=tuple(row.dropped),
        valid_until=row.valid_until,
        milder=row.milder,
        state=DecisionState(row.state),
        by=row.by,
        at=row.at,
        second_by=row.second_by,
        second_at=row.second_at,
        second_reason=row.second_reason,
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
    )


def _refuse_other_proposal(session: Session, row: AssessmentRow, *, by: Actor) -> None:
    for entry in store.decisions(session, key_of(row)):
        if entry.state == DecisionState.PROPOSED and entry.by != by.name:
            verb = f"`vendor-ai assessment second {row.ref} --decision`"
            raise ConflictError(f"{entry.by} proposed {entry.decision} for {row.ref}. Agree to it or refuse it first: {verb}.")


def _proposed(session: Session, row: AssessmentRow) -> DecisionRow:
    found = [entry for entry in store.decisions(session, key_of(row)) if entry.state == DecisionState.PROPOSED]
    if not found:
        raise NotFoundError("proposed decision about", row.ref, f"Decide with `vendor-ai assessment decide {row.ref}`.")
    return found[-1]


def _take_effect(session: Session, row: AssessmentRow, entry: DecisionRow, *, by: Actor, at: datetime) -> None:
    assert entry.id is not None
    move(session, row, AssessmentState.DECIDED)
    entry.state = DecisionState.EFFECTIVE.value
    row.decision, row.decided_by, row.decided_at = entry.decision, entry.by, at
    rescore(session, row.ref, at=at)
    note(session, "decided", row.ref, by=by, at=at, **_facts(entry))
    replace_conditions(session, row.ref, f"Replaced by decision {entry.id}.", by=by, at=at)
    if entry.decision == Recommendation.APPROVED_WITH_CONDITIONS:
        conditions = [condition_from_json(condition) for condition in entry.conditions]
        open_conditions(session, row.ref, entry.id, conditions, by=by, at=at)
    _supersede(session, row, by=by, at=at)


def _supersede(session: Session, row: AssessmentRow, *, by: Actor, at: datetime) -> None:
    """The assessment that this one follows gives way to it, with its decision and open conditions."""
    old = assessment_store.find(session, row.supersedes) if row.supersedes else None
    if old is None or AssessmentState(old.state) in ENDED:
        return
    reason = f"Superseded by {row.ref}."
    move(session, old, AssessmentState.SUPERSEDED)
    for state in (DecisionState.PROPOSED, DecisionState.EFFECTIVE):
        _end(session, old, state, DecisionState.REPLACED, reason, at=at)
    old.decision, old.decided_by, old.decided_at = "", "", None
    session.flush()
    replace_conditions(session, old.ref, reason, by=by, at=at)
    note(session, "superseded", old.ref, by=by, at=at, by_assessment=row.ref)


def _end(session: Session, row: AssessmentRow, state: DecisionState, to: DecisionState, reason: str, *, at: datetime) -> None:
    for entry in store.decisions(session, key_of(row)):
        if entry.state == state:
            entry.state, entry.ended_at, entry.ended_reason = to.value, at, reason
    session.flush()


def _facts(entry: DecisionRow) -> dict[str, object]:
    return {
        "decision": entry.decision,
        "number": entry.id,
        "recommendation": entry.recommendation or None,
        "score": entry.score["score"],
        "rationale": entry.rationale,
        "conditions": len(entry.conditions),
        "dropped": entry.dropped,
        "valid_until": entry.valid_until.isoformat() if entry.valid_until else None,
        "milder": entry.milder,
        "proposed_by": entry.by if entry.second_by else None,
        "second_reason": entry.second_reason or None,
    }

"""Accepted risks: two persons carry one knowingly; it goes stale when the score behind it moves or its time is over."""

from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import audit
from vendor_ai.db import decision as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.decision import RiskAcceptanceRow
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.risk import RiskAcceptance, RiskState
from vendor_ai.domain.score import shown
from vendor_ai.services.assessment import key_of, row_of
from vendor_ai.services.assessment_score import standing_of
from vendor_ai.services.four_eyes import refuse_involved, refuse_same_person
from vendor_ai.services.user import require_decider

_SCORED = frozenset(
    {
        AssessmentState.SUBMITTED,
        AssessmentState.UNDER_REVIEW,
        AssessmentState.DECIDED,
        AssessmentState.REOPENED,
        AssessmentState.IN_PROGRESS,
    }
)


def accept(
    session: Session,
    component: str,
    *,
    subject: str,
    rationale: str,
    monitoring_plan: str,
    until: date,
    assessment: str = "",
    by: Actor,
    at: datetime,
) -> RiskAcceptance:
    """Propose to carry a risk; it is accepted once another person approves it.

    Args:
        session: A write session.
        component: Slug or exact name.
        subject: What is accepted: a question, a condition, a risk in words.
        rationale: Why it is carried.
        monitoring_plan: How it is watched meanwhile.
        until: The last day.
        assessment: The one whose score it rests on; "" is the component's newest.
        by: Who proposes.
        at: Now.

    Raises:
        NotFoundError: When the component or assessment is unknown.
        InvalidInputError: When a text is missing, the end date has passed, or the assessment is about another component.
    """
    key, about = component_key(session, component)
    for name, text in (("subject", subject), ("rationale", rationale), ("monitoring plan", monitoring_plan)):
        if not text.strip():
            raise InvalidInputError(f"An accepted risk needs a {name}. Say it in a sentence.")
    if until <= at.date():
        raise InvalidInputError(f"A risk cannot be accepted until {until}: that is not in the future. Give a later date with --until.")
    row = row_of(session, assessment) if assessment else _newest(session, key)
    if row is not None and row.component_id != key:
        raise InvalidInputError(f"{row.ref} is about another component than {about.ref}. Name one of its own.")
    entry = RiskAcceptanceRow(
        component_id=key,
        assessment_id=key_of(row) if row else None,
        subject=subject.strip(),
        rationale=rationale.strip(),
        monitoring_plan=monitoring_plan.strip(),
        until=until,
        score=_score(session, row, at),
        by=by.name,
        at=at,
    )
    store.add(session, entry)
    _note(session, "proposed", entry, by=by, at=at, component=about.ref, subject=entry.subject, until=until.isoformat(), score=entry.score)
    return _described(session, entry, at)


def approve(session: Session, number: int, *, by: Actor, at: datetime) -> RiskAcceptance:
    """Approve, as the second person, that a risk is carried.

    Raises:
        NotFoundError: When there is no such proposal.
        ConflictError: When it was approved, closed or went stale before.
        NotAllowedError: When it is who proposed it, who answered or reviewed the assessment it rests on, or who may not decide.
    """
    entry = _row(session, number)
    state = _described(session, entry, at)
    if state.state is not RiskState.PROPOSED:
        cause = f" ({state.stale_reason})" if state.stale_reason else ""
        raise ConflictError(
            f"Risk {number} is {state.state.value}{cause}, so it cannot be approved. Accept it anew with `vendor-ai risk accept`."
        )
    refuse_same_person(entry.by, "approve this risk", by=by)
    row = _assessment(session, entry)
    if row is not None:
        refuse_involved(session, row, "approve a risk that rests on it", by=by)
    require_decider(session, by)
    entry.approver, entry.approved_at = by.name, at
    session.flush()
    _note(session, "approved", entry, by=by, at=at, proposed_by=entry.by)
    return _described(session, entry, at)


def close(session: Session, number: int, *, reason: str, by: Actor, at: datetime) -> RiskAcceptance:
    """End an accepted risk: it was mended, or is no longer carried.

    Raises:
        NotFoundError: When there is no such risk.
        ConflictError: When it was closed before.
        InvalidInputError: When the reason is missing.
    """
    entry = _row(session, number)
    if entry.closed_at is not None:
        raise ConflictError(f"Risk {number} was closed on {entry.closed_at:%Y-%m-%d} before.")
    if not reason.strip():
        raise InvalidInputError(f"Closing risk {number} needs a reason. Give one with --reason.")
    entry.closed_at = at
    session.flush()
    _note(session, "closed", entry, by=by, at=at, reason=reason.strip())
    return _described(session, entry, at)


def risks(session: Session, component: str = "", *, at: datetime) -> list[RiskAcceptance]:
    """Accepted risks, oldest first; stale ones show as such whether or not the daily job has looked since."""
    key = component_key(session, component)[0] if component else None
    return [_described(session, entry, at) for entry in store.acceptances(session, key)]


def going_stale(session: Session, *, at: datetime) -> list[tuple[int, str]]:
    """The numbers of the risks that went stale without anybody noting it, with the reason."""
    rows = [entry for entry in store.acceptances(session) if entry.closed_at is None and entry.stale_at is None]
    found = [(entry.id or 0, _stale_reason(session, entry, at)) for entry in rows]
    return [(number, reason) for number, reason in found if reason]


def note_stale(session: Session, number: int, *, by: Actor, at: datetime) -> str:
    """Note that a risk went stale; returns why, or "" where it did not or was noted before."""
    entry = _row(session, number)
    if entry.closed_at is not None or entry.stale_at is not None:
        return ""
    reason = _stale_reason(session, entry, at)
    if reason:
        entry.stale_at, entry.stale_reason = at, reason
        session.flush()
        _note(session, "stale", entry, by=by, at=at, reason=reason)
    return reason


def _row(session: Session, number: int) -> RiskAcceptanceRow:
    entry = store.acceptance(session, number)
    if entry is None:
        raise NotFoundError("accepted risk", str(number), "See `vendor-ai risk list`.")
    return entry


def _newest(session: Session, component_id: int) -> AssessmentRow | None:
    """The component's newest assessment that was handed in once and still counts."""
    rows = assessment_store.of_component(session, component_id)
    return next((row for row in rows if AssessmentState(row.state) in _SCORED and row.submitted_at is not None), None)


def _assessment(session: Session, entry: RiskAcceptanceRow) -> AssessmentRow | None:
    rows = assessment_store.of_component(session, entry.component_id)
    return next((row for row in rows if row.id == entry.assessment_id), None)


def _score(session: Session, row: AssessmentRow | None, at: datetime) -> str:
    value = standing_of(session, row.ref, at=at).score.score if row is not None else None
    return "" if value is None else shown(value)


def _current(session: Session, entry: RiskAcceptanceRow) -> AssessmentRow | None:
    """The assessment that says what the score is now: the newest of the same pack, or of any where it rested on none."""
    rested = _assessment(session, entry)
    newer = assessment_store.of_component(session, entry.component_id)
    packs = {row.pack_id: assessment_store.pack_by_id(session, row.pack_id).pack for row in newer}
    for row in newer:
        if AssessmentState(row.state) not in _SCORED or row.submitted_at is None:
            continue
        if rested is None or packs[row.pack_id] == packs[rested.pack_id]:
            return row
    return rested


def _stale_reason(session: Session, entry: RiskAcceptanceRow, at: datetime) -> str:
    if entry.until < at.date():
        return f"It was accepted until {entry.until}."
    row = _current(session, entry)
    now = _score(session, row, at)
    if row is not None and now != entry.score:
        return f"The score moved from {entry.score or 'none'} to {now or 'none'} ({row.ref})."
    return ""


def _described(session: Session, entry: RiskAcceptanceRow, at: datetime) -> RiskAcceptance:
    assert entry.id is not None
    stale = entry.stale_reason or ("" if entry.closed_at else _stale_reason(session, entry, at))
    row = _assessment(session, entry)
    return RiskAcceptance(
        number=entry.id,
        component=components_by_key(session)[entry.component_id].ref,
        assessment=row.ref if row else "",
        subject=entry.subject,
        rationale=entry.rationale,
        monitoring_plan=entry.monitoring_plan,
        until=entry.until,
        score=entry.score,
        by=entry.by,
        at=entry.at,
        state=_state(entry, stale),
        approver=entry.approver,
        approved_at=entry.approved_at,
        stale_reason=stale,
        closed_at=entry.closed_at,
    )


def _state(entry: RiskAcceptanceRow, stale: str) -> RiskState:
    if entry.closed_at is not None:
        return RiskState.CLOSED
    if stale:
        return RiskState.STALE
    return RiskState.ACCEPTED if entry.approver else RiskState.PROPOSED


def _note(session: Session, action: str, entry: RiskAcceptanceRow, *, by: Actor, at: datetime, **facts: object) -> None:
    audit.append(session, AuditEvent(at, by.name, f"risk.{action}", "risk", str(entry.id), facts))

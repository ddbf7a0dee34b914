"""Decisions that no longer hold: past their end, with an overdue condition, or resting on a level that ended."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from vendor_ai.db import assessment as store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.domain.decision import Decision
from vendor_ai.domain.review import Review, newest_by_subject
from vendor_ai.services.assessment import row_of
from vendor_ai.services.assessment_score import reviews_of
from vendor_ai.services.condition import overdue_conditions
from vendor_ai.services.decision import effective_decision, reopen


@dataclass(frozen=True, slots=True)
class Lapse:
    """A decision that no longer holds, and why."""

    assessment: str
    decision: int
    reason: str


def decision_in_force(session: Session, ref: str, *, at: datetime) -> Decision | None:
    """The decision that holds now, whether or not the daily job has looked since; None where there is none."""
    row = row_of(session, ref)
    decision = effective_decision(session, row.ref) if row.state == AssessmentState.DECIDED else None
    return decision if decision is not None and not _reason(session, row, decision, at) else None


def lapses(session: Session, *, at: datetime) -> list[Lapse]:
    """Every decision in force by its state that no longer holds."""
    found = [_lapse(session, row, at) for row in store.every(session) if row.state == AssessmentState.DECIDED]
    return [lapse for lapse in found if lapse is not None]


def reopen_lapsed(session: Session, ref: str, *, by: Actor, at: datetime) -> Lapse | None:
    """Reopen an assessment whose decision no longer holds; None, and nothing done, where it does or was reopened before."""
    row = row_of(session, ref)
    lapse = _lapse(session, row, at) if row.state == AssessmentState.DECIDED else None
    if lapse is not None:
        reopen(session, ref, reason=lapse.reason, by=by, at=at)
    return lapse


def _lapse(session: Session, row: AssessmentRow, at: datetime) -> Lapse | None:
    decision = effective_decision(session, row.ref)
    reason = _reason(session, row, decision, at) if decision is not None else ""
    return Lapse(row.ref, decision.number, reason) if decision is not None and reason else None


def _reason(session: Session, row: AssessmentRow, decision: Decision, at: datetime) -> str:
    if decision.valid_until is not None and decision.valid_until < at.date():
        return f"The decision was valid until {decision.valid_until}."
    late = overdue_conditions(session, row.ref, decision.number, at=at) if decision.conditions else []
    if late:
        due = ", ".join(f"{entry.subject.partition(':')[2]} by {entry.due_at:%Y-%m-%d}" for entry in late)
        return f"Conditions were not closed when due: {due}."
    acts = newest_by_subject(reviews_of(session, row)).values()
    ended = [act for act in acts if _ended_since(act, decision.at.date(), at.date())]
    if ended:
        return f"The level of {', '.join(sorted({act.subject for act in ended}))} that it rests on ended on {ended[0].until}."
    return ""


def _ended_since(act: Review, decided_on: date, today: date) -> bool:
    """Whether a level counted when it was decided and counts no longer."""
    return act.level_counts(decided_on) and not act.level_counts(today)

"""More time for the vendor: a later due date, with its reason; reminders count from the new one."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import ENDED, AssessmentState, WrongStateError
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.services.assessment import note, row_of
from vendor_ai.services.vendor_link import KnownLink, links

_SETTLED = frozenset({AssessmentState.DECIDED, *ENDED})


@dataclass(frozen=True, slots=True)
class Extension:
    """A due date that was moved; ``short_links`` are those that still work and end before the new one."""

    assessment: str
    before: datetime | None
    due_at: datetime
    short_links: tuple[KnownLink, ...]


def extend(session: Session, ref: str, due_at: datetime, reason: str, *, by: Actor, at: datetime) -> Extension:
    """Give more time to answer.

    Args:
        session: A write session.
        ref: The assessment.
        due_at: Later than now, and than the due date so far.
        reason: Why.
        by: Who gives it.
        at: Now.

    Raises:
        WrongStateError: When the assessment is decided or has ended.
        InvalidInputError: When the date has passed, or no reason is given.
        ConflictError: When the date is not later than the one so far.
    """
    row, reason = row_of(session, ref), reason.strip()
    state = AssessmentState(row.state)
    if state in _SETTLED:
        raise WrongStateError(row.ref, state, "given more time")
    if not reason:
        raise InvalidInputError("A reason is needed for more time. Give one with --reason.")
    refuse_past(due_at, at=at)
    before = row.due_at
    if before is not None and due_at <= before:
        raise ConflictError(f"{row.ref} is due {before:%Y-%m-%d %H:%M} UTC already. Give a later date.")
    row.due_at = due_at
    session.flush()
    told = {"before": before.isoformat() if before else None, "due_at": due_at.isoformat(), "reason": reason}
    note(session, "extended", row.ref, by=by, at=at, **told)
    short = tuple(link for link in links(session, row.ref) if link.works(at) and link.expires_at < due_at)
    return Extension(row.ref, before, due_at, short)


def refuse_past(due_at: datetime | None, *, at: datetime) -> None:
    """Refuse a due date that has passed with ``InvalidInputError``."""
    if due_at is not None and due_at <= at:
        raise InvalidInputError(f"The due date {due_at:%Y-%m-%d} has passed. Give a later one.")

"""Nobody decides or approves what they answered or reviewed: who was involved in an assessment."""

from collections.abc import Sequence

from sqlmodel import Session

from vendor_ai.db import assessment as store
from vendor_ai.db import review as review_store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import NotAllowedError
from vendor_ai.domain.four_eyes import same_person
from vendor_ai.services.assessment import key_of


def answered_by(session: Session, row: AssessmentRow, by: Actor) -> list[str]:
    """The questions of an assessment that this person answered."""
    given = store.answers(session, key_of(row))
    return [entry.question for entry in given if entry.answered_by and same_person(entry.answered_by, by.name)]


def refuse_who_answered(session: Session, row: AssessmentRow, act: str, *, by: Actor) -> None:
    """Refuse whoever answered a question of the assessment.

    Raises:
        NotAllowedError: When the actor did.
    """
    own = answered_by(session, row, by)
    if own:
        raise NotAllowedError(
            f"{by.name} answered {named(own)} of {row.ref} and so cannot {act}. Ask somebody who neither answered nor reviewed it."
        )


def refuse_involved(session: Session, row: AssessmentRow, act: str, *, by: Actor) -> None:
    """Refuse whoever answered or reviewed the assessment.

    Raises:
        NotAllowedError: When the actor did either.
    """
    refuse_who_answered(session, row, act, by=by)
    reviewers = (name for entry in review_store.reviews(session, key_of(row)) for name in (entry.by, entry.second_by) if name)
    if any(same_person(name, by.name) for name in reviewers):
        raise NotAllowedError(f"{by.name} reviewed {row.ref} and so cannot {act}. Ask somebody who neither answered nor reviewed it.")


def refuse_same_person(one: str, act: str, *, by: Actor) -> None:
    """Refuse a second act by who did the first.

    Raises:
        NotAllowedError: When it is the same person.
    """
    if same_person(one, by.name):
        raise NotAllowedError(f"{by.name} cannot {act}: {one} took the first step, and the second belongs to another person.")


def named(ids: Sequence[str], *, most: int = 5) -> str:
    """The first of several ids, and how many more there are."""
    rest = len(ids) - most
    return ", ".join(ids[:most]) + (f" and {rest} more" if rest > 0 else "")

"""What the vendor announces by its link once it was decided: changes of the model, maintenance ahead; each message is its receipt."""

from datetime import UTC, date, datetime

from sqlmodel import Session

from vendor_ai.domain.assessment import AssessmentState
from vendor_ai.domain.errors import InvalidInputError, NotAllowedError
from vendor_ai.domain.message import Message, MessageKind, written
from vendor_ai.services import notice
from vendor_ai.services.assessment import component_of, row_of
from vendor_ai.services.response import say
from vendor_ai.services.vendor_link import Respondent

NOTICES = frozenset({AssessmentState.DECIDED, AssessmentState.REOPENED, AssessmentState.SUPERSEDED})  # where the vendor may supply us


def give_notice(
    session: Session, respondent: Respondent, *, version: str, effective_on: date | None, emergency: bool, text: str, at: datetime
) -> Message:
    """Announce a change of the model or algorithm; it counts from now, and the message is its receipt.

    Raises:
        NotAllowedError: Before the decision, or by a link for sections.
        InvalidInputError: When the version is missing.
    """
    _refuse_early(session, respondent)
    named = " ".join(written(version).split())
    if not named or len(named) > 200:
        raise InvalidInputError("A change notice needs the name of the new version, of at most 200 characters.")
    effective = None if effective_on is None else datetime(effective_on.year, effective_on.month, effective_on.day, tzinfo=UTC)
    when = "at once" if effective_on is None else f"on {effective_on.isoformat()}"
    said = f"Version {named}, effective {when}{', emergency' if emergency else ''}.\n{text}"
    message = say(session, respondent, said, kind=MessageKind.NOTICE, at=at)
    component = component_of(session, respondent.ref).ref
    notice.add_notice(
        session, component, model_version=named, received_at=at, effective_at=effective, emergency=emergency, text=written(text),
        by=respondent.actor, at=at,
    )  # fmt: skip
    return message


def announce_maintenance(
    session: Session, respondent: Respondent, *, starts_at: datetime, ends_at: datetime, text: str, at: datetime
) -> Message:
    """Announce maintenance ahead, so that both sides can show it; the message is its receipt.

    Raises:
        NotAllowedError: Before the decision, or by a link for sections.
        InvalidInputError: When it ends before it starts.
    """
    _refuse_early(session, respondent)
    if ends_at <= starts_at:
        raise InvalidInputError("The maintenance ends before it starts. Give the later time as its end.")
    said = f"Maintenance from {starts_at:%Y-%m-%d %H:%M} UTC to {ends_at:%Y-%m-%d %H:%M} UTC.\n{text}"
    return say(session, respondent, said, kind=MessageKind.MAINTENANCE, at=at)


def _refuse_early(session: Session, respondent: Respondent) -> None:
    if AssessmentState(row_of(session, respondent.ref).state) not in NOTICES or respondent.sections:
        raise NotAllowedError("Notices can be given once the questionnaire was decided, by a link for the whole of it.")

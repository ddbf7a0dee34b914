"""The decision as the vendor sees it: what was decided and why, and its own conditions with what shows that they were met."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from vendor_ai.db import decision as decision_store
from vendor_ai.db.finding import FindingRow
from vendor_ai.domain.decision import DecisionState
from vendor_ai.domain.errors import NotAllowedError, NotFoundError
from vendor_ai.domain.message import Message, MessageKind, message_text
from vendor_ai.services.assessment import key_of, row_of
from vendor_ai.services.condition import conditions_of
from vendor_ai.services.evidence import EvidenceLimits
from vendor_ai.services.response import say
from vendor_ai.services.response_attachment import Attachment, keep
from vendor_ai.services.vendor_link import Respondent


@dataclass(frozen=True, slots=True)
class ShownCondition:
    """What the vendor has to mend after an approval."""

    number: int
    text: str
    due_at: datetime | None
    closed_at: datetime | None
    closure: str

    @property
    def open(self) -> bool:
        """Whether it still has to be met."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """The decision that holds now, with its reasons."""

    decision: str
    rationale: str
    at: datetime
    valid_until: date | None
    conditions: tuple[ShownCondition, ...]


def decision_shown(session: Session, respondent: Respondent) -> ShownDecision | None:
    """What was decided, for whoever answers the whole; None before, and for respondents of single sections."""
    if respondent.sections:
        return None
    decided = decision_store.decisions(session, key_of(row_of(session, respondent.ref)))
    effective = [row for row in decided if row.state == DecisionState.EFFECTIVE]
    if not effective:
        return None
    row = effective[-1]
    conditions = tuple(_shown(it) for it in conditions_of(session, respondent.ref, row.id) if _is_vendors(it))
    return ShownDecision(row.decision, row.rationale, row.at, row.valid_until, conditions)


def _is_vendors(row: FindingRow) -> bool:
    """Whether the vendor is to meet it; the others are our own to-dos."""
    return row.owner.strip().casefold() == "vendor"


def _shown(row: FindingRow) -> ShownCondition:
    assert row.id is not None
    text = str(row.details["text"])
    return ShownCondition(row.id, text, row.due_at, row.closed_at, row.closure)


def give_closure(
    session: Session,
    home: Path,
    respondent: Respondent,
    number: int,
    text: str,
    *,
    document: Attachment | None = None,
    limits: EvidenceLimits,
    at: datetime,
) -> Message:
    """Say what shows that a condition was met, with a document or without; whoever owns the condition closes it.

    Raises:
        NotFoundError: When the decision has no such condition for the vendor.
        NotAllowedError: When the link is for sections only.
        InvalidInputError: When the text is empty, or the document is of a kind that is not kept.
    """
    if respondent.sections:
        raise NotAllowedError("Your link is for sections. Conditions are answered by a link for the whole questionnaire.")
    condition = next((row for row in conditions_of(session, respondent.ref) if row.id == number and _is_vendors(row)), None)
    if condition is None:
        raise NotFoundError("condition", str(number), "Reload the page: it lists those there are.")
    said = message_text(text)
    question = str(condition.details["question"])
    if document is not None:
        kept = keep(session, home, respondent, document, question=question, limits=limits, at=at)
        said = f"{said}\nAttached: {kept.name} ({kept.ref})"
    about = f"Condition {number}: {condition.details['text']}"
    return say(session, respondent, f"{about}\n{said}", kind=MessageKind.CLOSURE, at=at)

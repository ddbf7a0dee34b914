"""Reassessments: why and when a component must be assessed again."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from vendor_ai.domain.tier import RiskTier

LEAD_DAYS = 60  # a reassessment by date is prepared so long before, that it can be decided in time
DAYS_TO_ANSWER = 30  # so soon one for any other cause must be decided


class Cause(StrEnum):
    """What starts a reassessment."""

    DATE = "date"
    PROVEN_BREACH = "proven_breach"
    CHANGE_NOTICE = "change_notice"
    INCIDENT = "incident"
    EXPIRED_EVIDENCE = "expired_evidence"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class ReassessmentCause:
    """One cause that no decision has answered yet; ``answer_by`` is its last day."""

    cause: Cause
    reference: str
    note: str
    at: datetime
    answer_by: date

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "cause": self.cause.value,
            "reference": self.reference,
            "note": self.note,
            "at": self.at.isoformat(),
            "answer_by": self.answer_by.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Reassessment:
    """The next assessment of one component; ``due_on`` is by the rhythm of its tier, None before the first decision."""

    component: str
    tier: RiskTier | None
    due_on: date | None
    causes: tuple[ReassessmentCause, ...]
    assessment: str  # the one on its way
    on: date

    @property
    def due(self) -> bool:
        """Whether it should be on its way."""
        return bool(self.causes) or (self.due_on is not None and self.on >= self.due_on - timedelta(days=LEAD_DAYS))

    @property
    def overdue_sentences(self) -> tuple[str, ...]:
        """What should have been decided before today."""
        by_date = (f"due on {self.due_on}",) if self.due_on is not None and self.on > self.due_on else ()
        late = [entry for entry in self.causes if self.on > entry.answer_by]
        return (*by_date, *(f"{entry.cause.value} {entry.reference}, to be answered by {entry.answer_by}" for entry in late))

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "component": self.component,
            "tier": self.tier.value if self.tier else None,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "overdue": bool(self.overdue_sentences),
            "causes": [entry.as_json() for entry in self.causes],
            "assessment": self.assessment or None,
        }

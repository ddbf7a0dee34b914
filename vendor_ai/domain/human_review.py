"""A person's decision beside the AI's: made first without its answer, then with it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class ReviewCause(StrEnum):
    """Why a call is reviewed by a person."""

    LOW_CONFIDENCE = "low_confidence"  # the vendor itself was unsure
    MANDATORY = "mandatory"  # every call is, while human review is switched on
    AUDIT = "audit"  # drawn at random from automated decisions
    REQUESTED = "requested"  # somebody asked


class ReviewStage(StrEnum):
    """How far a review has come."""

    OPEN = "open"
    FIRST = "first"  # decided without the AI's answer, which is shown now
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class HumanReview:
    """One review; ``ai_decision`` is None until the reviewer has decided alone."""

    number: int
    component: str
    prediction_id: str
    occurred_at: datetime
    cause: ReviewCause
    stage: ReviewStage
    opened_at: datetime
    confidence: float | None = None
    reviewer: str = ""
    first_decision: str | None = None
    ai_decision: str | None = None
    final_decision: str | None = None
    final_at: datetime | None = None
    note: str = ""

    @property
    def overrode(self) -> bool | None:
        """Whether the final decision differs from the AI's; None before there is one."""
        return None if self.final_decision is None else self.final_decision != self.ai_decision

    @property
    def swayed(self) -> bool | None:
        """Whether the reviewer changed a differing first decision to the AI's; None before the final one."""
        if self.final_decision is None:
            return None
        return self.first_decision != self.ai_decision and self.final_decision == self.ai_decision

    def as_json(self) -> dict[str, Any]:
        """Everything that may be seen, for `--json`."""
        return {
            "review": self.number,
            "component": self.component,
            "prediction_id": self.prediction_id,
            "occurred_at": self.occurred_at.isoformat(),
            "cause": self.cause.value,
            "stage": self.stage.value,
            "opened_at": self.opened_at.isoformat(),
            "confidence": self.confidence,
            "reviewer": self.reviewer or None,
            "first_decision": self.first_decision,
            "ai_decision": self.ai_decision,
            "final_decision": self.final_decision,
            "final_at": self.final_at.isoformat() if self.final_at else None,
            "overrode": self.overrode,
            "swayed": self.swayed,
            "note": self.note or None,
        }

"""Accepted risks: carried knowingly, for a time, on the ground of a score."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class RiskState(StrEnum):
    """Where an accepted risk stands."""

    PROPOSED = "proposed"  # waits for its approver
    ACCEPTED = "accepted"
    STALE = "stale"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RiskAcceptance:
    """One accepted risk; ``score`` is what it rests on, "" where the component had none."""

    number: int
    component: str
    assessment: str
    subject: str
    rationale: str
    monitoring_plan: str
    until: date
    score: str
    by: str
    at: datetime
    state: RiskState
    approver: str = ""
    approved_at: datetime | None = None
    stale_reason: str = ""
    closed_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "risk": self.number,
            "component": self.component,
            "assessment": self.assessment or None,
            "subject": self.subject,
            "rationale": self.rationale,
            "monitoring_plan": self.monitoring_plan,
            "until": self.until.isoformat(),
            "score": self.score or None,
            "state": self.state.value,
            "by": self.by,
            "at": self.at.isoformat(),
            "approver": self.approver or None,
            "approved_at": self.approved_at.isoformat() if self.approved_at else None,
            "stale_reason": self.stale_reason or None,
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
        }

"""Decisions: what an authorised person says about an assessment, beside what the arithmetic says."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Level, Recommendation
from vendor_ai.domain.score import RaisedCondition

POSITIVE = frozenset({Recommendation.APPROVED, Recommendation.APPROVED_WITH_CONDITIONS})
WITH_CONDITIONS = frozenset({Recommendation.APPROVED_WITH_CONDITIONS, Recommendation.REQUIRES_REMEDIATION})
MOST_DAYS = 3_650


class DecisionState(StrEnum):
    """Where a decision stands in its life."""

    PROPOSED = "proposed"  # waits for a second approver
    EFFECTIVE = "effective"
    REOPENED = "reopened"
    REPLACED = "replaced"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class DecisionCondition:
    """What has to be mended after an approval; ``question`` is "" where a person added it."""

    text: str
    owner: str
    days: int
    severity: Level = Level.MEDIUM
    question: str = ""

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {"text": self.text, "owner": self.owner, "days": self.days, "severity": self.severity.name, "question": self.question}


def condition_from_json(stored: Mapping[str, Any]) -> DecisionCondition:
    """The condition that was stored."""
    return DecisionCondition(stored["text"], stored["owner"], int(stored["days"]), Level[stored["severity"]], stored["question"])


def raised_condition(raised: RaisedCondition) -> DecisionCondition:
    """A condition that the score raises, as a decision carries it."""
    return DecisionCondition(raised.text, raised.owner, raised.days, raised.severity, raised.question)


def read_condition(text: str) -> DecisionCondition:
    """A condition written as ``text|owner|days`` or ``text|owner|days|severity``.

    Raises:
        InvalidInputError: When a part is missing or cannot be read.
    """
    parts = [part.strip() for part in text.split("|")]
    if len(parts) not in (3, 4) or not parts[0] or not parts[1]:
        raise InvalidInputError(f"{text!r} is not a condition. Write it as text|owner|days, e.g. 'Send the test report|vendor|30'.")
    if not parts[2].isdecimal() or not 1 <= int(parts[2]) <= MOST_DAYS:
        raise InvalidInputError(f"{parts[2]!r} in the condition {text!r} is not a number of days from 1 to {MOST_DAYS:,}.")
    severity = parts[3].upper() if len(parts) == 4 else Level.MEDIUM.name
    if severity not in Level.__members__:
        raise InvalidInputError(f"{parts[3]!r} in the condition {text!r} is not a severity. Write {', '.join(Level.__members__)}.")
    return DecisionCondition(parts[0], parts[1], int(parts[2]), Level[severity])


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision with the score it rests on; ``recommendation`` is None where nothing was scorable."""

    number: int
    assessment: str
    decision: Recommendation
    recommendation: Recommendation | None
    score: Mapping[str, Any]
    rationale: str
    conditions: tuple[DecisionCondition, ...]
    dropped: tuple[Mapping[str, Any], ...]  # raised by the score, each with a reason why it was left out
    valid_until: date | None
    milder: bool
    state: DecisionState
    by: str
    at: datetime
    second_by: str = ""
    second_at: datetime | None = None
    second_reason: str = ""
    ended_at: datetime | None = None
    ended_reason: str = ""

    @property
    def positive(self) -> bool:
        """Whether it lets the component be used."""
        return self.decision in POSITIVE

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`; the score in short."""
        return {
            "decision": self.number,
            "assessment": self.assessment,
            "decided": self.decision.value,
            "recommendation": self.recommendation.value if self.recommendation else None,
            "score": self.score.get("score"),
            "rationale": self.rationale,
            "conditions": [condition.as_json() for condition in self.conditions],
            "dropped_conditions": [dict(condition) for condition in self.dropped],
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "milder": self.milder,
            "state": self.state.value,
            "by": self.by,
            "at": self.at.isoformat(),
            "second_by": self.second_by or None,
            "second_at": self.second_at.isoformat() if self.second_at else None,
            "second_reason": self.second_reason or None,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "ended_reason": self.ended_reason or None,
        }

"""Gates: what they ask about, what is held against it, and whether they are open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from vendor_ai.domain.errors import ConflictError
from vendor_ai.domain.tier import RiskTier
from vendor_ai.domain.vendor import ComponentStatus

AUTOMATED_CHECKS = "automated_checks"
PROGRAM = "program:gate"


class Gate(StrEnum):
    """May we build on it, may it go live, may it keep running."""

    USE_CASE = "use_case"
    DEPLOYMENT = "deployment"
    CONTINUATION = "continuation"

    @property
    def words(self) -> str:
        """As people read it."""
        return self.value.replace("_", "-")


# Leaving use, and going back to the drawing board, are always free.
GATE_TO: Mapping[ComponentStatus, Gate | None] = {
    ComponentStatus.PROPOSED: None,
    ComponentStatus.APPROVED: Gate.USE_CASE,
    ComponentStatus.IN_USE: Gate.DEPLOYMENT,
    ComponentStatus.RETIRED: None,
}


class Block(StrEnum):
    """Why a gate is closed, beside missing approvals and facts."""

    PROHIBITED = "prohibited"
    TIER_UNKNOWN = "tier_unknown"
    OWNER_MISSING = "owner_missing"
    NO_DECISION = "no_positive_decision"
    PACK_UNDECIDED = "pack_without_decision"
    UNDECIDED = "undecided_assessment"
    UNVERIFIED = "unverified_decision"
    NEGATIVE_DECISION = "negative_decision"
    TIER_ROSE = "decided_at_lower_tier"
    USE_CASE_CLOSED = "use_case_gate_closed"
    OVERDUE_CONDITION = "overdue_condition"
    OVERDUE_REASSESSMENT = "overdue_reassessment"
    ONE_PERSON = "one_person"
    NOT_INDEPENDENT = "not_independent"


@dataclass(frozen=True, slots=True)
class GivenApproval:
    """An approval somebody gave; ``spoiled`` says why it does not count, as when they reviewed the component later."""

    number: int
    gate: str
    approval: str
    by: str
    at: datetime
    valid_until: date | None
    revoked: bool = False
    spoiled: str = ""

    def holds(self, on: date) -> bool:
        """Whether it counts on this day; the day it is valid until is the last."""
        return not self.revoked and not self.spoiled and (self.valid_until is None or on <= self.valid_until)

    def state(self, on: date) -> str:
        """Where it stands on this day, in words."""
        if self.revoked:
            return "revoked"
        if self.valid_until is not None and on > self.valid_until:
            return "ended"
        return f"does not count: {self.spoiled}" if self.spoiled else "valid"

    def as_json(self) -> dict[str, Any]:
        """The keys of the gate document."""
        return {
            "approval": self.approval,
            "by": self.by,
            "at": self.at.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "number": self.number or None,
            "given_for": self.gate,
        }


@dataclass(frozen=True, slots=True)
class GrantedWaiver:
    """Leave to pass a gate without one approval, or despite one fact."""

    number: int
    gate: str
    subject: str
    reason: str
    until: date
    by: str
    second_by: str
    ended: bool = False

    def holds(self, on: date) -> bool:
        """Whether it counts on this day: a second person agreed and it has not ended."""
        return bool(self.second_by) and not self.ended and on <= self.until

    def state(self, on: date) -> str:
        """Where it stands on this day, in a word."""
        if self.ended or on > self.until:
            return "ended"
        return "holds" if self.second_by else "asked"

    def as_json(self) -> dict[str, Any]:
        """The keys of the gate document."""
        return {
            "waiver": self.number,
            "subject": self.subject,
            "reason": self.reason,
            "until": self.until.isoformat(),
            "by": self.by,
            "second_by": self.second_by,
        }


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact that stands; ``number`` is 0 for what the program found by itself."""

    fact: str
    detail: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """A decision about an assessment; ``verified`` is whether a reviewer verified the answers behind it, as they stand now."""

    assessment: str
    decision: str
    at: datetime
    valid_until: date | None
    verified: bool
    holds: bool = True  # False from the moment it lapsed, also before the daily job reopened it
    pack: str = ""
    tier: RiskTier | None = None  # of the component when the assessment was sent; None where it was not known
    by_staff: bool = False  # whether our own staff answer the pack, as with a triage

    def outgrown(self, tier: RiskTier | None) -> bool:
        """Whether the component's tier of today is higher than the one it was assessed at."""
        if tier is None:
            return False
        return tier is RiskTier.HIGH if self.tier is None else tier.rank > self.tier.rank

    def as_json(self) -> dict[str, str]:
        """The keys of the gate document."""
        return {"assessment": self.assessment, "pack": self.pack, "decision": self.decision}


@dataclass(frozen=True, slots=True)
class WantedPack:
    """A pack that the triage of the component chose, and why."""

    pack: str
    reason: str
    triage: str


@dataclass(frozen=True, slots=True)
class OpenAssessment:
    """An assessment that was sent and is not decided."""

    assessment: str
    pack: str
    state: str


@dataclass(frozen=True, slots=True)
class GateCase:
    """Everything a gate looks at, about one component on one day."""

    component: str
    on: date
    tier: RiskTier | None
    unstated: str  # what to state where the tier cannot be decided
    required: tuple[str, ...]
    approvals: tuple[GivenApproval, ...] = ()
    waivers: tuple[GrantedWaiver, ...] = ()
    facts: tuple[HeldFact, ...] = ()
    decisions: tuple[StandingDecision, ...] = ()
    refusals: tuple[StandingDecision, ...] = ()  # reopened, and not followed by another decision about their pack
    wanted_packs: tuple[WantedPack, ...] = ()
    undecided: tuple[OpenAssessment, ...] = ()
    reassessment_months: int | None = None  # how long an approval for deployment counts for continuation too
    owners: Mapping[str, str] = field(default_factory=dict)  # by the name of the column
    overdue_conditions: tuple[str, ...] = ()
    overdue_reassessments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps a gate closed."""

    reason: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """The keys of the gate document."""
        return {"reason": self.reason, "detail": self.detail}


@dataclass(frozen=True, slots=True)
class GateResult:
    """What a gate says about one component."""

    component: str
    gate: Gate
    tier: RiskTier | None
    missing_approvals: tuple[str, ...]
    blocked_by: tuple[Obstacle, ...]
    approvals: tuple[GivenApproval, ...]
    waivers: tuple[GrantedWaiver, ...]
    decisions: tuple[StandingDecision, ...] = ()  # those it rests on

    @property
    def open(self) -> bool:
        """Whether it lets through."""
        return not self.missing_approvals and not self.blocked_by

    @property
    def sentence(self) -> str:
        """What keeps it closed, in one line."""
        parts = [obstacle.detail for obstacle in self.blocked_by]
        if self.missing_approvals:
            parts.insert(0, f"Missing approvals: {', '.join(self.missing_approvals)}.")
        return " ".join(parts) or f"The {self.gate.words} gate of {self.component} is open."

    def as_json(self) -> dict[str, Any]:
        """The gate document."""
        return {
            "component": self.component,
            "gate": self.gate.value,
            "open": self.open,
            "tier": self.tier.value if self.tier else None,
            "missing_approvals": list(self.missing_approvals),
            "blocked_by": [obstacle.as_json() for obstacle in self.blocked_by],
            "approvals": [approval.as_json() for approval in self.approvals],
            "waivers": [waiver.as_json() for waiver in self.waivers],
            "decisions": [decision.as_json() for decision in self.decisions],
        }


class GateBlockedError(ConflictError):
    """A gate does not let a change of status through."""

    def __init__(self, result: GateResult, to: ComponentStatus) -> None:
        self.result = result
        words = to.value.replace("_", " ")
        super().__init__(f"{result.component} cannot become {words}: its {result.gate.words} gate is closed. {result.sentence}")

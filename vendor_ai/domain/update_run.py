"""A vendor's new version on trial: in the shadow of the old one, or answering a small share of the calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class RunKind(StrEnum):
    """How the new version is tried."""

    SHADOW = "shadow"  # it answers beside the old one, and nobody acts on it
    CANARY = "canary"  # it answers a stable share of the keys


class RunState(StrEnum):
    """Where a run stands."""

    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"  # waits for its decision
    DECIDED = "decided"
    STOPPED = "stopped"


class RunFact(StrEnum):
    """What people add that no log shows."""

    SECURITY_INCIDENT = "security_incident"
    FAIRNESS_VIOLATION = "fairness_violation"
    BUSINESS_BEFORE = "business_before"
    BUSINESS_AFTER = "business_after"
    VALIDATED = "validated"  # the accuracy the new version was validated with


@dataclass(frozen=True, slots=True)
class UpdateRun:
    """One run; ``rule`` was stored, and its hash put into the audit chain, before it began."""

    ref: str
    component: str
    kind: RunKind
    before: str
    after: str
    percent: int
    state: RunState
    starts_at: datetime
    ends_at: datetime
    rule: Mapping[str, Any]
    rule_sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] | None = None
    by: str = ""
    created_at: datetime | None = None
    decided_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "run": self.ref,
            "component": self.component,
            "kind": self.kind.value,
            "before": self.before,
            "after": self.after,
            "percent": self.percent,
            "state": self.state.value,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "rule": dict(self.rule),
            "rule_sha256": self.rule_sha256,
            "facts": dict(self.facts),
            "result": None if self.result is None else dict(self.result),
            "by": self.by,
            "created_at": self.created_at.isoformat() if self.created_at else None,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
        }

"""What the watches notice: a hint to look, never a claim against the vendor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class SignalKind(StrEnum):
    """Which watch noticed it."""

    AT_RISK = "at_risk"  # a running period heads for a breach
    CHANGE = "change"  # the component answers otherwise than before, whatever version it names
    DRIFT = "drift"
    TREND = "trend"
    WATCH = "watch"  # the last seven days
    OVERSIGHT = "oversight"  # people only nod
    SCHEMA = "schema"  # the log's columns changed


class Severity(StrEnum):
    """How urgent it is, lowest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the lowest."""
        return list(Severity).index(self)


class SignalState(StrEnum):
    """What people did about it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing noticed about a component; ``responses`` are what its severity starts."""

    number: int
    component: str
    kind: SignalKind
    subject: str
    severity: Severity
    text: str
    state: SignalState
    noticed_at: datetime
    figures: Mapping[str, Any] = field(default_factory=dict)
    responses: tuple[str, ...] = ()
    closed_at: datetime | None = None
    closed_by: str = ""
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "signal": self.number,
            "component": self.component,
            "kind": self.kind.value,
            "subject": self.subject,
            "severity": self.severity.value,
            "text": self.text,
            "state": self.state.value,
            "noticed_at": self.noticed_at.isoformat(),
            "figures": dict(self.figures),
            "responses": list(self.responses),
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
            "closed_by": self.closed_by or None,
            "note": self.note or None,
        }

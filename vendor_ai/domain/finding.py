"""Findings as people follow them up: owner, due date, and what shows that they were mended."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CONDITION = "condition"
SHADOW_AI = "shadow_ai"


@dataclass(frozen=True, slots=True)
class TrackedFinding:
    """One finding of any kind; ``overdue`` as of the moment it was read."""

    number: int
    kind: str
    subject: str
    state: str
    owner: str
    severity: str
    due_at: datetime | None
    overdue: bool
    details: Mapping[str, Any]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str
    closure: str

    @property
    def text(self) -> str:
        """What is to be mended, where somebody wrote it down."""
        return str(self.details.get("text", ""))

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "finding": self.number,
            "kind": self.kind,
            "subject": self.subject,
            "text": self.text,
            "state": self.state,
            "owner": self.owner or None,
            "severity": self.severity or None,
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "overdue": self.overdue,
            "opened_at": self.opened_at.isoformat(),
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
            "closed_by": self.closed_by or None,
            "closure": self.closure or None,
            "details": dict(self.details),
        }

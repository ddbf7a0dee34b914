"""Approvals as entries of the audit chain, and as files that prove themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from vendor_ai.domain.audit import AuditEvent

APPROVAL_KIND = "vendor-ai-approval"
AUDIT_KIND = "vendor-ai-audit"
FILE_VERSION = 1
GIVEN = "approval.given"
_APPROVAL_FIELDS = ("number", "gate", "approval", "note", "valid_until")
_COMPONENT_FIELDS = ("ref", "name", "vendor", "tier", "reasons")


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One entry of the audit chain, with its place in it."""

    sequence: int
    previous: str
    digest: str
    event: AuditEvent

    def as_json(self) -> dict[str, Any]:
        """The entry as it is signed."""
        return {"sequence": self.sequence, "previous": self.previous, "digest": self.digest, "event": event_json(self.event)}


def event_json(event: AuditEvent) -> dict[str, Any]:
    """An event as plain values."""
    return {
        "at": event.at.astimezone(UTC).isoformat(),
        "actor": event.actor,
        "action": event.action,
        "noun": event.noun,
        "reference": event.reference,
        "data": dict(event.data),
    }


def approval_statement(entry: ChainEntry) -> dict[str, Any]:
    """What is signed: the entry, and in plain fields what it says about which component; all of it follows from the entry."""
    data = entry.event.data
    event = event_json(entry.event)
    return {
        "kind": APPROVAL_KIND,
        "version": FILE_VERSION,
        "approval": {name: data.get(name) for name in _APPROVAL_FIELDS} | {"by": event["actor"], "at": event["at"]},
        "component": component_fields(data),
        "audit": entry.as_json(),
    }


def component_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """What an approval's event says about its component."""
    about = data.get("component")
    return {name: about.get(name) for name in _COMPONENT_FIELDS} if isinstance(about, Mapping) else {}

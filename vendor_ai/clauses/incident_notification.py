"""Word from the vendor soon after an incident is detected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vendor_ai.domain.clause import Example, declared_kind
from vendor_ai.domain.declared_term import DeclaredTerm

_INCIDENTS = ("security", "privacy", "harmful_output", "outage")

_TERMS = (
    DeclaredTerm("within_hours", 72, "hours from detection to the notification", holds="hours"),
    DeclaredTerm("incidents", ("security", "privacy", "harmful_output"), "which incidents are told", _INCIDENTS, "words"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One incident: what it was, when the vendor detected it and when it told the customer (None: not yet)."""

    incident: str
    detected_at: datetime
    told_at: datetime | None


def is_kept(terms: Mapping[str, Any], told: Told) -> bool:
    """Whether the customer was told in time, of an incident the clause covers."""
    if told.incident not in terms["incidents"]:
        return True
    return told.told_at is not None and told.told_at - told.detected_at <= timedelta(hours=int(terms["within_hours"]))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


EXAMPLES = (
    Example("told after 72 hours", {}, Told("security", _at("2026-03-01T08:00Z"), _at("2026-03-04T08:00Z")), kept=True),
    Example("told a minute later", {}, Told("security", _at("2026-03-01T08:00Z"), _at("2026-03-04T08:01Z")), kept=False),
    Example("an outage is not covered", {}, Told("outage", _at("2026-03-01T08:00Z"), None), kept=True),
)

CLAUSE_KIND = declared_kind("incident_notification", "Incident notification", _TERMS, is_kept=is_kept, examples=EXAMPLES)

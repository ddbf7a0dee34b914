"""Suggested answers: what a document or an earlier assessment seems to say, until a person confirms it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from vendor_ai.domain.sighting import Confidence

__all__ = ["Confidence", "Fact", "Ignored", "StoredSuggestion", "Suggestion", "SuggestionSource", "SuggestionState", "figure"]


class SuggestionSource(StrEnum):
    """What a suggestion was taken from."""

    ASSESSMENT = "assessment"
    DOCUMENT = "document"
    CROSSWALK = "crosswalk"


class SuggestionState(StrEnum):
    """What became of a suggestion."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Fact:
    """One text of a machine-readable document: ``field`` is what it is, ``path`` its exact place."""

    field: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A place that says nothing, and why."""

    path: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Both, for `--json`."""
        return {"path": self.path, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An answer a person may confirm: ``detail`` is the exact place it comes from, ``reason`` one sentence."""

    question: str
    value: str
    source: SuggestionSource
    detail: str
    confidence: Confidence
    reason: str


@dataclass(frozen=True, slots=True)
class StoredSuggestion:
    """A suggestion with its number and what became of it."""

    number: int
    suggestion: Suggestion
    state: SuggestionState
    made_at: datetime
    settled_by: str = ""
    settled_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "number": self.number,
            "question": self.suggestion.question,
            "value": self.suggestion.value,
            "source": self.suggestion.source.value,
            "detail": self.suggestion.detail,
            "confidence": self.suggestion.confidence.value,
            "reason": self.suggestion.reason,
            "state": self.state.value,
            "made_at": self.made_at.isoformat(),
            "settled_by": self.settled_by or None,
            "settled_at": self.settled_at.isoformat() if self.settled_at else None,
        }


def figure(text: str) -> Decimal | None:
    """The number a text is, percent signs and all, or None where it is words: ``"91 %"`` is 0.91."""
    plain = text.strip()
    try:
        value = Decimal(plain.removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    return value / 100 if plain.endswith("%") else value


def by_field(facts: Iterable[Fact]) -> Mapping[str, tuple[Fact, ...]]:
    """Facts by what they are."""
    found: dict[str, tuple[Fact, ...]] = {}
    for fact in facts:
        found[fact.field] = (*found.get(fact.field, ()), fact)
    return found

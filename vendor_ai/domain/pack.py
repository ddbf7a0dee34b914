"""Packs: versioned questionnaires with dimensions, weights, questions and graded answers."""

import hashlib
import json
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Any

from vendor_ai.kit.number import finite_decimal, fraction_text

NOT_APPLICABLE = "NA"


class Level(IntEnum):
    """Risk level of an answer; higher is worse."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Recommendation(StrEnum):
    """What the arithmetic says, from mildest to most severe."""

    APPROVED = "APPROVED"
    APPROVED_WITH_CONDITIONS = "APPROVED_WITH_CONDITIONS"
    REQUIRES_REMEDIATION = "REQUIRES_REMEDIATION"
    REJECTED = "REJECTED"

    @property
    def severity(self) -> int:
        """0 (APPROVED) to 3 (REJECTED)."""
        return list(Recommendation).index(self)

    def at_least(self, other: "Recommendation") -> "Recommendation":
        """The more severe of the two."""
        return self if self.severity >= other.severity else other


_BELOW = (
    (Fraction(3, 2), Recommendation.APPROVED),
    (Fraction(5, 2), Recommendation.APPROVED_WITH_CONDITIONS),
    (Fraction(3), Recommendation.REQUIRES_REMEDIATION),
)


def recommendation_for(mean: Fraction) -> Recommendation:
    """The recommendation for an exact weighted mean of levels: below 1.5, below 2.5, below 3.0, else REJECTED."""
    return next((recommendation for limit, recommendation in _BELOW if mean < limit), Recommendation.REJECTED)


class Scope(StrEnum):
    """Whom a question is about: a vendor's answer is inherited by all its components."""

    VENDOR = "vendor"
    COMPONENT = "component"


class QuestionType(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the weighted aspects of a score; the weights of a pack add up to exactly 1."""

    id: str
    label: str
    group: str
    weight: Fraction

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        return {"id": self.id, "label": self.label, "group": self.group, "weight": weight_text(self.weight)}


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a question offers, with the risk level it carries."""

    value: str
    label: str
    level: Level

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        return {"value": self.value, "label": self.label, "level": self.level.name}


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that must hold before a question is asked: an earlier answer, or a property of the component, is one of ``values``."""

    question: str | None
    property: str | None
    values: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        if self.question is not None:
            return {"question": self.question, "answer": list(self.values)}
        return {"property": self.property, "is": list(self.values)}


@dataclass(frozen=True, slots=True)
class Floor:
    """One of ``answers`` forces at least a recommendation, whatever the mean."""

    answers: tuple[str, ...]
    at_least: Recommendation

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        return {"answer": list(self.answers), "at_least": str(self.at_least)}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be mended when an answer is at ``level`` or worse; without ``severity`` the answer's own level counts."""

    text: str
    level: Level
    severity: Level | None
    days: int  # to mend it, counted from the decision
    owner: str = ""

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        severity = {"severity": self.severity.name} if self.severity else {}
        owner = {"owner": self.owner} if self.owner else {}
        return {"text": self.text, "level": self.level.name, **severity, "days": str(self.days), **owner}


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a pack; ``weight`` counts within its dimension, ``source`` names published frameworks and the place in them."""

    id: str
    dimension: str
    text: str
    options: tuple[Option, ...]
    type: QuestionType = QuestionType.CHOICE
    weight: Fraction = Fraction(1)
    scope: Scope = Scope.COMPONENT
    guidance: str = ""
    evidence: str = ""
    not_applicable: bool = True
    applies_when: tuple[Trigger, ...] = ()
    floors: tuple[Floor, ...] = ()
    conditions: tuple[Condition, ...] = ()
    source: tuple[tuple[str, str], ...] = ()

    def option(self, value: str) -> Option | None:
        """The option with this value."""
        return next((option for option in self.options if option.value == value), None)

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file; what is empty is left out."""
        optional = {
            "guidance": self.guidance,
            "evidence": self.evidence,
            "applies_when": [trigger.as_json() for trigger in self.applies_when],
            "floor": [floor.as_json() for floor in self.floors],
            "condition": [condition.as_json() for condition in self.conditions],
            "source": dict(self.source),
        }
        return {
            "id": self.id,
            "dimension": self.dimension,
            "text": self.text,
            "type": str(self.type),
            "weight": weight_text(self.weight),
            "scope": str(self.scope),
            "not_applicable": self.not_applicable,
            "options": [option.as_json() for option in self.options],
            **{key: value for key, value in optional.items() if value},
        }


@dataclass(frozen=True, slots=True)
class Pack:
    """A versioned questionnaire definition."""

    id: str
    version: str
    title: str
    description: str
    dimensions: tuple[Dimension, ...]
    questions: tuple[Question, ...]

    def question(self, question_id: str) -> Question | None:
        """The question with this id."""
        return next((question for question in self.questions if question.id == question_id), None)

    def as_json(self) -> dict[str, Any]:
        """The pack as its file has it; reading that again gives an equal pack."""
        return {
            "pack": self.id,
            "version": self.version,
            "title": self.title,
            "description": self.description,
            "dimensions": [dimension.as_json() for dimension in self.dimensions],
            "questions": [question.as_json() for question in self.questions],
        }

    def digest(self) -> str:
        """SHA-256 of everything the pack says, independent of the layout of its file."""
        canonical = json.dumps(self.as_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()


def weight_text(weight: Fraction) -> str:
    """A weight as the pack file may hold it: ``0.10``, or ``1/3`` where no finite decimal exists."""
    return str(weight) if finite_decimal(weight) is None else fraction_text(weight, at_least=2)

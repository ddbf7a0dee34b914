"""Questions of a pack: how they are answered, what level an answer carries, when they are asked, what they demand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal

from vendor_ai.domain.band import Band, number_text
from vendor_ai.domain.level import Level, Recommendation
from vendor_ai.kit.number import finite_decimal, fraction_text

NOT_APPLICABLE = "NA"
PERCENT, MILLISECONDS = "percent", "milliseconds"  # the units that figures to be measured are claimed in
SEPARATOR = "; "  # between the chosen values of a stored answer


class Scope(StrEnum):
    """Whom a question is about: a vendor's answer is inherited by all its components."""

    VENDOR = "vendor"
    COMPONENT = "component"


class QuestionType(StrEnum):
    """How a question is answered."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    MULTI = "multi"
    SCALE = "scale"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    FILE = "file"

    @property
    def has_options(self) -> bool:
        """Whether the answer is picked from options."""
        return self in _WITH_OPTIONS


_WITH_OPTIONS = frozenset({QuestionType.CHOICE, QuestionType.YES_NO, QuestionType.MULTI, QuestionType.SCALE})


class Combine(StrEnum):
    """How several chosen options give one level: the worst or the best of theirs, or bands over how many they are."""

    WORST = "worst"
    BEST = "best"
    COUNT = "count"


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
    """One question of a pack; ``weight`` counts within its dimension, ``source`` names published frameworks and the place in them.

    ``bands`` grade numbers, the age of dates in days, and with ``combine`` COUNT the number of chosen options; ``answered`` is the level
    of any text or file. Without them such a question is not scored. ``evidence_months`` is how long a document counts; None: without end.
    """

    id: str
    dimension: str
    text: str
    options: tuple[Option, ...] = ()
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
    evidence_required: bool = False
    evidence_months: int | None = None
    combine: Combine = Combine.WORST
    bands: tuple[Band, ...] = ()
    unit: str = ""
    metric: str = ""  # the measured figure that the answer, a number, is held against
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    answered: Level | None = None
    required: bool = True

    @property
    def scored(self) -> bool:
        """Whether an answer carries a level."""
        return self.type.has_options or bool(self.bands) or self.answered is not None

    def claimed_figure(self, value: str) -> tuple[Decimal, Literal["share", "ms"]] | None:
        """The figure an answer claims for ``metric``: a share between 0 and 1, or ms; None where it claims none."""
        if not self.metric or value == NOT_APPLICABLE:
            return None
        return (Decimal(value) / 100, "share") if self.unit == PERCENT else (Decimal(value), "ms")

    def option(self, value: str) -> Option | None:
        """The option with this value."""
        return next((option for option in self.options if option.value == value), None)

    def chosen(self, value: str) -> tuple[str, ...]:
        """The values of the options that a stored answer names; none for not applicable and for questions without options."""
        if not self.type.has_options or value == NOT_APPLICABLE:
            return ()
        return tuple(value.split(SEPARATOR)) if self.type is QuestionType.MULTI else (value,)

    def joined(self, values: Collection[str]) -> str:
        """Chosen values as one stored answer, in the order of the pack."""
        return SEPARATOR.join(option.value for option in self.options if option.value in values)

    def level_of(self, value: str, as_of: date | None = None) -> Level | None:
        """The level an answer carries; None where it is not applicable or the question is not scored.

        Args:
            value: A stored answer.
            as_of: The day to which the age of a date is counted.

        Raises:
            ValueError: When the age of a date is asked for without ``as_of``.
        """
        if value == NOT_APPLICABLE or not self.scored:
            return None
        match self.type:
            case QuestionType.NUMBER:
                return self._band_of(Decimal(value))
            case QuestionType.DATE:
                return self._band_of(Decimal(self._age(value, as_of)))
            case QuestionType.TEXT | QuestionType.FILE:
                return self.answered
            case _:
                return self._level_of_chosen(self.chosen(value))

    def _level_of_chosen(self, values: Collection[str]) -> Level | None:
        levels = [option.level for option in self.options if option.value in values]
        if not levels:
            return None
        if self.combine is Combine.COUNT:
            return self._band_of(Decimal(len(levels)))
        return max(levels) if self.combine is Combine.WORST else min(levels)

    def _band_of(self, figure: Decimal) -> Level:
        return next(band.level for band in self.bands if band.up_to is None or figure <= band.up_to)

    def _age(self, value: str, as_of: date | None) -> int:
        if as_of is None:
            raise ValueError(f"The question {self.id!r} grades the age of a date, so the day to count to must be passed as as_of.")
        return (as_of - date.fromisoformat(value)).days

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file; what stands at its default is left out, so that packs stored earlier keep their digest."""
        optional = {
            "options": [option.as_json() for option in self.options],
            "guidance": self.guidance,
            "evidence": self._evidence_json(),
            "combine": "" if self.combine is Combine.WORST else str(self.combine),
            "bands": [band.as_json() for band in self.bands],
            "unit": self.unit,
            "metric": self.metric,
            "minimum": "" if self.minimum is None else number_text(self.minimum),
            "maximum": "" if self.maximum is None else number_text(self.maximum),
            "answered": self.answered and self.answered.name,
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
            **({} if self.required else {"required": False}),
            **{key: value for key, value in optional.items() if value},
        }

    def _evidence_json(self) -> str | dict[str, Any]:
        required = {"required": True} if self.evidence_required else {}
        months = {} if self.evidence_months is None else {"valid_months": str(self.evidence_months)}
        return {"ask": self.evidence, **required, **months} if required or months else self.evidence


def weight_text(weight: Fraction) -> str:
    """A weight as the pack file may hold it: ``0.10``, or ``1/3`` where no finite decimal exists."""
    return str(weight) if finite_decimal(weight) is None else fraction_text(weight, at_least=2)

"""Answers of a filled questionnaire counted, and its compliance: by domain, by sheet or over all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.level import Level
from vendor_ai.domain.question import Question
from vendor_ai.importers.foreign.answer_word import Meaning
from vendor_ai.kit.number import fraction_text

_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Counted:
    """One question with what the file says of it; ``earned`` and ``possible`` are points where the file states them."""

    question: Question
    answer: Answer | None
    meaning: Meaning | None
    section: str
    sheet: str
    row: int
    weight: Fraction
    earned: Decimal | None = None
    possible: Decimal | None = None

    @property
    def not_applicable(self) -> bool:
        """Whether it was answered as not applicable."""
        return self.answer is not None and self.answer.not_applicable

    @property
    def level(self) -> Level | None:
        """The level its answer carries."""
        return self.question.level_of(self.answer.value) if self.answer and self.question.type.has_options else None


class Credit(StrEnum):
    """What an answer between compliant and not compliant earns."""

    HALF = "half"
    NOTHING = "nothing"


class Missing(StrEnum):
    """How an answer that says neither counts."""

    LEFT_OUT = "left out"
    EARNS_NOTHING = "earns nothing"
    EARNS_ALL = "earns all"


@dataclass(frozen=True, slots=True)
class Rule:
    """One of the ways in which published questionnaires compute compliance."""

    not_applicable: Missing = Missing.LEFT_OUT
    unanswered: Missing = Missing.EARNS_NOTHING
    partial: Credit = Credit.HALF

    @property
    def sentence(self) -> str:
        """The rule in words."""
        return f"not applicable {self.not_applicable}, unanswered {self.unanswered}, partial earns {self.partial}"


def rules() -> Iterator[Rule]:
    """Every rule, our own first."""
    yield from (Rule(*parts) for parts in product(Missing, (Missing.EARNS_NOTHING, Missing.LEFT_OUT), Credit))


@dataclass(frozen=True, slots=True)
class Points:
    """What was earned of what was possible."""

    earned: Fraction
    possible: Fraction

    @property
    def percent(self) -> Fraction | None:
        """Earned of possible, 0 to 100; None where nothing was possible."""
        return 100 * self.earned / self.possible if self.possible else None


def points(counted: Iterable[Counted], rule: Rule) -> Points:
    """What the scored questions earn by a rule; the file's own points stand where it states them."""
    earned = possible = Fraction(0)
    for entry in counted:
        if not entry.question.type.has_options:
            continue
        full = Fraction(entry.possible) if entry.possible is not None else entry.weight
        share = _share(entry, rule)
        if share is not None:
            possible += full
            earned += Fraction(entry.earned) if entry.earned is not None else share * full
    return Points(earned, possible)


def _share(entry: Counted, rule: Rule) -> Fraction | None:
    """How much of its points a question earns; None where it is left out."""
    if entry.answer is None or entry.not_applicable:
        counts = rule.not_applicable if entry.not_applicable else rule.unanswered
        return {Missing.LEFT_OUT: None, Missing.EARNS_NOTHING: Fraction(0), Missing.EARNS_ALL: Fraction(1)}[counts]
    if entry.level is Level.LOW:
        return Fraction(1)
    return _HALF if entry.level is Level.MEDIUM and rule.partial is Credit.HALF else Fraction(0)


@dataclass(frozen=True, slots=True)
class Domain:
    """The answers of one dimension; ``score`` is its compliance in percent, None where nothing of it is answered."""

    id: str
    label: str
    questions: int
    answered: int
    by_answer: Mapping[str, int]
    score: Fraction | None

    def as_json(self) -> dict[str, Any]:
        """The keys of the conversion contract."""
        return {
            "id": self.id,
            "label": self.label,
            "questions": self.questions,
            "answered": self.answered,
            "by_answer": dict(self.by_answer),
            "score": None if self.score is None else fraction_text(self.score, at_least=2, places=6),
        }


def domain_of(dimension: str, label: str, counted: Sequence[Counted]) -> Domain:
    """The counts and the compliance of one dimension."""
    kinds = Counter(
        entry.answer.value if entry.question.type.has_options or entry.not_applicable else "text" for entry in counted if entry.answer
    )
    answered = sum(kinds.values())
    score = points(counted, Rule()).percent if answered else None
    return Domain(dimension, label, len(counted), answered, dict(sorted(kinds.items())), score)

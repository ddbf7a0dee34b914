"""What scoring a pack says: the mean, its parts, its bounds, floors and conditions."""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from vendor_ai.domain.pack import Level, Recommendation
from vendor_ai.kit.number import fraction_text

SHOWN_DIGITS = 2


@lru_cache(maxsize=4096)  # weights and levels recur in each of thousands of sets
def shown(value: Fraction) -> str:
    """A score in decimal notation: exact with at least two places, six where no finite form exists."""
    return fraction_text(value, at_least=SHOWN_DIGITS)


def units_text(units: int, digits: int) -> str:
    """``units`` of the last digit as a decimal: 250 with 2 digits is ``2.50``."""
    whole, rest = divmod(units, 10**digits)
    return f"{whole}.{rest:0{digits}d}"


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """One question that counts; ``units`` is its part of the shown score in units of the score's last digit.

    ``claimed`` is the level by the answer alone where a reviewer set another.
    """

    id: str
    answer: str | None  # None: unanswered, counts as CRITICAL unless a reviewer set a level
    level: Level
    units: int
    claimed: Level | None = None


@dataclass(frozen=True, slots=True)
class DimensionScore:
    """One dimension; ``value`` is None where nothing in it applies, ``units`` where the pack has no score.

    ``claimed`` is the value by the answers alone where a review changed it.
    """

    id: str
    weight: Fraction
    value: Fraction | None
    units: int | None
    questions: tuple[QuestionScore, ...] = ()
    claimed: Fraction | None = None


@dataclass(frozen=True, slots=True)
class FloorHit:
    """An answer that forces at least a recommendation."""

    question: str
    answer: str
    at_least: Recommendation

    def as_json(self) -> dict[str, Any]:
        """The keys of the score contract."""
        return {"question": self.question, "answer": self.answer, "at_least": str(self.at_least)}


@dataclass(frozen=True, slots=True)
class RaisedCondition:
    """What an answer asks to be mended, within so many days of the decision; ``answer`` is None where only a reviewer's level does."""

    question: str
    answer: str | None
    level: Level
    text: str
    severity: Level
    days: int
    owner: str

    def as_json(self) -> dict[str, Any]:
        """The keys of the score contract."""
        return {
            "question": self.question,
            "answer": self.answer,
            "level": self.level.name,
            "text": self.text,
            "severity": self.severity.name,
            "days": self.days,
            "owner": self.owner,
        }


@dataclass(frozen=True, slots=True)
class Bound:
    """The best or the worst that open answers still allow; score and recommendation are each the extreme on its own."""

    score: Fraction
    recommendation: Recommendation

    def as_json(self) -> dict[str, Any]:
        """The keys of the score contract."""
        return {"score": shown(self.score), "recommendation": str(self.recommendation)}


@dataclass(frozen=True, slots=True)
class Score:
    """The result of scoring; ``score``, the recommendations and the bounds are None where nothing is scorable."""

    pack: str
    version: str
    score: Fraction | None
    digits: int  # after the point of the shown score
    by_mean: Recommendation | None
    recommendation: Recommendation | None
    floors: tuple[FloorHit, ...]
    complete: bool
    best: Bound | None
    worst: Bound | None
    dimensions: tuple[DimensionScore, ...]
    unanswered: tuple[str, ...]
    conditions: tuple[RaisedCondition, ...]

    def as_json(self, *, breakdown: bool = False) -> dict[str, Any]:
        """The keys of the score contract; ``breakdown`` adds the questions; ``claimed`` is there only where a review changed something."""
        bounds = {"best": self.best.as_json(), "worst": self.worst.as_json()} if self.best and self.worst else None
        return {
            "pack": self.pack,
            "version": self.version,
            "score": None if self.score is None else shown(self.score),
            "recommendation": self.recommendation and str(self.recommendation),
            "by_mean": self.by_mean and str(self.by_mean),
            "floors": [floor.as_json() for floor in self.floors],
            "complete": self.complete,
            "bounds": bounds,
            "dimensions": [self._dimension_json(dimension, breakdown) for dimension in self.dimensions],
            "unanswered": list(self.unanswered),
            "conditions": [condition.as_json() for condition in self.conditions],
        }

    def _dimension_json(self, dimension: DimensionScore, breakdown: bool) -> dict[str, Any]:
        document: dict[str, Any] = {
            "id": dimension.id,
            "weight": shown(dimension.weight),
            "value": None if dimension.value is None else shown(dimension.value),
            "contribution": None if dimension.units is None else units_text(dimension.units, self.digits),
        }
        if dimension.claimed is not None:
            document["claimed"] = shown(dimension.claimed)
        if breakdown:
            document["questions"] = [
                {
                    "id": question.id,
                    "answer": question.answer,
                    "level": question.level.name,
                    "contribution": units_text(question.units, self.digits),
                    **({"claimed": question.claimed.name} if question.claimed is not None else {}),
                }
                for question in dimension.questions
            ]
        return document

"""The best and the worst that open answers still allow, exactly.

Every question has a set of answers it may still get (one where it is settled). Only questions that decide whether
others are asked need trying out, one class of answers with the same effect at a time; the rest follows from
``lowest_mean``, inside a dimension and then over the dimensions. Classes are tried dimension by dimension, except
for questions that steer another dimension: those are tried together, and `classes_to_try` lets a pack that would
need too many be refused when it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product

from vendor_ai.domain.pack import Level, Question, Recommendation, recommendation_for
from vendor_ai.domain.score import Bound
from vendor_ai.scoring.choice import NO_FLOOR, Choice, Choices, open_choices
from vendor_ai.scoring.mean import Item, lowest_mean
from vendor_ai.scoring.steering import classes_of, far_steering, triggers_by_question

Trial = Mapping[str, Choices]  # steering question → the class of its answers being tried


@dataclass(frozen=True, slots=True)
class Extreme:
    """What one search found: the lowest signed mean, and the most severe floor met on the way."""

    mean: Fraction | None
    floor: Recommendation


class BoundPlan:
    """What every search over the same questions shares; ``weights`` are whole numbers in proportion, of dimensions and of questions."""

    def __init__(
        self, dimensions: Mapping[str, int], questions: Sequence[Question], weights: Mapping[str, int], as_of: date | None
    ) -> None:
        self.dimensions, self.questions, self.weights = dimensions, questions, weights
        self.triggers = triggers_by_question(questions)
        self.open = {question.id: open_choices(question, self.triggers.get(question.id, ()), as_of) for question in questions}
        far = far_steering(questions)
        self.far = [question for question in questions if question.id in far]
        self.by_dimension = {dimension: [q for q in questions if q.dimension == dimension] for dimension in dimensions}
        self.near = {
            dimension: [q for q in members if q.id in self.triggers and q.id not in far] for dimension, members in self.by_dimension.items()
        }


class BoundSearch:
    """The search over one set of answers: ``settled`` has one choice a question, ``levels`` replaces the value of whole dimensions."""

    def __init__(self, plan: BoundPlan, settled: Mapping[str, Choice], levels: Mapping[str, Level]) -> None:
        self._plan = plan
        self._levels = levels
        self._choices: dict[str, Choices] = {
            question: (settled[question],) if question in settled else choices for question, choices in plan.open.items()
        }

    def best(self) -> Bound | None:
        """The lowest score, and on its own the mildest recommendation, that are still possible."""
        score = self._search(1, None).mean
        if score is None:
            return None
        mildest = Recommendation.REJECTED
        for limit in Recommendation:
            if limit.severity >= mildest.severity:
                break
            mean = self._search(1, limit).mean
            reached = Recommendation.REJECTED if mean is None else limit.at_least(recommendation_for(mean))
            mildest = min(mildest, reached, key=lambda recommendation: recommendation.severity)
        return Bound(score, mildest)

    def worst(self) -> Bound | None:
        """The highest score, and on its own the most severe recommendation, that are still possible."""
        found = self._search(-1, None)
        if found.mean is None:
            return None
        return Bound(-found.mean, found.floor.at_least(recommendation_for(-found.mean)))

    def _search(self, sign: int, limit: Recommendation | None) -> Extreme:
        """The lowest ``sign`` × mean over all completions whose floors stay within ``limit``."""
        allowed = self._choices if limit is None else _within(self._choices, limit)
        far = self._plan.far
        lowest: Fraction | None = None
        floor = NO_FLOOR
        for trial in self._trials(far, allowed):
            active = _active(far, trial, {})
            if any(active[question.id] and not trial[question.id] for question in far):
                continue
            found = self._mean_of_trial(sign, allowed, trial, active)
            floor = floor.at_least(found.floor)
            if found.mean is not None and (lowest is None or found.mean < lowest):
                lowest = found.mean
        return Extreme(lowest, floor)

    def _trials(self, steering: Sequence[Question], allowed: Trial) -> Iterator[dict[str, Choices]]:
        classes = [classes_of(allowed[question.id], self._plan.triggers[question.id]) or [()] for question in steering]
        for combination in product(*classes):
            yield {question.id: chosen for question, chosen in zip(steering, combination, strict=True)}

    def _mean_of_trial(self, sign: int, allowed: Trial, trial: Trial, active: Mapping[str, bool]) -> Extreme:
        fixed: list[Item] = []
        optional: list[Item] = []
        floor = NO_FLOOR
        for dimension, weight in self._plan.dimensions.items():
            lowest, absent, found = self._dimension(dimension, sign, allowed, trial, active)
            floor = floor.at_least(found)
            if lowest is not None:
                (optional if absent else fixed).append((weight, lowest))
            elif not absent:
                return Extreme(None, NO_FLOOR)
        return Extreme(lowest_mean(fixed, optional), floor)

    def _dimension(
        self, dimension: str, sign: int, allowed: Trial, trial: Trial, active: Mapping[str, bool]
    ) -> tuple[Fraction | None, bool, Recommendation]:
        """Its lowest signed mean (None: it cannot count), whether it may be absent, and its most severe floor."""
        lowest: Fraction | None = None
        absent = False
        floor = NO_FLOOR
        questions, level = self._plan.by_dimension[dimension], self._levels.get(dimension)
        for local in self._trials(self._plan.near[dimension], allowed):
            chosen = {**allowed, **trial, **local}
            asked = _active(questions, chosen, active)
            counted = [question for question in questions if asked[question.id]]
            if any(not chosen[question.id] for question in counted):
                continue
            for question in counted:
                for choice in chosen[question.id]:
                    floor = floor.at_least(choice.floor)
            mean, may_be_absent = self._lowest_of(counted, chosen, sign) if level is None else (Fraction(sign * level), False)
            absent = absent or may_be_absent
            if mean is not None and (lowest is None or mean < lowest):
                lowest = mean
        return lowest, absent, floor

    def _lowest_of(self, questions: Sequence[Question], chosen: Trial, sign: int) -> tuple[Fraction | None, bool]:
        fixed: list[Item] = []
        optional: list[Item] = []
        for question in questions:
            levels = [sign * choice.level for choice in chosen[question.id] if choice.level is not None]
            if levels:
                skippable = any(choice.level is None for choice in chosen[question.id])
                (optional if skippable else fixed).append((self._plan.weights[question.id], min(levels)))
        return lowest_mean(fixed, optional), not fixed


def _within(choices: Trial, limit: Recommendation) -> dict[str, Choices]:
    """The answers whose floors stay within ``limit``."""
    return {
        question: offered
        if all(choice.floor is NO_FLOOR for choice in offered)
        else tuple(choice for choice in offered if choice.floor.severity <= limit.severity)
        for question, offered in choices.items()
    }


def _active(questions: Sequence[Question], chosen: Trial, known: Mapping[str, bool]) -> dict[str, bool]:
    """Which questions are asked when the steering ones get an answer of the chosen class."""
    active = dict(known)
    for question in questions:
        active[question.id] = all(
            active.get(trigger.question, False) and any(choice.meets(trigger) for choice in chosen[trigger.question])
            for trigger in question.applies_when
            if trigger.question is not None
        )
    return active

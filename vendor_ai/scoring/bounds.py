"""The best and the worst that open answers still allow, exactly.

Every question has a set of answers it may still get (one where it is answered). Only questions that decide whether
others are asked need trying out, one class of answers with the same effect at a time; the rest follows from
``lowest_mean``, inside a dimension and then over the dimensions. Classes are tried dimension by dimension, except
for questions that steer another dimension: those are tried together, and `classes_to_try` lets a pack that would
need too many be refused when it is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import NOT_APPLICABLE, Dimension, Level, Question, Recommendation, recommendation_for
from vendor_ai.domain.score import Bound
from vendor_ai.scoring.mean import Item, lowest_mean

_NO_FLOOR = Recommendation.APPROVED


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a question may get; ``level`` is None for not applicable."""

    value: str
    level: Level | None
    floor: Recommendation


Choices = tuple[Choice, ...]
Trial = Mapping[str, Choices]  # steering question → the class of its answers being tried


@dataclass(frozen=True, slots=True)
class Extreme:
    """What one search found: the lowest signed mean, and the most severe floor met on the way."""

    mean: Fraction | None
    floor: Recommendation


def choices_of(question: Question, answer: Answer | None) -> Choices:
    """The answers the question may still get: the given one, else every option and, where allowed, not applicable."""
    floors = {value: floor.at_least for floor in sorted(question.floors, key=lambda f: f.at_least.severity) for value in floor.answers}
    offered = [Choice(option.value, option.level, floors.get(option.value, _NO_FLOOR)) for option in question.options]
    if question.not_applicable or (answer is not None and answer.not_applicable):
        offered.append(Choice(NOT_APPLICABLE, None, _NO_FLOOR))
    return tuple(choice for choice in offered if answer is None or choice.value == answer.value)


def steered_by(questions: Sequence[Question]) -> dict[str, list[Question]]:
    """Every steering question with the questions it decides about."""
    steered: dict[str, list[Question]] = {}
    for question in questions:
        for trigger in question.applies_when:
            if trigger.question is not None:
                steered.setdefault(trigger.question, []).append(question)
    return steered


def classes_of(question_id: str, choices: Choices, steered: Sequence[Question]) -> list[Choices]:
    """The answers grouped by their effect on the questions they steer."""
    triggers = [trigger for other in steered for trigger in other.applies_when if trigger.question == question_id]
    groups: dict[tuple[bool, ...], list[Choice]] = {}
    for choice in choices:
        groups.setdefault(tuple(choice.value in trigger.values for trigger in triggers), []).append(choice)
    return [tuple(group) for group in groups.values()]


def far_steering(questions: Sequence[Question]) -> set[str]:
    """The questions that decide, directly or through others, about a question of another dimension."""
    dimension = {question.id: question.dimension for question in questions}
    far: set[str] = set()
    for question in reversed(questions):
        for trigger in question.applies_when:
            if trigger.question is not None and (question.id in far or dimension.get(trigger.question) != question.dimension):
                far.add(trigger.question)
    return far


def classes_to_try(questions: Sequence[Question]) -> int:
    """How many combinations a blank answer set has to be searched for."""
    steered = steered_by(questions)
    far = far_steering(questions)
    together = _combinations([q for q in questions if q.id in far], steered)
    alone: dict[str, list[Question]] = {}
    for question in questions:
        if question.id in steered and question.id not in far:
            alone.setdefault(question.dimension, []).append(question)
    return together * max([1, *(_combinations(group, steered) for group in alone.values())])


def _combinations(group: Sequence[Question], steered: Mapping[str, list[Question]]) -> int:
    count = 1
    for question in group:
        count *= len(classes_of(question.id, choices_of(question, None), steered[question.id]))
    return count


class BoundSearch:
    """The search over one set of answers; ``questions`` are those that the component's properties allow."""

    def __init__(self, dimensions: Sequence[Dimension], questions: Sequence[Question], answers: Mapping[str, Answer]) -> None:
        self._dimensions = dimensions
        self._questions = questions
        self._choices = {question.id: choices_of(question, answers.get(question.id)) for question in questions}
        self._steered = steered_by(questions)
        self._far = far_steering(questions)
        self._near = {
            dimension.id: [q for q in questions if q.dimension == dimension.id and q.id in self._steered and q.id not in self._far]
            for dimension in dimensions
        }
        self._by_dimension = {dimension.id: [q for q in questions if q.dimension == dimension.id] for dimension in dimensions}

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
        allowed = {
            question: tuple(choice for choice in choices if limit is None or choice.floor.severity <= limit.severity)
            for question, choices in self._choices.items()
        }
        far = [question for question in self._questions if question.id in self._far]
        lowest: Fraction | None = None
        floor = _NO_FLOOR
        for trial in self._trials(far, allowed):
            active = _active(far, trial, {})
            if any(active[question.id] and not trial[question.id] for question in far):
                continue
            found = self._mean_of_trial(sign, allowed, trial, active)
            floor = floor.at_least(found.floor)
            if found.mean is not None and (lowest is None or found.mean < lowest):
                lowest = found.mean
        return Extreme(lowest, floor)

    def _trials(self, steering: Sequence[Question], allowed: Mapping[str, Choices]) -> Iterator[dict[str, Choices]]:
        classes = [classes_of(question.id, allowed[question.id], self._steered[question.id]) or [()] for question in steering]
        for combination in product(*classes):
            yield {question.id: chosen for question, chosen in zip(steering, combination, strict=True)}

    def _mean_of_trial(self, sign: int, allowed: Mapping[str, Choices], trial: Trial, active: Mapping[str, bool]) -> Extreme:
        fixed: list[Item] = []
        optional: list[Item] = []
        floor = _NO_FLOOR
        for dimension in self._dimensions:
            lowest, absent, found = self._dimension(dimension.id, sign, allowed, trial, active)
            floor = floor.at_least(found)
            if lowest is not None:
                (optional if absent else fixed).append((dimension.weight, lowest))
            elif not absent:
                return Extreme(None, _NO_FLOOR)
        return Extreme(lowest_mean(fixed, optional), floor)

    def _dimension(
        self, dimension: str, sign: int, allowed: Mapping[str, Choices], trial: Trial, active: Mapping[str, bool]
    ) -> tuple[Fraction | None, bool, Recommendation]:
        """Its lowest signed mean (None: it cannot count), whether it may be absent, and its most severe floor."""
        lowest: Fraction | None = None
        absent = False
        floor = _NO_FLOOR
        questions = self._by_dimension[dimension]
        for local in self._trials(self._near[dimension], allowed):
            chosen = {**allowed, **trial, **local}
            asked = _active(questions, chosen, active)
            counted = [question for question in questions if asked[question.id]]
            if any(not chosen[question.id] for question in counted):
                continue
            mean, may_be_absent = _lowest_of(counted, chosen, sign)
            absent = absent or may_be_absent
            floor = max([floor, *(c.floor for q in counted for c in chosen[q.id])], key=lambda each: each.severity)
            if mean is not None and (lowest is None or mean < lowest):
                lowest = mean
        return lowest, absent, floor


def _active(questions: Sequence[Question], chosen: Trial, known: Mapping[str, bool]) -> dict[str, bool]:
    """Which questions are asked when the steering ones get an answer of the chosen class."""
    active = dict(known)
    for question in questions:
        active[question.id] = all(
            active.get(trigger.question, False) and any(choice.value in trigger.values for choice in chosen[trigger.question])
            for trigger in question.applies_when
            if trigger.question is not None
        )
    return active


def _lowest_of(questions: Sequence[Question], chosen: Trial, sign: int) -> tuple[Fraction | None, bool]:
    fixed: list[Item] = []
    optional: list[Item] = []
    for question in questions:
        levels = [sign * choice.level for choice in chosen[question.id] if choice.level is not None]
        if levels:
            skippable = any(choice.level is None for choice in chosen[question.id])
            (optional if skippable else fixed).append((question.weight, min(levels)))
    return lowest_mean(fixed, optional), not fixed

"""Questions that decide whether others are asked, and how many combinations of their answers the bounds have to try."""

from collections.abc import Mapping, Sequence
from math import prod

from vendor_ai.domain.pack import Question, Trigger
from vendor_ai.scoring.choice import Choice, Choices, signatures_of

_MOST_SIGNATURES = 4096  # of one question; a pack with more is refused anyway


def triggers_by_question(questions: Sequence[Question]) -> dict[str, list[Trigger]]:
    """Every steering question with the triggers that name it."""
    found: dict[str, list[Trigger]] = {}
    for question in questions:
        for trigger in question.applies_when:
            if trigger.question is not None:
                found.setdefault(trigger.question, []).append(trigger)
    return found


def classes_of(choices: Choices, triggers: Sequence[Trigger]) -> list[Choices]:
    """The answers grouped by their effect on the questions they steer."""
    groups: dict[tuple[bool, ...], list[Choice]] = {}
    for choice in choices:
        groups.setdefault(tuple(choice.meets(trigger) for trigger in triggers), []).append(choice)
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
    triggers = triggers_by_question(questions)
    far = far_steering(questions)
    together = _combinations([question for question in questions if question.id in far], triggers)
    alone: dict[str, list[Question]] = {}
    for question in questions:
        if question.id in triggers and question.id not in far:
            alone.setdefault(question.dimension, []).append(question)
    return together * max([1, *(_combinations(group, triggers) for group in alone.values())])


def _combinations(group: Sequence[Question], triggers: Mapping[str, list[Trigger]]) -> int:
    return prod(signatures_of(question, triggers[question.id], _MOST_SIGNATURES) for question in group)

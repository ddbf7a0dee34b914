"""Which questions of a pack are asked, given earlier answers and what is known about the component."""

from collections.abc import Collection, Mapping
from enum import Enum

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Pack, Question, Trigger

Properties = Mapping[str, Collection[str]]


class Asked(Enum):
    """Whether a question counts."""

    YES = "yes"
    NO = "no"
    OPEN = "open"  # hangs on an earlier question that has no answer yet


def property_holds(trigger: Trigger, properties: Properties) -> bool:
    """Whether the component has one of the values; a property nobody stated counts as holding, so that the question is asked."""
    stated = properties.get(trigger.property or "")
    if stated is None:
        return True
    wanted = {value.casefold() for value in trigger.values}
    return any(value.casefold() in wanted for value in stated)


def possible_questions(pack: Pack, properties: Properties) -> tuple[Question, ...]:
    """The questions that the component's properties do not rule out."""
    return tuple(
        question
        for question in pack.questions
        if all(property_holds(trigger, properties) for trigger in question.applies_when if trigger.question is None)
    )


def asked_questions(questions: Collection[Question], answers: Mapping[str, Answer]) -> dict[str, Asked]:
    """For every possible question, in the pack's order, whether the answers so far have it asked."""
    asked: dict[str, Asked] = {}
    for question in questions:
        states = [_trigger_state(trigger, asked, answers) for trigger in question.applies_when if trigger.question is not None]
        if Asked.NO in states:
            asked[question.id] = Asked.NO
        else:
            asked[question.id] = Asked.OPEN if Asked.OPEN in states else Asked.YES
    return asked


def _trigger_state(trigger: Trigger, asked: Mapping[str, Asked], answers: Mapping[str, Answer]) -> Asked:
    earlier = asked.get(trigger.question or "", Asked.NO)
    if earlier is Asked.NO:
        return Asked.NO
    answer = answers.get(trigger.question or "")
    if answer is None:
        return Asked.OPEN
    if answer.value not in trigger.values:
        return Asked.NO
    return earlier

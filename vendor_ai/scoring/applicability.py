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
        if not question.applies_when
        or all(trigger.question is not None or property_holds(trigger, properties) for trigger in question.applies_when)
    )


def asked_questions(questions: Collection[Question], answers: Mapping[str, Answer]) -> dict[str, Asked]:
    """For every possible question, in the pack's order, whether the answers so far have it asked."""
    return asked_after(
        questions, {question.id: question.chosen(answers[question.id].value) for question in questions if question.id in answers}
    )


def asked_after(questions: Collection[Question], chosen: Mapping[str, Collection[str]]) -> dict[str, Asked]:
    """The same by the options chosen in each settled question."""
    asked: dict[str, Asked] = {}
    for question in questions:
        if not question.applies_when:
            asked[question.id] = Asked.YES
            continue
        state = Asked.YES
        for trigger in question.applies_when:
            if trigger.question is not None and state is not Asked.NO:
                met = _trigger_state(trigger.question, trigger.values, asked, chosen)
                state = met if met is not Asked.YES else state
        asked[question.id] = state
    return asked


def _trigger_state(earlier: str, values: Collection[str], asked: Mapping[str, Asked], chosen: Mapping[str, Collection[str]]) -> Asked:
    state = asked.get(earlier, Asked.NO)
    if state is Asked.NO:
        return Asked.NO
    given = chosen.get(earlier)
    if given is None:
        return Asked.OPEN
    return state if any(value in values for value in given) else Asked.NO

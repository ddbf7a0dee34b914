"""Where every asked question of one set stands: answered, reviewed, unanswered; with the level that counts and the one claimed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import NOT_APPLICABLE, SEPARATOR, Level, Question, QuestionType
from vendor_ai.domain.score import FloorHit, RaisedCondition
from vendor_ai.scoring.applicability import Asked, asked_after
from vendor_ai.scoring.choice import NOT_COUNTED, Choice, given_choice

_SINGLE = frozenset({QuestionType.CHOICE, QuestionType.YES_NO, QuestionType.SCALE})
_NO_LEVELS: Mapping[str, Level] = {}


@dataclass(frozen=True, slots=True)
class Given:
    """One set of answers with what a review says about it; ``accepted`` None accepts every answer of not applicable."""

    answers: Mapping[str, Answer]
    as_of: date | None = None
    levels: Mapping[str, Level] = field(default_factory=lambda: _NO_LEVELS)
    accepted: Collection[str] | None = None

    def answer(self, question: str) -> Answer | None:
        """The answer, without one of not applicable that nobody accepted."""
        answer = self.answers.get(question)
        if self.accepted is None or answer is None or not answer.not_applicable or question in self.accepted:
            return answer
        return None


@dataclass(frozen=True, slots=True)
class Standing:
    """One asked question; ``level`` counts, ``claimed`` is what the answer alone would count. None: it does not count."""

    question: Question
    answer: str | None
    settled: bool
    level: Level | None
    claimed: Level | None

    @property
    def unanswered(self) -> bool:
        """Whether it must be listed as unanswered."""
        return not self.settled and (self.question.required or self.question.scored)

    def floors(self) -> list[FloorHit]:
        """The floors that the given answer hits; a review does not lift them."""
        if self.answer is None or not self.question.floors:
            return []
        chosen = self.question.chosen(self.answer)
        hits = ((floor, [value for value in chosen if value in floor.answers]) for floor in self.question.floors)
        return [FloorHit(self.question.id, SEPARATOR.join(values), floor.at_least) for floor, values in hits if values]

    def conditions(self) -> list[RaisedCondition]:
        """What has to be mended at the level that counts."""
        level = self.level
        if not self.question.conditions or not self.settled or level is None:
            return []
        return [
            RaisedCondition(
                self.question.id, self.answer, level, condition.text, condition.severity or level, condition.days, condition.owner
            )
            for condition in self.question.conditions
            if level >= condition.level
        ]


class Settler:
    """Settles sets of answers to one pack; what single answers amount to is worked out once."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self._known = {
            (question.id, option.value): given_choice(question, option.value, None)
            for question in questions
            if question.type in _SINGLE
            for option in question.options
        }

    def settled(self, questions: Sequence[Question], given: Given) -> dict[str, Choice]:
        """One choice for every question that has an answer or a reviewer's level."""
        found: dict[str, Choice] = {}
        for question in questions:
            level = given.levels.get(question.id)
            answer = given.answer(question.id) if level is None else given.answers.get(question.id)
            if answer is not None:
                choice = self._choice(question, answer.value, given.as_of)
                found[question.id] = choice if level is None else replace(choice, level=level)
            elif level is not None:
                found[question.id] = Choice(frozenset(), level)
        return found

    def standings(self, questions: Sequence[Question], given: Given, settled: Mapping[str, Choice]) -> list[Standing]:
        """Every question that is asked, in the pack's order."""
        asked = asked_after(questions, {question: choice.chosen for question, choice in settled.items()})
        return [self._standing(question, given, settled.get(question.id)) for question in questions if asked[question.id] is Asked.YES]

    def _standing(self, question: Question, given: Given, choice: Choice | None) -> Standing:
        if choice is not None and question.id not in given.levels:
            return Standing(question, given.answers[question.id].value, True, choice.level, choice.level)
        missing = Level.CRITICAL if question.scored else None
        if choice is None:
            return Standing(question, None, False, missing, missing)
        alone, shown = given.answer(question.id), given.answers.get(question.id)
        claimed = missing if alone is None else self._choice(question, alone.value, given.as_of).level
        return Standing(question, shown.value if shown is not None else None, True, choice.level, claimed)

    def _choice(self, question: Question, value: str, as_of: date | None) -> Choice:
        if value == NOT_APPLICABLE:
            return NOT_COUNTED
        return self._known.get((question.id, value)) or given_choice(question, value, as_of)

"""What an answer amounts to - chosen options, level, floor - and everything that an open question may still get."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from vendor_ai.domain.band import Band, reachable_bands
from vendor_ai.domain.pack import Combine, Level, Question, QuestionType, Recommendation, Trigger

NO_FLOOR = Recommendation.APPROVED


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer a question got or may get; ``level`` is None where it does not count: not applicable, or a question without score."""

    chosen: frozenset[str]
    level: Level | None
    floor: Recommendation = NO_FLOOR

    def meets(self, trigger: Trigger) -> bool:
        """Whether it has what is behind ``trigger`` asked."""
        return not self.chosen.isdisjoint(trigger.values)


Choices = tuple[Choice, ...]
NOT_COUNTED = Choice(frozenset(), None)


def given_choice(question: Question, value: str, as_of: date | None) -> Choice:
    """What the stored answer ``value`` amounts to; ``as_of`` is the day to which the age of a date is counted."""
    return _choice(question, frozenset(question.chosen(value)), question.level_of(value, as_of))


def open_choices(question: Question, triggers: Sequence[Trigger], as_of: date | None) -> Choices:
    """Every answer that differs in level, floor or in the ``triggers`` it meets; not applicable among them where allowed."""
    match question.type:
        case QuestionType.MULTI:
            offered = tuple(_multi_choices(question, triggers))
        case QuestionType.NUMBER | QuestionType.DATE if question.bands:
            offered = tuple(Choice(frozenset(), level) for level in dict.fromkeys(band.level for band in _reachable(question, as_of)))
        case QuestionType.NUMBER | QuestionType.DATE | QuestionType.TEXT | QuestionType.FILE:
            offered = (Choice(frozenset(), question.answered),)
        case _:
            offered = tuple(given_choice(question, option.value, None) for option in question.options)
    return (*offered, NOT_COUNTED) if question.not_applicable else offered


def signatures_of(question: Question, triggers: Sequence[Trigger], most: int) -> int:
    """How many sets of ``triggers`` the answers can meet; counting stops above ``most``."""
    single = [frozenset(n for n, trigger in enumerate(triggers) if option.value in trigger.values) for option in question.options]
    found = set(single)
    if question.type is QuestionType.MULTI:
        for signature in single:
            found |= {signature | other for other in found}
            if len(found) > most:
                break
    return len(found | {frozenset[int]()} if question.not_applicable else found)


def _choice(question: Question, chosen: frozenset[str], level: Level | None) -> Choice:
    floor = NO_FLOOR
    for each in question.floors:
        if not chosen.isdisjoint(each.answers):
            floor = floor.at_least(each.at_least)
    return Choice(chosen, level, floor)


def _multi_choices(question: Question, triggers: Sequence[Trigger]) -> Iterator[Choice]:
    """Sets of options grown one option at a time; of those with the same effect one is kept, because they stay alike as they grow."""
    kept: dict[tuple[object, ...], Choice] = {}
    for option in question.options:
        for chosen in [frozenset[str](), *(choice.chosen for choice in kept.values())]:
            grown = chosen | {option.value}
            choice = _choice(question, grown, question.level_of(question.joined(grown)))
            figure = len(grown) if question.combine is Combine.COUNT else choice.level
            kept.setdefault((figure, choice.floor, *(choice.meets(trigger) for trigger in triggers)), choice)
    yield from kept.values()


def _reachable(question: Question, as_of: date | None) -> Collection[Band]:
    lowest, highest = question.minimum, question.maximum
    if question.type is QuestionType.DATE and as_of is not None:
        lowest, highest = Decimal((as_of - date.max).days), Decimal((as_of - date.min).days)
    return reachable_bands(question.bands, lowest=lowest, highest=highest)

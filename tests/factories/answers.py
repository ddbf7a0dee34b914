"""Answers of a wanted level to questions of every type."""

from datetime import date, timedelta
from decimal import Decimal

from vendor_ai.domain.pack import Combine, Level, Pack, Question, QuestionType

TODAY = date(2026, 3, 2)


def levels(question: Question) -> list[Level]:
    """The levels that answers of the question can carry."""
    if question.bands:
        return [band.level for band in question.bands]
    return [option.level for option in question.options] or [level for level in [question.answered] if level]


def stored(question: Question, wanted: Level, *, today: date = TODAY) -> str:
    """A stored answer of this level; of the nearest one where the question has none."""
    if not question.scored or question.answered is not None:
        return "50" if question.type is QuestionType.NUMBER else "As listed."
    nearest = min(levels(question), key=lambda level: (abs(level - wanted), level))
    if question.combine is Combine.COUNT:
        band = next(place for place, band in enumerate(question.bands) if band.level is nearest)
        count = 1 if band == 0 else int(question.bands[band - 1].up_to or 0) + 1
        return question.joined([option.value for option in question.options][:count])
    if question.options:
        return next(option.value for option in question.options if option.level is nearest)
    return figure(question, nearest, today)


def figure(question: Question, level: Level, today: date) -> str:
    """A number or a date whose figure falls into the band of ``level``."""
    place = next(place for place, band in enumerate(question.bands) if band.level is level)
    limit = question.bands[place].up_to
    number = limit if limit is not None else (question.bands[place - 1].up_to or Decimal(0)) + Decimal("0.0001")
    if question.type is QuestionType.NUMBER:
        return str(number)
    return (today - timedelta(days=int(number) + (limit is None))).isoformat()


def every_answer(pack: Pack, level: Level, *, today: date = TODAY) -> dict[str, str]:
    """A stored answer of this level, or the nearest there is, to every question."""
    return {question.id: stored(question, level, today=today) for question in pack.questions}

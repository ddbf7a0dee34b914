"""Suggestions of single values for a question with several answers, made one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from vendor_ai.domain.pack import Pack, Question, QuestionType
from vendor_ai.domain.suggestion import Confidence, Suggestion

_SUREST_FIRST = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)


def merged(pack: Pack, made: Iterable[Suggestion]) -> list[Suggestion]:
    """The suggestions, with one for each question of type multi: all its values, all its places, and the least of its confidences."""
    found: dict[object, list[Suggestion]] = {}
    several = {question.id: question for question in pack.questions if question.type is QuestionType.MULTI}
    for place, suggestion in enumerate(made):
        question = several.get(suggestion.question)
        joins = question is not None and all(question.option(value) for value in question.chosen(suggestion.value) or [suggestion.value])
        found.setdefault(suggestion.question if joins else place, []).append(suggestion)
    return [_one(several[parts[0].question], parts) if len(parts) > 1 else parts[0] for parts in found.values()]


def _one(question: Question, parts: Sequence[Suggestion]) -> Suggestion:
    return replace(
        parts[0],
        value=question.joined([value for part in parts for value in question.chosen(part.value)]),
        detail="; ".join(dict.fromkeys(part.detail for part in parts)),
        confidence=max((part.confidence for part in parts), key=_SUREST_FIRST.index),
        reason=" / ".join(dict.fromkeys(part.reason for part in parts)),
    )

"""Packs and answers → score, in exact arithmetic from the pack's text to the comparison."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level, Pack, Question, Recommendation, recommendation_for
from vendor_ai.domain.score import Bound, DimensionScore, FloorHit, QuestionScore, RaisedCondition, Score, shown
from vendor_ai.scoring.applicability import Asked, Properties, asked_questions, possible_questions
from vendor_ai.scoring.bounds import BoundSearch
from vendor_ai.scoring.mean import share_out, weighted_mean

_NO_PROPERTIES: Properties = {}


class Scorer:
    """Scores sets of answers against one pack, which is prepared once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        scale = lcm(*(dimension.weight.denominator for dimension in pack.dimensions))
        # Whole numbers in the proportion of the weights keep thousands of sets fast and stay exact.
        self._weights = [int(dimension.weight * scale) for dimension in pack.dimensions]
        self._values = {level: Fraction(level) for level in Level}

    def from_levels(self, levels: Mapping[str, Level | None]) -> Score:
        """Score levels by dimension; None is not applicable, an absent dimension is unanswered and counts as CRITICAL."""
        ids = [dimension.id for dimension in self.pack.dimensions]
        given = [levels.get(dimension, Level.CRITICAL) for dimension in ids]
        unanswered = tuple(dimension for dimension in ids if dimension not in levels)
        values = [None if level is None else self._values[level] for level in given]
        mean = self._mean(given)
        best = worst = _bound(mean)
        if unanswered:
            best = _bound(self._mean([levels.get(dimension, Level.LOW) for dimension in ids]))
        return self._score(mean, values, [()] * len(ids), unanswered=unanswered, best=best, worst=worst)

    def from_answers(self, answers: Mapping[str, Answer], properties: Properties = _NO_PROPERTIES) -> Score:
        """Score answers by question; ``properties`` of the component decide which questions are asked.

        An unanswered question counts as CRITICAL. One that hangs on an unanswered question is not asked yet: it counts
        in the bounds only.
        """
        possible = possible_questions(self.pack, properties)
        asked = asked_questions(possible, answers)
        counted = [question for question in possible if asked[question.id] is Asked.YES]
        unanswered = tuple(question.id for question in counted if question.id not in answers)
        lines = [_question_lines(counted, dimension.id, answers) for dimension in self.pack.dimensions]
        values = [weighted_mean((question.weight, level) for question, _, level in rows) for rows in lines]
        mean = self._mean(values)
        floors = tuple(hit for question in counted for hit in _floor_hits(question, answers.get(question.id)))
        best = worst = _bound(mean, floors)
        if unanswered:
            search = BoundSearch(self.pack.dimensions, possible, answers)
            best, worst = search.best(), search.worst()
        conditions = tuple(raised for question in counted for raised in _conditions(question, answers.get(question.id)))
        return self._score(mean, values, lines, floors=floors, unanswered=unanswered, best=best, worst=worst, conditions=conditions)

    def _mean(self, values: Sequence[Level | Fraction | None]) -> Fraction | None:
        return weighted_mean((weight, value) for weight, value in zip(self._weights, values, strict=True) if value is not None)

    def _score(
        self,
        mean: Fraction | None,
        values: Sequence[Fraction | None],
        lines: Sequence[Sequence["_Line"]],
        *,
        floors: tuple[FloorHit, ...] = (),
        unanswered: tuple[str, ...] = (),
        best: Bound | None,
        worst: Bound | None,
        conditions: tuple[RaisedCondition, ...] = (),
    ) -> Score:
        text = shown(mean or Fraction(0))
        digits = len(text) - text.index(".") - 1
        by_mean = None if mean is None else recommendation_for(mean)
        return Score(
            pack=self.pack.id,
            version=self.pack.version,
            score=mean,
            digits=digits,
            by_mean=by_mean,
            recommendation=by_mean and _with_floors(by_mean, floors),
            floors=floors,
            complete=not unanswered,
            best=best,
            worst=worst,
            dimensions=self._breakdown(None if mean is None else int(text.replace(".", "")), values, lines),
            unanswered=unanswered,
            conditions=conditions,
        )

    def _breakdown(
        self, units: int | None, values: Sequence[Fraction | None], lines: Sequence[Sequence["_Line"]]
    ) -> tuple[DimensionScore, ...]:
        parts = [0 if value is None else weight * value for weight, value in zip(self._weights, values, strict=True)]
        shares = [None] * len(parts) if units is None else share_out(units, parts)
        return tuple(
            DimensionScore(dimension.id, dimension.weight, value, share, _question_scores(rows, share or 0) if rows else ())
            for dimension, value, share, rows in zip(self.pack.dimensions, values, shares, lines, strict=True)
        )


_Line = tuple[Question, Answer | None, Level]


def _question_lines(counted: Sequence[Question], dimension: str, answers: Mapping[str, Answer]) -> list[_Line]:
    """The questions of a dimension that carry a level."""
    lines: list[_Line] = []
    for question in counted:
        if question.dimension != dimension:
            continue
        answer = answers.get(question.id)
        if answer is None:
            lines.append((question, None, Level.CRITICAL))
        elif (option := question.option(answer.value)) is not None:
            lines.append((question, answer, option.level))
    return lines


def _question_scores(rows: Sequence[_Line], units: int) -> tuple[QuestionScore, ...]:
    parts = [question.weight * level for question, _, level in rows]
    shares = share_out(units, parts)
    return tuple(
        QuestionScore(question.id, answer.value if answer else None, level, share)
        for (question, answer, level), share in zip(rows, shares, strict=True)
    )


def _floor_hits(question: Question, answer: Answer | None) -> list[FloorHit]:
    if answer is None:
        return []
    return [FloorHit(question.id, answer.value, floor.at_least) for floor in question.floors if answer.value in floor.answers]


def _conditions(question: Question, answer: Answer | None) -> list[RaisedCondition]:
    option = question.option(answer.value) if answer is not None else None
    if option is None:
        return []
    return [
        RaisedCondition(
            question.id, option.value, option.level, condition.text, condition.severity or option.level, condition.days, condition.owner
        )
        for condition in question.conditions
        if option.level >= condition.level
    ]


def _with_floors(by_mean: Recommendation, floors: Sequence[FloorHit]) -> Recommendation:
    recommendation = by_mean
    for floor in floors:
        recommendation = recommendation.at_least(floor.at_least)
    return recommendation


def _bound(mean: Fraction | None, floors: Sequence[FloorHit] = ()) -> Bound | None:
    return None if mean is None else Bound(mean, _with_floors(recommendation_for(mean), floors))

"""Packs and answers → score, in exact arithmetic from the pack's text to the comparison."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Level, Pack, Question, Recommendation, recommendation_for
from vendor_ai.domain.score import Bound, DimensionScore, FloorHit, QuestionScore, RaisedCondition, Score, shown
from vendor_ai.scoring.applicability import Properties, possible_questions
from vendor_ai.scoring.bounds import BoundPlan, BoundSearch
from vendor_ai.scoring.mean import share_out, weighted_mean
from vendor_ai.scoring.standing import Given, Settler, Standing

_NO_PROPERTIES: Properties = {}
_NO_LEVELS: Mapping[str, Level] = {}
_MOST_PLANS = 64  # kept for the next set; components differ in few ways that matter


class Scorer:
    """Scores sets of answers against one pack, which is prepared once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        # Whole numbers in the proportion of the weights keep thousands of sets fast and stay exact.
        self._weights = _whole({dimension.id: dimension.weight for dimension in pack.dimensions})
        self._question_weights = _question_weights(pack)
        self._values = {level: Fraction(level) for level in Level}
        self._settler = Settler(pack.questions)
        self._plans: dict[tuple[date | None, tuple[str, ...]], BoundPlan] = {}

    def from_levels(self, levels: Mapping[str, Level | None]) -> Score:
        """Score levels by dimension; None is not applicable, an absent dimension is unanswered and counts as CRITICAL."""
        ids = list(self._weights)
        given = [levels.get(dimension, Level.CRITICAL) for dimension in ids]
        unanswered = tuple(dimension for dimension in ids if dimension not in levels)
        values = [None if level is None else self._values[level] for level in given]
        mean = self._mean(values)
        best = worst = _bound(mean)
        if unanswered:
            best = _bound(self._mean([levels.get(dimension, Level.LOW) for dimension in ids]))
        return self._score(mean, values, [()] * len(ids), values, unanswered=unanswered, best=best, worst=worst)

    def from_answers(
        self,
        answers: Mapping[str, Answer],
        properties: Properties = _NO_PROPERTIES,
        *,
        as_of: date | None = None,
        levels: Mapping[str, Level] = _NO_LEVELS,
        dimension_levels: Mapping[str, Level] = _NO_LEVELS,
        not_applicable_accepted: Collection[str] | None = None,
    ) -> Score:
        """Score answers by question.

        An unanswered question counts as CRITICAL. One that hangs on an unanswered question is not asked yet: it counts
        in the bounds only.

        Args:
            answers: By question.
            properties: Of the component; they decide which questions are asked.
            as_of: The day to which the age of dates is counted; needed where a pack grades it.
            levels: A reviewer's levels by question, in place of the answer's own. A question without answer counts as answered
                by its level, and what hangs on it is not asked. Floors of a given answer stay in force.
            dimension_levels: A reviewer's levels by dimension, in place of the mean of its questions.
            not_applicable_accepted: The questions whose answer of not applicable counts; to others it counts as unanswered.
                None accepts all.

        Raises:
            InvalidInputError: When a level is given for what the pack does not have or does not score.
        """
        self._refuse_unknown(levels, dimension_levels)
        possible = possible_questions(self.pack, properties)
        given = Given(answers, as_of, levels, not_applicable_accepted)
        settled = self._settler.settled(possible, given)
        standings = self._settler.standings(possible, given, settled)
        lines = self._lines(standings)
        claimed = [self._value(rows, claimed=True) for rows in lines] if levels or dimension_levels else None
        values = [
            self._values[dimension_levels[dimension]] if dimension in dimension_levels else self._value(rows)
            for dimension, rows in zip(self._weights, lines, strict=True)
        ]
        mean = self._mean(values)
        floors = tuple(hit for standing in standings for hit in standing.floors())
        best = worst = _bound(mean, floors)
        if any(not standing.settled and standing.level is not None for standing in standings):
            search = BoundSearch(self._plan(possible, as_of), settled, dimension_levels)
            best, worst = search.best(), search.worst()
        return self._score(
            mean,
            values,
            lines,
            values if claimed is None else claimed,
            floors=floors,
            unanswered=tuple(standing.question.id for standing in standings if standing.unanswered),
            best=best,
            worst=worst,
            conditions=tuple(raised for standing in standings for raised in standing.conditions()),
        )

    def _refuse_unknown(self, levels: Mapping[str, Level], dimension_levels: Mapping[str, Level]) -> None:
        for question_id in levels:
            question = self.pack.question(question_id)
            if question is None or not question.scored:
                fault = "is not in" if question is None else "is not scored by"
                raise InvalidInputError(f"The question {question_id!r} {fault} the pack {self.pack.id!r}. Set the level of a scored one.")
        for dimension in dimension_levels:
            if dimension not in self._weights:
                known = ", ".join(self._weights)
                raise InvalidInputError(f"There is no dimension {dimension!r} in the pack {self.pack.id!r}. Use one of: {known}.")

    def _lines(self, standings: Sequence[Standing]) -> list[list[Standing]]:
        """By dimension, the questions that carry a level or would by their answer alone."""
        lines: dict[str, list[Standing]] = {dimension: [] for dimension in self._weights}
        for standing in standings:
            if standing.level is not None:
                lines[standing.question.dimension].append(standing)
        return list(lines.values())

    def _value(self, rows: Sequence[Standing], *, claimed: bool = False) -> Fraction | None:
        levels = ((row.question.id, row.claimed if claimed else row.level) for row in rows)
        return weighted_mean((self._question_weights[question], level) for question, level in levels if level is not None)

    def _mean(self, values: Sequence[Level | Fraction | None]) -> Fraction | None:
        return weighted_mean((weight, value) for weight, value in zip(self._weights.values(), values, strict=True) if value is not None)

    def _plan(self, possible: tuple[Question, ...], as_of: date | None) -> BoundPlan:
        key = (as_of, tuple(question.id for question in possible))
        if key not in self._plans:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            self._plans[key] = BoundPlan(self._weights, possible, self._question_weights, as_of)
        return self._plans[key]

    def _score(
        self,
        mean: Fraction | None,
        values: Sequence[Fraction | None],
        lines: Sequence[Sequence[Standing]],
        claimed: Sequence[Fraction | None],
        *,
        floors: tuple[FloorHit, ...] = (),
        unanswered: tuple[str, ...] = (),
        best: Bound | None,
        worst: Bound | None,
        conditions: tuple[RaisedCondition, ...] = (),
    ) -> Score:
        text = shown(mean or Fraction(0))
        by_mean = None if mean is None else recommendation_for(mean)
        return Score(
            pack=self.pack.id,
            version=self.pack.version,
            score=mean,
            digits=len(text) - text.index(".") - 1,
            by_mean=by_mean,
            recommendation=by_mean and _with_floors(by_mean, floors),
            floors=floors,
            complete=not unanswered,
            best=best,
            worst=worst,
            dimensions=self._breakdown(None if mean is None else int(text.replace(".", "")), values, lines, claimed),
            unanswered=unanswered,
            conditions=conditions,
        )

    def _breakdown(
        self,
        units: int | None,
        values: Sequence[Fraction | None],
        lines: Sequence[Sequence[Standing]],
        claimed: Sequence[Fraction | None],
    ) -> tuple[DimensionScore, ...]:
        parts = [0 if value is None else weight * value for weight, value in zip(self._weights.values(), values, strict=True)]
        shares = [None] * len(parts) if units is None else share_out(units, parts)
        return tuple(
            DimensionScore(
                dimension.id, dimension.weight, value, share, self._question_scores(rows, share or 0), alone if alone != value else None
            )
            for dimension, value, share, rows, alone in zip(self.pack.dimensions, values, shares, lines, claimed, strict=True)
        )

    def _question_scores(self, rows: Sequence[Standing], units: int) -> tuple[QuestionScore, ...]:
        if not rows:
            return ()
        levels = [row.level or Level.CRITICAL for row in rows]
        shares = share_out(units, [self._question_weights[row.question.id] * level for row, level in zip(rows, levels, strict=True)])
        return tuple(
            QuestionScore(row.question.id, row.answer, level, share, row.claimed if row.claimed != level else None)
            for row, level, share in zip(rows, levels, shares, strict=True)
        )


def _whole(weights: Mapping[str, Fraction]) -> dict[str, int]:
    """The weights as whole numbers in the same proportion."""
    scale = lcm(*(weight.denominator for weight in weights.values()))
    return {name: int(weight * scale) for name, weight in weights.items()}


def _question_weights(pack: Pack) -> dict[str, int]:
    """The weight of every question in whole numbers, in proportion within its dimension."""
    members: dict[str, dict[str, Fraction]] = {}
    for question in pack.questions:
        members.setdefault(question.dimension, {})[question.id] = question.weight
    return {name: weight for weights in members.values() for name, weight in _whole(weights).items()}


def _with_floors(by_mean: Recommendation, floors: Sequence[FloorHit]) -> Recommendation:
    recommendation = by_mean
    for floor in floors:
        recommendation = recommendation.at_least(floor.at_least)
    return recommendation


def _bound(mean: Fraction | None, floors: Sequence[FloorHit] = ()) -> Bound | None:
    return None if mean is None else Bound(mean, _with_floors(recommendation_for(mean), floors))

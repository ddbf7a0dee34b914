"""Bounds against trying every completion."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.open_assessment import OpenAssessment, open_assessments
from tests.factories.pack import a_pack, a_question, answered
from tests.factories.plain_scoring import ORDER
from vendor_ai.domain.pack import Floor, Level, Option, Question, QuestionType, Recommendation, Trigger
from vendor_ai.scoring.choice import open_choices
from vendor_ai.scoring.mean import share_out
from vendor_ai.scoring.score import Scorer
from vendor_ai.scoring.steering import classes_to_try


def assert_bounds_are_attained(case: OpenAssessment) -> None:
    """The best and the worst over every completion, each extreme on its own."""
    score = case.score()
    found = [result for result in case.completed() if result.score is not None]
    if score.best is None or score.worst is None:
        assert score.score is None and not found
        return
    scores = [result.score for result in found if result.score is not None]
    severities = [ORDER.index(result.recommendation or "") for result in found]
    assert (score.best.score, score.worst.score) == (min(scores), max(scores))
    assert (score.best.recommendation, score.worst.recommendation) == (ORDER[min(severities)], ORDER[max(severities)])


@settings(max_examples=300, deadline=None)
@given(open_assessments())
def test_the_bounds_are_those_of_trying_every_completion(case: OpenAssessment) -> None:
    assert_bounds_are_attained(case)


@settings(max_examples=200, deadline=None)
@given(open_assessments(review=True))
def test_the_bounds_under_a_review_are_those_of_trying_every_completion(case: OpenAssessment) -> None:
    assert_bounds_are_attained(case)


@pytest.mark.soak
@settings(max_examples=20_000, deadline=None)
@given(open_assessments(most=5, review=True))
def test_the_bounds_of_many_packs_are_those_of_trying_every_completion(case: OpenAssessment) -> None:
    assert_bounds_are_attained(case)


@settings(max_examples=200, deadline=None)
@given(open_assessments(review=True))
def test_dimensions_and_questions_add_up_to_the_shown_score(case: OpenAssessment) -> None:
    score = case.score()

    if score.score is not None:
        shown = int(score.as_json()["score"].replace(".", ""))
        assert sum(dimension.units or 0 for dimension in score.dimensions) == shown
        for dimension in score.dimensions:
            if dimension.questions:
                assert sum(question.units for question in dimension.questions) == dimension.units


def test_the_answers_of_a_large_multi_question_are_grown_not_enumerated() -> None:
    # Twenty options in four levels without triggers: at most four levels can come of 1,048,575 sets.
    options = tuple(Option(f"o{number}", f"O {number}", Level(number % 4 + 1)) for number in range(20))
    question = Question("q", "d1", "Which?", options, QuestionType.MULTI, not_applicable=False)

    assert sorted(choice.level or 0 for choice in open_choices(question, (), None)) == [1, 2, 3, 4]


def test_leaving_a_question_out_may_be_better_than_its_best_answer() -> None:
    # q1 is LOW; q2 offers HIGH or CRITICAL only, so that not applicable is its best: 1, not (1 + 3) / 2.
    pack = a_pack([a_question("q1"), a_question("q2", levels=(3, 4))])

    score = Scorer(pack).from_answers(answered(q1="l1"))

    assert score.best is not None and score.worst is not None
    assert (score.best.score, score.worst.score) == (1, Fraction(5, 2))


def test_a_floor_that_no_answer_avoids_is_in_the_best_recommendation() -> None:
    floor = Floor(("l1", "l4"), Recommendation.REQUIRES_REMEDIATION)
    pack = a_pack([a_question("q1", levels=(1, 4), floors=(floor,), not_applicable=False), a_question("q2")])

    score = Scorer(pack).from_answers(answered(q2="l1"))

    assert score.best is not None
    assert (score.best.score, score.best.recommendation) == (1, Recommendation.REQUIRES_REMEDIATION)


def test_the_mildest_recommendation_may_need_another_answer_than_the_lowest_score() -> None:
    floor = Floor(("l1",), Recommendation.REJECTED)
    pack = a_pack([a_question("q1", levels=(1, 2), floors=(floor,), not_applicable=False)])

    score = Scorer(pack).from_answers({})

    assert score.best is not None
    assert (score.best.score, score.best.recommendation) == (1, Recommendation.APPROVED_WITH_CONDITIONS)


def test_questions_that_steer_their_own_dimension_are_not_multiplied_with_others() -> None:
    steered = [
        question
        for number in range(12)
        for question in (
            a_question(f"a{number}", f"d{number}"),
            a_question(f"b{number}", f"d{number}", applies_when=(Trigger(f"a{number}", None, ("l4",)),)),
        )
    ]

    assert classes_to_try(steered) == 2


@given(st.integers(0, 10_000), st.lists(st.fractions(min_value=0, max_value=5, max_denominator=50), min_size=1, max_size=12))
def test_shares_add_up_and_stay_within_one_unit_of_their_part(units: int, parts: list[Fraction]) -> None:
    shares = share_out(units, parts)

    if sum(parts):
        assert sum(shares) == units
        assert all(abs(share - part * units / sum(parts)) < 1 for share, part in zip(shares, parts, strict=True))
    else:
        assert shares == [0] * len(parts)


def test_equal_remainders_are_served_in_order() -> None:
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]

"""What a reviewer's levels and the acceptance of "not applicable" do to a score, as worked examples."""

from fractions import Fraction

import pytest

from tests.factories.pack import NA, a_pack, a_question, answered
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Condition, Floor, Level, Question, QuestionType, Recommendation, Trigger
from vendor_ai.scoring.score import Scorer


def test_a_reviewers_level_counts_in_place_of_the_answers_own_and_both_are_shown() -> None:
    pack = a_pack([a_question("q1", weight=Fraction(3)), a_question("q2")])

    document = Scorer(pack).from_answers(answered(q1="l1", q2="l2"), levels={"q1": Level.HIGH}).as_json(breakdown=True)

    # (3 x 3 + 2) / 4 in place of (3 x 1 + 2) / 4
    assert document["score"] == "2.75"
    dimension = document["dimensions"][0]
    assert (dimension["value"], dimension["claimed"], dimension["contribution"]) == ("2.75", "1.25", "2.75")
    assert dimension["questions"] == [
        {"id": "q1", "answer": "l1", "level": "HIGH", "contribution": "2.25", "claimed": "LOW"},
        {"id": "q2", "answer": "l2", "level": "MEDIUM", "contribution": "0.50"},
    ]


def test_a_level_that_confirms_the_answer_shows_nothing_beside_it() -> None:
    pack = a_pack([a_question("q1")])

    document = Scorer(pack).from_answers(answered(q1="l2"), levels={"q1": Level.MEDIUM}).as_json(breakdown=True)

    assert "claimed" not in document["dimensions"][0]
    assert "claimed" not in document["dimensions"][0]["questions"][0]


def test_a_review_cannot_lift_the_floor_of_the_given_answer() -> None:
    floor = Floor(("l4",), Recommendation.REJECTED)
    pack = a_pack([a_question("q1", floors=(floor,)), a_question("q2")])

    score = Scorer(pack).from_answers(answered(q1="l4"), levels={"q1": Level.LOW})

    assert [hit.question for hit in score.floors] == ["q1"]
    assert score.best is not None and score.best.recommendation is Recommendation.REJECTED


def test_an_unanswered_question_with_a_level_counts_as_answered_by_the_review() -> None:
    pack = a_pack([a_question("q1"), a_question("q2")])

    score = Scorer(pack).from_answers(answered(q1="l1"), levels={"q2": Level.HIGH})

    assert (score.score, score.complete, score.best) == (2, True, score.worst)  # (1 + 3) / 2
    question = score.dimensions[0].questions[1]
    assert (question.answer, question.level, question.claimed) == (None, Level.HIGH, Level.CRITICAL)


def test_what_hangs_on_a_question_that_only_a_review_answered_is_not_asked() -> None:
    follow_up = a_question("q2", applies_when=(Trigger("q1", None, ("l4",)),))

    score = Scorer(a_pack([a_question("q1"), follow_up])).from_answers({}, levels={"q1": Level.CRITICAL})

    assert (score.score, score.complete) == (4, True)


def test_a_level_of_a_dimension_replaces_its_mean_and_leaves_its_questions_to_be_seen() -> None:
    pack = a_pack([a_question("q1", "d1"), a_question("q2", "d1"), a_question("q3", "d2")], d1="0.5", d2="0.5")

    document = (
        Scorer(pack).from_answers(answered(q1="l1", q2="l2", q3="l1"), dimension_levels={"d1": Level.CRITICAL}).as_json(breakdown=True)
    )

    assert document["score"] == "2.50"  # 0.5 x 4 + 0.5 x 1
    first = document["dimensions"][0]
    assert (first["value"], first["claimed"], first["contribution"]) == ("4.00", "1.50", "2.00")
    # 2.00 in the proportion 1 to 2 of the questions' levels
    assert [question["contribution"] for question in first["questions"]] == ["0.67", "1.33"]


def test_open_questions_of_a_dimension_with_a_level_stay_open_but_move_only_floors() -> None:
    floor = Floor(("l4",), Recommendation.REJECTED)
    pack = a_pack([a_question("q1", floors=(floor,))])

    score = Scorer(pack).from_answers({}, dimension_levels={"d1": Level.LOW})

    assert (score.score, score.unanswered) == (1, ("q1",))
    assert score.best is not None and score.worst is not None
    assert (score.best.recommendation, score.worst.recommendation) == (Recommendation.APPROVED, Recommendation.REJECTED)
    assert score.best.score == score.worst.score == 1


def test_not_applicable_counts_as_unanswered_until_it_is_accepted() -> None:
    scorer, answers = Scorer(a_pack([a_question("q1"), a_question("q2")])), answered(q1="l1", q2=NA)

    open_score = scorer.from_answers(answers, not_applicable_accepted=())
    accepted = scorer.from_answers(answers, not_applicable_accepted={"q2"})

    assert (open_score.score, open_score.unanswered) == (Fraction(5, 2), ("q2",))  # (1 + 4) / 2
    assert (accepted.score, accepted.complete) == (1, True)
    assert scorer.from_answers(answers).score == 1, "without a review every answer of not applicable is accepted"


def test_a_level_set_on_a_question_said_not_to_apply_counts_whether_that_was_accepted_or_not() -> None:
    scorer, answers = Scorer(a_pack([a_question("q1"), a_question("q2")])), answered(q1="l1", q2=NA)

    for accepted in ((), {"q2"}):
        score = scorer.from_answers(answers, levels={"q2": Level.MEDIUM}, not_applicable_accepted=accepted)
        assert (score.score, score.complete) == (Fraction(3, 2), True)


def test_a_condition_follows_the_level_that_counts() -> None:
    condition = Condition("Mend it.", Level.MEDIUM, None, 30, "vendor")
    scorer = Scorer(a_pack([a_question("q1", conditions=(condition,)), a_question("q2")]))

    raised = scorer.from_answers(answered(q1="l1", q2="l1"), levels={"q1": Level.HIGH}).conditions
    settled = scorer.from_answers(answered(q1="l4", q2="l1"), levels={"q1": Level.LOW}).conditions
    unanswered = scorer.from_answers(answered(q2="l1"), levels={"q1": Level.HIGH}).conditions

    assert [(each.answer, each.level, each.severity) for each in raised] == [("l1", Level.HIGH, Level.HIGH)]
    assert settled == ()
    assert [(each.answer, each.level) for each in unanswered] == [(None, Level.HIGH)]


def test_a_level_for_what_is_not_there_or_not_scored_is_refused() -> None:
    scorer = Scorer(a_pack([a_question("q1"), Question("q2", "d1", "Anything else?", type=QuestionType.TEXT)]))

    with pytest.raises(InvalidInputError, match="'q9' is not in the pack 'small'"):
        scorer.from_answers({}, levels={"q9": Level.LOW})
    with pytest.raises(InvalidInputError, match="'q2' is not scored by the pack 'small'"):
        scorer.from_answers({}, levels={"q2": Level.LOW})
    with pytest.raises(InvalidInputError, match="no dimension 'd9' in the pack 'small'"):
        scorer.from_answers({}, dimension_levels={"d9": Level.LOW})

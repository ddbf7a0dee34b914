"""Worse answers and more floors never help, whatever the pack."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.open_assessment import FLOORS, TODAY, OpenAssessment, open_assessments, possible_answers
from vendor_ai.domain.pack import Pack, Question
from vendor_ai.domain.score import Score
from vendor_ai.scoring.choice import given_choice


def severity(score: Score) -> int:
    return -1 if score.recommendation is None else score.recommendation.severity


def severities(score: Score) -> list[int]:
    """Of the recommendation and of both bounds."""
    bounds = [bound.recommendation.severity for bound in (score.best, score.worst) if bound is not None]
    return [severity(score), *bounds]


def steering(pack: Pack) -> set[str]:
    return {trigger.question for question in pack.questions for trigger in question.applies_when if trigger.question is not None}


def worse_answers(question: Question, case: OpenAssessment) -> Iterator[str]:
    """Answers at a higher level than the given one, under a floor at least as severe."""
    now = given_choice(question, case.answers[question.id], TODAY)
    entry = next(entry for entry in case.document["questions"] if entry["id"] == question.id)
    for value in possible_answers(entry):
        other = given_choice(question, value, TODAY)
        if now.level is not None and other.level is not None and other.level > now.level and other.floor.severity >= now.floor.severity:
            yield value


@settings(max_examples=300, deadline=None)
@given(open_assessments())
def test_a_worse_answer_never_improves_score_recommendation_or_bounds(case: OpenAssessment) -> None:
    before, decided = case.score(), steering(case.pack)

    for question in case.pack.questions:
        if question.id in case.answers and question.id not in decided:
            for value in worse_answers(question, case):
                after = case.score({**case.answers, question.id: value})
                assert after.score is None or (before.score is not None and after.score >= before.score)
                assert all(new >= old for new, old in zip(severities(after), severities(before), strict=True))
                for new, old in ((after.best, before.best), (after.worst, before.worst)):
                    assert new is None or (old is not None and new.score >= old.score)


@settings(max_examples=300, deadline=None)
@given(open_assessments(), st.data())
def test_another_floor_never_makes_anything_milder_and_leaves_the_score(case: OpenAssessment, data: st.DataObject) -> None:
    document = deepcopy(case.document)
    offering = [entry for entry in document["questions"] if "options" in entry]
    if not offering:
        return
    entry = data.draw(st.sampled_from(offering))
    floor = {"answer": data.draw(st.sampled_from(entry["options"]))["value"], "at_least": data.draw(st.sampled_from(FLOORS))}
    entry["floor"] = [*([entry["floor"]] if "floor" in entry else []), floor]

    without, having = case.score(), replace(case, document=document).score()

    assert (having.score, having.by_mean) == (without.score, without.by_mean)
    assert all(new >= old for new, old in zip(severities(having), severities(without), strict=True))


@settings(max_examples=200, deadline=None)
@given(open_assessments())
def test_answering_an_open_question_never_leaves_the_bounds(case: OpenAssessment) -> None:
    before = case.score()

    for entry in case.document["questions"]:
        if entry["id"] in before.unanswered:
            for value in possible_answers(entry):
                after = case.score({**case.answers, entry["id"]: value})
                for bound in (after.best, after.worst):
                    if bound is not None:
                        assert before.best is not None and before.worst is not None
                        assert before.best.score <= bound.score <= before.worst.score
                        assert before.best.recommendation.severity <= bound.recommendation.severity
                        assert bound.recommendation.severity <= before.worst.recommendation.severity

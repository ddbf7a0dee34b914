"""Bounds against trying every completion."""

from collections.abc import Iterator
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.pack import NA, a_pack, a_question, answered
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Floor, Pack, Question, Recommendation, Trigger, recommendation_for
from vendor_ai.scoring.bounds import classes_to_try
from vendor_ai.scoring.mean import share_out
from vendor_ai.scoring.score import Scorer

LEVELS = {"l1": 1, "l2": 2, "l3": 3, "l4": 4}


def completions(pack: Pack, answers: dict[str, str], chosen: dict[str, str] | None = None, place: int = 0) -> Iterator[dict[str, str]]:
    """Every way to answer all questions that get asked, in the pack's order; only asked questions are in it."""
    chosen = chosen or {}
    if place == len(pack.questions):
        yield chosen
        return
    question = pack.questions[place]
    if not all(chosen.get(trigger.question or "") in trigger.values for trigger in question.applies_when):
        yield from completions(pack, answers, chosen, place + 1)
        return
    open_values = [option.value for option in question.options] + ([NA] if question.not_applicable else [])
    for value in [answers[question.id]] if question.id in answers else open_values:
        yield from completions(pack, answers, {**chosen, question.id: value}, place + 1)


def judge(pack: Pack, chosen: dict[str, str]) -> tuple[Fraction, Recommendation] | None:
    top = bottom = Fraction(0)
    worst = Recommendation.APPROVED
    for dimension in pack.dimensions:
        counted = [q for q in pack.questions if q.dimension == dimension.id and chosen.get(q.id, NA) != NA]
        if counted:
            value = sum(q.weight * LEVELS[chosen[q.id]] for q in counted) / sum(q.weight for q in counted)
            top, bottom = top + dimension.weight * value, bottom + dimension.weight
    for question in pack.questions:
        for floor in question.floors:
            if chosen.get(question.id) in floor.answers:
                worst = worst.at_least(floor.at_least)
    return (top / bottom, recommendation_for(top / bottom).at_least(worst)) if bottom else None


def oracle(pack: Pack, answers: dict[str, str]) -> tuple[object, ...]:
    found = [result for chosen in completions(pack, answers) if (result := judge(pack, chosen))]
    scores = [score for score, _ in found]
    severities = sorted((recommendation for _, recommendation in found), key=lambda each: each.severity)
    return min(scores), severities[0], max(scores), severities[-1]


@st.composite
def open_assessments(draw: st.DrawFn) -> tuple[Pack, dict[str, str]]:
    questions: list[Question] = []
    for number in range(draw(st.integers(2, 5))):
        levels = draw(st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True))
        triggers = []
        if questions and draw(st.booleans()):
            earlier = draw(st.sampled_from(questions))
            offered = [option.value for option in earlier.options]
            triggers.append(Trigger(earlier.id, None, tuple(draw(st.lists(st.sampled_from(offered), min_size=1, unique=True)))))
        floors = []
        if draw(st.integers(0, 3)) == 0:
            at_least = draw(st.sampled_from(list(Recommendation)[1:]))
            floors.append(Floor((f"l{draw(st.sampled_from(levels))}",), at_least))
        questions.append(
            a_question(
                f"q{number}",
                draw(st.sampled_from(["d1", "d2", "d3"])),
                levels,
                weight=Fraction(draw(st.integers(1, 4))),
                not_applicable=draw(st.booleans()),
                applies_when=tuple(triggers),
                floors=tuple(floors),
            )
        )
    pack = a_pack(questions, d1="0.5", d2="0.3", d3="0.2")
    answers = {
        question.id: draw(st.sampled_from([option.value for option in question.options] + ([NA] if question.not_applicable else [])))
        for question in questions
        if draw(st.booleans())
    }
    return pack, answers


@settings(max_examples=300, deadline=None)
@given(open_assessments())
def test_the_bounds_are_those_of_trying_every_completion(case: tuple[Pack, dict[str, str]]) -> None:
    pack, values = case

    score = Scorer(pack).from_answers({key: Answer(key, value) for key, value in values.items()})

    if score.best is None or score.worst is None:
        assert score.score is None and not any(judge(pack, chosen) for chosen in completions(pack, values))
    else:
        assert (score.best.score, score.best.recommendation, score.worst.score, score.worst.recommendation) == oracle(pack, values)


@settings(max_examples=200, deadline=None)
@given(open_assessments())
def test_dimensions_and_questions_add_up_to_the_shown_score(case: tuple[Pack, dict[str, str]]) -> None:
    pack, values = case

    score = Scorer(pack).from_answers({key: Answer(key, value) for key, value in values.items()})

    if score.score is not None:
        shown = int(score.as_json()["score"].replace(".", ""))
        assert sum(dimension.units or 0 for dimension in score.dimensions) == shown
        for dimension in score.dimensions:
            assert sum(question.units for question in dimension.questions) == dimension.units


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

"""How a questionnaire becomes a score, as worked examples."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tests.factories.pack import NA, a_pack, a_question, answered
from vendor_ai.domain.pack import Condition, Floor, Level, Recommendation, Trigger, recommendation_for
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import find_pack

DEFAULT = find_pack("vendor-ai-due-diligence")
DIMENSIONS = [dimension.id for dimension in DEFAULT.dimensions]


def levels(*numbers: int) -> dict[str, Level | None]:
    return {dimension: Level(number) for dimension, number in zip(DIMENSIONS, numbers, strict=True)}


def test_every_dimension_high_is_exactly_three_and_rejected() -> None:
    score = Scorer(DEFAULT).from_levels(levels(*[3] * 12))

    assert score.score == 3
    assert score.as_json()["score"] == "3.00"
    assert score.recommendation is Recommendation.REJECTED


def test_a_mean_of_exactly_two_and_a_half_requires_remediation() -> None:
    score = Scorer(DEFAULT).from_levels(levels(3, 3, 2, 3, 1, 3, 4, 4, 1, 1, 1, 1))

    assert score.as_json()["score"] == "2.50"
    assert score.recommendation is Recommendation.REQUIRES_REMEDIATION


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        ("1", "APPROVED"),
        ("1.4999999999999999999", "APPROVED"),
        ("1.5", "APPROVED_WITH_CONDITIONS"),
        ("2.4999999999999999999", "APPROVED_WITH_CONDITIONS"),
        ("2.5", "REQUIRES_REMEDIATION"),
        ("2.9999999999999999999", "REQUIRES_REMEDIATION"),
        ("3", "REJECTED"),
        ("4", "REJECTED"),
    ],
)
def test_thresholds_are_exact(mean: str, expected: str) -> None:
    assert recommendation_for(Fraction(mean)) == expected


def test_the_contributions_of_a_plain_score_are_weight_times_level() -> None:
    score = Scorer(DEFAULT).from_levels(levels(3, 3, 2, 3, 1, 3, 4, 4, 1, 1, 1, 1)).as_json()

    assert [part["contribution"] for part in score["dimensions"]] == [
        *("0.30", "0.30", "0.30", "0.45", "0.10", "0.30"),
        *("0.20", "0.40", "0.05", "0.05", "0.03", "0.02"),
    ]


def test_a_dimension_that_does_not_apply_leaves_numerator_and_denominator() -> None:
    # 0.85 of the weight stays: (12 x 0.85 / 4) HIGH would be 3; with audit_rights (0.02) LOW: (0.83 x 3 + 0.02) / 0.85.
    given = {**levels(*[3] * 12), "bias_testing_adequacy": None, "audit_rights": Level.LOW}

    score = Scorer(DEFAULT).from_levels(given)

    assert score.score == Fraction("2.51") / Fraction("0.85")
    document = score.as_json()
    assert document["score"] == "2.952941"
    assert document["dimensions"][3] == {"id": "bias_testing_adequacy", "weight": "0.15", "value": None, "contribution": "0.000000"}
    assert sum(Decimal(part["contribution"]) for part in document["dimensions"]) == Decimal("2.952941")
    assert document["complete"] is True


def test_an_unanswered_dimension_counts_as_critical_and_opens_the_bounds() -> None:
    given = levels(*[1] * 12)
    del given["performance_validation_rigor"]  # weight 0.15

    document = Scorer(DEFAULT).from_levels(given).as_json()

    assert document["score"] == "1.45"
    assert document["unanswered"] == ["performance_validation_rigor"]
    assert document["complete"] is False
    assert document["bounds"] == {
        "best": {"score": "1.00", "recommendation": "APPROVED"},
        "worst": {"score": "1.45", "recommendation": "APPROVED"},
    }


def test_nothing_scorable_has_no_score_at_all() -> None:
    document = Scorer(DEFAULT).from_levels(dict.fromkeys(DIMENSIONS)).as_json()

    assert [document[key] for key in ("score", "recommendation", "by_mean", "bounds")] == [None] * 4
    assert document["complete"] is True
    assert all(part["value"] is None and part["contribution"] is None for part in document["dimensions"])


def test_the_score_has_exactly_the_agreed_keys() -> None:
    document = Scorer(DEFAULT).from_levels({}).as_json()

    assert list(document) == [
        *(
            "pack",
            "version",
            "score",
            "recommendation",
            "by_mean",
            "floors",
            "complete",
            "bounds",
            "dimensions",
            "unanswered",
            "conditions",
        ),
    ]
    assert list(document["dimensions"][0]) == ["id", "weight", "value", "contribution"]


def test_a_dimension_is_the_weighted_mean_of_its_questions() -> None:
    pack = a_pack([a_question("q1", weight=Fraction(3)), a_question("q2")])

    score = Scorer(pack).from_answers(answered(q1="l1", q2="l4"))

    assert score.as_json()["dimensions"][0]["value"] == "1.75"  # (3 x 1 + 4) / 4
    assert score.as_json()["score"] == "1.75"


def test_the_parts_add_up_to_the_last_digit_where_thirds_are_rounded() -> None:
    pack = a_pack([a_question("q1", "d1"), a_question("q2", "d2"), a_question("q3", "d3")], d1="1/3", d2="1/3", d3="1/3")

    document = Scorer(pack).from_answers(answered(q1="l1", q2="l2", q3="l2")).as_json(breakdown=True)

    assert document["score"] == "1.666667"  # 5/3
    parts = [part["contribution"] for part in document["dimensions"]]
    assert parts == ["0.333333", "0.666667", "0.666667"]
    assert [question["contribution"] for part in document["dimensions"] for question in part["questions"]] == parts


def test_a_floor_is_named_with_its_question_whatever_the_mean() -> None:
    floor = Floor(("l1",), Recommendation.REJECTED)
    pack = a_pack([a_question("q1", floors=(floor,)), a_question("q2")])

    document = Scorer(pack).from_answers(answered(q1="l1", q2="l1")).as_json()

    assert (document["by_mean"], document["recommendation"]) == ("APPROVED", "REJECTED")
    assert document["floors"] == [{"question": "q1", "answer": "l1", "at_least": "REJECTED"}]
    assert document["bounds"]["best"] == {"score": "1.00", "recommendation": "REJECTED"}


def test_a_floor_never_makes_a_recommendation_milder() -> None:
    floor = Floor(("l4",), Recommendation.APPROVED_WITH_CONDITIONS)
    score = Scorer(a_pack([a_question("q1", floors=(floor,))])).from_answers(answered(q1="l4"))

    assert score.recommendation is Recommendation.REJECTED


def test_an_answer_at_medium_or_worse_raises_its_condition() -> None:
    condition = Condition("Mend it.", Level.MEDIUM, None, 30, "vendor")
    pack = a_pack(
        [a_question("q1", conditions=(condition,)), a_question("q2", conditions=(condition,)), a_question("q3", conditions=(condition,))]
    )

    document = Scorer(pack).from_answers(answered(q1="l1", q2="l3")).as_json()

    assert document["conditions"] == [
        {"question": "q2", "answer": "l3", "level": "HIGH", "text": "Mend it.", "severity": "HIGH", "days": 30, "owner": "vendor"}
    ]


def test_a_question_is_asked_only_after_the_answer_it_depends_on() -> None:
    follow_up = a_question("q2", applies_when=(Trigger("q1", None, ("l3", "l4")),))
    pack = a_pack([a_question("q1"), follow_up])

    not_asked = Scorer(pack).from_answers(answered(q1="l1", q2="l4"))
    asked = Scorer(pack).from_answers(answered(q1="l3"))
    not_yet = Scorer(pack).from_answers(answered(q2="l4"))

    assert (not_asked.score, not_asked.complete) == (1, True)
    assert (asked.unanswered, asked.score) == (("q2",), Fraction(7, 2))
    assert not_yet.unanswered == ("q1",)


def test_a_question_that_is_not_asked_silences_those_behind_it() -> None:
    first = a_question("q2", applies_when=(Trigger("q1", None, ("l4",)),))
    second = a_question("q3", applies_when=(Trigger("q2", None, ("l4",)),))

    score = Scorer(a_pack([a_question("q1"), first, second])).from_answers(answered(q1="l1", q2="l4", q3="l4"))

    assert (score.score, score.complete) == (1, True)


def test_a_property_of_the_component_decides_whether_a_question_is_asked() -> None:
    only_eu = a_question("q2", applies_when=(Trigger(None, "regions", ("EU",)),))
    scorer = Scorer(a_pack([a_question("q1"), only_eu]))

    assert scorer.from_answers(answered(q1="l1"), {"regions": ["us"]}).complete is True
    assert scorer.from_answers(answered(q1="l1"), {"regions": ["us", "eu"]}).unanswered == ("q2",)
    assert scorer.from_answers(answered(q1="l1")).unanswered == ("q2",), "what nobody stated is asked"


def test_an_answer_of_not_applicable_leaves_its_dimension() -> None:
    score = Scorer(a_pack([a_question("q1"), a_question("q2")])).from_answers(answered(q1="l2", q2=NA))

    assert (score.score, score.complete) == (2, True)

"""How questions of each type enter a score, as worked examples on one pack that has them all."""

from datetime import date
from fractions import Fraction

import pytest

from tests.factories.pack import EVERY_TYPE_YAML, answered
from vendor_ai.domain.score import Score
from vendor_ai.scoring.score import Scorer
from vendor_ai.services.questionnaire import check_pack_text

PACK = check_pack_text(EVERY_TYPE_YAML).pack
assert PACK is not None
SCORER = Scorer(PACK)
TODAY = date(2026, 7, 1)
GOOD = {
    "tested": "yes",
    "channels": "chat",
    "checks": "lint; unit",
    "grade": "3",
    "notice": "120",
    "audited": "2026-01-01",
    "policy": "policy.pdf",
}


def scored(**changes: str) -> Score:
    return SCORER.from_answers(answered(**{**GOOD, **changes}), as_of=TODAY)


def test_levels_of_all_types_enter_the_mean_of_their_dimension() -> None:
    score = scored()

    # safety: yes 1, chat 2, two checks 2, grade 1; law: 120 days 1, audited within a year 1, policy 1
    assert [dimension.value for dimension in score.dimensions] == [Fraction(6, 4), 1]
    assert score.score == Fraction(5, 4)


def test_an_optional_remark_is_neither_scored_nor_missed() -> None:
    score = scored()

    assert score.complete
    assert "remark" not in [question.id for dimension in score.dimensions for question in dimension.questions]
    assert scored(remark="Nothing.").score == score.score


def test_a_floor_names_the_chosen_option_that_hit_it() -> None:
    score = scored(channels="chat; mail")

    assert [(hit.question, hit.answer) for hit in score.floors] == [("channels", "mail")]
    assert score.recommendation == "REQUIRES_REMEDIATION"


def test_any_chosen_option_has_the_question_behind_it_asked() -> None:
    answers = answered(**{name: value for name, value in GOOD.items() if name != "policy"})
    named = answered(**{**{name: value for name, value in GOOD.items() if name != "policy"}, "channels": "mail; none"})

    assert SCORER.from_answers(answers, as_of=TODAY).unanswered == ("policy",)
    assert SCORER.from_answers(named, as_of=TODAY).unanswered == ("policy",)
    assert scored(channels="none").dimensions[1].questions[-1].id == "audited", "nowhere open to abuse, so no policy is asked for"


def test_the_tier_decides_what_is_asked() -> None:
    answers = answered(**{name: value for name, value in GOOD.items() if name != "policy"})

    assert SCORER.from_answers(answers, {"tier": ["LOW"]}, as_of=TODAY).complete
    assert SCORER.from_answers(answers, {"tier": ["HIGH"]}, as_of=TODAY).unanswered == ("policy",)


def test_a_date_grows_older_with_the_day_of_scoring() -> None:
    answers = answered(**GOOD)

    fresh = SCORER.from_answers(answers, as_of=date(2027, 1, 1))
    old = SCORER.from_answers(answers, as_of=date(2027, 1, 2))

    assert [score.dimensions[1].value for score in (fresh, old)] == [1, Fraction(5, 3)]  # 366 days: HIGH
    assert [raised.text for raised in old.conditions] == ["Audit again."]


def test_an_unscored_question_that_must_be_answered_keeps_the_result_open_without_moving_it() -> None:
    pack = check_pack_text(EVERY_TYPE_YAML.replace("    required: false\n", "")).pack
    assert pack is not None

    score = Scorer(pack).from_answers(answered(**GOOD), as_of=TODAY)

    assert (score.unanswered, score.complete) == (("remark",), False)
    assert score.best == score.worst and score.best is not None and score.best.score == score.score == Fraction(5, 4)


def test_the_bounds_of_a_number_are_the_levels_its_limits_allow() -> None:
    narrow = EVERY_TYPE_YAML.replace("    minimum: 0\n", "    minimum: 60\n    not_applicable: false\n")
    narrow = narrow.replace("{up_to: 29.5, level: CRITICAL}, ", "")
    pack = check_pack_text(narrow).pack
    assert pack is not None
    answers = answered(**{name: value for name, value in GOOD.items() if name != "notice"})

    score = Scorer(pack).from_answers(answers, as_of=TODAY)

    # law without notice: 1 and 1; notice counts CRITICAL in the score, but 60 days or more are at worst MEDIUM.
    assert score.best is not None and score.worst is not None
    assert score.dimensions[1].value == 2
    assert (score.best.score, score.worst.score) == (Fraction(5, 4), (Fraction(6, 4) + Fraction(4, 3)) / 2)


def test_a_graded_date_needs_a_day_to_count_to() -> None:
    with pytest.raises(ValueError, match="audited"):
        SCORER.from_answers(answered(**GOOD))

"""Rolling a new version out: each reason at its margin, the stages, and a stable share of the callers."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest

from vendor_ai.change.comparison import recommend
from vendor_ai.change.hashed_share import falls_within
from vendor_ai.change.proportion import change_of_share
from vendor_ai.change.rollout import (
    RolloutFacts,
    RolloutReason,
    RolloutRule,
    ShadowFacts,
    ShadowObstacle,
    decide,
    in_canary,
    next_percent,
    shadow_obstacles,
)
from vendor_ai.domain.comparison import AccuracyChange, Rollout
from vendor_ai.domain.errors import InvalidInputError

RULE = RolloutRule()
EQUAL = change_of_share(900, 1000, 900, 1000)
KEYS = [f"user-{number}" for number in range(4000)]


def accuracy(difference: str, p_value: float) -> AccuracyChange:
    return AccuracyChange(Fraction(difference), (0.0, 0.0), 0.0, p_value)


def shadow(**changed: object) -> ShadowFacts:
    facts = {"days": 14, "calls": 1000, "mirrored": 1000, "p95_ms": 200.0, "performance": Fraction(9, 10), "validated": Fraction(9, 10)}
    return ShadowFacts(**{**facts, **changed})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (accuracy("0.0051", 0.049), (Rollout.ROLLBACK_IMMEDIATELY, (RolloutReason.ERROR_RATE_ROSE,))),
        (accuracy("0.0051", 0.05), (Rollout.MONITOR_CLOSELY, (RolloutReason.ERROR_RATE_MAY_HAVE_RISEN,))),
        (accuracy("0.005", 0.0001), (Rollout.PROCEED_TO_FULL_ROLLOUT, ())),
        (accuracy("-0.2", 0.0001), (Rollout.PROCEED_TO_FULL_ROLLOUT, ())),
        (None, (Rollout.MONITOR_CLOSELY, (RolloutReason.NO_LABELS,))),
    ],
)
def test_the_error_rate_decides_at_its_margin(change: AccuracyChange | None, expected: tuple[Rollout, tuple[RolloutReason, ...]]) -> None:
    assert decide(RULE, RolloutFacts(accuracy=change)) == expected


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (RolloutFacts(accuracy=EQUAL, p95_difference_ms=-50.1), RolloutReason.LATENCY_ROSE),
        (RolloutFacts(accuracy=EQUAL, business_before=Fraction(100), business_after=Fraction("94.9")), RolloutReason.BUSINESS_METRIC_FELL),
        (RolloutFacts(accuracy=EQUAL, fairness_violation=True), RolloutReason.FAIRNESS_VIOLATION),
        (RolloutFacts(accuracy=EQUAL, security_incident=True), RolloutReason.SECURITY_INCIDENT),
    ],
)
def test_each_of_the_other_reasons_rolls_back_alone(facts: RolloutFacts, reason: RolloutReason) -> None:
    assert decide(RULE, facts) == (Rollout.ROLLBACK_IMMEDIATELY, (reason,))


def test_exactly_at_every_margin_proceeds() -> None:
    facts = RolloutFacts(accuracy=EQUAL, p95_difference_ms=-50.0, business_before=Fraction(100), business_after=Fraction(95))
    assert decide(RULE, facts) == (Rollout.PROCEED_TO_FULL_ROLLOUT, ())


def test_a_metric_below_zero_falls_by_a_share_of_its_size() -> None:
    lost = RolloutFacts(accuracy=EQUAL, business_before=Fraction(-100), business_after=Fraction(-106))
    assert decide(RULE, lost)[1] == (RolloutReason.BUSINESS_METRIC_FELL,)
    assert decide(RULE, RolloutFacts(accuracy=EQUAL, business_before=Fraction(-100), business_after=Fraction(-105)))[1] == ()


def test_all_reasons_are_named_graver_ones_first() -> None:
    facts = RolloutFacts(accuracy=accuracy("0.01", 0.2), p95_difference_ms=-60, security_incident=True)
    assert decide(RULE, facts)[1] == (
        RolloutReason.SECURITY_INCIDENT,
        RolloutReason.LATENCY_ROSE,
        RolloutReason.ERROR_RATE_MAY_HAVE_RISEN,
    )


def test_a_stricter_rule_decides_by_its_own_margins() -> None:
    strict = RolloutRule(error_rate_margin=Decimal("0.001"), p95_margin_ms=Decimal(10))
    assert decide(strict, RolloutFacts(accuracy=accuracy("0.002", 0.01), p95_difference_ms=-11))[1] == (
        RolloutReason.ERROR_RATE_ROSE,
        RolloutReason.LATENCY_ROSE,
    )


def test_a_comparison_recommends_what_the_default_rule_decides() -> None:
    lost = change_of_share(950, 1000, 850, 1000)
    assert recommend(lost, None) == decide(RULE, RolloutFacts(accuracy=lost))[0] == Rollout.ROLLBACK_IMMEDIATELY


def test_a_rule_comes_back_from_its_document_as_it_was_written() -> None:
    rule = RolloutRule(canary_percent=10, shadow_p95_limit_ms=Decimal("250.5"), significance=Decimal("0.01"))
    document = rule.as_json()
    assert (document["canary_percent"], document["error_rate_margin"], document["p95_margin_ms"]) == (10, "0.005", "50")
    assert RolloutRule.from_json(document) == rule
    assert RolloutRule.from_json({}) == RULE


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"canary_percent": 4}, "canary_percent is 4; it must lie between 5 and 10"),
        ({"canary_percent": 11}, "between 5 and 10"),
        ({"canary_days": 6}, "canary_days is 6"),
        ({"shadow_days": 29}, "between 14 and 28"),
        ({"significance": "1.5"}, "share between 0 and 1"),
        ({"p95_margin_ms": "-1"}, "must not be negative"),
        ({"shadow_p95_limit_ms": "0"}, "must be positive"),
        ({"canary_percent": "7.5"}, "whole number"),
        ({"error_rate_margin": "little"}, "error_rate_margin is 'little'; it must be a number"),
        ({"error_rate_margin": "NaN"}, "must be a number"),
        ({"business_margin": None}, "must be a number"),
        ({"margin": 1}, "no field 'margin'"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_field(document: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        RolloutRule.from_json(document)


def test_a_shadow_run_that_meets_every_condition_has_no_obstacle() -> None:
    assert shadow_obstacles(RolloutRule(shadow_p95_limit_ms=Decimal(200)), shadow(performance=Fraction("0.855"))) == ()


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        (shadow(days=13), ShadowObstacle.TOO_SHORT),
        (shadow(mirrored=999), ShadowObstacle.NOT_ALL_VOLUME),
        (shadow(calls=0, mirrored=0), ShadowObstacle.NOT_ALL_VOLUME),
        (shadow(p95_ms=200.1), ShadowObstacle.LATENCY_OVER_LIMIT),
        (shadow(p95_ms=None), ShadowObstacle.LATENCY_UNKNOWN),
        (shadow(performance=Fraction("0.8549")), ShadowObstacle.BELOW_VALIDATED),
        (shadow(performance=None), ShadowObstacle.PERFORMANCE_UNKNOWN),
        (shadow(validated=None), ShadowObstacle.PERFORMANCE_UNKNOWN),
    ],
)
def test_each_condition_of_a_shadow_run_is_an_obstacle_of_its_own(facts: ShadowFacts, obstacle: ShadowObstacle) -> None:
    assert shadow_obstacles(RolloutRule(shadow_p95_limit_ms=Decimal(200)), facts) == (obstacle,)


def test_without_a_latency_limit_latency_is_no_obstacle() -> None:
    assert shadow_obstacles(RULE, shadow(p95_ms=None)) == ()


def test_the_canary_grows_in_four_steps() -> None:
    assert [next_percent(percent) for percent in (5, 10, 25, 50, 100)] == [25, 25, 50, 100, None]


def test_a_canary_holds_about_its_share_of_the_keys() -> None:
    # 4,000 keys at 5 %: 200, four standard deviations of 13.8 either way.
    assert 145 <= sum(in_canary(key, 5, "update-7") for key in KEYS) <= 255


def test_who_is_in_stays_in_while_the_canary_grows() -> None:
    parts = [{key for key in KEYS if in_canary(key, percent, "update-7")} for percent in (5, 10, 25, 50, 100)]
    assert all(smaller < larger for smaller, larger in pairwise(parts))
    assert len(parts[-1]) == 4000
    assert not any(in_canary(key, 0, "update-7") for key in KEYS)


def test_the_next_update_draws_others() -> None:
    first, second = ({key for key in KEYS if in_canary(key, 10, salt)} for salt in ("update-7", "update-8"))
    # Independent draws share 1 % of the keys: 40, four standard deviations of 6.3 either way.
    assert 15 <= len(first & second) <= 65


def test_the_draw_is_the_same_on_every_machine() -> None:
    # A changed draw would mix the groups of a running canary. SHA-256 of "13:canary:pinneduser-0" starts with bd36018b7d973a9f: 0.74.
    assert not falls_within("user-0", 0.739, "canary:pinned")
    assert falls_within("user-0", 0.74, "canary:pinned")
    assert [key for key in KEYS[:60] if in_canary(key, 10, "pinned")] == ["user-12", "user-24", "user-32", "user-37", "user-40"]


def test_salt_and_key_are_kept_apart() -> None:
    # Joined without the length of the salt, both would hash the same text and always agree.
    drawn = [(falls_within("bc", 0.5, f"a{number}"), falls_within(f"{number}bc", 0.5, "a")) for number in range(64)]
    assert any(one != other for one, other in drawn)

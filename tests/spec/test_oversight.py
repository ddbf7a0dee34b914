"""People over the AI, and a vendor's new version let in step by step."""

from fractions import Fraction

from vendor_ai.change.oversight import DayOfReviews, OversightWarning, Reviews, must_review, oversee, sampled_for_audit
from vendor_ai.change.proportion import change_of_share
from vendor_ai.change.rollout import (
    RolloutFacts,
    RolloutRule,
    ShadowFacts,
    ShadowObstacle,
    decide,
    in_canary,
    next_percent,
    shadow_obstacles,
)
from vendor_ai.domain.comparison import Rollout

RULE = RolloutRule()
NO_CHANGE = change_of_share(900, 1000, 900, 1000)


def test_below_a_confidence_of_075_a_person_must_review() -> None:
    assert must_review(0.74) and must_review(None)
    assert not must_review(0.75)


def test_one_in_twenty_automated_decisions_is_audited_and_always_the_same_ones() -> None:
    drawn = {number for number in range(10_000) if sampled_for_audit(f"decision-{number}", salt="kept from the vendor")}
    # 500 expected; four standard deviations are 87.
    assert 413 <= len(drawn) <= 587
    assert all(sampled_for_audit(f"decision-{number}", salt="kept from the vendor") for number in drawn)


def test_an_override_rate_below_two_percent_is_a_warning() -> None:
    assert oversee({"ann": Reviews(1000, 19)}, {}, []).warnings == (OversightWarning.OVERALL_RATE_LOW,)
    assert oversee({"ann": Reviews(1000, 20)}, {}, []).warnings == ()


def test_more_than_three_reviewers_of_ten_under_one_percent_are_a_warning() -> None:
    busy = {f"busy-{number}": Reviews(1000, 100) for number in range(6)}
    idle = {f"idle-{number}": Reviews(1000, 9) for number in range(4)}
    assert oversee(busy | idle, {}, []).warnings == (OversightWarning.REVIEWERS_SELDOM_OVERRIDE,)


def test_overriding_half_as_often_on_busy_days_is_a_warning() -> None:
    days = [DayOfReviews(100, Reviews(50, 5))] * 5 + [DayOfReviews(900, Reviews(50, 2))] * 5
    assert oversee({"ann": Reviews(500, 35)}, {}, days).warnings == (OversightWarning.BUSY_DAYS_WAVED_THROUGH,)


def test_half_a_point_more_errors_roll_back_once_that_is_significant_and_are_watched_before() -> None:
    surely, perhaps = change_of_share(9500, 10_000, 9400, 10_000), change_of_share(95, 100, 94, 100)
    assert decide(RULE, RolloutFacts(accuracy=surely))[0] is Rollout.ROLLBACK_IMMEDIATELY
    assert decide(RULE, RolloutFacts(accuracy=perhaps))[0] is Rollout.MONITOR_CLOSELY
    assert decide(RULE, RolloutFacts(accuracy=NO_CHANGE))[0] is Rollout.PROCEED_TO_FULL_ROLLOUT


def test_a_slower_p95_a_fallen_business_metric_a_fairness_violation_or_a_security_incident_roll_back_alone() -> None:
    for facts in (
        RolloutFacts(accuracy=NO_CHANGE, p95_difference_ms=-51),
        RolloutFacts(accuracy=NO_CHANGE, business_before=Fraction(1000), business_after=Fraction(949)),
        RolloutFacts(accuracy=NO_CHANGE, fairness_violation=True),
        RolloutFacts(accuracy=NO_CHANGE, security_incident=True),
    ):
        assert decide(RULE, facts)[0] is Rollout.ROLLBACK_IMMEDIATELY


def test_a_new_version_answers_five_percent_then_25_then_50_then_all_and_whoever_is_in_stays_in() -> None:
    percent, inside = 5, set()
    while percent is not None:
        now = {user for user in range(1000) if in_canary(f"user-{user}", percent, "june")}
        assert inside < now
        inside, percent = now, next_percent(percent)
    assert len(inside) == 1000


def test_a_shadow_run_takes_two_weeks_all_of_the_volume_and_the_validated_performance() -> None:
    facts = ShadowFacts(days=13, calls=1000, mirrored=990, performance=Fraction("0.85"), validated=Fraction("0.90"))
    assert shadow_obstacles(RULE, facts) == (ShadowObstacle.TOO_SHORT, ShadowObstacle.NOT_ALL_VOLUME, ShadowObstacle.BELOW_VALIDATED)

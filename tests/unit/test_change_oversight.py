"""Oversight: rates and warnings by hand, at their limits."""

from fractions import Fraction

import pytest

from vendor_ai.change.oversight import DayOfReviews, OversightWarning, Reviews, by_load, must_review, oversee, sampled_for_audit


def warned(by_reviewer: dict[str, Reviews], days: list[DayOfReviews] | None = None, **options: int) -> tuple[OversightWarning, ...]:
    return oversee(by_reviewer, {}, days or [], **options).warnings


def day(volume: int, reviewed: int, overridden: int) -> DayOfReviews:
    return DayOfReviews(volume, Reviews(reviewed, overridden))


def test_the_overall_rate_is_that_of_all_reviewers_together() -> None:
    found = oversee({"ann": Reviews(100, 9), "bob": Reviews(300, 3)}, {9: Reviews(400, 12)}, [])
    assert found.overall == Reviews(400, 12)
    assert found.overall.rate == Fraction(3, 100)
    assert found.by_hour[9].rate == Fraction(3, 100)
    assert found.warnings == ()


def test_below_two_percent_overall_is_warned_of() -> None:
    assert warned({"ann": Reviews(1000, 20)}) == ()
    assert warned({"ann": Reviews(1000, 19)}) == (OversightWarning.OVERALL_RATE_LOW,)


def test_more_than_three_in_ten_reviewers_under_one_percent_are_warned_of() -> None:
    busy = {f"busy-{number}": Reviews(100, 10) for number in range(7)}
    idle = {f"idle-{number}": Reviews(1000, 9) for number in range(3)}
    exactly_one_percent = {"edge": Reviews(1000, 10)}
    assert warned({**busy, **idle}) == ()  # 3 of 10 are not more than 30 %
    assert warned({**busy, **idle, **exactly_one_percent}) == ()
    del busy["busy-0"]
    assert warned({**busy, **idle}) == (OversightWarning.REVIEWERS_SELDOM_OVERRIDE,)


def test_reviewers_with_few_reviews_can_be_left_out_of_the_judgement() -> None:
    by_reviewer = {"ann": Reviews(500, 50), "new": Reviews(3, 0)}
    assert warned(by_reviewer) == (OversightWarning.REVIEWERS_SELDOM_OVERRIDE,)
    assert warned(by_reviewer, minimum_reviews=20) == ()


def test_a_reviewer_without_a_review_is_not_judged() -> None:
    assert warned({"ann": Reviews(100, 5), "away": Reviews(0, 0)}) == ()


def test_nothing_reviewed_warns_of_nothing() -> None:
    found = oversee({}, {}, [])
    assert (found.overall.rate, found.warnings) == (None, ())


def test_busy_days_are_the_top_quarter_by_volume_and_quiet_ones_the_bottom() -> None:
    # Volumes 10, 20, 30, 40, 50: quartiles 20 and 40.
    days = [day(volume, volume, index) for index, volume in enumerate((10, 20, 30, 40, 50))]
    busy, quiet = by_load(days)
    assert (busy, quiet) == (Reviews(90, 7), Reviews(30, 1))


def test_busy_days_with_less_than_half_the_rate_of_quiet_ones_are_warned_of() -> None:
    quiet = [day(10, 10, 1)] * 4  # 10 %
    half, less = [day(100, 100, 5)] * 4, [day(100, 100, 4)] * 4
    everybody = {"ann": Reviews(1000, 100)}
    assert warned(everybody, quiet + half) == ()
    assert warned(everybody, quiet + less) == (OversightWarning.BUSY_DAYS_WAVED_THROUGH,)


@pytest.mark.parametrize("days", [[], [day(10, 5, 1)] * 8, [day(10, 0, 0), day(20, 5, 0)]])
def test_days_without_a_difference_in_load_or_without_reviews_are_not_compared(days: list[DayOfReviews]) -> None:
    assert warned({"ann": Reviews(100, 10)}, days) == ()


@pytest.mark.parametrize(("confidence", "expected"), [(0.7499, True), (0.75, False), (0.99, False), (None, True), (float("nan"), True)])
def test_a_person_reviews_what_the_ai_is_not_sure_of(confidence: float | None, expected: bool) -> None:
    assert must_review(confidence) is expected


def test_the_threshold_can_be_raised() -> None:
    assert must_review(0.8, threshold=0.9)


def test_one_in_twenty_decisions_is_drawn_for_audit_and_always_the_same_ones() -> None:
    drawn = [number for number in range(4000) if sampled_for_audit(f"p{number}", salt="secret")]
    # 200 expected, four standard deviations of 13.8 either way.
    assert 145 <= len(drawn) <= 255
    assert drawn == [number for number in range(4000) if sampled_for_audit(f"p{number}", salt="secret")]
    assert drawn != [number for number in range(4000) if sampled_for_audit(f"p{number}", salt="other")]


def test_all_or_none_can_be_audited() -> None:
    assert all(sampled_for_audit(f"p{number}", share=1.0) for number in range(100))
    assert not any(sampled_for_audit(f"p{number}", share=0.0) for number in range(100))

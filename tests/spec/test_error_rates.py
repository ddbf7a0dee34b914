"""Why the obvious method fails, and how often ours accuses a vendor that keeps its promise.

The promise is 85 % with an allowance of 2 points: a floor of 83 %. Rates without chance in them are computed exactly; the others are
simulated, with few runs and honest margins here, in full by ``make soak`` and ``python -m benchmarks.error_rates``.
"""

import numpy as np
import pytest

from benchmarks import error_rates
from benchmarks.error_rates import bursts, late_labels, point_miss, power, watch_of_a_year
from vendor_ai.inference.exact import breach_p_value, compliance_p_value


def margin(rate: float, runs: int) -> float:
    """Four standard errors of a simulated rate."""
    return 4 * float(np.sqrt(rate * (1 - rate) / runs))


@pytest.mark.parametrize(("calls", "flagged"), [(50, 0.33), (100, 0.24), (500, 0.096), (1000, 0.036)])
def test_a_vendor_that_keeps_its_85_percent_often_lies_below_the_floor_in_a_small_sample(calls: int, flagged: float) -> None:
    assert point_miss(0.85, calls) == pytest.approx(flagged, abs=0.005)


@pytest.mark.parametrize(("calls", "accused"), [(50, 0.013), (100, 0.012), (500, 0.0015), (1000, 0.0003)])
def test_the_exact_test_accuses_the_same_vendor_hardly_ever(calls: int, accused: float) -> None:
    assert power(0.85, calls) == pytest.approx(accused, abs=0.0005)


@pytest.mark.parametrize(("true_share", "calls"), [(0.80, 1070), (0.78, 405), (0.75, 165)])
def test_a_vendor_below_the_floor_is_found_in_eight_of_ten_cases_with_enough_calls(true_share: float, calls: int) -> None:
    assert power(true_share, calls) == pytest.approx(0.80, abs=0.05 * 0.80)


@pytest.mark.parametrize(("level", "needed"), [(0.05, (59, 299, 598)), (0.05 / 6, (94, 477, 956))])
def test_compliance_with_p95_p99_and_uptime_of_99_5_percent_needs_59_299_and_598_clean_calls_and_more_in_a_family_of_six(
    level: float, needed: tuple[int, int, int]
) -> None:
    for calls, ceiling in zip(needed, (0.05, 0.01, 0.005), strict=True):
        assert compliance_p_value(0, calls, ceiling, False) <= level < compliance_p_value(0, calls - 1, ceiling, False)


def test_calls_that_fail_together_prove_a_breach_by_calls_in_a_third_of_the_cases_and_by_days_in_one_of_twenty_at_most(soak: bool) -> None:
    runs = 4_000 if soak else 400
    by_calls, by_days = error_rates.burst_verdicts(bursts(runs), draws=999 if soak else 199)
    assert by_calls == pytest.approx(0.365, abs=margin(0.365, runs) + 0.01)
    assert by_days <= 0.05 + margin(0.05, runs)


def test_wrong_answers_labelled_sooner_make_a_daily_test_of_what_is_labelled_fire_always_and_ripe_days_do_not(soak: bool) -> None:
    runs = 10_000 if soak else 1_000
    so_far, ripe = late_labels(0.85, runs)
    assert (so_far.fired, so_far.median_day) == (1.0, 4)
    assert ripe.fired <= 0.01
    assert late_labels(0.83, runs)[1].fired <= 0.05


def test_the_watch_for_hidden_changes_raises_a_false_alarm_in_one_year_of_twenty_at_most(soak: bool) -> None:
    years = 1_000 if soak else 12
    assert watch_of_a_year(years) <= 0.05 + margin(0.05, years)


def test_the_watch_finds_a_drop_like_that_of_gpt_4_within_two_weeks(soak: bool) -> None:
    found = error_rates.detection(0.84, 0.511, 400 if soak else 20)
    assert found.fired == 1.0
    assert found.median_day <= 14


def test_840_of_1000_meet_the_floor_of_83_percent_and_511_prove_a_breach() -> None:
    assert float(breach_p_value(840, 1000, 0.83, True)) == pytest.approx(0.811, abs=5e-4)
    assert float(breach_p_value(511, 1000, 0.83, True)) == pytest.approx(5.9e-119, rel=0.01)


def test_in_fifty_calls_a_p99_beyond_ten_seconds_proves_nothing() -> None:
    # Two of LLMDrift's 50 calls lie above the bound: at least two of 50 at 1 % come about in 1 - 0.99^50 - 50 * 0.01 * 0.99^49 = 8.9 %.
    assert float(breach_p_value(2, 50, 0.01, False)) == pytest.approx(0.089, abs=5e-4)

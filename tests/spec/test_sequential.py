"""Looking every day: an alarm that may be read daily without crying wolf.

The floor is 83 %, a day has 50 calls, and 90 days are looked at. The alarm is raised when the e-value reaches 20.
"""

import numpy as np
import pytest

from benchmarks import error_rates
from benchmarks.error_rates import CEILING, Counted, bursts, daily, e_process_of_calls, e_process_of_days, repeated_test
from vendor_ai.inference.sequential import alarm, log_e_process


@pytest.fixture(scope="module")
def runs(soak: bool) -> int:
    return 20_000 if soak else 1_000


@pytest.fixture(scope="module")
def at_the_floor(runs: int) -> Counted:
    return daily(0.83, runs)


@pytest.fixture(scope="module")
def at_80_percent(runs: int) -> Counted:
    return daily(0.80, runs)


def margin(rate: float, runs: int) -> float:
    """Four standard errors of a simulated rate."""
    return 4 * float(np.sqrt(rate * (1 - rate) / runs))


def test_a_test_repeated_daily_accuses_a_vendor_exactly_at_the_floor_in_more_than_a_quarter_of_the_cases(
    at_the_floor: Counted, runs: int
) -> None:
    assert repeated_test(at_the_floor).fired == pytest.approx(0.27, abs=margin(0.27, runs) + 0.01)


def test_the_e_process_accuses_it_in_about_one_case_of_forty(at_the_floor: Counted, runs: int) -> None:
    assert e_process_of_calls(at_the_floor).fired == pytest.approx(0.024, abs=margin(0.024, runs))


def test_the_e_process_finds_a_vendor_at_80_percent_in_99_of_100_cases_half_of_them_by_day_23(at_80_percent: Counted, runs: int) -> None:
    found = e_process_of_calls(at_80_percent)
    assert found.fired == pytest.approx(0.99, abs=margin(0.99, runs))
    assert found.median_day == pytest.approx(23, abs=2)


def test_with_the_day_as_the_unit_it_errs_as_seldom_and_finds_it_as_surely_though_later(
    at_the_floor: Counted, at_80_percent: Counted, runs: int
) -> None:
    assert e_process_of_days(at_the_floor).fired <= 0.05
    found = e_process_of_days(at_80_percent)
    assert found.fired >= 0.99 - margin(0.99, runs)
    assert found.median_day <= 40


@pytest.mark.parametrize("calls", [200, 500])
def test_where_calls_fail_together_a_process_over_calls_fires_in_more_than_half_of_the_cases_and_one_over_days_does_not(
    calls: int, soak: bool
) -> None:
    runs = 4_000 if soak else 500
    failed = bursts(runs, calls)
    by_calls = e_process_of_calls(failed, calls, CEILING, is_floor=False).fired
    by_days = e_process_of_days(failed, calls, CEILING, is_floor=False).fired
    assert 0.53 - margin(0.53, runs) <= by_calls <= 0.68 + margin(0.68, runs)
    assert by_days <= 0.05


def test_a_day_without_calls_neither_helps_nor_harms() -> None:
    with_gap = log_e_process([0.7, float("nan"), 0.7], 0.83, is_floor=True)
    assert with_gap[1] == with_gap[0]
    assert with_gap[2] == pytest.approx(log_e_process([0.7, 0.7], 0.83, is_floor=True)[1])


def test_days_at_70_percent_raise_the_alarm_after_a_week_and_days_at_the_floor_never() -> None:
    # Each day at 70 % multiplies by up to 1 + 0.13 / 0.17 = 1.76; 1.76^5 = 17, and the mixture needs a little longer.
    at_70 = alarm(log_e_process([0.70] * 90, 0.83, is_floor=True), error_rates.LEVEL)
    assert at_70 is not None
    assert 5 <= at_70 + 1 <= 10
    assert alarm(log_e_process([0.83] * 90, 0.83, is_floor=True), error_rates.LEVEL) is None

"""Trends over few periods: every order tried, scipy beside it, slopes and projections by hand."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vendor_ai.inference.trend import Direction, direction, mann_kendall, project, sen_slope

NAN = float("nan")


def s_of(values: tuple[float, ...]) -> int:
    return sum(int(np.sign(values[second] - values[first])) for first in range(len(values)) for second in range(first + 1, len(values)))


def by_trying(values: list[float]) -> float:
    """Share of all orders whose S is at least as far from 0."""
    orders = [abs(s_of(order)) for order in permutations(values)]
    return sum(score >= abs(s_of(tuple(values))) for score in orders) / len(orders)


def test_seven_falling_periods_have_the_smallest_p_value_there_is() -> None:
    # One order of 7! = 5,040 falls throughout and one rises: 2 / 5,040.
    assert mann_kendall([7, 6, 5, 4, 3, 2, 1]) == (-21, 2 / 5040)


def test_kendalls_table_is_reproduced() -> None:
    # Kendall's table of S for n = 4: 24 orders, of which 4 reach S >= 4, so 8 / 24 on two sides.
    assert mann_kendall([1, 2, 4, 3]) == (4, pytest.approx(8 / 24))


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), min_size=2, max_size=6))
def test_the_p_value_is_that_of_trying_all_orders(values: list[int]) -> None:
    assert mann_kendall(values)[1] == pytest.approx(by_trying([float(value) for value in values]))


@pytest.mark.parametrize("size", [5, 10, 25])
def test_without_ties_it_equals_scipys_exact_test(size: int) -> None:
    values = np.random.default_rng(size).permutation(size) + np.linspace(0, 0.7 * size, size)
    oracle = stats.kendalltau(np.arange(size), values, method="exact")
    s, p_value = mann_kendall(values)
    assert (s / (size * (size - 1) / 2), p_value) == pytest.approx((oracle.statistic, oracle.pvalue))


def test_long_series_with_ties_are_shuffled_with_a_seed() -> None:
    values = [0.9, 0.9, 0.89, 0.89, 0.88, 0.87, 0.87, 0.86, 0.85, 0.85]
    first = mann_kendall(values)
    assert first == mann_kendall(values)
    # 45 pairs, 4 of them tied: S = -41. No other order of these values falls further, so the p-value is about 0.
    assert first[0] == -41
    assert first[1] <= 0.001


def test_shuffling_agrees_with_trying_all_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [3.0, 1.0, 2.0, 2.0, 1.0, 0.0, 1.0]
    exact = mann_kendall(values)[1]
    monkeypatch.setattr("vendor_ai.inference.trend._ENUMERATED", 0)
    assert mann_kendall(values)[1] == pytest.approx(exact, abs=5 * np.sqrt(exact * (1 - exact) / 9_999))


@pytest.mark.parametrize("values", [[], [0.9], [NAN, 0.9]])
def test_too_few_periods_have_no_trend(values: list[float]) -> None:
    assert mann_kendall(values) == (0, 1.0)
    assert sen_slope(values) is None
    assert project(values, 0.83) is None


def test_equal_periods_have_no_trend() -> None:
    assert mann_kendall([0.9] * 7) == (0, 1.0)
    assert direction([0.9] * 7) is Direction.STEADY


def test_direction_needs_significance() -> None:
    assert direction([0.90, 0.89, 0.895, 0.88, 0.87, 0.86, 0.85]) is Direction.FALLING
    assert direction([0.85, 0.86, 0.87, 0.88, 0.89, 0.90, 0.91]) is Direction.RISING
    assert direction([0.90, 0.85, 0.91, 0.84, 0.92, 0.86, 0.87]) is Direction.STEADY


def test_exactly_one_in_twenty_random_series_of_seven_is_called_a_trend_at_most() -> None:
    # Of the 5,040 orders of 7 periods, those declared significant at 5 %: S of 15 or more either way, 2 * 76 = 152, 3 %.
    declared = sum(direction(order) is not Direction.STEADY for order in permutations(range(7)))
    assert declared == 152


def test_sens_slope_is_the_median_of_all_pairs() -> None:
    # Slopes: (1-0)/1, (5-0)/2, (5-1)/1 = 1, 2.5, 4.
    assert sen_slope([0, 1, 5]) == 2.5


def test_a_missing_period_keeps_its_place_in_time() -> None:
    assert sen_slope([0.9, NAN, 0.8]) == pytest.approx(-0.05)


def test_the_line_is_followed_to_the_period_that_reaches_the_limit() -> None:
    # 0.90, 0.89, ..., 0.84 falls 0.01 a period: 0.83 at index 7, 0.80 at 10, and 0.825 is first passed at 8.
    values = [0.90 - 0.01 * period for period in range(7)]
    assert project(values, 0.83) == 7
    assert project(values, 0.80) == 10
    assert project(values, 0.825) == 8


def test_a_rising_line_reaches_a_ceiling() -> None:
    assert project([100, 110, 120, 130], 165) == 7


def test_a_limit_beyond_seven_periods_is_out_of_sight() -> None:
    values = [0.90 - 0.01 * period for period in range(7)]
    assert project(values, 0.77) == 13
    assert project(values, 0.765) is None
    assert project(values, 0.765, ahead=8) == 14


@pytest.mark.parametrize("limit", [0.95, 0.87])
def test_a_limit_behind_the_line_is_not_reached_again(limit: float) -> None:
    assert project([0.90 - 0.01 * period for period in range(7)], limit) is None


def test_a_level_line_reaches_nothing() -> None:
    assert project([0.9, 0.9, 0.9], 0.83) is None


def test_a_line_as_good_as_level_reaches_nothing_in_sight() -> None:
    assert project([1e-320, 0.0], -1.0) is None

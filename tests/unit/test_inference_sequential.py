"""E-processes: against integrals worked by hand and by quadrature, their law under the limit, and their edges."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from vendor_ai.inference.sequential import alarm, calls_prior, log_e_counts, log_e_process

shares_of_days = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=12)


def by_quadrature(units: list[float], limit: float, a: float, b: float) -> float:
    """The mixture of linear factors below a floor, integrated numerically."""
    prior = stats.beta(a, b)

    def product(p: float) -> float:
        return float(prior.pdf(p) * math.prod(x * p / limit + (1 - x) * (1 - p) / (1 - limit) for x in units))

    return math.log(integrate.quad(product, 0, limit, epsabs=0, epsrel=1e-10)[0] / prior.cdf(limit))


def geometric(units: list[float], limit: float) -> float:
    """The Beta mixture over fractional units with a flat prior, the weaker side of the inequality."""
    hits = sum(units)
    value = integrate.quad(lambda p: (p / limit) ** hits * ((1 - p) / (1 - limit)) ** (len(units) - hits), 0, limit, epsabs=0, epsrel=1e-10)
    return math.log(value[0] / limit)


def test_one_missed_call_is_worth_what_the_integral_says() -> None:
    # Floor 0.5, flat prior below it: 2 * integral of 2 (1 - p) over [0, 0.5] = 2 * (1 - 0.25) = 1.5; a hit: 2 * 0.25 = 0.5.
    assert log_e_process([0], 0.5, is_floor=True)[0] == pytest.approx(math.log(1.5))
    assert log_e_process([1], 0.5, is_floor=True)[0] == pytest.approx(math.log(0.5))


def test_a_day_at_the_limit_changes_nothing_under_any_prior() -> None:
    assert log_e_process([0.83, 0.83], 0.83, is_floor=True, prior=(3, 2)) == pytest.approx([0, 0])


def test_half_a_days_calls_missed_is_worth_what_the_integral_says() -> None:
    # Floor 0.75, x = 0.5: factor 0.5 p / 0.75 + 0.5 (1 - p) / 0.25 = 2 - 4 p / 3, mean over [0, 0.75] = 2 - 0.5 = 1.5.
    assert log_e_process([0.5], 0.75, is_floor=True)[0] == pytest.approx(math.log(1.5))


@pytest.mark.parametrize("prior", [(1.0, 1.0), (4.15, 0.85), (0.5, 2.0)])
@pytest.mark.parametrize("units", [[0.0, 1.0, 0.0, 1.0, 1.0], [0.8, 0.79, 0.83, 0.75], [0.0, 0.4, 1.0]])
def test_the_process_equals_the_integral_it_stands_for(units: list[float], prior: tuple[float, float]) -> None:
    found = log_e_process(units, 0.83, is_floor=True, prior=prior)
    expected = [by_quadrature(units[: count + 1], 0.83, *prior) for count in range(len(units))]
    assert found == pytest.approx(expected, abs=2e-3)


@settings(deadline=None)
@given(shares_of_days)
def test_days_are_never_worth_less_than_the_geometric_mixture(units: list[float]) -> None:
    assert log_e_process(units, 0.83, is_floor=True)[-1] >= geometric(units, 0.83) - 1e-6


@settings(deadline=None)
@given(shares_of_days, st.floats(0.05, 0.95), st.floats(0.5, 5), st.floats(0.5, 5))
def test_a_ceiling_is_the_floor_of_the_opposite_share(units: list[float], limit: float, a: float, b: float) -> None:
    ceiling = log_e_process(units, limit, is_floor=False, prior=(a, b))
    floor = log_e_process([1 - unit for unit in units], 1 - limit, is_floor=True, prior=(b, a))
    assert ceiling == pytest.approx(floor)


@settings(deadline=None)
@given(st.floats(0.02, 0.98), st.floats(0, 1), st.floats(0.5, 5), st.floats(0.5, 5))
def test_the_next_unit_is_a_fair_or_losing_bet_while_the_limit_is_kept(limit: float, where: float, a: float, b: float) -> None:
    # Two-point days around a mean at or above the limit, after a day that was bad.
    mean = limit + where * (1 - limit)
    low, high = mean / 2, (1 + mean) / 2
    chance_high = (mean - low) / (high - low)
    before = log_e_process([limit / 3], limit, is_floor=True, prior=(a, b))[-1]
    after = [math.exp(log_e_process([limit / 3, unit], limit, is_floor=True, prior=(a, b))[-1]) for unit in (low, high)]
    assert (1 - chance_high) * after[0] + chance_high * after[1] <= math.exp(before) * (1 + 1e-9)


def test_calls_by_day_end_where_calls_one_by_one_end() -> None:
    hits, trials = [8, 3, 9], [10, 5, 12]
    calls = [call for k, n in zip(hits, trials, strict=True) for call in [1] * k + [0] * (n - k)]
    one_by_one = log_e_process(calls, 0.83, is_floor=True, prior=calls_prior(0.83))
    assert log_e_counts(hits, trials, 0.83, is_floor=True) == pytest.approx(one_by_one[[9, 14, 26]])


def test_counts_of_a_ceiling_are_those_of_the_opposite_floor() -> None:
    ceiling = log_e_counts([1, 4, 0], [20, 20, 20], 0.05, is_floor=False)
    assert ceiling == pytest.approx(log_e_counts([19, 16, 20], [20, 20, 20], 0.95, is_floor=True))


def test_many_series_are_followed_at_once() -> None:
    series = np.array([[0.8, 0.7, 0.9], [0.6, 0.9, 1.0]])
    both = log_e_process(series, 0.83, is_floor=True)
    assert both == pytest.approx(np.stack([log_e_process(row, 0.83, is_floor=True) for row in series]))


def test_a_day_without_calls_changes_nothing() -> None:
    with_gap = log_e_process([0.7, float("nan"), 0.8], 0.83, is_floor=True)
    without = log_e_process([0.7, 0.8], 0.83, is_floor=True)
    assert with_gap == pytest.approx([without[0], without[0], without[1]])
    calls = log_e_process([0, float("nan"), 1], 0.83, is_floor=True)
    assert calls == pytest.approx(log_e_process([0, 1], 0.83, is_floor=True)[[0, 0, 1]])


def test_millions_of_good_calls_stay_finite_and_never_alarm() -> None:
    found = log_e_counts([990_000] * 30, [1_000_000] * 30, 0.83, is_floor=True)
    assert np.all(np.isfinite(found)) and np.all(found < 0)


def test_where_the_beta_function_underflows_the_value_is_bounded_from_below() -> None:
    # 2,000 calls all right against a floor of 0.5: (1/2)^-2000 * 2 * integral of p^2000 over [0, 1/2] = 1 / 2001.
    found = log_e_process(np.ones(2000), 0.5, is_floor=True)[-1]
    assert found == pytest.approx(-math.log(2001), abs=1.0)
    assert found <= -math.log(2001) + 1e-9


def test_a_promise_of_all_is_broken_by_the_first_call_and_one_of_none_never() -> None:
    assert log_e_process([1, 1, 0.99, 1], 1.0, is_floor=True).tolist() == [0, 0, math.inf, math.inf]
    assert log_e_process([0, 0.2], 0.0, is_floor=True).tolist() == [0, 0]
    assert log_e_process([0, 0.2], 0.0, is_floor=False).tolist() == [0, math.inf]
    assert log_e_counts([5, 4], [5, 5], 1.0, is_floor=True).tolist() == [0, math.inf]
    assert log_e_counts([0, 1], [5, 5], 0.0, is_floor=True).tolist() == [0, 0]


@pytest.mark.parametrize("unit", [-0.1, 1.1])
def test_what_is_no_share_is_refused(unit: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        log_e_process([unit], 0.5, is_floor=True)


def test_the_alarm_is_the_first_day_at_twenty() -> None:
    assert alarm([0, math.log(19.9), math.log(20), 0], 0.05) == 2
    assert alarm([0, 1, 2.9], 0.05) is None
    assert alarm([], 0.05) is None

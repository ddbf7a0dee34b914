"""Exact tests and intervals against scipy's one-at-a-time functions, and figures worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vendor_ai.inference.exact import (
    binomial_rank,
    breach_p_value,
    chance_of_at_least,
    chance_of_at_most,
    compliance_p_value,
    lower_bound,
    two_sided_interval,
    upper_bound,
)

GRID = [(hits, trials) for trials in (1, 2, 7, 50, 333) for hits in sorted({0, 1, trials // 2, trials - 1, trials})]
LIMITS = (0.0, 0.005, 0.05, 0.5, 0.83, 0.995, 1.0)


@pytest.mark.parametrize("limit", LIMITS)
def test_p_values_equal_those_of_binomtest_over_a_grid(limit: float) -> None:
    hits, trials = np.array(GRID).T
    less = [stats.binomtest(k, n, limit, alternative="less").pvalue for k, n in GRID]
    greater = [stats.binomtest(k, n, limit, alternative="greater").pvalue for k, n in GRID]
    assert breach_p_value(hits, trials, limit, True) == pytest.approx(less, rel=1e-9)
    assert breach_p_value(hits, trials, limit, False) == pytest.approx(greater, rel=1e-9)
    assert compliance_p_value(hits, trials, limit, True) == pytest.approx(greater, rel=1e-9)
    assert compliance_p_value(hits, trials, limit, False) == pytest.approx(less, rel=1e-9)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_bounds_equal_those_of_binomtest_over_a_grid(confidence: float) -> None:
    hits, trials = np.array(GRID).T

    def oracle(alternative: str) -> list[tuple[float, float]]:
        return [tuple(stats.binomtest(k, n, 0.5, alternative=alternative).proportion_ci(confidence, method="exact")) for k, n in GRID]

    assert lower_bound(hits, trials, confidence) == pytest.approx([low for low, _ in oracle("greater")], rel=1e-9)
    assert upper_bound(hits, trials, confidence) == pytest.approx([high for _, high in oracle("less")], rel=1e-9)
    low, high = two_sided_interval(hits, trials, confidence)
    assert np.column_stack((low, high)) == pytest.approx(np.array(oracle("two-sided")), rel=1e-9)


def test_three_calls_are_worked_by_hand() -> None:
    # One hit of three at share 1/2: P(X <= 1) = (1 + 3) / 8, P(X >= 1) = 7 / 8.
    assert chance_of_at_most(1, 3, 0.5) == pytest.approx(0.5)
    assert chance_of_at_least(1, 3, 0.5) == pytest.approx(0.875)
    # No hit of three: the upper bound solves (1 - p)^3 = 0.05.
    assert upper_bound(0, 3, 0.95) == pytest.approx(1 - 0.05 ** (1 / 3))
    assert lower_bound(0, 3, 0.95) == 0


def test_no_trials_prove_nothing() -> None:
    assert breach_p_value(0, 0, 0.83, True) == 1
    assert compliance_p_value(0, 0, 0.83, True) == 1
    assert two_sided_interval(0, 0, 0.95) == (0, 1)


def test_a_limit_beyond_an_end_counts_as_that_end() -> None:
    assert breach_p_value(9, 10, 1.2, True) == 0
    assert breach_p_value(10, 10, 1.2, True) == 1


def test_more_hits_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and the number of trials"):
        breach_p_value(3, 2, 0.5, True)


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0.01, 0.99))
def test_breach_and_compliance_overlap_in_the_observed_count_only(hits: int, misses: int, limit: float) -> None:
    trials = hits + misses
    both = breach_p_value(hits, trials, limit, True) + compliance_p_value(hits, trials, limit, True)
    assert float(both) == pytest.approx(1 + stats.binom.pmf(hits, trials, limit), rel=1e-6)


@pytest.mark.parametrize("trials", [1, 2, 59, 1000])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95, 0.99])
@pytest.mark.parametrize("chance", [0.025, 0.4, 0.975])
def test_the_binomial_rank_equals_scipys_quantile(trials: int, share: float, chance: float) -> None:
    assert binomial_rank(chance, trials, share) == stats.binom.ppf(chance, trials, share)

"""Drift: distances by hand and by brute force, buckets at their edges, severities at their limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from vendor_ai.change.drift import (
    Bucketing,
    Response,
    Severity,
    Stability,
    concept_drifted,
    concept_drop,
    drift_of_categories,
    drift_of_numbers,
    psi_of_numbers,
    responses,
    severity,
    stability,
)

numbers = st.lists(st.integers(-20, 20), min_size=1, max_size=30)
TERM = (0.5 - 0.0001) * math.log(0.5 / 0.0001)  # a bucket with half of the one side and nothing of the other


@settings(deadline=None)
@given(numbers, numbers)
def test_the_statistic_is_the_largest_gap_between_the_two_step_functions(reference: list[int], current: list[int]) -> None:
    gaps = [
        abs(sum(x <= value for x in reference) / len(reference) - sum(x <= value for x in current) / len(current))
        for value in {*reference, *current}
    ]
    assert drift_of_numbers(reference, current).statistic == pytest.approx(max(gaps))


def test_small_samples_are_tested_exactly() -> None:
    # Of the 20 ways to split six ranks into three and three, two have all of one side first: 2 / 20.
    found = drift_of_numbers([1, 2, 3], [4, 5, 6])
    assert (found.statistic, found.p_value) == (1.0, pytest.approx(0.1))
    assert found.severity is Severity.LOW


@pytest.mark.parametrize(("n", "m"), [(5, 7), (20, 20), (37, 100), (100, 99)])
def test_without_ties_it_equals_scipys_exact_test(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    reference, current = rng.normal(0, 1, n), rng.normal(0.3, 1, m)
    oracle = stats.ks_2samp(reference, current, method="exact")
    found = drift_of_numbers(reference, current)
    assert (found.statistic, found.p_value) == pytest.approx((oracle.statistic, oracle.pvalue))


def test_beyond_a_hundred_values_it_equals_scipys_approximation() -> None:
    rng = np.random.default_rng(9)
    reference, current = rng.normal(0, 1, 300), rng.normal(0.2, 1, 250)
    oracle = stats.ks_2samp(reference, current, method="asymp")
    found = drift_of_numbers(reference, current)
    assert (found.statistic, found.p_value) == pytest.approx((oracle.statistic, oracle.pvalue))


def test_large_samples_use_kolmogorovs_distribution() -> None:
    rng = np.random.default_rng(3)
    reference, current = rng.normal(0, 1, 4000), rng.normal(0.05, 1, 4000)
    found = drift_of_numbers(reference, current)
    limit = stats.kstwobign.sf(found.statistic * math.sqrt(2000))
    assert found.p_value == pytest.approx(limit, rel=0.05)


@pytest.mark.parametrize(
    ("moved", "expected"),
    [(500, Severity.LOW), (1000, Severity.LOW), (1001, Severity.MEDIUM), (2000, Severity.MEDIUM), (2001, Severity.HIGH)],
)
def test_among_many_rows_the_effect_decides_and_not_the_p_value(moved: int, expected: Severity) -> None:
    # So many of 10,000 values move beyond all others: their share is the statistic.
    reference = np.arange(10_000)
    current = np.where(reference < moved, 20_000, reference)
    found = drift_of_numbers(reference, current)
    assert found.statistic == pytest.approx(moved / 10_000)
    assert found.p_value < 0.05
    assert found.severity is expected


def test_missing_values_are_left_out_and_a_side_without_any_is_refused() -> None:
    assert drift_of_numbers([1, 2, 3, float("nan")], [1, 2, 3]).statistic == 0
    with pytest.raises(ValueError, match="at least one value"):
        drift_of_numbers([float("nan")], [1])


def test_the_index_of_two_buckets_is_that_of_the_formula() -> None:
    # Below and above 5: 0.5, 0.5 against 0.8, 0.2: 0.3 ln 1.6 + (-0.3) ln 0.4 = 0.3 ln 4.
    reference, current = [0] * 5 + [10] * 5, [0] * 8 + [10] * 2
    assert psi_of_numbers(reference, current, Bucketing.EQUAL_WIDTH, buckets=2) == pytest.approx(0.3 * math.log(4))


def test_equal_width_and_quantiles_are_different_indices_and_each_is_named() -> None:
    # 0..9 and one outlier at 100: equal widths of 10 put 0..9 into the first bucket, deciles do not.
    reference = [*range(10), 100]
    current = [9] * 10 + [100]
    by_width = drift_of_numbers(reference, current, Bucketing.EQUAL_WIDTH)
    by_quantile = drift_of_numbers(reference, current, Bucketing.QUANTILES)
    assert (by_width.psi, by_width.bucketing) == (0, Bucketing.EQUAL_WIDTH)
    assert by_quantile.psi > 0.3
    assert (by_quantile.bucketing, by_quantile.stability) == (Bucketing.QUANTILES, Stability.SIGNIFICANT)


def test_quantile_buckets_hold_a_tenth_of_the_reference_each() -> None:
    # 100 values, ten a bucket; everything now in one of them: 0.9 ln(10) + 9 * (0.0001 - 0.1) ln(0.001).
    expected = 0.9 * math.log(10) + 9 * (0.0001 - 0.1) * math.log(0.001)
    assert psi_of_numbers(np.arange(100), [55] * 7, Bucketing.QUANTILES) == pytest.approx(expected)


@pytest.mark.parametrize("bucketing", [Bucketing.EQUAL_WIDTH, Bucketing.QUANTILES])
def test_values_outside_the_reference_count_as_change(bucketing: Bucketing) -> None:
    reference = np.arange(100)
    assert psi_of_numbers(reference, reference + 1000, bucketing) > 3
    assert psi_of_numbers(reference, reference - 1000, bucketing) > 3


@pytest.mark.parametrize("bucketing", [Bucketing.EQUAL_WIDTH, Bucketing.QUANTILES])
@pytest.mark.parametrize("elsewhere", [6, 8])
def test_a_constant_feature_that_moves_for_half_of_the_calls_is_seen(bucketing: Bucketing, elsewhere: int) -> None:
    expected = (0.5 - 1) * math.log(0.5) + TERM
    assert psi_of_numbers([7, 7], [7, elsewhere], bucketing) == pytest.approx(expected)
    assert psi_of_numbers([7, 7], [7, 7, 7], bucketing) == 0


def test_numbers_have_no_categories() -> None:
    with pytest.raises(ValueError, match="equal width"):
        psi_of_numbers([1], [2], Bucketing.CATEGORIES)


def test_categories_have_index_divergence_and_chi_squared() -> None:
    found = drift_of_categories({"a": 50, "b": 50}, {"a": 80, "b": 20, "unused": 0})
    oracle = stats.chi2_contingency([[50, 50], [80, 20]], correction=False)
    assert found.psi == pytest.approx(0.3 * math.log(4))
    assert (found.chi2, found.p_value) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert (found.bucketing, found.stability) == (Bucketing.CATEGORIES, Stability.SIGNIFICANT)
    # The middle is 0.65, 0.35: 0.0731 bits.
    assert found.js_divergence == pytest.approx(0.0731, abs=5e-5)
    assert not found.outputs_drifted


def test_a_category_that_one_side_never_gave_counts_as_one_in_ten_thousand() -> None:
    assert drift_of_categories({"a": 1, "b": 1}, {"a": 1}).psi == pytest.approx((1 - 0.5) * math.log(2) + TERM)


def test_outputs_that_turned_over_have_drifted() -> None:
    assert drift_of_categories({"a": 90, "b": 10}, {"a": 10, "b": 90}).outputs_drifted


@pytest.mark.parametrize("sides", [({}, {"a": 1}), ({"a": 1}, {"a": 0})])
def test_categories_need_a_call_on_each_side(sides: tuple[dict[str, int], dict[str, int]]) -> None:
    with pytest.raises(ValueError, match="at least one call"):
        drift_of_categories(*sides)


@pytest.mark.parametrize(
    ("psi", "expected"),
    [(0.0999, Stability.STABLE), (0.1, Stability.MODERATE), (0.1999, Stability.MODERATE), (0.2, Stability.SIGNIFICANT)],
)
def test_the_index_has_two_limits(psi: float, expected: Stability) -> None:
    assert stability(psi) is expected


def test_the_drop_is_from_the_mean_of_the_four_periods_before() -> None:
    # (0.92 + 0.90 + 0.91 + 0.89) / 4 - 0.85 = 0.055; the first period no longer counts.
    drop = concept_drop([0.10, 0.92, 0.90, 0.91, 0.89, 0.85])
    assert drop == pytest.approx(0.055)
    assert concept_drifted(drop)
    assert not concept_drifted(0.93 - 0.88)
    assert not concept_drifted(None)


def test_four_periods_have_nothing_to_drop_from() -> None:
    assert concept_drop([0.9, 0.9, 0.9, 0.1]) is None


@pytest.mark.parametrize(
    ("psi", "drop", "expected"),
    [
        (0.31, None, Severity.CRITICAL),
        (0.30, 0.93 - 0.83, Severity.HIGH),
        (None, 0.101, Severity.CRITICAL),
        (0.21, 0.0, Severity.HIGH),
        (0.20, 0.05, Severity.MEDIUM),
        (0.0, 0.051, Severity.HIGH),
        (0.11, None, Severity.MEDIUM),
        (0.10, 0.031, Severity.MEDIUM),
        (0.10, 0.03, Severity.LOW),
        (None, None, Severity.LOW),
        (0.0, -0.5, Severity.LOW),
    ],
)
def test_severity_is_the_graver_of_index_and_drop(psi: float | None, drop: float | None, expected: Severity) -> None:
    assert severity(psi, drop) is expected


def test_each_severity_starts_its_responses() -> None:
    critical = (Response.ALERT_AT_ONCE, Response.HUMAN_REVIEW, Response.ASK_VENDOR_URGENT_FIX)
    assert responses(Severity.CRITICAL) == critical
    assert responses(Severity.CRITICAL, 0.15) == critical
    assert responses(Severity.CRITICAL, 0.151) == (*critical, Response.PROPOSE_ROLLBACK)
    assert responses(Severity.HIGH) == (Response.ALERT, Response.ASK_VENDOR_HIGH_PRIORITY, Response.WATCH_MORE_OFTEN)
    assert responses(Severity.MEDIUM, 0.04) == (Response.ALERT, Response.ASK_VENDOR)
    assert responses(Severity.LOW) == (Response.LOG,)

"""Labels that mislead: late, chosen or wrong ones, and what may still be called proven."""

import numpy as np
import pytest

from benchmarks.error_rates import biased_labels, power, wrong_labels
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions
from vendor_ai.inference.exact import breach_p_value, two_sided_interval
from vendor_ai.inference.label_error import corrected_reading_bounds, label_error, survives
from vendor_ai.metrics import METRICS

CHECKED_TWICE = {"is_floor": True, "checked": 500, "disagreed": 25, "significance": 0.05}


def margin(rate: float, runs: int) -> float:
    """Four standard errors of a simulated rate."""
    return 4 * float(np.sqrt(rate * (1 - rate) / runs))


def test_wrong_answers_labelled_three_times_as_often_make_87_percent_read_less_than_70() -> None:
    # 870 right answers of which 30 % are labelled, 130 wrong ones of which 90 % are: 261 of 378, 69.0 %; 69.8 % in the simulated log.
    reading = METRICS["accuracy"].read(Counts(predicted=1000, labelled=378, correct=261), MetricOptions())
    assert reading.share is not None
    assert float(reading.share) == pytest.approx(0.698, abs=0.01)


def test_the_worst_case_bounds_over_the_unlabelled_hold_the_truth_and_prove_nothing() -> None:
    # All 622 unlabelled wrong: 26.1 %; all of them right: 88.3 %; 25.8 and 88.8 % in the simulated log.
    reading = METRICS["accuracy"].read(Counts(predicted=1000, labelled=378, correct=261), MetricOptions())
    assert reading.bounds is not None
    low, high = map(float, reading.bounds)
    assert (low, high) == pytest.approx((0.258, 0.888), abs=0.006)
    assert low < 0.83 < high


def test_labels_chosen_by_who_complains_prove_a_breach_that_is_none_and_the_verdict_does_not(soak: bool) -> None:
    runs = 2_000 if soak else 150
    by_labelled, by_verdict, by_audit = biased_labels(0.83, runs)
    assert (by_labelled, by_verdict) == (1.0, 0.0)
    assert by_audit <= 0.05 + margin(0.05, runs)


def test_a_random_audit_of_a_tenth_reads_87_percent_as_87_percent_within_its_interval() -> None:
    # 400 of 4,000 calls drawn at random, 350 of them right: 87.5 %, as in the simulated log's 87.6 %.
    low, high = map(float, two_sided_interval(350, 400, 0.95))
    assert low < 0.87 < high
    assert high - low < 0.07
    assert low > 0.83


def test_labels_wrong_in_one_row_of_twenty_make_85_percent_read_81_and_a_half() -> None:
    # 0.85 * 0.95 + 0.15 * 0.05 = 0.815.
    assert corrected_reading_bounds(815, 1000, 0.05, 0.05) == pytest.approx((0.85, 0.85))


@pytest.mark.parametrize(("calls", "proven"), [(5_000, 0.87), (10_000, 0.99)])
def test_the_exact_test_then_proves_a_breach_that_is_none(calls: int, proven: float) -> None:
    assert power(0.815, calls) == pytest.approx(proven, abs=0.005)


@pytest.mark.parametrize(("true_share", "calls"), [(0.85, 5_000), (0.85, 10_000), (0.83, 5_000)])
def test_with_a_share_of_the_labels_checked_twice_no_such_breach_survives(true_share: float, calls: int, soak: bool) -> None:
    runs = 10_000 if soak else 500
    plain, checked = wrong_labels(true_share, calls, runs)
    assert plain > 0.8
    assert checked <= 0.05


def test_a_real_breach_survives_its_wrong_labels(soak: bool) -> None:
    assert wrong_labels(0.75, 5_000, 2_000 if soak else 200)[1] >= 0.99


def test_25_of_500_checks_that_disagree_leave_the_error_between_3_and_8_percent() -> None:
    low, value, high = label_error(500, 25, 0.95)
    assert (low, value, high) == pytest.approx((0.0326, 0.05, 0.0729), abs=5e-4)


def test_a_share_that_reads_81_and_a_half_is_no_proven_breach_once_its_labels_were_checked() -> None:
    assert float(breach_p_value(4075, 5000, 0.83, True)) < 0.01
    assert not survives(4075, 5000, 0.83, breach=True, **CHECKED_TWICE)


def test_compliance_that_wrong_labels_only_obscured_survives_them() -> None:
    assert survives(4350, 5000, 0.83, breach=False, **CHECKED_TWICE)

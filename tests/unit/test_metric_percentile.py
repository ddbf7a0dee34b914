"""Percentiles by name: worked by hand, against scipy and numpy, and on published latencies."""

import csv
import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vendor_ai.inference.exact import breach_p_value
from vendor_ai.metrics.percentile import NoCallsError, inverted_cdf, inverted_cdf_bounds, linear_percentile, percentile_interval

P95, P99 = Fraction(19, 20), Fraction(99, 100)
TWENTY = np.arange(20.0, 0.0, -1.0)  # 20, 19, ... 1 ms


def test_nineteen_of_twenty_calls_do_not_exceed_the_95th_percentile() -> None:
    assert inverted_cdf(TWENTY, P95) == 19
    assert inverted_cdf(np.append(TWENTY, 21.0), P95) == 20  # rank ceil(19.95)


def test_the_interpolated_percentile_lies_between_ranks() -> None:
    # Rank 0.95 x 19 = 18.05 counted from 0: 19 + 0.05 x (20 - 19).
    assert linear_percentile(TWENTY, 0.95) == pytest.approx(19.05)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=150), st.integers(0, 50), st.sampled_from([P95, P99, Fraction(1, 2)]))
def test_value_and_share_of_calls_above_never_disagree(latencies: list[int], limit: int, share: Fraction) -> None:
    milliseconds = np.array(latencies, dtype=float)
    above = Fraction(int((milliseconds > limit).sum()), len(latencies))
    assert (inverted_cdf(milliseconds, share) > limit) == (above > 1 - share)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_the_contract_value_equals_numpys_inverted_cdf(latencies: list[float]) -> None:
    milliseconds = np.array(latencies)
    assert inverted_cdf(milliseconds, Fraction(3, 4)) == np.quantile(milliseconds, 0.75, method="inverted_cdf")


@pytest.mark.parametrize("function", [lambda ms: inverted_cdf(ms, P95), lambda ms: linear_percentile(ms, 0.95)])
def test_no_calls_and_missing_latencies_are_refused(function) -> None:
    with pytest.raises(NoCallsError, match="no timed calls"):
        function(np.array([]))
    with pytest.raises(ValueError, match="NaN"):
        function(np.array([1.0, np.nan]))


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        inverted_cdf(TWENTY, Fraction(0))


def test_a_time_out_below_the_rank_may_lie_above_it() -> None:
    # One call waited 5 ms and was given up: the 19th of twenty is 19 ms if it took 5, and 20 ms if it took for ever.
    assert inverted_cdf_bounds(TWENTY, P95, TWENTY == 5) == (19, 20)


def test_a_time_out_beyond_the_rank_changes_nothing() -> None:
    assert inverted_cdf_bounds(TWENTY, P95, TWENTY == 20) == (19, 19)


def test_a_percentile_that_can_fall_on_a_time_out_has_no_highest_value() -> None:
    assert inverted_cdf_bounds(TWENTY, P95, TWENTY >= 19) == (19, None)


@pytest.mark.parametrize("size", [1, 20, 58, 59, 200, 1500])
@pytest.mark.parametrize("share", [Fraction(1, 2), P95, P99])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_interval_equals_that_of_scipys_quantile_test(size: int, share: Fraction, confidence: float) -> None:
    milliseconds = np.random.default_rng(size).gamma(2, 50, size)
    oracle = stats.quantile_test(milliseconds, q=0, p=float(share), alternative="two-sided").confidence_interval(confidence)
    expected = tuple(None if np.isnan(bound) else bound for bound in oracle)
    assert percentile_interval(milliseconds, share, confidence) == expected


def test_the_interval_is_open_above_where_it_falls_on_a_time_out() -> None:
    milliseconds = np.arange(1.0, 1001.0)
    low, high = percentile_interval(milliseconds, P95, 0.95)
    assert (low, high) == (936, 964)
    assert percentile_interval(milliseconds, P95, 0.95, milliseconds > 990) == (936, 964)
    assert percentile_interval(milliseconds, P95, 0.95, milliseconds > 960) == (936, None)


def test_a_single_huge_latency_makes_the_p99_a_matter_of_definition_and_proves_nothing(test_data: Path) -> None:
    with (test_data / "llmdrift/LEETCODE_EASY_EVAL.csv").open(newline="") as file:
        seconds = np.array([float(row["latency"]) for row in csv.DictReader(file) if row["model"] == "openaichat/gpt-3.5-turbo-0301"])
    assert len(seconds) == 50
    assert linear_percentile(seconds, 0.99) == pytest.approx(4093.93, abs=0.005)
    assert inverted_cdf(seconds, P99) == pytest.approx(7922.85, abs=0.005)
    assert np.quantile(seconds, 0.99, method="lower") == pytest.approx(108.72, abs=0.005)
    above = int((seconds > 10).sum())
    assert breach_p_value(above, 50, 0.01, False) == pytest.approx(0.089, abs=0.0005)


@pytest.mark.parametrize(
    ("model", "p95", "p99"),
    [("groq_70b", 0.942, 0.992), ("together_13b", 1.910, 54.314), ("bedrock_13b", 4.480, 4.503), ("lepton_13b", 3.860, 3.999)],
)
def test_published_latencies_are_reproduced_from_the_answered_calls(test_data: Path, model: str, p95: float, p99: float) -> None:
    calls = json.loads((test_data / f"llmperf/{model}.json").read_text())
    seconds = np.array([call["end_to_end_latency_s"] for call in calls if call["error_code"] is None])
    assert linear_percentile(seconds, 0.95) == pytest.approx(p95, abs=0.0005)
    assert linear_percentile(seconds, 0.99) == pytest.approx(p99, abs=0.0005)


def test_counting_rate_limited_calls_would_make_failing_look_fast(test_data: Path) -> None:
    calls = json.loads((test_data / "llmperf/lepton_13b.json").read_text())
    answered = [call["end_to_end_latency_s"] for call in calls if call["error_code"] is None]
    assert (len(calls), len(answered)) == (150, 20)
    assert linear_percentile(np.array(answered), 0.5) == pytest.approx(3.505, abs=0.0005)
    assert linear_percentile(np.array([call["end_to_end_latency_s"] for call in calls], dtype=float), 0.5) == 0

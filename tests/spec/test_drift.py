"""Drift, trends and hidden changes: what is found, how grave it is, and what it starts."""

import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vendor_ai.change.change_point import find_change, look
from vendor_ai.change.drift import Bucketing, Response, Severity, concept_drop, drift_of_categories, drift_of_numbers, responses, severity
from vendor_ai.change.watch import Baseline, WatchState, Window, watch
from vendor_ai.inference.trend import Direction, direction, project

PER_DAY = 50


@pytest.fixture(scope="module")
def gpt_4(test_data: Path) -> dict[str, list[dict[str, str]]]:
    """Calls of the task PRIME by served version."""
    with (test_data / "llmdrift/derived_prediction_log.csv").open(newline="", encoding="utf-8") as file:
        calls = [call for call in csv.DictReader(file) if call["component"] == "prime"]
    return {version: [call for call in calls if call["model_version"] == version] for version in ("gpt-4-0314", "gpt-4-0613")}


def test_a_statistic_above_a_tenth_is_medium_and_above_a_fifth_high_however_many_rows_there_are() -> None:
    values = np.arange(1000)
    moved = {share: drift_of_numbers(values, np.where(values < share, 2000, values)).severity for share in (100, 101, 201)}
    assert moved == {100: Severity.LOW, 101: Severity.MEDIUM, 201: Severity.HIGH}


def test_the_population_stability_index_names_its_buckets() -> None:
    values = np.arange(1000)
    for bucketing in (Bucketing.EQUAL_WIDTH, Bucketing.QUANTILES):
        found = drift_of_numbers(values, values + 500, bucketing)
        assert found.bucketing is bucketing
        assert found.psi > 0.3


@pytest.mark.parametrize(
    ("psi", "drop", "expected"),
    [
        (0.31, 0.0, Severity.CRITICAL),
        (0.0, 0.11, Severity.CRITICAL),
        (0.21, 0.0, Severity.HIGH),
        (0.0, 0.06, Severity.HIGH),
        (0.11, 0.0, Severity.MEDIUM),
        (0.0, 0.04, Severity.MEDIUM),
        (0.1, 0.03, Severity.LOW),
    ],
)
def test_index_and_drop_of_accuracy_decide_the_severity(psi: float, drop: float, expected: Severity) -> None:
    assert severity(psi, drop) is expected


def test_a_drop_of_accuracy_is_held_against_the_four_periods_before() -> None:
    assert concept_drop([0.90, 0.92, 0.91, 0.89, 0.85]) == pytest.approx(0.055)


def test_a_critical_drift_alerts_at_once_turns_on_human_review_and_asks_for_an_urgent_fix() -> None:
    started = (Response.ALERT_AT_ONCE, Response.HUMAN_REVIEW, Response.ASK_VENDOR_URGENT_FIX)
    assert responses(Severity.CRITICAL, 0.12) == started


def test_a_drop_above_15_points_also_proposes_the_rollback() -> None:
    assert responses(Severity.CRITICAL, 0.16)[-1] is Response.PROPOSE_ROLLBACK


def test_the_answers_of_gpt_4_drifted_critically(gpt_4: dict[str, list[dict[str, str]]]) -> None:
    before, after = (Counter(call["prediction"] for call in calls) for calls in gpt_4.values())
    found = drift_of_categories(before, after)
    assert found.chi2 == pytest.approx(891.752, abs=5e-4)
    assert found.psi == pytest.approx(3.0628, abs=5e-5)
    assert found.js_divergence == pytest.approx(0.38905, abs=5e-6)
    assert found.outputs_drifted
    assert severity(found.psi, 0.329) is Severity.CRITICAL


def test_the_change_of_gpt_4_is_found_from_the_log_alone_though_nobody_names_the_version(gpt_4: dict[str, list[dict[str, str]]]) -> None:
    # Fifty calls a day, in random order within each version: twenty days of March's model, then June's.
    rng = np.random.default_rng(8)
    calls = [calls[index] for calls in gpt_4.values() for index in rng.permutation(1000)]
    names = sorted({call["prediction"] for call in calls})
    answers = np.array([[call["prediction"] == name for name in names] for call in calls]).reshape(40, PER_DAY, -1).mean(axis=1)
    right = np.array([call["prediction"] == call["ground_truth"] for call in calls]).reshape(40, PER_DAY).mean(axis=1)
    slow = np.array([float(call["latency_ms"]) > 6704 for call in calls]).reshape(40, PER_DAY).mean(axis=1)
    for series in (answers, right, slow):
        found = find_change(series)
        assert found is not None
        assert (found.index, found.p_value) == (20, 0.0001)
        assert look(series[:27]) is not None
        assert look(series[:20]) is None


def test_seven_falling_periods_are_a_trend_and_four_falling_ones_too_few_to_say() -> None:
    assert direction([0.90, 0.89, 0.88, 0.87, 0.86, 0.85, 0.84]) is Direction.FALLING
    assert direction([0.90, 0.89, 0.88, 0.87]) is Direction.STEADY


def test_a_falling_line_names_the_period_in_which_it_reaches_the_limit() -> None:
    assert project([0.90, 0.89, 0.88, 0.87, 0.86, 0.85, 0.84], 0.83) == 7


def test_the_last_seven_days_are_insufficient_below_a_hundred_labelled_calls_and_warn_two_points_under_the_baseline() -> None:
    baseline = Baseline(accuracy=Fraction(90, 100), p95_ms=100.0)
    assert watch(Window(99, 0), baseline)[0] is WatchState.INSUFFICIENT_DATA
    assert watch(Window(100, 88, 120.0), baseline)[0] is WatchState.OK
    assert watch(Window(100, 87), baseline)[0] is WatchState.WARNING
    assert watch(Window(100, 90, 120.1), baseline)[0] is WatchState.WARNING

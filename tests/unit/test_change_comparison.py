"""Two served versions, compared: against published formulas, scipy and statsmodels, and at the edges."""

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest

from vendor_ai.change.comparison import VersionRows, compare, recommend
from vendor_ai.change.distribution import change_of_categories, population_stability
from vendor_ai.change.proportion import change_in_pairs, change_of_share
from vendor_ai.domain.comparison import AccuracyChange, Comparison, LatencyChange, Rollout

NAN = float("nan")


def rows(answers: list[Any], correct: list[float], latency_ms: list[float], asked: list[Any] | None = None) -> VersionRows:
    return VersionRows(
        np.array(answers, dtype=object),
        np.array(correct),
        np.array(latency_ms, dtype=float),
        None if asked is None else np.array(asked, dtype=object),
    )


def compared(before: VersionRows, after: VersionRows) -> Comparison:
    return compare(before, after, "v1", "v2")


@pytest.mark.parametrize("counts", [(840, 1000, 511, 1000), (3, 5, 1, 7), (0, 10, 4, 10), (90, 91, 10, 500)])
def test_the_change_of_a_share_equals_statsmodels(counts: tuple[int, int, int, int]) -> None:
    k1, n1, k2, n2 = counts
    found = change_of_share(k1, n1, k2, n2)
    z, p_value = proportions_ztest([k1, k2], [n1, n2])
    assert found.difference == Fraction(k1, n1) - Fraction(k2, n2)
    assert (found.z, found.p_value) == pytest.approx((z, p_value))
    assert found.interval == pytest.approx(confint_proportions_2indep(k1, n1, k2, n2, method="newcomb", compare="diff"))


def test_newcombes_own_example_is_reproduced() -> None:
    # Newcombe (1998), table II, example (a): 56/70 - 48/80, method 10: 0.0524 to 0.3339.
    assert change_of_share(56, 70, 48, 80).interval == pytest.approx((0.0524, 0.3339), abs=0.00005)


@pytest.mark.parametrize("correct", [0, 10])
def test_all_right_or_all_wrong_on_both_sides_is_no_change(correct: int) -> None:
    found = change_of_share(correct, 10, correct, 10)
    assert (found.difference, found.z, found.p_value) == (0, 0, 1)


@pytest.mark.parametrize("table", [[[13, 147], [476, 364]], [[5, 1], [4, 5]], [[0, 3], [3, 0]], [[9, 0], [0, 9]]])
def test_the_paired_test_equals_statsmodels_exact_mcnemar(table: list[list[int]]) -> None:
    (both_wrong, only_after), (only_before, both_right) = table
    found = change_in_pairs(both_wrong, only_after, only_before, both_right)
    assert found.p_value == pytest.approx(min(1.0, mcnemar(table, exact=True).pvalue))
    assert [list(row) for row in found.table] == table


def test_population_stability_is_worked_by_hand() -> None:
    # Shares 0.5/0.5 to 0.25/0.75: (-0.25) ln 0.5 + 0.25 ln 1.5 = 0.17329 + 0.10137.
    assert population_stability(np.array([0.5, 0.5]), np.array([0.25, 0.75])) == pytest.approx(0.27465, abs=0.000005)


def test_a_category_one_side_never_gave_counts_as_a_ten_thousandth() -> None:
    # (0.0001 - 0.5) ln 0.0002 + (1 - 0.5) ln 2
    expected = 0.4999 * 8.517193 + 0.5 * 0.693147
    assert change_of_categories({"a": 5, "b": 5}, {"a": 7}).psi == pytest.approx(expected, abs=0.00001)


@given(
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50), min_size=1),
    st.dictionaries(st.sampled_from("bcde"), st.integers(1, 50), min_size=1),
)
def test_output_figures_equal_scipys(before: dict[str, int], after: dict[str, int]) -> None:
    names = sorted(before.keys() | after.keys())
    table = np.array([[side.get(name, 0) for name in names] for side in (before, after)], dtype=float)
    found = change_of_categories(before, after)
    oracle = stats.chi2_contingency(table, correction=False)
    assert (found.chi2, found.p_value) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-9, abs=1e-12)
    assert found.js_divergence == pytest.approx(np.nan_to_num(jensenshannon(*table, base=2)) ** 2, abs=1e-9)
    assert found.js_divergence <= 1 + 1e-12


def test_one_and_the_same_answer_on_both_sides_is_no_change() -> None:
    found = change_of_categories({"yes": 9}, {"yes": 4})
    assert (found.psi, found.js_divergence, found.chi2, found.p_value) == (0, 0, 0, 1)


def test_latency_figures_equal_scipys_and_numpys() -> None:
    rng = np.random.default_rng(4)
    before, after = rng.gamma(2, 50, 40), rng.gamma(2, 80, 60)
    found = compared(rows(["a"] * 40, [1.0] * 40, before.tolist()), rows(["a"] * 60, [1.0] * 60, after.tolist())).latency
    oracle = stats.mannwhitneyu(before, after)
    assert found is not None
    assert (found.u, found.p_value) == (oracle.statistic, oracle.pvalue)
    assert found.p95_difference_ms == pytest.approx(np.percentile(before, 95) - np.percentile(after, 95))


def test_calls_without_label_latency_or_answer_leave_their_own_part_only() -> None:
    before = rows(["yes", None, "no", ""], [1, NAN, 0, -1], [10, NAN, 30, 20])
    found = compared(before, before)
    assert (found.before.n, found.before.labelled, found.before.correct) == (4, 2, 1)
    assert found.before.latency_p50_ms == 20
    assert found.outputs is not None and found.outputs.chi2 == 0


def test_pairs_are_inputs_that_both_versions_answered_and_the_first_answer_counts() -> None:
    before = rows(["x"] * 6, [1, 0, 1, 0, 1, NAN], [1.0] * 6, ["a", "b", "c", "c", None, "d"])
    after = rows(["x"] * 5, [1, 1, 0, 1, 1], [1.0] * 5, ["a", "b", "c", "d", float("nan")])
    paired = compared(before, after).paired
    assert paired is not None
    assert paired.table == ((0, 1), (1, 1))


def test_without_inputs_in_common_there_are_no_pairs() -> None:
    assert compared(rows(["x"], [1], [1.0], ["a"]), rows(["x"], [1], [1.0], ["b"])).paired is None
    assert compared(rows(["x"], [1], [1.0]), rows(["x"], [1], [1.0], ["b"])).paired is None


def test_a_version_without_calls_gives_no_parts_and_no_all_clear() -> None:
    found = compared(rows(["x"], [1], [1.0], ["a"]), rows([], [], [], []))
    assert (found.accuracy, found.paired, found.latency, found.outputs) == (None, None, None, None)
    assert (found.after.n, found.after.accuracy, found.after.latency_p95_ms) == (0, None, None)
    assert found.recommendation == "MONITOR_CLOSELY"


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        rows(["x", "y"], [1], [1.0])


def accuracy(difference: str, p_value: float) -> AccuracyChange:
    return AccuracyChange(Fraction(difference), (0.0, 0.0), 0.0, p_value)


def latency(p95_difference_ms: float) -> LatencyChange:
    return LatencyChange(0.0, 1.0, p95_difference_ms)


@pytest.mark.parametrize(
    ("difference", "p_value", "p95_difference_ms", "expected"),
    [
        ("0.006", 0.049, 0.0, Rollout.ROLLBACK_IMMEDIATELY),
        ("0.006", 0.05, 0.0, Rollout.MONITOR_CLOSELY),
        ("0.005", 0.001, 0.0, Rollout.PROCEED_TO_FULL_ROLLOUT),
        ("-0.2", 0.001, 0.0, Rollout.PROCEED_TO_FULL_ROLLOUT),
        ("0", 1.0, -50.5, Rollout.ROLLBACK_IMMEDIATELY),
        ("0", 1.0, -50.0, Rollout.PROCEED_TO_FULL_ROLLOUT),
        ("0", 1.0, 9000.0, Rollout.PROCEED_TO_FULL_ROLLOUT),
    ],
)
def test_the_recommendation_follows_the_stored_rule(difference: str, p_value: float, p95_difference_ms: float, expected: Rollout) -> None:
    assert recommend(accuracy(difference, p_value), latency(p95_difference_ms)) is expected


def test_without_labels_a_slower_version_still_rolls_back() -> None:
    assert recommend(None, latency(-80.0)) is Rollout.ROLLBACK_IMMEDIATELY
    assert recommend(None, latency(80.0)) is Rollout.MONITOR_CLOSELY


def test_the_json_document_has_the_agreed_keys_with_figures_as_decimal_text() -> None:
    before = rows(["yes", "no", "yes", "no"], [1, 1, 1, 0], [10, 20, 30, 40], ["a", "b", "c", "d"])
    after = rows(["no", "no", "no"], [0, 1, 0], [50, 60, 70], ["a", "b", "c"])
    document = json.loads(json.dumps(compared(before, after).as_json()))
    assert document["before"] == {"version": "v1", "n": 4, "accuracy": "0.75", "latency_p50_ms": "25", "latency_p95_ms": "38.5"}
    assert document["after"]["accuracy"] == "0.333333"
    assert set(document["accuracy"]) == {"difference", "interval", "z", "p_value"}
    assert document["accuracy"]["difference"] == "0.416667"
    assert document["paired"] == {"table": [[0, 0], [2, 1]], "p_value": "0.5"}
    assert document["latency"]["u"] == "0"
    assert document["latency"]["p95_difference_ms"] == "-30.5"
    assert set(document["outputs"]) == {"psi", "js_divergence", "chi2", "p_value"}
    assert set(document) == {"before", "after", "accuracy", "paired", "latency", "outputs", "recommendation"}


def test_absent_parts_are_null_in_the_json_document() -> None:
    empty = rows([], [], [])
    document = compared(empty, empty).as_json()
    assert document["before"] == {"version": "v1", "n": 0, "accuracy": None, "latency_p50_ms": None, "latency_p95_ms": None}
    assert [document[part] for part in ("accuracy", "paired", "latency", "outputs")] == [None] * 4

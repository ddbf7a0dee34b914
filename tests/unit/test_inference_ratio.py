"""Ratios from resampled counts: ranks by hand, the same draws every time, and how often the tests err."""

import numpy as np
import pytest
from numpy.typing import NDArray

from vendor_ai.inference.exact import compliance_p_value
from vendor_ai.inference.ratio import cell_draws, cell_p_values, cluster_draws, part_p_values, percentile_interval, ratio_p_values

NAN = float("nan")


def f1(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """F1 of (true positives, false positives, false negatives, true negatives)."""
    positives = 2 * cells[..., 0] + cells[..., 1] + cells[..., 2]
    return np.divide(2 * cells[..., 0], positives, out=np.full_like(positives, np.nan), where=positives > 0)


def share(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    return cells[..., 0] / cells.sum(axis=-1)


def test_draws_keep_the_total_and_come_back_the_same() -> None:
    drawn = cell_draws([70, 10, 0, 20], draws=500)
    assert drawn.shape == (500, 4)
    assert set(drawn.sum(axis=1)) == {100}
    assert not drawn[:, 2].any()
    assert np.array_equal(drawn, cell_draws([70, 10, 0, 20], draws=500))


def test_draws_spread_as_a_binomial_share_does() -> None:
    drawn = cell_draws([30, 70], draws=9_999)[:, 0]
    # Mean 30 and variance 21; five standard errors of each either way.
    assert drawn.mean() == pytest.approx(30, abs=5 * np.sqrt(21 / 9_999))
    assert drawn.var() == pytest.approx(21, abs=5 * 21 * np.sqrt(2 / 9_999))


def test_no_call_at_all_cannot_be_drawn_from() -> None:
    with pytest.raises(ValueError, match="At least one"):
        cell_draws([0, 0])


def test_a_cluster_is_drawn_whole() -> None:
    parts = [[1, 100], [2, 200], [4, 400]]
    drawn = cluster_draws(parts, draws=300)
    assert np.array_equal(drawn[:, 1], 100 * drawn[:, 0])
    # Three clusters drawn with replacement from 1, 2, 4: the sums lie between 3 and 12 and both ends occur.
    assert (drawn[:, 0].min(), drawn[:, 0].max()) == (3, 12)
    assert drawn[:, 0].mean() == pytest.approx(7, abs=0.6)


def test_blocks_of_draws_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = np.arange(12).reshape(6, 2)
    whole = cluster_draws(parts, draws=50)
    monkeypatch.setattr("vendor_ai.inference.ratio._BLOCK", 40)
    assert np.array_equal(cluster_draws(parts, draws=50), whole)


def test_the_interval_is_cut_at_the_ranks_of_the_textbook() -> None:
    # 9,999 draws at 95 %: the 250th smallest and the 250th largest.
    shuffled = np.random.default_rng(1).permutation(np.arange(1, 10_000))
    assert percentile_interval(shuffled, 0.95) == (250, 9_750)


def test_a_figure_that_does_not_exist_in_a_draw_widens_the_interval_on_both_sides() -> None:
    drawn = [NAN, NAN, *range(1, 38)]  # 39 draws at 90 %: the 2nd smallest and largest
    assert percentile_interval(drawn, 0.9) == (None, None)
    assert percentile_interval([NAN, *range(1, 39)], 0.9) == (1, 38)


def test_p_values_count_the_draws_on_the_other_side_of_the_limit() -> None:
    # 99 draws 0.01 to 0.99, floor 0.95: 5 draws at or above it, so (1 + 5) / 100; below it lie 95.
    drawn = np.arange(1, 100) / 100
    assert ratio_p_values(drawn, 0.5, 0.95, True) == (0.06, 1.0)
    assert ratio_p_values(drawn, 0.5, 0.95, False) == (1.0, 0.06)
    assert ratio_p_values(drawn, 0.97, 0.02, True) == (1.0, 0.03)


def test_draws_without_a_figure_count_against_both_sides() -> None:
    drawn = [0.1] * 97 + [NAN, NAN]
    assert ratio_p_values(drawn, 0.1, 0.5, True)[0] == 0.03
    assert ratio_p_values(drawn, 0.1, 0.05, True)[1] == 0.03


def test_no_p_value_is_below_one_in_all_draws() -> None:
    assert ratio_p_values([0.1] * 999, 0.1, 0.5, True) == (0.001, 1.0)


@pytest.mark.parametrize("observed", [NAN, 0.5])
def test_a_figure_that_is_unknown_or_at_the_limit_proves_nothing(observed: float) -> None:
    assert ratio_p_values([0.1] * 99, observed, 0.5, True) == (1.0, 1.0)


def test_a_log_without_a_mistake_proves_no_more_than_its_size() -> None:
    # 60 right answers of 60 against 97 %: the exact p-value is 0.97**60 = 0.161, and plain resampling would say 0.0001.
    cells = np.array([60, 0])
    p_breach, p_compliance = cell_p_values(cells, share, 0.97, is_floor=True)
    assert float(compliance_p_value(60, 60, 0.97, True)) == pytest.approx(0.161, abs=5e-4)
    assert p_breach == 1.0
    assert p_compliance > 0.05
    assert cell_p_values(np.array([600, 0]), share, 0.97, is_floor=True)[1] < 0.05


def test_a_clear_breach_of_an_f1_floor_is_found_and_compliance_is_not_claimed() -> None:
    # F1 = 2 * 300 / (600 + 150 + 150) = 0.667 against 0.8.
    assert cell_p_values(np.array([300, 150, 150, 400]), f1, 0.8, is_floor=True) == (0.0001, 1.0)


def test_a_ceiling_is_tested_the_other_way_round() -> None:
    assert cell_p_values(np.array([30, 970]), share, 0.10, is_floor=False)[1] == 0.0001
    assert cell_p_values(np.array([200, 800]), share, 0.10, is_floor=False)[0] == 0.0001


def test_users_who_fail_together_need_more_proof_than_independent_calls() -> None:
    # 27 users without a wrong answer and 3 with half of theirs wrong: 95 % right in all, against a floor of 97 %.
    parts = np.array([[20, 0]] * 27 + [[10, 10]] * 3)
    by_calls, by_users = cell_p_values(parts.sum(axis=0), share, 0.97, is_floor=True), part_p_values(parts, share, 0.97, is_floor=True)
    assert by_calls[0] < 0.02
    assert by_users[0] > 0.05


def test_one_bad_user_among_many_is_counted_twice_before_compliance_is_proven() -> None:
    # 39 clean users and one with all 20 answers wrong: 97.5 % right; a second such user leaves 780 of 820, 95.1 %.
    parts = np.array([[20, 0]] * 39 + [[0, 20]])
    assert part_p_values(parts, share, 0.94, is_floor=True)[1] > 0.05
    assert part_p_values(parts, share, 0.80, is_floor=True)[1] < 0.001


def test_a_true_f1_at_its_floor_is_called_proven_about_as_seldom_as_the_level_says() -> None:
    # True cells 0.30, 0.10, 0.10, 0.50: F1 = 0.6 / 0.8 = 0.75, the floor itself; 300 logs of 1,000 calls.
    truth = [0.30, 0.10, 0.10, 0.50]
    logs = np.random.default_rng(7).multinomial(1000, truth, size=300)
    found = np.array([cell_p_values(log, f1, 0.75, is_floor=True, draws=399) for log in logs])
    wrong = np.count_nonzero(found <= 0.05, axis=0)
    # At a true rate of 5 % more than 27 of 300 come about once in a thousand.
    assert wrong[0] <= 27 and wrong[1] <= 27

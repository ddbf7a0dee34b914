"""Change points: the best split by brute force, exact p-values on tiny series, and their law without a change."""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from vendor_ai.change.change_point import ChangeWatch, find_change, look

NAN = float("nan")


def best_split(series: list[float], calls: list[float], least: int) -> tuple[float, int]:
    """The largest standardised distance over all splits, written out for one column."""
    total, mean = sum(calls), np.average(series, weights=calls)
    variance = np.average((np.array(series) - mean) ** 2, weights=calls)
    found = []
    for cut in range(least, len(series) - least + 1):
        one, other = np.average(series[:cut], weights=calls[:cut]), np.average(series[cut:], weights=calls[cut:])
        size = sum(calls[:cut]) * sum(calls[cut:]) / total / (total / len(calls))
        found.append((float(size * (one - other) ** 2 / variance), cut))
    return max(found)


def shifted(before: float, after: float, days: int, at: int, calls: int = 100) -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    return rng.binomial(calls, np.where(np.arange(days) < at, before, after)) / calls


def test_the_split_is_the_one_that_differs_most() -> None:
    series = [0.9, 0.88, 0.91, 0.9, 0.6, 0.62, 0.58, 0.61]
    calls = [100.0, 50, 80, 120, 90, 100, 70, 60]
    found = find_change(series, calls, minimum_days=2, draws=99)
    assert found is not None
    assert (found.statistic, found.index) == pytest.approx(best_split(series, calls, 2))
    assert found.index == 4
    assert found.before == pytest.approx((np.average(series[:4], weights=calls[:4]),))
    assert found.after == pytest.approx((np.average(series[4:], weights=calls[4:]),))


def test_the_p_value_is_the_share_of_all_orders_that_differ_as_much() -> None:
    series = [0.9, 0.8, 0.85, 0.5, 0.6, 0.7]
    observed = best_split(series, [1.0] * 6, 2)[0]
    exact = np.mean([best_split(list(order), [1.0] * 6, 2)[0] >= observed - 1e-9 for order in permutations(series)])
    found = find_change(series, minimum_days=2)
    assert found is not None
    # Ten of the draws reach the observed split, so the p-value has a relative error of about 1 / sqrt(10).
    assert found.p_value == pytest.approx(exact, rel=1.0)
    assert find_change(series, minimum_days=2) == found


def test_a_clear_change_reaches_the_smallest_p_value() -> None:
    found = find_change(shifted(0.84, 0.511, 56, 40))
    assert found is not None
    assert (found.index, found.p_value) == (40, 0.0001)


def test_answers_that_turn_over_are_found_though_each_share_moves_little() -> None:
    rng = np.random.default_rng(5)
    old, new = [0.25, 0.25, 0.25, 0.25], [0.31, 0.19, 0.31, 0.19]
    answers = np.concatenate([rng.multinomial(200, old, 28), rng.multinomial(200, new, 28)]) / 200
    found = find_change(answers)
    assert found is not None
    assert abs(found.index - 28) <= 2
    assert found.p_value <= 0.001


def test_an_answer_nobody_ever_gave_changes_nothing() -> None:
    series = shifted(0.8, 0.7, 30, 15)
    with_empty = find_change(np.column_stack([series, np.zeros(30)]))
    alone = find_change(series)
    assert with_empty is not None and alone is not None
    assert (with_empty.index, with_empty.p_value, with_empty.statistic) == (alone.index, alone.p_value, alone.statistic)


def test_days_without_data_are_left_out_and_the_index_counts_them() -> None:
    series = shifted(0.84, 0.5, 40, 20)
    holed = np.insert(series, [3, 10], NAN)
    calls = np.full(42, 100.0)
    holed = np.insert(holed, 0, 0.1)
    calls = np.insert(calls, 0, 0.0)
    found = find_change(holed, calls)
    assert found is not None
    assert found.index == 23  # twenty days, two holes and one day without calls before it


@pytest.mark.parametrize("series", [[], [0.5] * 13, [0.9] * 30, np.zeros((30, 2))])
def test_too_few_days_or_equal_ones_hold_no_change(series: list[float]) -> None:
    assert find_change(series) is None


def test_fourteen_days_are_enough_to_split_in_the_middle() -> None:
    found = find_change([0.9, 0.91, 0.9, 0.89, 0.9, 0.9, 0.91, 0.6, 0.61, 0.6, 0.59, 0.6, 0.6, 0.61])
    assert found is not None
    assert found.index == 7


def test_without_a_change_p_values_are_spread_evenly() -> None:
    rng = np.random.default_rng(11)
    found = [find_change(rng.binomial(50, 0.9, 28) / 50, seed=number) for number in range(400)]
    p_values = np.array([change.p_value for change in found if change is not None])
    # Binomial(400, p) stays within four standard deviations: 20 +- 17.4 and 200 +- 40.
    assert np.count_nonzero(p_values <= 0.05) <= 37
    assert 160 <= np.count_nonzero(p_values <= 0.5) <= 240


def test_a_rhythm_of_the_week_is_no_change_and_hides_none_where_it_is_named() -> None:
    week = np.tile([0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5], 8)
    steady = week + np.random.default_rng(2).normal(0, 0.01, 56)
    dropped = steady - np.where(np.arange(56) < 28, 0, 0.03)
    for season in (1, 7):
        found = find_change(steady, season=season)
        assert found is not None and found.p_value > 0.05
    hidden, shown = find_change(dropped, season=1), find_change(dropped, season=7)
    assert hidden is not None and shown is not None
    assert hidden.p_value > 0.05
    assert abs(shown.index - 28) <= 1
    assert shown.p_value == 0.0001


def test_blocks_are_shuffled_whole() -> None:
    # Six blocks of two days: the observed halves come about in 2 of C(6, 3) = 20 orders, with both sides swapped.
    series = [0.9, 0.91, 0.92, 0.9, 0.91, 0.9, 0.6, 0.61, 0.6, 0.62, 0.6, 0.61]
    by_day, by_block = find_change(series, minimum_days=4), find_change(series, minimum_days=4, block=2)
    assert by_day is not None and by_block is not None
    assert by_day.index == by_block.index == 6
    assert by_block.p_value == pytest.approx(0.1, rel=1.0)
    assert by_day.p_value < 0.01


def test_a_season_and_blocks_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="not both"):
        find_change([0.5] * 30, season=7, block=3)


def test_many_answers_are_shuffled_in_smaller_blocks_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    series = shifted(0.8, 0.75, 40, 20)
    whole = find_change(series)
    monkeypatch.setattr("vendor_ai.change.change_point._CELLS", 400)
    in_parts = find_change(series)
    assert whole is not None and in_parts is not None
    assert in_parts.p_value == whole.p_value


def test_the_level_shares_a_years_false_alarms_out_over_looks_and_signals() -> None:
    # 53 looks a year, three signals: 0.05 / 159; every day 365 looks need more draws than 9,999.
    assert ChangeWatch().level == pytest.approx(0.05 / 159)
    daily = ChangeWatch(every=1)
    assert daily.level == pytest.approx(0.05 / 1095)
    assert 1 / (daily.draws + 1) < daily.level


def test_a_drop_like_that_of_gpt_4_raises_the_alarm_after_a_week() -> None:
    series = shifted(0.84, 0.511, 80, 73, calls=50)
    found = look(series)
    assert found is not None
    assert found.index == 73
    assert look(series[:76]) is None


def test_a_change_older_than_the_window_is_no_longer_news() -> None:
    assert look(shifted(0.84, 0.511, 130, 60)) is None


def test_calls_are_cut_to_the_window_with_their_days() -> None:
    series = shifted(0.84, 0.511, 80, 60)
    found = look(series, np.full(80, 100.0))
    assert found is not None
    assert found.index == 60


def test_a_steady_log_raises_no_alarm() -> None:
    assert look(shifted(0.84, 0.84, 80, 40)) is None

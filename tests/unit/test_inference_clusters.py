"""The test with the day as the unit: against a slow bootstrap written out, and at its edges."""

import math

import numpy as np
import pytest

from vendor_ai.inference.clusters import cluster_p_values
from vendor_ai.inference.exact import breach_p_value, compliance_p_value


def brute_force(hits: list[int], trials: list[int], limit: float, draws: int, seed: int) -> float:
    """P-value of a breach of a floor, one draw at a time in plain Python."""
    size = len(hits)

    def ratio(days: list[int]) -> tuple[float, float]:
        total = sum(trials[day] for day in days)
        share = sum(hits[day] for day in days) / total
        square = sum((hits[day] - trials[day] * share) ** 2 for day in days)
        between_days = math.sqrt(size / (size - 1) * square) / total
        return share, max(between_days, math.sqrt(limit * (1 - limit) / total))

    share, error = ratio(list(range(size)))
    reached = 1
    for sample in np.random.default_rng(seed).integers(0, size, size=(draws, size)).tolist():
        drawn, drawn_error = ratio(sample)
        reached += (drawn - share) / drawn_error <= (share - limit) / error
    return reached / (draws + 1)


def days_of(seed: int, share_a: float, share_b: float, size: int = 30) -> tuple[list[int], list[int]]:
    rng = np.random.default_rng(seed)
    trials = rng.integers(20, 80, size)
    shares = rng.uniform(share_a, share_b, size)
    return rng.binomial(trials, shares).tolist(), trials.tolist()


def test_the_bootstrap_equals_one_written_out_draw_by_draw() -> None:
    hits, trials = days_of(5, 0.7, 0.95)
    fast, _ = cluster_p_values(hits, trials, 0.83, is_floor=True, seed=11, draws=499)
    assert fast == brute_force(hits, trials, 0.83, draws=499, seed=11)


def test_the_same_input_gives_the_same_figures() -> None:
    hits, trials = days_of(6, 0.6, 0.9)
    first = cluster_p_values(hits, trials, 0.8, is_floor=True)
    assert cluster_p_values(hits, trials, 0.8, is_floor=True) == first


def test_a_ceiling_is_the_floor_of_the_opposite_share() -> None:
    hits, trials = days_of(7, 0.7, 0.95)
    misses = [n - k for k, n in zip(hits, trials, strict=True)]
    floor = cluster_p_values(hits, trials, 0.875, is_floor=True, draws=999)
    ceiling = cluster_p_values(misses, trials, 0.125, is_floor=False, draws=999)
    assert ceiling == pytest.approx(floor)


def test_failures_that_come_in_bursts_need_more_proof_than_independent_calls() -> None:
    hits = [0] * 27 + [20, 15, 25]
    trials = [100] * 30
    p_calls = float(breach_p_value(sum(hits), sum(trials), 0.01, False))
    p_days, _ = cluster_p_values(hits, trials, 0.01, is_floor=False)
    assert p_calls < 0.0001
    assert p_days > 0.05


def test_a_clear_breach_on_every_day_reaches_the_smallest_p_value() -> None:
    hits = [50, 52, 48, 51, 49] * 4
    assert cluster_p_values(hits, [100] * 20, 0.83, is_floor=True, draws=1999) == (1 / 2000, 1)


def test_days_without_calls_are_left_out() -> None:
    hits, trials = days_of(8, 0.7, 0.95)
    with_gaps = cluster_p_values([*hits, 0, 0], [*trials, 0, 0], 0.83, is_floor=True, draws=999)
    assert with_gaps == cluster_p_values(hits, trials, 0.83, is_floor=True, draws=999)


@pytest.mark.parametrize(
    ("hits", "limit", "is_floor", "expected"),
    [
        (10, 0.83, True, (1.0, 0.001)),  # every day perfect: nothing speaks against compliance
        (8, 0.83, True, (0.001, 1.0)),  # every day at 0.8, below the floor
        (0, 0.005, False, (1.0, 0.001)),  # no failure at all
        (8, 0.8, True, (1.0, 1.0)),  # every day exactly at the limit
    ],
)
def test_days_that_all_have_the_same_share_leave_the_decision_to_the_exact_test(
    hits: int, limit: float, is_floor: bool, expected: tuple[float, float]
) -> None:
    assert cluster_p_values([hits] * 20, [10] * 20, limit, is_floor=is_floor, draws=999) == expected


def test_equal_shares_on_days_of_unequal_size_count_as_no_spread() -> None:
    trials = [30, 60, 90, 300] * 5
    hits = [n // 3 for n in trials]
    assert cluster_p_values(hits, trials, 0.5, is_floor=True, draws=999) == (0.001, 1.0)


def test_one_failed_call_among_many_clean_days_leaves_compliance_provable() -> None:
    # A third of the resamples do not hold that day: they have no spread, and must not count as infinitely far away.
    p_breach, p_compliance = cluster_p_values([10_000] * 64 + [9_999], [10_000] * 65, 0.90, is_floor=True)
    assert (p_breach, p_compliance) == (1.0, 0.0001)


def test_one_day_of_mass_failure_proves_no_compliance() -> None:
    # 40 failures of 20,000 are 0.2 % against 0.5 %, but one more such day nearly doubles them.
    hits, trials = [0] * 19 + [40], [1000] * 20
    p_calls = float(compliance_p_value(sum(hits), sum(trials), 0.005, False))
    _, p_days = cluster_p_values(hits, trials, 0.005, is_floor=False)
    assert p_calls < 0.0001
    assert p_days > 0.05


def test_one_day_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="two clusters"):
        cluster_p_values([5, 0], [10, 0], 0.5, is_floor=True)

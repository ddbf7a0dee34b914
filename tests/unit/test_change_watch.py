"""The rolling watch at its limits."""

from fractions import Fraction

import pytest

from vendor_ai.change.watch import Baseline, WatchState, WatchWarning, Window, watch

BASELINE = Baseline(Fraction(90, 100), 100.0)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(100, 88, 120.0), (WatchState.OK, ())),
        (Window(100, 87, 120.0), (WatchState.WARNING, (WatchWarning.ACCURACY,))),
        (Window(1000, 879), (WatchState.WARNING, (WatchWarning.ACCURACY,))),
        (Window(100, 95, 120.1), (WatchState.WARNING, (WatchWarning.LATENCY_P95,))),
        (Window(100, 10, 500.0), (WatchState.WARNING, (WatchWarning.ACCURACY, WatchWarning.LATENCY_P95))),
        (Window(99, 0, 120.0), (WatchState.INSUFFICIENT_DATA, ())),
        (Window(0, 0), (WatchState.INSUFFICIENT_DATA, ())),
        (Window(0, 0, 121.0), (WatchState.INSUFFICIENT_DATA, (WatchWarning.LATENCY_P95,))),
    ],
)
def test_the_last_seven_days_are_held_against_the_baseline(window: Window, expected: tuple[WatchState, tuple[WatchWarning, ...]]) -> None:
    assert watch(window, BASELINE) == expected


def test_a_baseline_that_is_not_known_warns_of_nothing() -> None:
    assert watch(Window(100, 0, 1e6), Baseline()) == (WatchState.OK, ())

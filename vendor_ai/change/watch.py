"""The rolling watch: the last seven days beside a baseline, apart from the contract's periods."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

WINDOW_DAYS = 7
MINIMUM_LABELLED = 100
ACCURACY_MARGIN = Fraction(2, 100)
P95_FACTOR = 1.2


class WatchState(StrEnum):
    """What the last days say."""

    OK = "OK"
    WARNING = "WARNING"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


class WatchWarning(StrEnum):
    """What is worse than the baseline."""

    ACCURACY = "accuracy"
    LATENCY_P95 = "latency_p95"


@dataclass(frozen=True, slots=True)
class Window:
    """What was logged in the last days: labelled calls, right ones, P95 in ms (linear) of the answered ones."""

    labelled: int
    correct: int
    p95_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the window is held against; a part that is not known warns of nothing."""

    accuracy: Fraction | None = None
    p95_ms: float | None = None


def watch(window: Window, baseline: Baseline) -> tuple[WatchState, tuple[WatchWarning, ...]]:
    """Return the state of the last days and every warning.

    Below 100 labelled calls the state is insufficient and accuracy is not judged; latency needs no label, so its warning is given beside
    that state too.
    """
    enough = window.labelled >= MINIMUM_LABELLED
    warnings = []
    if enough and baseline.accuracy is not None and baseline.accuracy - Fraction(window.correct, window.labelled) > ACCURACY_MARGIN:
        warnings.append(WatchWarning.ACCURACY)
    if window.p95_ms is not None and baseline.p95_ms is not None and window.p95_ms > P95_FACTOR * baseline.p95_ms:
        warnings.append(WatchWarning.LATENCY_P95)
    if not enough:
        return WatchState.INSUFFICIENT_DATA, tuple(warnings)
    return (WatchState.WARNING if warnings else WatchState.OK), tuple(warnings)

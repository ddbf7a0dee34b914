"""Simulated error rates: how often each rule accuses a vendor that keeps its promise, and how often it finds one that does not.

Run it as ``python -m benchmarks.error_rates``; it prints each rate beside the one the design names. ``--runs`` scales the simulations.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from vendor_ai.change.change_point import WATCH, ChangeWatch, look
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.verdict import Evidence
from vendor_ai.inference.clusters import cluster_p_values
from vendor_ai.inference.exact import breach_p_value
from vendor_ai.inference.label_error import survival_p_values
from vendor_ai.inference.measure import Entry, measure
from vendor_ai.inference.sequential import log_e_counts, log_e_process
from vendor_ai.metrics import METRICS

Counted = NDArray[np.int64]
FLOOR = 0.83
DAYS = 90
CALLS = 50
LEVEL = 0.05
ALARM = float(np.log(1 / LEVEL))
CEILING = 0.005
BURST_DAYS, BURST_CALLS, BURSTS, BURST_RATE = 60, 1_000, 0.05, 0.10
DEPENDENCE = 0.3  # correlation of one day's deviation with the next
WRONG_LABELS = 0.05
CHECKED = 500
SEED = 4
BLOCKS = ChangeWatch(block=3)
_RUNS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Looks:
    """What daily looking did over many runs: how many raised the alarm, and the median day on which they did (from 1)."""

    fired: float
    median_day: float


def _looks(fires: NDArray[np.bool_]) -> Looks:
    fired = fires.any(axis=1)
    days = np.where(fired, fires.argmax(axis=1) + 1, np.inf)
    return Looks(float(fired.mean()), float(np.median(days)))


def daily(true_share: float, runs: int, calls: int = CALLS) -> Counted:
    """Right answers by run and day of a vendor with independent calls."""
    return np.random.default_rng(SEED).binomial(calls, true_share, size=(runs, DAYS))


def repeated_test(hits: Counted, calls: int = CALLS) -> Looks:
    """The exact test, repeated every day on all calls so far."""
    trials = calls * np.arange(1, hits.shape[1] + 1)
    return _looks(breach_p_value(hits.cumsum(axis=1), trials, FLOOR, True) <= LEVEL)


def e_process_of_calls(hits: Counted, calls: int = CALLS, limit: float = FLOOR, *, is_floor: bool = True) -> Looks:
    """The e-process over independent calls."""
    return _looks(log_e_counts(hits, np.full_like(hits, calls), limit, is_floor=is_floor) >= ALARM)


def e_process_of_days(hits: Counted, calls: int = CALLS, limit: float = FLOOR, *, is_floor: bool = True) -> Looks:
    """The e-process with the day as the unit."""
    blocks = [
        log_e_process(hits[start : start + _RUNS_AT_ONCE] / calls, limit, is_floor=is_floor) for start in range(0, len(hits), _RUNS_AT_ONCE)
    ]
    return _looks(np.concatenate(blocks) >= ALARM)


def bursts(runs: int, calls: int = BURST_CALLS) -> Counted:
    """Failed calls by run and day: one day in twenty loses a tenth of its calls, so the true error rate is 0.5 %, the ceiling."""
    rng = np.random.default_rng(SEED)
    bad = rng.random((runs, BURST_DAYS)) < BURSTS
    return rng.binomial(calls, np.where(bad, BURST_RATE, 0.0))


def burst_verdicts(failed: Counted, draws: int = 999) -> tuple[float, float]:
    """How often bursts at the ceiling prove a breach: by calls alone, and with days as the unit too."""
    by_calls = breach_p_value(failed.sum(axis=1), BURST_CALLS * BURST_DAYS, CEILING, False)
    calls = np.full(BURST_DAYS, BURST_CALLS)
    by_days = np.array([cluster_p_values(run, calls, CEILING, is_floor=False, draws=draws)[0] for run in failed])
    return float(np.mean(by_calls <= LEVEL)), float(np.mean(np.maximum(by_calls, by_days) <= LEVEL))


def biased_labels(true_share: float, runs: int, calls: int = 4_000) -> tuple[float, float, float]:
    """Wrong answers labelled in 9 of 10 cases, right ones in 3: false proof by the labelled alone, by the verdict, by a random audit."""
    rng = np.random.default_rng(SEED)
    right = rng.binomial(calls, true_share, runs)
    labelled_right, labelled_wrong = rng.binomial(right, 0.3), rng.binomial(calls - right, 0.9)
    naive = breach_p_value(labelled_right, labelled_right + labelled_wrong, FLOOR, True) <= LEVEL
    proven = [_proves_breach(calls, int(k), int(k + w)) for k, w in zip(labelled_right, labelled_wrong, strict=True)]
    audited = rng.hypergeometric(right, calls - right, calls // 10)
    return float(naive.mean()), float(np.mean(proven)), float(np.mean(breach_p_value(audited, calls // 10, FLOOR, True) <= LEVEL))


def _proves_breach(calls: int, right: int, labelled: int) -> bool:
    counts = Counts(predicted=calls, labelled=labelled, correct=right)
    entry = Entry(metric=METRICS["accuracy"], counts=counts, limit=Fraction(str(FLOOR)), is_floor=True)
    return measure([entry], significance=Decimal(str(LEVEL)))[0].evidence is Evidence.PROVEN_BREACH


def late_labels(true_share: float, runs: int) -> tuple[Looks, Looks]:
    """Wrong answers labelled after 3 days, right ones after 10: a daily test of what is labelled so far, and the process of ripe days."""
    hits = daily(true_share, runs)
    shown_right = np.pad(hits, ((0, 0), (10, 0)))[:, :DAYS].cumsum(axis=1)
    shown_wrong = np.pad(CALLS - hits, ((0, 0), (3, 0)))[:, :DAYS].cumsum(axis=1)
    test = breach_p_value(shown_right, shown_right + shown_wrong, FLOOR, True) <= LEVEL
    return _looks(test), e_process_of_calls(hits[:, : DAYS - 10])


def wrong_labels(true_share: float, calls: int, runs: int) -> tuple[float, float]:
    """Labels wrong in 5 % of rows: how often the exact test proves a breach, and how often one survives with 500 labels checked twice."""
    rng = np.random.default_rng(SEED)
    read = rng.binomial(calls, true_share * (1 - WRONG_LABELS) + (1 - true_share) * WRONG_LABELS, runs)
    disagreed = rng.binomial(CHECKED, WRONG_LABELS, runs)
    naive = breach_p_value(read, calls, FLOOR, True)
    surviving = [
        survival_p_values(int(k), calls, FLOOR, is_floor=True, checked=CHECKED, disagreed=int(d), significance=LEVEL)[0]
        for k, d in zip(read, disagreed, strict=True)
    ]
    return float(np.mean(naive <= LEVEL)), float(np.mean(np.maximum(naive, surviving) <= LEVEL))


def power(true_share: float, calls: int) -> float:
    """Chance that the exact test proves a breach of the floor, without simulation: every count times its probability."""
    counts = np.arange(calls + 1)
    least = np.concatenate(([0.0], breach_p_value(counts, calls, true_share, True)))
    return float(np.diff(least)[breach_p_value(counts, calls, FLOOR, True) <= LEVEL].sum())


def point_miss(true_share: float, calls: int) -> float:
    """Chance that the share of a sample alone lies below the floor."""
    below = int(np.ceil(calls * Fraction(str(FLOOR)))) - 1
    return float(breach_p_value(below, calls, true_share, True))


def watch_of_a_year(years: int, dependence: float = 0.0, watch: ChangeWatch = WATCH) -> float:
    """How many years without any change see an alarm on answers, latency or correctness; ``dependence`` ties each day to the one before."""
    rng = np.random.default_rng(SEED)
    alarms = 0
    for _ in range(years):
        signals = _steady_year(rng, dependence)
        alarms += any(look(signal[: day + 1], watch=watch) is not None for signal in signals for day in range(2 * 7 - 1, 365, watch.every))
    return alarms / years


def _steady_year(rng: np.random.Generator, dependence: float) -> list[NDArray[np.float64]]:
    """Shares of five answers, of slow calls and of right answers over 365 days, around means that wander as an AR(1) where asked."""
    noise = rng.normal(0, 1, (365, 3))
    for day in range(1, 365):
        noise[day] = dependence * noise[day - 1] + np.sqrt(1 - dependence**2) * noise[day]
    shift = (0.05 if dependence else 0.0) * noise
    answers = np.array([rng.multinomial(CALLS, _tilted(tilt)) for tilt in shift[:, 0]]) / CALLS
    slow, right = (rng.binomial(CALLS, np.clip(mean + shift[:, at], 0, 1)) / CALLS for at, mean in ((1, 0.10), (2, 0.85)))
    return [answers, slow, right]


def _tilted(tilt: float) -> NDArray[np.float64]:
    weights = np.array([0.4, 0.3, 0.15, 0.1, 0.05]) + np.array([tilt, -tilt, 0, 0, 0])
    return np.clip(weights, 0, 1) / np.clip(weights, 0, 1).sum()


def detection(before: float, after: float, runs: int, watch: ChangeWatch = WATCH) -> Looks:
    """Share of hidden drops of accuracy that the watch finds within eight weeks, and the median day of the first alarm after the drop."""
    rng = np.random.default_rng(SEED)
    shares = rng.binomial(CALLS, np.where(np.arange(112) < 56, before, after), size=(runs, 112)) / CALLS
    found = np.zeros((runs, 56), dtype=np.bool_)
    for run, series in enumerate(shares):
        day = next((day for day in range(63, 113, 7) if look(series[:day], watch=watch) is not None), None)
        if day is not None:
            found[run, day - 57] = True
    return _looks(found)


def _percent(rate: float) -> str:
    return f"{100 * rate:.3g} %"


def _both(looks: Looks) -> str:
    return f"{_percent(looks.fired)}, median day {looks.median_day:.0f}"


def _rows(runs: int) -> list[tuple[str, str, Callable[[], str]]]:
    at_floor, at_80, failed = daily(FLOOR, runs), daily(0.80, runs), bursts(max(runs // 4, 1))

    def of_bias() -> str:
        return " / ".join(_percent(rate) for rate in biased_labels(FLOOR, max(runs // 4, 1)))

    def of_late() -> str:
        return " / ".join(_percent(looks.fired) for looks in late_labels(FLOOR, runs))

    def of_bursts(process: Callable[..., Looks]) -> str:
        return " / ".join(_percent(process(bursts(runs, calls), calls, CEILING, is_floor=False).fired) for calls in (200, 500))

    return [
        ("90 daily looks at the floor: repeated testing", "27 %", lambda: _percent(repeated_test(at_floor).fired)),
        ("  e-process over calls", "2.4 %", lambda: _percent(e_process_of_calls(at_floor).fired)),
        ("  the same at a true 80 %", "99 %, median day 23", lambda: _both(e_process_of_calls(at_80))),
        ("  e-process over days", "at most 5 %", lambda: _percent(e_process_of_days(at_floor).fired)),
        ("  the same at a true 80 %", "-", lambda: _both(e_process_of_days(at_80))),
        ("bursts at the ceiling: calls alone / by days", "36.5 % / at most 5 %", lambda: " / ".join(map(_percent, burst_verdicts(failed)))),
        ("  e-process over calls, 200 / 500 calls a day", "53-68 %", lambda: of_bursts(e_process_of_calls)),
        ("  e-process over days, 200 / 500 calls a day", "at most 5 %", lambda: of_bursts(e_process_of_days)),
        ("biased labels at the floor: labelled / verdict / audit", "always / 0 / at most 5 %", of_bias),
        ("late labels at the floor: so far / ripe days", "always / at most 5 %", of_late),
        ("5 % wrong labels, true 85 %, n = 5,000: plain / checked", "87 % / at most 5 %", lambda: _of_labels(0.85, 5_000, runs)),
        ("  n = 10,000", "99 % / at most 5 %", lambda: _of_labels(0.85, 10_000, runs)),
        ("  true share at the floor, n = 5,000", "- / at most 5 %", lambda: _of_labels(FLOOR, 5_000, runs)),
        ("  power at a true 75 %, n = 5,000", "-", lambda: _of_labels(0.75, 5_000, runs)),
        ("power at n = 1,070, true 80 %", "80 %", lambda: _percent(power(0.80, 1070))),
        ("  n = 405, true 78 %", "80 %", lambda: _percent(power(0.78, 405))),
        ("  n = 165, true 75 %", "80 %", lambda: _percent(power(0.75, 165))),
        ("change watch, steady year, three signals", "at most 5 %", lambda: _percent(watch_of_a_year(max(runs // 10, 1)))),
        ("  days tied to the day before", "-", lambda: _percent(watch_of_a_year(max(runs // 40, 1), DEPENDENCE))),
        ("  the same, shuffled in blocks of three", "-", lambda: _percent(watch_of_a_year(max(runs // 40, 1), DEPENDENCE, BLOCKS))),
        ("  accuracy falls from 84 % to 51.1 %, 50 calls a day", "-", lambda: _both(detection(0.84, 0.511, max(runs // 10, 1)))),
        ("  the same, shuffled in blocks of three", "-", lambda: _both(detection(0.84, 0.511, max(runs // 10, 1), watch=BLOCKS))),
        ("  from 84 % to 74 %", "-", lambda: _both(detection(0.84, 0.74, max(runs // 10, 1)))),
    ]


def _of_labels(true_share: float, calls: int, runs: int) -> str:
    return " / ".join(map(_percent, wrong_labels(true_share, calls, runs)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4_000)
    runs: int = parser.parse_args().runs
    print(f"{'rule':58} {'design':24} simulated")
    for label, design, simulate in _rows(runs):
        print(f"{label:58} {design:24} {simulate()}", flush=True)


if __name__ == "__main__":
    main()

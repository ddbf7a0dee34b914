"""A change nobody announced: the day from which a log differs, and how likely chance alone makes such a day."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vendor_ai.inference.clusters import DRAWS, SEED

Numbers: TypeAlias = NDArray[np.float64]

MINIMUM_DAYS = 7
_ENOUGH = 10  # shuffled series that differ as much: then the p-value is known well enough
_FIRST_BLOCK = 99  # series shuffled before the first look at how many differ as much
_CELLS = 4_000_000  # figures held at once
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The split of a series whose two sides differ most.

    Attributes:
        index: First day of the later side, counted in the series as given.
        p_value: Share of shuffled series whose best split differs as much; exact if days are exchangeable without a change.
        statistic: Squared distance of the two sides in standard deviations of a day, times n1 n2 / n (in days, weighted by calls).
        before: Weighted mean of each column on the earlier side.
        after: The same on the later side.
    """

    index: int
    p_value: float
    statistic: float
    before: tuple[float, ...]
    after: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWatch:
    """Looking again and again for a change, with a bound on false alarms.

    At each look the last ``window`` days are searched at a level that shares ``yearly`` out over all looks of a year and all signals, so
    the chance of any false alarm in a year is at most ``yearly``, whatever the signals have to do with each other (Bonferroni).
    That holds for days that resemble each other by chance only; ``benchmarks.error_rates`` measures an alarm in 3 % of such years, in about
    20 % where a third of each day's deviation carries over to the next, and in 7 % of those with blocks of three days.

    Attributes:
        window: Days looked back.
        every: Days between looks.
        yearly: Chance of a false alarm in a year, over all signals.
        signals: Series looked at: answers, latency, correctness.
        block: Days shuffled together. Where each day resembles the one before, single days alarm too often; blocks of three alarm later.
    """

    window: int = 56
    every: int = 7
    yearly: float = 0.05
    signals: int = 3
    block: int = 1

    @property
    def level(self) -> float:
        """The p-value at or under which one look at one signal raises the alarm."""
        return self.yearly / (math.ceil(365 / self.every) * self.signals)

    @property
    def draws(self) -> int:
        """Shuffled series a look needs, so that two that differ as much by chance do not yet hide a change."""
        return max(DRAWS, math.ceil(3 / self.level))


WATCH = ChangeWatch()


def find_change(
    series: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    minimum_days: int = MINIMUM_DAYS,
    season: int = 1,
    block: int = 1,
    draws: int = DRAWS,
    seed: int = SEED,
) -> ChangePoint | None:
    """Return the day from which a daily series differs most from before, and its p-value.

    The days are shuffled whole, with their calls, and each shuffled series is searched for its own best split: so the search itself costs
    no error, and calls of a day may hang together as they like. Shuffling ends early once ten shuffled series differ as much.

    Args:
        series: One row a day: the share of each answer, shape (n, k), or one figure, shape (n,), as the share of calls above a latency,
            the logarithm of the median, or the share of right answers. A day that holds NaN is left out.
        weights: Calls a day, shape (n,); a day with none is left out. None weighs days alike.
        minimum_days: Days with data that each side needs.
        season: 7 holds Mondays against Mondays only: a rhythm of the week is then no change, nor noise that hides one.
        block: Days in a row that are shuffled together; only with ``season`` 1.
        draws: Shuffled series at most; no p-value is below 1 / (draws + 1).
        seed: The same seed gives the same p-value.

    Returns:
        None where there are too few days, or where all days are equal.

    Raises:
        ValueError: When both a season and a block are named.

    Source:
        Largest standardised difference of means over all splits: Sen & Srivastava (1975), Annals of Statistics 3; Besag & Clifford (1991),
        Biometrika 78, for stopping early, which keeps the p-value exact.
    """
    if season > 1 and block > 1:
        raise ValueError("Days are shuffled within a season or in blocks, not both.")
    days, calls, at = _days(series, weights)
    if at.size < 2 * minimum_days:
        return None
    stratum = at % season
    scaled = _standardised(days, calls, stratum)
    if scaled.shape[1] == 0:
        return None
    distances = _distances(scaled[None], calls[None], minimum_days)[0]
    split = int(np.argmax(distances))
    shuffles = _Shuffles(np.random.default_rng(seed), stratum, np.arange(at.size) // block, draws)
    p_value = _p_value(scaled, calls, float(distances[split]), shuffles, minimum_days)
    cut = split + minimum_days
    before, after = (np.average(days[side], axis=0, weights=calls[side]) for side in (slice(None, cut), slice(cut, None)))
    return ChangePoint(int(at[cut]), p_value, float(distances[split]), tuple(before.tolist()), tuple(after.tolist()))


def look(series: ArrayLike, weights: ArrayLike | None = None, *, watch: ChangeWatch = WATCH, season: int = 1) -> ChangePoint | None:
    """Return the change found in the last days of a series if it raises the alarm, its index counted in the series as given.

    Call it every ``watch.every`` days for each signal, and after an alarm only on days from its index on.

    Args:
        series: As in ``find_change``, up to today; labels must be complete or past their maturity.
        weights: Calls a day.
        watch: How far to look back, how often, and what false alarms may cost.
        season: As in ``find_change``.
    """
    rows = np.asarray(series, dtype=np.float64)
    start = max(len(rows) - watch.window, 0)
    counted = None if weights is None else np.asarray(weights, dtype=np.float64)[start:]
    found = find_change(rows[start:], counted, season=season, block=watch.block, draws=watch.draws)
    if found is None or found.p_value > watch.level:
        return None
    return ChangePoint(found.index + start, found.p_value, found.statistic, found.before, found.after)


def _days(series: ArrayLike, weights: ArrayLike | None) -> tuple[Numbers, Numbers, NDArray[np.intp]]:
    """Days that hold data, their calls scaled to a mean of 1, and where they stood."""
    rows = np.asarray(series, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    calls = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    at = np.flatnonzero((calls > 0) & ~np.isnan(rows).any(axis=1))
    return rows[at], calls[at] / calls[at].mean() if at.size else calls[at], at


def _standardised(days: Numbers, calls: Numbers, stratum: NDArray[np.intp]) -> Numbers:
    """Columns that vary, around their stratum's mean and in standard deviations of a day; both are the same for every shuffled series."""
    deviations = days.copy()
    for value in np.unique(stratum):
        members = stratum == value
        deviations[members] -= np.average(days[members], axis=0, weights=calls[members])
    spread = np.sqrt(np.average(deviations**2, axis=0, weights=calls))
    varies = spread > _ROUNDING * np.abs(days).max(axis=0)
    return np.asarray(deviations[:, varies] / spread[varies], dtype=np.float64)


def _distances(days: Numbers, calls: Numbers, minimum_days: int) -> Numbers:
    """How much the sides of each allowed split differ: series (m, n, k) with calls (m, n) to (m, splits)."""
    sums = np.cumsum(days * calls[..., None], axis=1)[:, minimum_days - 1 : -minimum_days]
    earlier = np.cumsum(calls, axis=1)
    total = earlier[:, -1:]
    earlier = earlier[:, minimum_days - 1 : -minimum_days]
    # The total of the deviations is 0, so the two means are sums / earlier and -sums / (total - earlier).
    distances: Numbers = (sums**2).sum(axis=2) * total / (earlier * (total - earlier))
    return distances


def _p_value(days: Numbers, calls: Numbers, observed: float, shuffles: "_Shuffles", minimum_days: int) -> float:
    """Share of shuffled series at least as far apart, the observed one counted in; at the tenth such one it is known."""
    least, reached, drawn = observed * (1 - _ROUNDING), 0, 0
    for orders in shuffles.blocks(_CELLS // days.size):
        hits = np.flatnonzero(_distances(days[orders], calls[orders], minimum_days).max(axis=1) >= least)
        if reached + hits.size >= _ENOUGH:
            return _ENOUGH / (drawn + int(hits[_ENOUGH - reached - 1]) + 1)
        reached, drawn = reached + hits.size, drawn + len(orders)
    return (1 + reached) / (1 + drawn)


@dataclass(frozen=True, slots=True, eq=False)
class _Shuffles:
    """Orders of the days in which each stays within its stratum, or with its block."""

    rng: np.random.Generator
    stratum: NDArray[np.intp]
    block: NDArray[np.intp]
    draws: int

    def blocks(self, most: int) -> Iterator[NDArray[np.intp]]:
        """Yield orders, shape (size, n), in blocks that grow up to ``most``."""
        drawn, size = 0, _FIRST_BLOCK
        while drawn < self.draws:
            size = max(1, min(size, most, self.draws - drawn))
            yield self._orders(size)
            drawn, size = drawn + size, 10 * size

    def _orders(self, size: int) -> NDArray[np.intp]:
        blocks = int(self.block[-1]) + 1
        if blocks < self.block.size:
            places = self.rng.permuted(np.tile(np.arange(blocks), (size, 1)), axis=1)
            return np.argsort(places[:, self.block], axis=1, kind="stable")
        orders = np.tile(np.arange(self.stratum.size), (size, 1))
        for value in np.unique(self.stratum):
            members = np.flatnonzero(self.stratum == value)
            orders[:, members] = self.rng.permuted(np.tile(members, (size, 1)), axis=1)
        return orders

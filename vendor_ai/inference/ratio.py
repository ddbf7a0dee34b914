"""Figures that are no plain share (F1, parity differences): intervals and p-values from resampled counts."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vendor_ai.inference.clusters import DRAWS, SEED

Numbers: TypeAlias = NDArray[np.float64]
Figure: TypeAlias = Callable[[Numbers], Numbers]
_BLOCK = 4_000_000  # cluster weights held at once


def cell_draws(cells: ArrayLike, draws: int = DRAWS, seed: int = SEED) -> NDArray[np.int64]:
    """Return counts redrawn from counts of independent calls: multinomial, with the same total in each draw.

    Args:
        cells: Calls by cell, e.g. of a confusion matrix laid flat, shape (k,), at least one call in all.
        draws: Number of draws.
        seed: The same seed gives the same draws.

    Returns:
        Counts, shape (draws, k).

    Raises:
        ValueError: When no cell holds a call.
    """
    counts = np.asarray(cells, dtype=np.int64)
    total = int(counts.sum())
    if total == 0:
        raise ValueError("At least one cell must hold a call.")
    return np.random.default_rng(seed).multinomial(total, counts / total, size=draws)


def cluster_draws(parts: ArrayLike, draws: int = DRAWS, seed: int = SEED) -> Numbers:
    """Return sums of whole clusters drawn with replacement, as many as there are.

    Args:
        parts: Counts or sums by cluster and cell, shape (clusters, k), at least one cluster.
        draws: Number of draws.
        seed: The same seed gives the same draws.

    Returns:
        Sums by cell, shape (draws, k); exact for integers below 2**53.

    Source:
        Efron & Tibshirani (1993), chapter 8: the unit that is independent is the unit that is drawn.
    """
    values = np.asarray(parts, dtype=np.float64)
    clusters = values.shape[0]
    rng = np.random.default_rng(seed)
    at_once = max(1, _BLOCK // clusters)
    chances = np.full(clusters, 1 / clusters)
    blocks = [
        rng.multinomial(clusters, chances, size=min(at_once, draws - start)).astype(np.float64) @ values
        for start in range(0, draws, at_once)
    ]
    return np.concatenate(blocks)


def percentile_interval(figures: ArrayLike, confidence: float) -> tuple[float | None, float | None]:
    """Return the two-sided percentile interval of drawn figures, shape (draws,).

    A draw whose figure does not exist (NaN) may lie anywhere: it counts as lowest for the lower bound and as highest for the upper one. A
    bound that only such draws reach is None: unbounded.

    Source:
        Efron & Tibshirani (1993), section 13.3; order statistics number (draws + 1) * (1 -+ confidence) / 2.
    """
    drawn = np.asarray(figures, dtype=np.float64)
    unknown = np.isnan(drawn)
    # Rounded first: 10,000 * 0.025 must be 250, not 249.99999999999997.
    rank = max(int(round((drawn.size + 1) * (1 - confidence) / 2, 9)), 1)
    low = np.partition(np.where(unknown, -np.inf, drawn), rank - 1)[rank - 1]
    high = -np.partition(np.where(unknown, -np.inf, -drawn), rank - 1)[rank - 1]
    return (float(low) if np.isfinite(low) else None, float(high) if np.isfinite(high) else None)


def ratio_p_values(figure_of_draws: ArrayLike, observed: float, limit: float, is_floor: bool) -> tuple[float, float]:
    """Return the one-sided p-values of a breach and of compliance from drawn figures.

    Args:
        figure_of_draws: The figure of each draw, shape (draws,); NaN where it does not exist counts against both.
        observed: The figure of the log itself; NaN proves nothing, and a figure at or on the other side of the limit gets 1.
        limit: What is promised.
        is_floor: True where the figure must be at least ``limit``.

    Returns:
        ``(p_breach, p_compliance)``, each at least 1 / (draws + 1).

    Source:
        Percentile bootstrap, the observed sample itself counted in: Davison & Hinkley (1997), section 4.4.
    """
    drawn = np.asarray(figure_of_draws, dtype=np.float64)
    unknown = int(np.count_nonzero(np.isnan(drawn)))
    above = 1.0 if np.isnan(observed) or observed >= limit else _share(int(np.count_nonzero(drawn >= limit)) + unknown, drawn.size)
    below = 1.0 if np.isnan(observed) or observed <= limit else _share(int(np.count_nonzero(drawn <= limit)) + unknown, drawn.size)
    return (above, below) if is_floor else (below, above)


def cell_p_values(
    cells: ArrayLike, figure: Figure, limit: float, *, is_floor: bool, draws: int = DRAWS, seed: int = SEED
) -> tuple[float, float]:
    """Return the p-values of a breach and of compliance for a figure of counts of independent calls.

    Compliance is tested with one more call of the kind that hurts most: resamples of a log without a single mistake hold none either, and
    would prove any promise after a handful of calls (docs/decisions/0007 has the same rule for days).

    Args:
        cells: Calls by cell, shape (k,).
        figure: Figure of counts, shape (..., k) to (...), NaN where it does not exist.
        limit: What is promised.
        is_floor: True where the figure must be at least ``limit``.
        draws: Number of draws.
        seed: The same seed gives the same p-values.
    """
    counts = np.asarray(cells, dtype=np.int64)
    one_more = counts + np.eye(counts.size, dtype=np.int64)
    worse = one_more[_worst(figure(one_more.astype(np.float64)), is_floor=is_floor)]
    drawn, drawn_worse = (figure(cell_draws(side, draws, seed).astype(np.float64)) for side in (counts, worse))
    return _two_sides(drawn, drawn_worse, float(figure(counts.astype(np.float64))), limit, is_floor)


def part_p_values(
    parts: ArrayLike, figure: Figure, limit: float, *, is_floor: bool, draws: int = DRAWS, seed: int = SEED
) -> tuple[float, float]:
    """Return the p-values of a breach and of compliance with whole clusters as the unit, compliance with the worst one counted once more.

    Args:
        parts: Counts or sums by cluster and cell, shape (clusters, k).
        figure: Figure of sums over clusters, shape (..., k) to (...), NaN where it does not exist.
        limit: What is promised.
        is_floor: True where the figure must be at least ``limit``.
        draws: Number of draws.
        seed: The same seed gives the same p-values.
    """
    values = np.asarray(parts, dtype=np.float64)
    total = values.sum(axis=0)
    worst = values[_worst(figure(total + values), is_floor=is_floor)]
    drawn, drawn_worse = (figure(cluster_draws(side, draws, seed)) for side in (values, np.vstack((values, worst))))
    return _two_sides(drawn, drawn_worse, float(figure(total)), limit, is_floor)


def _worst(figures: Numbers, *, is_floor: bool) -> int:
    """Which of the figures is worst; one that does not exist is none."""
    harm = -figures if is_floor else figures
    return int(np.argmax(np.where(np.isnan(harm), -np.inf, harm)))


def _two_sides(drawn: Numbers, drawn_worse: Numbers, observed: float, limit: float, is_floor: bool) -> tuple[float, float]:
    return ratio_p_values(drawn, observed, limit, is_floor)[0], ratio_p_values(drawn_worse, observed, limit, is_floor)[1]


def _share(reached: int, draws: int) -> float:
    return (1 + reached) / (1 + draws)

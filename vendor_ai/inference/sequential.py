"""Looking every day without crying wolf: e-processes that a limit still kept lets rise to 1 / significance in few runs only."""

import math
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Numbers: TypeAlias = NDArray[np.float64]

PRIOR_CALLS = 50.0  # weight, in calls, of the prior around the limit: best near it, where a breach is hardest to see
_NODES = 128
_TINY = 1e-290  # below this the incomplete beta function loses its digits


def log_e_process(shares: ArrayLike, limit: float, *, is_floor: bool, prior: tuple[float, float] = (1.0, 1.0)) -> Numbers:
    """Return the logarithm of the e-value against "the mean is still within the limit" after each unit.

    A unit is a call (0 or 1) or a day's share of hits, anything in [0, 1]; nothing is assumed about how the calls of a day hang together.
    For a floor L, write the mixture over p below L, with the Beta prior cut off at L, of the products of

        x p / L + (1 - x) (1 - p) / (1 - L).

    Each factor is at least 0 and linear in x with slope p / L - (1 - p) / (1 - L) <= 0, and it is 1 at x = L: whatever the days did
    before, its expectation is at most 1 while the mean is at least L. So the products, and their mixture, are supermartingales that start
    at 1, and by Ville's inequality reach 1 / significance with probability ``significance`` at most, however often one looks.

    By the inequality of weighted arithmetic and geometric means the factor is at least (p / L)^x ((1 - p) / (1 - L))^(1 - x), so that the
    Beta mixture of likelihood ratios over fractional units is valid too. For calls both are equal and the mixture has the closed form
    used here (``betaln`` and ``betainc``); for days the arithmetic side is larger, by far where shares vary little, and is used.

    Args:
        shares: Units in order of time, shape (..., n); NaN for a day without calls changes nothing.
        limit: Share promised, 0 to 1.
        is_floor: True where the share must be at least ``limit``.
        prior: Beta parameters of the alternative before it is cut off at the limit.

    Returns:
        Logarithms, shape (..., n); infinite once a promise of all (or none) is broken.

    Raises:
        ValueError: When a unit lies outside [0, 1].

    Source:
        Ville (1939); Robbins (1970) for mixtures; Waudby-Smith & Ramdas (2024), JRSS B 86, for bounded means.
    """
    units = np.asarray(shares, dtype=np.float64)
    if np.any((units < 0) | (units > 1)):
        raise ValueError("A unit is a share: it must lie between 0 and 1.")
    if not is_floor:
        units, limit, prior = 1 - units, 1 - limit, (prior[1], prior[0])
    if limit <= 0:
        return np.zeros_like(units)
    if limit >= 1:
        return np.where(np.logical_or.accumulate(units < 1, axis=-1), np.inf, 0.0)
    held = ~np.isnan(units)
    if np.all((units == 0) | (units == 1) | ~held):
        hits = np.cumsum(np.where(held, units, 0.0), axis=-1)
        return _log_mixture(hits, np.cumsum(held, axis=-1) - hits, limit, prior)
    return _log_betting(np.where(held, units, limit), limit, prior)


def log_e_counts(hits: ArrayLike, trials: ArrayLike, limit: float, *, is_floor: bool) -> Numbers:
    """Return the logarithm of the e-value after each day for calls that are independent of one another.

    The prior weighs ``PRIOR_CALLS`` calls and lies around the limit. Where calls of a day fail together this fires far too often: use
    ``log_e_process`` on the days' shares.

    Args:
        hits: Calls with the property by day, integers, shape (..., n).
        trials: Calls by day, shape (..., n).
        limit: Share promised, 0 to 1.
        is_floor: True where the share must be at least ``limit``.
    """
    total_hits = np.cumsum(np.asarray(hits, dtype=np.float64), axis=-1)
    misses = np.cumsum(np.asarray(trials, dtype=np.float64), axis=-1) - total_hits
    if not is_floor:
        total_hits, misses, limit = misses, total_hits, 1 - limit
    if limit <= 0:
        return np.zeros_like(misses)
    if limit >= 1:
        return np.where(misses > 0, np.inf, 0.0)
    return _log_mixture(total_hits, misses, limit, calls_prior(limit))


def calls_prior(limit: float) -> tuple[float, float]:
    """Return the Beta prior around the limit that weighs ``PRIOR_CALLS`` calls."""
    return limit * PRIOR_CALLS, (1 - limit) * PRIOR_CALLS


def alarm(log_e: ArrayLike, significance: float) -> int | None:
    """Return the first index at which the e-value reaches 1 / significance, None where it never does."""
    reached = np.asarray(log_e, dtype=np.float64) >= -math.log(significance)
    return int(np.argmax(reached)) if reached.any() else None


def _log_mixture(hits: Numbers, misses: Numbers, limit: float, prior: tuple[float, float]) -> Numbers:
    """The Beta mixture of likelihood ratios, cut off at the floor, in closed form."""
    a, b = prior
    evidence = special.betaln(a + hits, b + misses) + _log_betainc(a + hits, b + misses, limit)
    mixture: Numbers = evidence - special.betaln(a, b) - _log_betainc(np.float64(a), np.float64(b), limit)
    mixture -= special.xlogy(hits, limit) + special.xlog1py(misses, -limit)
    return mixture


def _log_betainc(a: Numbers | np.float64, b: Numbers | np.float64, x: float) -> Numbers:
    """Logarithm of the regularised incomplete beta function; where it underflows, its first term, which is never above it."""
    value = special.betainc(a, b, x)
    first = special.xlogy(a, x) + special.xlog1py(b, -x) - np.log(a) - special.betaln(a, b)
    result: Numbers = np.where(value > _TINY, np.log(np.maximum(value, _TINY)), first)
    return result


def _log_betting(units: Numbers, limit: float, prior: tuple[float, float]) -> Numbers:
    """The mixture of linear factors over a grid of alternatives: itself a prior, so the grid costs power but never validity."""
    alternatives, weights = _alternatives(limit, *prior)
    stakes = (limit - alternatives) / (limit * (1 - limit))
    factors = np.log1p(stakes * (limit - units)[..., None])
    result: Numbers = special.logsumexp(np.cumsum(factors, axis=-2), b=weights, axis=-1)
    return result


@lru_cache(maxsize=32)
def _alternatives(limit: float, a: float, b: float) -> tuple[Numbers, Numbers]:
    """Shares below the floor, spread as the prior cut off there, and their weights, which add up to 1."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    shares = special.betaincinv(a, b, (nodes + 1) / 2 * special.betainc(a, b, limit))
    return np.asarray(shares, dtype=np.float64), np.asarray(weights / weights.sum(), dtype=np.float64)

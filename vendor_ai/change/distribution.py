"""Two distributions over categories, compared."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import special

from vendor_ai.domain.comparison import OutputChange

# A category that one side never gave counts as this share, so that the logarithm exists.
EMPTY_SHARE = 0.0001


def population_stability(expected: NDArray[np.float64], actual: NDArray[np.float64]) -> float:
    """Return the population stability index of two lists of shares over the same categories, shape (k,) each; 0 is equal.

    An empty category counts as ``EMPTY_SHARE``; the others keep their share.
    """
    before = np.where(expected > 0, expected, EMPTY_SHARE)
    after = np.where(actual > 0, actual, EMPTY_SHARE)
    return float(np.sum((after - before) * np.log(after / before)))


def jensen_shannon_divergence(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return the divergence (not its root, the distance) in bits of two lists of shares, shape (k,) each: 0 equal, 1 disjoint.

    Source:
        Lin (1991), IEEE Transactions on Information Theory 37.
    """
    middle = (one + other) / 2
    nats = float(np.sum(special.rel_entr(one, middle) + special.rel_entr(other, middle))) / 2
    return max(nats / float(np.log(2)), 0.0)


def change_of_categories(before: Mapping[str, int], after: Mapping[str, int]) -> OutputChange:
    """Return how the distribution over categories changed, from counts by category with at least one call a side.

    The chi-squared test is Pearson's on the table of both sides, uncorrected. Where both sides know one and the same category only,
    nothing differs: index, divergence and chi-squared are 0 and p is 1.
    """
    categories = sorted(before.keys() | after.keys())
    counts = np.array([[side.get(category, 0) for category in categories] for side in (before, after)], dtype=np.float64)
    shares = counts / counts.sum(axis=1, keepdims=True)
    expected = counts.sum(axis=0, keepdims=True) * counts.sum(axis=1, keepdims=True) / counts.sum()
    chi2 = float(np.sum((counts - expected) ** 2 / expected))
    freedom = len(categories) - 1
    return OutputChange(
        psi=population_stability(shares[0], shares[1]),
        js_divergence=jensen_shannon_divergence(shares[0], shares[1]),
        chi2=chi2,
        p_value=float(special.chdtrc(freedom, chi2)) if freedom else 1.0,
    )

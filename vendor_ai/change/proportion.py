"""Two shares of right answers, apart and in pairs."""

import math
from fractions import Fraction

from scipy import special

from vendor_ai.domain.comparison import AccuracyChange, PairedChange

_NORMAL_97_5 = float(special.ndtri(0.975))


def change_of_share(correct_before: int, labelled_before: int, correct_after: int, labelled_after: int) -> AccuracyChange:
    """Return the change of a share, before minus after, from counts of at least one labelled call a side.

    The test is the pooled two-proportion z, two-sided; where all answers of both sides are right, or all wrong, z is 0 and p is 1. The
    95 % interval is Newcombe's, built from the Wilson interval of each side.

    Source:
        Newcombe (1998), Statistics in Medicine 17, method 10.
    """
    difference = Fraction(correct_before, labelled_before) - Fraction(correct_after, labelled_after)
    pooled = (correct_before + correct_after) / (labelled_before + labelled_after)
    error = math.sqrt(pooled * (1 - pooled) * (1 / labelled_before + 1 / labelled_after))
    z = float(difference) / error if error else 0.0
    return AccuracyChange(
        difference=difference,
        interval=_newcombe(correct_before, labelled_before, correct_after, labelled_after),
        z=z,
        p_value=float(2 * special.ndtr(-abs(z))),
    )


def change_in_pairs(both_wrong: int, only_after: int, only_before: int, both_right: int) -> PairedChange:
    """Return the exact McNemar test over inputs answered by both versions; p is 1 where no pair differs.

    Source:
        Two-sided binomial test of the discordant pairs at one half; equals statsmodels ``mcnemar(exact=True)``.
    """
    rarer, differing = min(only_after, only_before), only_after + only_before
    p_value = min(1.0, 2 * float(special.bdtr(rarer, differing, 0.5)))
    return PairedChange(((both_wrong, only_after), (only_before, both_right)), p_value)


def _newcombe(correct_before: int, labelled_before: int, correct_after: int, labelled_after: int) -> tuple[float, float]:
    before, after = correct_before / labelled_before, correct_after / labelled_after
    low_before, high_before = _wilson(correct_before, labelled_before)
    low_after, high_after = _wilson(correct_after, labelled_after)
    difference = before - after
    low = difference - math.hypot(before - low_before, high_after - after)
    high = difference + math.hypot(high_before - before, after - low_after)
    return low, high


def _wilson(hits: int, trials: int) -> tuple[float, float]:
    """The 95 % score interval of one share, without continuity correction."""
    square = _NORMAL_97_5**2
    share = hits / trials
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = _NORMAL_97_5 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2)) / (1 + square / trials)
    return max(centre - half, 0.0), min(centre + half, 1.0)

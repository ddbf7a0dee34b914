"""Labels that are wrong themselves: what a share is worth once a part of its labels was checked twice."""

from enum import StrEnum

import numpy as np

from vendor_ai.inference.exact import breach_p_value, compliance_p_value, lower_bound, two_sided_interval, upper_bound

# Part of the level that is spent on not knowing the error rate; small, so that promises can still be adjusted as one family.
SPENT_ON_ERROR = 0.1


class ErrorModel(StrEnum):
    """Where wrong labels strike."""

    ALIKE = "alike"  # right and wrong answers at the same rate
    ANYWHERE = "anywhere"  # nothing is assumed: all of them may have struck right answers, or all of them wrong ones


def label_error(checked: int, disagreed: int, confidence: float) -> tuple[float, float | None, float]:
    """Return the share of wrong labels with its exact two-sided interval: low, value, high.

    Args:
        checked: Labels that were given a second time, drawn at random, blind to the first.
        disagreed: Those of them whose second label says otherwise; all are held to be mistakes of the first, so where both graders err
            alike the error is overstated, which makes a breach harder to prove and never easier.
        confidence: Between 0 and 1, e.g. 0.95.

    Returns:
        Without a checked label (0, None, 1): nothing is known.

    Source:
        Clopper & Pearson (1934).
    """
    low, high = two_sided_interval(disagreed, checked, confidence)
    return float(low), disagreed / checked if checked else None, float(high)


def corrected_reading_bounds(hits: int, trials: int, error_low: float, error_high: float) -> tuple[float, float]:
    """Return the least and the greatest true share behind a read one whose labels are wrong at a rate between two bounds.

    A share p reads q = p (1 - e) + (1 - p) e, hence p = (q - e) / (1 - 2 e), cut to [0, 1]. From one half on labels say nothing: (0, 1).

    Source:
        Rogan & Gladen (1978), sensitivity and specificity both 1 - e.
    """
    if trials == 0 or error_high >= 0.5:
        return 0.0, 1.0
    read = hits / trials
    ends = [min(max((read - error) / (1 - 2 * error), 0.0), 1.0) for error in (error_low, error_high)]
    return min(ends), max(ends)


def survival_p_values(
    hits: int,
    trials: int,
    limit: float,
    *,
    is_floor: bool,
    checked: int,
    disagreed: int,
    significance: float,
    model: ErrorModel = ErrorModel.ALIKE,
) -> tuple[float, float]:
    """Return the p-values of a breach and of compliance that hold whatever the true rate of wrong labels is.

    The exact one-sided test is repeated at the least favourable error rate of its exact interval, and the chance that the true rate lies
    outside is added. Both may enter Holm's adjustment like any p-value.

    Args:
        hits: Calls labelled right.
        trials: Labelled calls.
        limit: Share promised, 0 to 1.
        is_floor: True where the share must be at least ``limit``.
        checked: Labels given twice.
        disagreed: Those that differ.
        significance: Level of the contract; ``SPENT_ON_ERROR`` of it goes into the interval of the error rate.
        model: Where wrong labels strike; ``ALIKE`` is what ``corrected_reading_bounds`` takes back.

    Returns:
        ``(p_breach, p_compliance)``; both 1 where errors strike alike and half of the labels could be wrong.

    Source:
        Berger & Boos (1994), JASA 89: p-values maximised over a confidence set of the nuisance parameter.
    """
    spent = significance * SPENT_ON_ERROR
    low, high = float(lower_bound(disagreed, checked, 1 - spent / 2)), float(upper_bound(disagreed, checked, 1 - spent / 2))
    if model is ErrorModel.ALIKE and high >= 0.5:
        return 1.0, 1.0
    # Read shares are linear in the error rate, so the extremes lie at the ends.
    read = [_read(limit, error, model, upwards) for error in (low, high) for upwards in (False, True)]
    breach = float(np.max(breach_p_value(hits, trials, read, is_floor)))
    compliance = float(np.max(compliance_p_value(hits, trials, read, is_floor)))
    return min(breach + spent, 1.0), min(compliance + spent, 1.0)


def survives(
    hits: int,
    trials: int,
    limit: float,
    *,
    is_floor: bool,
    breach: bool,
    checked: int,
    disagreed: int,
    significance: float,
    model: ErrorModel = ErrorModel.ALIKE,
) -> bool:
    """Return whether a breach (or compliance) stays proven at ``significance`` in total with the measured label error."""
    p_breach, p_compliance = survival_p_values(
        hits, trials, limit, is_floor=is_floor, checked=checked, disagreed=disagreed, significance=significance, model=model
    )
    return (p_breach if breach else p_compliance) <= significance


def _read(share: float, error: float, model: ErrorModel, upwards: bool) -> float:
    """What a true share reads under this rate of wrong labels."""
    if model is ErrorModel.ALIKE:
        return share * (1 - error) + (1 - share) * error
    return min(share + error, 1.0) if upwards else max(share - error, 0.0)

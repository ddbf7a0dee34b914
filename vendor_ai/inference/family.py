"""The shares of one contract and period, tested side by side and adjusted as one family."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.metric import Reading
from vendor_ai.inference.clusters import MINIMUM_CLUSTERS, cluster_p_values
from vendor_ai.inference.evidence import Strength
from vendor_ai.inference.exact import breach_p_value, compliance_p_value
from vendor_ai.inference.holm import holm, holm_one_replaced

PValues: TypeAlias = NDArray[np.float64]
View: TypeAlias = Callable[[Reading, bool], Reading]


@dataclass(frozen=True, slots=True)
class Share:
    """One share under test, in total and by day.

    Attributes:
        reading: The whole period.
        days: The same by local day.
        limit: Share promised, exact.
        is_floor: True where the share must be at least ``limit``.
    """

    reading: Reading
    days: tuple[Reading, ...]
    limit: Fraction
    is_floor: bool

    @property
    def clustered(self) -> bool:
        """Whether enough days hold trials to test with the day as the unit."""
        return sum(1 for day in self.days if day.trials) >= MINIMUM_CLUSTERS

    @property
    def missed(self) -> bool | None:
        """Whether the exact share lies on the wrong side of the limit; equality is kept, no trials are neither."""
        share = self.reading.share
        if share is None:
            return None
        return share < self.limit if self.is_floor else share > self.limit


@dataclass(frozen=True, slots=True)
class Tested:
    """One share after its family was tested: the raw exact p-value of a breach, and both sides after adjustment."""

    p_exact: float
    breach: Strength
    compliance: Strength


@dataclass(frozen=True, slots=True)
class _Sides:
    """P-values of breach and of compliance, shape (m,) each."""

    breach: PValues
    compliance: PValues

    def larger(self, other: "_Sides") -> "_Sides":
        return _Sides(np.maximum(self.breach, other.breach), np.maximum(self.compliance, other.compliance))


def judge_family(shares: Sequence[Share]) -> list[Tested]:
    """Return raw and Holm-adjusted p-values of shares that all have trials, in the order given.

    For each share the larger p-value of calls and of days enters. What its open calls could turn out to be replaces its own p-value only:
    what is unknown about one promise is not held against another.
    """
    if not shares:
        return []
    exact = _exact(shares, _as_observed)
    decisive = exact.larger(_by_days(shares, _as_observed))
    breach, compliance = _worst_cases(shares, decisive)
    return [
        Tested(float(p_exact), Strength(*map(float, breach_pair)), Strength(*map(float, compliance_pair)))
        for p_exact, breach_pair, compliance_pair in zip(exact.breach, breach, compliance, strict=True)
    ]


def _worst_cases(shares: Sequence[Share], decisive: _Sides) -> tuple[PValues, PValues]:
    """Adjusted p-values as observed and in the worst case, shape (m, 2), of breach and of compliance."""
    breach, compliance = decisive.breach.copy(), decisive.compliance.copy()
    at = [index for index, share in enumerate(shares) if not share.reading.settled]
    unsettled = [shares[index] for index in at]
    if unsettled:
        breach[at] = _exact(unsettled, _best_for_vendor).larger(_by_days(unsettled, _best_for_vendor)).breach
        compliance[at] = _exact(unsettled, _worst_for_vendor).larger(_by_days(unsettled, _worst_for_vendor)).compliance
    return _adjusted(decisive.breach, breach), _adjusted(decisive.compliance, compliance)


def _adjusted(observed: PValues, worst: PValues) -> PValues:
    return np.column_stack((holm(observed), holm_one_replaced(observed, worst)))


def _as_observed(reading: Reading, _is_floor: bool) -> Reading:
    return reading


def _best_for_vendor(reading: Reading, is_floor: bool) -> Reading:
    return reading.highest if is_floor else reading.lowest


def _worst_for_vendor(reading: Reading, is_floor: bool) -> Reading:
    return reading.lowest if is_floor else reading.highest


def _exact(shares: Sequence[Share], view: View) -> _Sides:
    """The exact tests of independent calls."""
    readings = [view(share.reading, share.is_floor) for share in shares]
    arguments = (
        [reading.hits for reading in readings],
        [reading.trials for reading in readings],
        [float(share.limit) for share in shares],
        [share.is_floor for share in shares],
    )
    return _Sides(breach_p_value(*arguments), compliance_p_value(*arguments))


def _by_days(shares: Sequence[Share], view: View) -> _Sides:
    """The tests with the day as the unit; 0 where too few days hold trials, so that the exact test decides."""
    pairs = [_one_by_days(share, view) if share.clustered else (0.0, 0.0) for share in shares]
    breach, compliance = np.array(pairs, dtype=np.float64).T
    return _Sides(breach, compliance)


def _one_by_days(share: Share, view: View) -> tuple[float, float]:
    days = [view(day, share.is_floor) for day in share.days]
    return cluster_p_values([day.hits for day in days], [day.trials for day in days], float(share.limit), is_floor=share.is_floor)

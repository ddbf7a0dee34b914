"""The promises of one contract and period, tested side by side and adjusted as one family."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from vendor_ai.domain.metric import Reading
from vendor_ai.domain.verdict import LabelCheck
from vendor_ai.inference.clusters import MINIMUM_BUCKETS, MINIMUM_CLUSTERS, Clustered, cluster_p_values_of
from vendor_ai.inference.evidence import Strength
from vendor_ai.inference.exact import breach_p_value, compliance_p_value, upper_bound
from vendor_ai.inference.holm import holm, holm_one_replaced
from vendor_ai.inference.label_error import SPENT_ON_ERROR, ErrorModel, survival_p_values

_FAR_OFF = 0.5  # an exact p-value from which on nothing can be shown any more
PValues: TypeAlias = NDArray[np.float64]
View: TypeAlias = Callable[[Reading, bool], Reading]


@dataclass(frozen=True, slots=True)
class Share:
    """One share under test, in total, by day and by cluster.

    Attributes:
        reading: The whole period.
        days: The same by local day.
        limit: Share promised, exact.
        is_floor: True where the share must be at least ``limit``.
        clusters: The same by cluster of the contract's key; calls without a key are in none.
        labelled: Labels that the share was read from; 0 where it needs none.
        check: Labels checked twice, if any were.
    """

    reading: Reading
    days: tuple[Reading, ...]
    limit: Fraction
    is_floor: bool
    clusters: tuple[Reading, ...] = ()
    labelled: int = 0
    check: LabelCheck | None = None

    @property
    def clustered(self) -> bool:
        """Whether enough days hold trials to test with the day as the unit."""
        return _held(self.days) >= MINIMUM_CLUSTERS

    @property
    def by_key(self) -> bool:
        """Whether enough clusters of the contract's key hold trials to test with them as the unit."""
        return _held(self.clusters) >= MINIMUM_BUCKETS

    @property
    def all_clusters(self) -> tuple[Reading, ...]:
        """The clusters, and the calls without a key as one more: nobody can say that those are independent."""
        rest = Reading(
            self.reading.hits - sum(cluster.hits for cluster in self.clusters),
            self.reading.trials - sum(cluster.trials for cluster in self.clusters),
            self.reading.open_trials - sum(cluster.open_trials for cluster in self.clusters),
            self.reading.undecided - sum(cluster.undecided for cluster in self.clusters),
        )
        return (*self.clusters, rest) if rest.trials or rest.open_trials else self.clusters

    @property
    def missed(self) -> bool | None:
        """Whether the exact share lies on the wrong side of the limit; equality is kept, no trials are neither."""
        share = self.reading.share
        if share is None:
            return None
        return share < self.limit if self.is_floor else share > self.limit


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was tested in another way, by redrawing or from rows: its p-values, whether open calls remain, whether labels are in doubt."""

    breach: float
    compliance: float
    settled: bool
    doubted: bool


@dataclass(frozen=True, slots=True)
class Tested:
    """One promise after its family was tested: the raw p-value of a breach as shown, and both sides after adjustment."""

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

    def placed(self, at: list[int], found: "_Sides") -> "_Sides":
        """These, with others in the places ``at``."""
        breach, compliance = self.breach.copy(), self.compliance.copy()
        breach[at], compliance[at] = found.breach, found.compliance
        return _Sides(breach, compliance)


def judge_family(members: Sequence[Share | Drawn], *, significance: float = 0.05) -> list[Tested]:
    """Return raw and Holm-adjusted p-values of promises that all have data, in the order given.

    For each share the largest p-value of calls, of days and of the contract's clusters enters. What its open calls could turn out to be,
    and how many of its labels may be wrong, replaces its own p-value only: what is unknown about one promise is not held against another.

    Args:
        members: Shares with trials, and what was tested otherwise.
        significance: The contract's level; a tenth of it is spent on not knowing the rate of wrong labels.
    """
    if not members:
        return []
    shares = [(index, member) for index, member in enumerate(members) if isinstance(member, Share)]
    others = [(index, member) for index, member in enumerate(members) if isinstance(member, Drawn)]
    exact = _drawn(members, others)
    decisive = worst = exact
    checked = exact.placed(*_doubts(others))
    if shares:
        at, only = [index for index, _ in shares], [share for _, share in shares]
        found = _exact(only, _as_observed)
        exact = exact.placed(at, found)
        observed = found.larger(_by_clusters(only, _as_observed, found))
        decisive = decisive.placed(at, observed)
        worst = worst.placed(at, _worst_cases(only, observed))
        checked = checked.placed(at, _with_label_error(only, significance))
    return _tested(exact, decisive, worst.placed(*_unsettled(others)), checked)


def _tested(exact: _Sides, decisive: _Sides, worst: _Sides, checked: _Sides) -> list[Tested]:
    breach = _adjusted(decisive.breach, worst.breach, checked.breach)
    compliance = _adjusted(decisive.compliance, worst.compliance, checked.compliance)
    return [
        Tested(float(p_exact), Strength(*map(float, against)), Strength(*map(float, in_favour)))
        for p_exact, against, in_favour in zip(exact.breach, breach, compliance, strict=True)
    ]


def _adjusted(observed: PValues, worst: PValues, checked: PValues) -> PValues:
    """Adjusted p-values as observed, in the worst case and with the measured label error, shape (m, 3)."""
    return np.column_stack((holm(observed), holm_one_replaced(observed, worst), holm_one_replaced(observed, checked)))


def _drawn(members: Sequence[Share | Drawn], others: Sequence[tuple[int, Drawn]]) -> _Sides:
    """The p-values found otherwise in their places, 0 elsewhere."""
    nothing = _Sides(np.zeros(len(members)), np.zeros(len(members)))
    breach, compliance = (np.array([getattr(member, side) for _, member in others]) for side in ("breach", "compliance"))
    return nothing.placed([index for index, _ in others], _Sides(breach, compliance))


def _unsettled(others: Sequence[tuple[int, Drawn]]) -> tuple[list[int], _Sides]:
    """Such figures have no worst-case bounds: with open calls nothing is left of them."""
    at = [index for index, member in others if not member.settled]
    return at, _Sides(np.ones(len(at)), np.ones(len(at)))


def _doubts(others: Sequence[tuple[int, Drawn]]) -> tuple[list[int], _Sides]:
    """What wrong labels do to such figures is not known: where some may be wrong, nothing is left of them."""
    at = [index for index, member in others if member.doubted]
    return at, _Sides(np.ones(len(at)), np.ones(len(at)))


def _worst_cases(shares: Sequence[Share], observed: _Sides) -> _Sides:
    """The p-values if every open call turned out against the claim."""
    at = [index for index, share in enumerate(shares) if not share.reading.settled]
    unsettled = [shares[index] for index in at]
    if not unsettled:
        return observed
    best, worst = _exact(unsettled, _best_for_vendor), _exact(unsettled, _worst_for_vendor)
    undecided = np.ones(len(unsettled))
    best = best.larger(_by_clusters(unsettled, _best_for_vendor, _Sides(best.breach, undecided)))
    worst = worst.larger(_by_clusters(unsettled, _worst_for_vendor, _Sides(undecided, worst.compliance)))
    return observed.placed(at, _Sides(best.breach, worst.compliance))


def _with_label_error(shares: Sequence[Share], significance: float) -> _Sides:
    """The p-values that hold whatever the true rate of wrong labels is; 0, which decides nothing, where none was checked twice."""
    pairs = [(_survival(share, significance) if share.check is not None and share.labelled else (0.0, 0.0)) for share in shares]
    breach, compliance = np.array(pairs, dtype=np.float64).T
    return _Sides(breach, compliance)


def _survival(share: Share, significance: float) -> tuple[float, float]:
    """One share's p-values with its labels in doubt, and its open calls, if any, against the claim too.

    Nothing says that right answers are mislabelled as rarely as wrong ones, so all errors may have struck one side.
    """
    assert share.check is not None
    best, worst = _best_for_vendor(share.reading, share.is_floor), _worst_for_vendor(share.reading, share.is_floor)
    if share.labelled != share.reading.trials:
        return _any_label(best, worst, share, significance)
    limit, check = float(share.limit), share.check
    (breach, _), (_, compliance) = (
        survival_p_values(
            reading.hits, reading.trials, limit, is_floor=share.is_floor,
            checked=check.checked, disagreed=check.disagreed, significance=significance, model=ErrorModel.ANYWHERE,
        )
        for reading in (best, worst)
    )  # fmt: skip
    return breach, compliance


def _any_label(best: Reading, worst: Reading, share: Share, significance: float) -> tuple[float, float]:
    """For shares whose own denominator depends on labels, such as recall: every wrong label of the period may have struck it.

    To turn one call round moves a share at least as far as to add or to leave out one, so this bounds all that wrong labels can do.
    """
    assert share.check is not None
    spent = significance * SPENT_ON_ERROR
    error = float(upper_bound(share.check.disagreed, share.check.checked, 1 - spent))
    shift = error * share.labelled / share.reading.trials
    limit, towards = float(share.limit), -shift if share.is_floor else shift
    breach = float(breach_p_value(best.hits, best.trials, _inside(limit + towards), share.is_floor))
    compliance = float(compliance_p_value(worst.hits, worst.trials, _inside(limit - towards), share.is_floor))
    return min(breach + spent, 1.0), min(compliance + spent, 1.0)


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)


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


def _by_clusters(shares: Sequence[Share], view: View, exact: _Sides) -> _Sides:
    """The tests with days and with the contract's clusters as the unit; 0 where too few hold trials, so that the exact test decides.

    It decides as well where it is far from showing anything: since the larger p-value counts, clusters are not asked there.
    """
    units = [(index, share.days) for index, share in enumerate(shares) if share.clustered]
    units += [(index, share.all_clusters) for index, share in enumerate(shares) if share.by_key]
    asked = [
        (bool(breach < _FAR_OFF), bool(compliance < _FAR_OFF)) for breach, compliance in zip(exact.breach, exact.compliance, strict=True)
    ]
    found = cluster_p_values_of([_clustered(readings, shares[index], view, asked[index]) for index, readings in units])
    sides = np.zeros((len(shares), 2))
    for (index, _), pair in zip(units, found, strict=True):
        sides[index] = np.maximum(sides[index], pair)
    return _Sides(sides[:, 0], sides[:, 1])


def _clustered(units: Sequence[Reading], share: Share, view: View, asked: tuple[bool, bool]) -> Clustered:
    readings = [view(unit, share.is_floor) for unit in units]
    hits, trials = [reading.hits for reading in readings], [reading.trials for reading in readings]
    return Clustered(hits, trials, float(share.limit), share.is_floor, *asked)


def _held(readings: Sequence[Reading]) -> int:
    return sum(1 for reading in readings if reading.trials)

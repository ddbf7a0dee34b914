"""One clause as a member of its family: from counters to a figure and to what is tested."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import isnan

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import MetricOptions, Reading, Statistic
from vendor_ai.domain.verdict import Reason
from vendor_ai.inference.clusters import MINIMUM_BUCKETS, MINIMUM_CLUSTERS
from vendor_ai.inference.entry import Entry
from vendor_ai.inference.evidence import Openness
from vendor_ai.inference.exact import two_sided_interval
from vendor_ai.inference.family import Drawn, Share
from vendor_ai.inference.redrawn import Figure, redraw

Value = Fraction | float | None
Interval = tuple[float | None, float | None]
SETTLED = Openness(settled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A clause ready for its family.

    Attributes:
        test: What enters the family; None where there is no data, or nothing that could be tested.
        value: The figure, exact where it can be.
        interval: Two-sided at 1 - significance.
        n: The metric's own denominator; 0 without data.
        missed: Whether the exact figure is on the wrong side of the limit.
        openness: What open calls can still change.
        bounds: Worst-case bounds over every call of the period.
        footing: What the test rests on.
        clusters_untested: Days or clusters hold enough calls to be tested with, and the figure cannot be.
    """

    test: Share | Drawn | None
    value: Value = None
    interval: Interval = (None, None)
    n: int = 0
    missed: bool | None = None
    openness: Openness = SETTLED
    bounds: tuple[Fraction, Fraction] | None = None
    footing: tuple[Reason, ...] = ()
    clusters_untested: bool = False


def member_of(entry: Entry, significance: Decimal) -> Member:
    """Read an entry in the way its metric asks for.

    Raises:
        ValueError: When a percentile is promised as a floor: its counters cannot test that.
    """
    confidence = 1 - float(significance)
    if entry.metric.rows is not None:
        return _of_rows(entry)
    options = entry.options if entry.metric.grouped else _with_labels(entry.options, entry.tested.counts)
    statistic = entry.metric.statistic_for(options)
    if statistic is not None:
        return _of_statistic(entry, statistic, options, confidence)
    return _of_share(entry, options, confidence)


def _with_labels(options: MetricOptions, counts: Counts) -> MetricOptions:
    """The options with every class seen: those of the period, and one that only a reader of the audit sample wrote."""
    seen = {label for pair in counts.confusion for label in pair}
    return replace(options, labels=tuple(sorted(seen.union(options.labels))))


def _of_share(entry: Entry, options: MetricOptions, confidence: float) -> Member:
    """A plain share; a percentile is tested as the share of calls above its limit, at most 1 - quantile."""
    read, quantile, tested = entry.metric.read, entry.metric.quantile, entry.tested
    assert read is not None, "a metric has one of three ways"
    if quantile is not None and entry.is_floor:
        raise ValueError(f"{entry.metric.key} can be promised as at_most only.")
    share = Share(
        reading=read(tested.counts, options),
        days=tuple(read(counts, options) for counts in tested.by_day.values()),
        limit=entry.limit if quantile is None else 1 - quantile,
        is_floor=entry.is_floor,
        clusters=tuple(read(counts, options) for counts in tested.counts.clusters.values()),
        labelled=tested.counts.labelled if entry.metric.needs_labels else 0,
        check=entry.check,
    )
    bounds = read(entry.counts, options).bounds
    if not share.reading.trials:
        return Member(test=None, bounds=bounds)
    value, interval = _figure(entry, share.reading, confidence)
    return Member(
        test=share,
        value=value,
        interval=interval,
        n=share.reading.trials,
        missed=share.missed,
        openness=Openness.of(share.reading, share.limit, is_floor=share.is_floor),
        bounds=bounds,
        footing=_units(share.clustered, share.by_key),
    )


def _figure(entry: Entry, reading: Reading, confidence: float) -> tuple[Value, Interval]:
    """The value shown and its interval: the percentile from rows, or the share with its exact interval."""
    if entry.metric.quantile is not None:
        return entry.value, entry.interval
    low, high = two_sided_interval(reading.hits, reading.trials, confidence)
    return reading.share, (float(low), float(high))


def _of_statistic(entry: Entry, statistic: Statistic, options: MetricOptions, confidence: float) -> Member:
    tested = entry.tested
    cells, n = statistic.parts(tested.counts, options), statistic.base(tested.counts, options)
    value = statistic.exact(cells) if n else None
    if value is None or isnan(value):
        return Member(test=None)

    def held(parts: Iterable[Counts]) -> tuple[tuple[int, ...], ...]:
        return tuple(statistic.parts(counts, options) for counts in parts if statistic.base(counts, options))

    figure = Figure(
        cells=cells,
        of=statistic.figure,
        limit=float(entry.limit),
        is_floor=entry.is_floor,
        days=held(tested.by_day.values()),
        clusters=held(tested.counts.clusters.values()),
        disjoint=statistic.disjoint,
        settled=statistic.open_calls(tested.counts, options) == 0,
        doubted=_doubted(entry),
        groups=len(options.labels) if entry.metric.grouped else 0,
    )
    found = redraw(figure, confidence) if figure.testable else None
    return Member(
        test=None if found is None else Drawn(found.breach, found.compliance, figure.settled, figure.doubted),
        value=value,
        interval=(None, None) if found is None else found.interval,
        n=n,
        missed=_missed(value, entry),
        openness=Openness(figure.settled),
        footing=() if found is None else _units(figure.by_day, figure.by_key),
    )


def _of_rows(entry: Entry) -> Member:
    """A figure that services read from rows; calls are taken as independent there, which proves nothing where days could say otherwise."""
    if entry.value is None or isnan(entry.value) or not entry.base:
        return Member(test=None)
    settled = not entry.metric.needs_labels or entry.counts.labelled == entry.counts.predicted
    test = None if entry.p_values is None else Drawn(*entry.p_values, settled, _doubted(entry))
    return Member(
        test=test,
        value=entry.value,
        interval=entry.interval,
        n=entry.base,
        missed=_missed(entry.value, entry),
        openness=Openness(settled),
        clusters_untested=_hang_together(entry),
    )


def _doubted(entry: Entry) -> bool:
    """Whether labels were checked: however many agree, the upper bound of their error stays above 0, and no figure tells what that does."""
    return entry.metric.needs_labels and entry.check is not None


def _hang_together(entry: Entry) -> bool:
    """Whether as many days or clusters hold labelled calls as other figures are tested by."""
    days, clusters = (sum(1 for counts in parts.values() if counts.labelled) for parts in (entry.by_day, entry.counts.clusters))
    return days >= MINIMUM_CLUSTERS or clusters >= MINIMUM_BUCKETS


def _missed(value: Fraction | float, entry: Entry) -> bool:
    return value < entry.limit if entry.is_floor else value > entry.limit


def _units(by_day: bool, by_key: bool) -> tuple[Reason, ...]:
    """What the test was repeated with as the unit besides calls."""
    found = ((by_day, Reason.CLUSTERS_BY_DAY), (by_key, Reason.CLUSTERS_BY_KEY))
    return tuple(reason for used, reason in found if used) or (Reason.CLUSTERS_TOO_FEW,)

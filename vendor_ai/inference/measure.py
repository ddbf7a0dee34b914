"""The clauses of one contract and period, measured as one family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.domain.verdict import Evidence, Measurement, Reason
from vendor_ai.inference.evidence import Circumstances, weigh
from vendor_ai.inference.exact import two_sided_interval
from vendor_ai.inference.family import Share, Tested, judge_family


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One clause for one component over one period, as counted.

    Attributes:
        metric: What the clause measures.
        counts: Counters of the whole period.
        limit: Threshold with the tolerance applied, in the metric's unit; for a percentile the limit its counters were counted with.
        is_floor: True for ``at_least``.
        options: The positive label or average the clause names.
        by_day: Counters by local day; they add up to ``counts``.
        value: The percentile in ms from rows; shares ignore it.
        value_at_least: The percentile falls on a time-out, so that ``value`` is its lowest possible one.
        interval: The percentile's interval in ms from rows, two-sided at 1 - significance; None where unbounded.
        running: The period is not over.
        completeness: Calls logged of calls made, where measured.
        completeness_needed: The least the clause declares.
        versions: Calls by served version.
    """

    metric: Metric
    counts: Counts
    limit: Fraction
    is_floor: bool
    options: MetricOptions = field(default_factory=MetricOptions)
    by_day: Mapping[str, Counts] = field(default_factory=dict)
    value: float | None = None
    value_at_least: bool = False
    interval: tuple[float | None, float | None] = (None, None)
    running: bool = False
    completeness: Fraction | None = None
    completeness_needed: Decimal | None = None
    versions: Mapping[str, int] = field(default_factory=dict)


def measure(entries: Sequence[Entry], *, significance: Decimal) -> list[Measurement]:
    """Return what was measured for each entry, in the order given.

    The entries with data are tested exactly, and by days where enough of them hold calls (the larger p-value decides); Holm's adjustment
    over them decides what is proven. ``p_value`` is the raw exact one of independent calls.

    Args:
        entries: All performance clauses of one contract and period, one for each component.
        significance: The contract's level, e.g. 0.05; intervals are two-sided at 1 - significance.

    Raises:
        ValueError: When a percentile is promised as a floor: its counters cannot test that.
        PositiveLabelMissingError, AverageNotAShareError: From metrics whose clause names too little.
    """
    shares = [_share(entry) for entry in entries]
    tested = iter(judge_family([share for share in shares if share.reading.trials]))
    return [
        _measured(entry, share, next(tested), significance) if share.reading.trials else _without_data(entry, share)
        for entry, share in zip(entries, shares, strict=True)
    ]


def _share(entry: Entry) -> Share:
    """Read the counters; a percentile is tested as the share of calls above its limit, at most 1 - quantile."""
    quantile = entry.metric.quantile
    assert entry.metric.read is not None
    if quantile is not None and entry.is_floor:
        raise ValueError(f"{entry.metric.key} can be promised as at_most only.")
    return Share(
        reading=entry.metric.read(entry.counts, entry.options),
        days=tuple(entry.metric.read(counts, entry.options) for counts in entry.by_day.values()),
        limit=entry.limit if quantile is None else 1 - quantile,
        is_floor=entry.is_floor,
    )


def _measured(entry: Entry, share: Share, tested: Tested, significance: Decimal) -> Measurement:
    evidence, reasons = weigh(
        share.reading,
        share.limit,
        is_floor=share.is_floor,
        breach=tested.breach,
        compliance=tested.compliance,
        significance=significance,
        circumstances=Circumstances(
            running=entry.running,
            completeness=entry.completeness,
            completeness_needed=entry.completeness_needed,
            needs_labels=entry.metric.needs_labels,
        ),
    )
    value, interval = _figure(entry, share, significance)
    return Measurement(
        value=value,
        interval=interval,
        n=share.reading.trials,
        labelled=entry.counts.labelled,
        excluded=dict(entry.counts.excluded),
        missed=share.missed,
        p_value=tested.p_exact,
        p_adjusted=tested.breach.p_adjusted,
        evidence=evidence,
        reasons=(*reasons, *_footing(entry, share)),
        bounds=share.reading.bounds,
        versions=dict(entry.versions),
        sample=None if entry.metric.quantile is None else entry.counts.timed - entry.counts.failed.get("timeout", 0),
    )


def _figure(entry: Entry, share: Share, significance: Decimal) -> tuple[Fraction | float | None, tuple[float | None, float | None]]:
    """The value shown and its interval: the percentile from rows, or the share with its exact interval."""
    if entry.metric.quantile is not None:
        return entry.value, entry.interval
    low, high = two_sided_interval(share.reading.hits, share.reading.trials, 1 - float(significance))
    return share.reading.share, (float(low), float(high))


def _footing(entry: Entry, share: Share) -> tuple[Reason, ...]:
    """What the evidence rests on besides the reasons for it."""
    unit = Reason.CLUSTERS_BY_DAY if share.clustered else Reason.CLUSTERS_TOO_FEW
    return (unit, Reason.AT_LEAST) if entry.value_at_least else (unit,)


def _without_data(entry: Entry, share: Share) -> Measurement:
    return Measurement(
        value=None,
        interval=(None, None),
        n=0,
        labelled=entry.counts.labelled,
        excluded=dict(entry.counts.excluded),
        missed=None,
        p_value=None,
        p_adjusted=None,
        evidence=Evidence.NOT_PROVEN,
        reasons=(Reason.NO_DATA,),
        bounds=share.reading.bounds,
        versions=dict(entry.versions),
    )

"""What a metric is, and what it reads from counters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.need import Need, NeedOfLabel
from vendor_ai.domain.report import Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """A plain share read from counters: ``hits`` of ``trials``.

    Attributes:
        hits: Calls that have the property; for a latency percentile those above the clause's limit.
        trials: The metric's own denominator.
        open_trials: Calls outside ``trials`` that could still join (unlabelled), as a hit or not.
        undecided: Calls inside ``trials``, not among ``hits``, that may be hits (time-outs logged at or under the limit).
    """

    hits: int
    trials: int
    open_trials: int = 0
    undecided: int = 0

    @property
    def share(self) -> Fraction | None:
        """Exact hits / trials; None without trials."""
        return Fraction(self.hits, self.trials) if self.trials else None

    @property
    def settled(self) -> bool:
        """Whether no open call can change the share."""
        return self.open_trials == 0 and self.undecided == 0

    @property
    def lowest(self) -> "Reading":
        """The reading if every open call turned out not to be a hit."""
        return Reading(self.hits, self.trials + self.open_trials)

    @property
    def highest(self) -> "Reading":
        """The reading if every open call turned out to be a hit."""
        return Reading(self.hits + self.open_trials + self.undecided, self.trials + self.open_trials)

    @property
    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """Worst-case (Manski) bounds of the share: lowest and highest; None where not even an open call exists."""
        low, high = self.lowest.share, self.highest.share
        return None if low is None or high is None else (low, high)


@dataclass(frozen=True, slots=True)
class MetricOptions:
    """What a clause fixes for its metric.

    Attributes:
        positive: The label that counts as positive, of two classes.
        average: How classes are averaged: ``micro``, ``macro`` or ``weighted``.
        labels: Every class seen in the period, or for grouped metrics every group large enough to compare, sorted; the measuring code
            fills it in.
        minimum_group: Groups with fewer calls in the denominator are shown and not compared.
    """

    positive: str | None = None
    average: str | None = None
    labels: tuple[str, ...] = ()
    minimum_group: int = 30


@dataclass(frozen=True, slots=True)
class Statistic:
    """A figure that is no plain share: a function of integers that add up over calls.

    Attributes:
        parts: Counters to k integers; those of two sets of calls add up to those of both together. ``options.labels`` fixes k.
        exact: The k integers of a whole period to the figure; None where it is undefined.
        figure: The same over arrays of shape (..., k), giving shape (...), NaN where undefined: for thousands of redrawn samples.
        base: Calls in the metric's own denominator, what a minimum sample is held against.
        open_calls: Calls that could still change the figure (unlabelled).
        disjoint: Whether the parts count disjoint calls, so that independent calls can be redrawn from them. Else only whole days or
            clusters can, and with too few of them nothing is proven.
    """

    parts: Callable[[Counts, MetricOptions], tuple[int, ...]]
    exact: Callable[[tuple[int, ...]], Fraction | float | None]
    figure: Callable[[Any], Any]
    base: Callable[[Counts, MetricOptions], int]
    open_calls: Callable[[Counts, MetricOptions], int]
    disjoint: bool = False


@dataclass(frozen=True, slots=True)
class RowStatistic:
    """A figure that only rows give, such as the area under a curve.

    Attributes:
        columns: Columns of the call that it reads (see ``vendor_ai.domain.need.Call``), numbers or text.
        figure: Those columns as arrays of shape (n,) to the figure; NaN where undefined.
        interval: The same with a confidence to a two-sided interval.
        p_values: The same with limit and ``is_floor`` to the one-sided p-values of a breach and of compliance.
    """

    columns: tuple[str, ...]
    figure: Callable[[Mapping[str, Any], MetricOptions], float]
    interval: Callable[[Mapping[str, Any], MetricOptions, float], tuple[float, float]]
    p_values: Callable[[Mapping[str, Any], MetricOptions, float, bool], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, one file; it has exactly one of ``read``, ``statistic`` and ``rows``.

    Attributes:
        key: Name in contracts, e.g. ``accuracy``.
        label: Name on screens.
        unit: ``share`` (0-1), ``ms``, ``number`` (the prediction's own unit), ``percent``, ``money`` or ``calls_per_minute``.
        better: Which direction is good.
        needs_labels: Whether outcomes are needed.
        every_call: Whether a log of a sample of the calls cannot give the figure, since minutes without a sampled call look empty.
        label_source: The one source of outcomes that it reads, whatever a clause names; "" for those of the clause.
        read: Counters to the share under test.
        statistic: Counters to a figure that is no plain share.
        rows: Rows to a figure that counters cannot give.
        quantile: For latency percentiles the share of calls that must stay at or under the limit, e.g. 0.95.
        averaged: What is used instead of ``read`` where the clause averages over classes (``macro``, ``weighted``).
        needs: Integers to count besides the usual ones.
        needs_of_positive: Those that depend on the clause's positive label.
        bounded: Whether the clause names a latency bound (``bound_ms``) whose exceedances are the hits.
        grouped: Whether the clause names the field whose values are compared (``by: segment.NAME``).
        needs_positive: Whether a positive label must be named when the average is binary.
        averages: Averages over classes that the metric knows besides a single label; empty where it has none.
        source: Where the definition comes from.
    """

    key: str
    label: str
    unit: Unit
    better: Literal["higher", "lower"]
    needs_labels: bool
    read: Callable[[Counts, MetricOptions], Reading] | None = None
    statistic: Statistic | None = None
    rows: RowStatistic | None = None
    quantile: Fraction | None = None
    averaged: Statistic | None = None
    needs: tuple[Need, ...] = ()
    needs_of_positive: tuple[NeedOfLabel, ...] = ()
    bounded: bool = False
    grouped: bool = False
    needs_positive: bool = False
    averages: tuple[str, ...] = ()
    every_call: bool = False
    label_source: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.read, self.statistic, self.rows)) != 1:
            raise ValueError(f"The metric {self.key} must have exactly one of read, statistic and rows.")

    def needs_for(self, positive: str | None) -> tuple[Need, ...]:
        """Everything to count besides the usual for a clause with this positive label."""
        return self.needs if positive is None else (*self.needs, *(need(positive) for need in self.needs_of_positive))

    def statistic_for(self, options: MetricOptions) -> Statistic | None:
        """The statistic that these options ask for; None where the metric is a plain share with them, or read from rows."""
        return self.averaged if self.averaged is not None and options.average in ("macro", "weighted") else self.statistic

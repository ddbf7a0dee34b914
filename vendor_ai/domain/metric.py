"""What a metric is, and what it reads from counters."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from vendor_ai.domain.measure import Counts


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
    """What a clause fixes for its metric."""

    positive: str | None = None
    average: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric, one file.

    Attributes:
        key: Name in contracts, e.g. ``accuracy``.
        label: Name on screens.
        unit: ``share`` (0-1) or ``ms``.
        better: Which direction is good.
        needs_labels: Whether outcomes are needed.
        read: Counters to the share under test.
        quantile: For latency percentiles the share of calls that must stay at or under the limit, e.g. 0.95.
        needs_positive: Whether a positive label must be named when the average is binary.
        averages: Averages over classes that are plain shares of calls, so that the exact test applies; empty where a metric has none.
        source: Where the definition comes from.
    """

    key: str
    label: str
    unit: Literal["share", "ms"]
    better: Literal["higher", "lower"]
    needs_labels: bool
    read: Callable[[Counts, MetricOptions], Reading]
    quantile: Fraction | None = None
    needs_positive: bool = False
    averages: tuple[str, ...] = ()
    source: str = ""

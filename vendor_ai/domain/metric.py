"""What a metric is, and what it reads from counters."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from vendor_ai.domain.measure import Counts


@dataclass(frozen=True, slots=True)
class Reading:
    """A plain share read from counters: ``hits`` of ``trials``.

    ``open_trials`` calls could still join (unlabelled, or undecided time-outs): the worst-case bounds let each fall on either side.
    For a latency percentile the share is that of calls above the clause's limit.
    """

    hits: int
    trials: int
    open_trials: int = 0

    @property
    def share(self) -> Fraction | None:
        """Exact hits / trials; None without trials."""
        return Fraction(self.hits, self.trials) if self.trials else None


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
        positive: Whether a positive label (or an average) must be named.
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
    source: str = ""

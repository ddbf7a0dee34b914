"""One clause for one component over one period, as counted: what is measured and tested."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.domain.verdict import LabelCheck


@dataclass(frozen=True, slots=True)
class AuditLabels:
    """The calls of a random sample whose seed was committed before the labels: the same counters, over those calls alone.

    Attributes:
        counts: All of them; those that still lack a label are predicted and not labelled.
        by_day: The same by local day.
    """

    counts: Counts
    by_day: Mapping[str, Counts] = field(default_factory=dict)


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
        value: The percentile in ms, or the figure of a metric read from rows; others ignore it.
        value_at_least: The percentile falls on a time-out, so that ``value`` is its lowest possible one.
        interval: That figure's interval from rows, two-sided at 1 - significance; a side is None where unbounded.
        p_values: For a metric read from rows the one-sided p-values of a breach and of compliance; None where there are none.
        base: For a metric read from rows how many there are.
        running: The period is not over.
        at_risk: The daily alarm of the running period stands.
        completeness: Calls logged of calls made, where measured.
        completeness_needed: The least the clause declares.
        mixed_sampling: Parts of the log hold different shares of the calls.
        precision: Half the width that the interval may have; None where no precision was agreed.
        audit: Labels of a committed random sample that covers the period.
        check: Labels of the period that were given twice.
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
    p_values: tuple[float, float] | None = None
    base: int = 0
    running: bool = False
    at_risk: bool = False
    completeness: Fraction | None = None
    completeness_needed: Decimal | None = None
    mixed_sampling: bool = False
    precision: Fraction | None = None
    audit: AuditLabels | None = None
    check: LabelCheck | None = None
    versions: Mapping[str, int] = field(default_factory=dict)

    @property
    def sampled(self) -> bool:
        """Whether the committed sample stands for the period: labels are missing, and the sample has some."""
        if self.audit is None or not self.metric.needs_labels or self.metric.rows is not None:
            return False
        return self.counts.labelled < self.counts.predicted and self.audit.counts.labelled > 0

    @property
    def tested(self) -> AuditLabels:
        """The counters under test: the sample's where it stands for the period, else all."""
        return self.audit if self.audit is not None and self.sampled else AuditLabels(self.counts, self.by_day)

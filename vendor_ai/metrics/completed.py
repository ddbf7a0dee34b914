"""What a metric's options hold once a period is counted: its classes, or the groups that are compared."""

from dataclasses import replace

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions
from vendor_ai.metrics.confusion import classes


def completed(metric: Metric, counts: Counts, options: MetricOptions) -> MetricOptions:
    """Return the options with ``labels`` filled in from the counters of the whole period.

    For metrics that compare groups these are the groups with at least ``minimum_group`` calls in the denominator, else the classes. The
    same options then serve every day and cluster of the period, so that their parts line up.
    """
    return replace(options, labels=compared_groups(metric, counts, options) if metric.grouped else classes(counts))


def compared_groups(metric: Metric, counts: Counts, options: MetricOptions) -> tuple[str, ...]:
    """The groups large enough to be compared, sorted."""
    assert metric.statistic is not None, "a grouped metric is a statistic"
    base = metric.statistic.base
    return tuple(sorted(name for name, group in counts.groups.items() if base(group, options) >= options.minimum_group))

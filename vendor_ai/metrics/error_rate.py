"""The share of calls that failed through the vendor."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading


def read_error_rate(counts: Counts, _options: MetricOptions) -> Reading:
    """Failed calls of all calls that are not excluded: one minus uptime."""
    failed = sum(counts.failed.values())
    return Reading(hits=failed, trials=counts.answered + failed)


METRIC = Metric(
    key="error_rate",
    label="Error rate",
    unit="share",
    better="lower",
    needs_labels=False,
    read=read_error_rate,
    source="Calls that failed through the vendor / all calls not excluded.",
)

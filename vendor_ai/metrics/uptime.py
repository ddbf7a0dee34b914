"""The share of calls that were answered."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading


def read_uptime(counts: Counts, _options: MetricOptions) -> Reading:
    """Answered calls of all calls that are not excluded."""
    return Reading(hits=counts.answered, trials=counts.answered + sum(counts.failed.values()))


METRIC = Metric(
    key="uptime",
    label="Uptime by calls",
    unit="share",
    better="higher",
    needs_labels=False,
    read=read_uptime,
    source="Calls that ended ok / all calls not excluded.",
)

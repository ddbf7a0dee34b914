"""The share of minutes with calls in which at least one call was answered."""

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.domain.need import Need
from vendor_ai.metrics.minute import MINUTES, minutes

ANSWERED = Need("minutes_answered", lambda call: call.opens_minute & call.minute_answered)


def read_uptime_time(counts: Counts, _options: MetricOptions) -> Reading:
    """Minutes with an answer of minutes with calls; a minute nobody called in says nothing."""
    return Reading(hits=counts.sums.get(ANSWERED.name, 0), trials=minutes(counts))


METRIC = Metric(
    key="uptime_time",
    label="Uptime by minutes",
    unit="share",
    better="higher",
    needs_labels=False,
    read=read_uptime_time,
    needs=(MINUTES, ANSWERED),
    every_call=True,
    source="UTC minutes with an answered call / UTC minutes with a call not excluded.",
)

"""Calls that failed through the vendor, by how they ended."""

from collections.abc import Callable

from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.domain.prediction import CallStatus


def read_failed(status: CallStatus) -> Callable[[Counts, MetricOptions], Reading]:
    """Return what reads the calls that ended with ``status`` of all calls that are not excluded."""

    def read(counts: Counts, _options: MetricOptions) -> Reading:
        return Reading(hits=counts.failed.get(status.value, 0), trials=counts.answered + sum(counts.failed.values()))

    return read


def error_rate_of(status: CallStatus, label: str, source: str) -> Metric:
    """Return the error rate of one cause; those of all causes add up to ``error_rate``."""
    return Metric(
        key=f"error_rate_{status.value}",
        label=label,
        unit="share",
        better="lower",
        needs_labels=False,
        read=read_failed(status),
        source=source,
    )

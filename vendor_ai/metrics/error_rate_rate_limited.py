"""The share of calls that the vendor refused for want of capacity."""

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.metrics.failure import error_rate_of

METRIC = error_rate_of(
    CallStatus.RATE_LIMITED,
    "Error rate (rate limits)",
    "Calls refused by a rate limit through the vendor's fault / all calls not excluded.",
)

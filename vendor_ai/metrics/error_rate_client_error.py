"""The share of calls refused as the caller's mistake that were the vendor's."""

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.metrics.failure import error_rate_of

METRIC = error_rate_of(
    CallStatus.CLIENT_ERROR,
    "Error rate (client errors)",
    "Calls ended as client errors through the vendor's fault / all calls not excluded.",
)

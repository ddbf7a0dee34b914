"""The share of calls that the vendor's service answered with an error."""

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.metrics.failure import error_rate_of

METRIC = error_rate_of(CallStatus.ERROR, "Error rate (errors)", "Calls that ended with an error / all calls not excluded.")

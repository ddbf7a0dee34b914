"""The share of calls that were given up without an answer."""

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.metrics.failure import error_rate_of

METRIC = error_rate_of(CallStatus.TIMEOUT, "Error rate (time-outs)", "Calls that timed out / all calls not excluded.")

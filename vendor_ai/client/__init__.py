"""What a customer's service imports to log the calls of a vendor's component; needs nothing else of this program."""

from vendor_ai.client.call import Recorder
from vendor_ai.client.log import PredictionLog
from vendor_ai.client.outbox import Counts
from vendor_ai.client.row import OutcomeFields, PredictionFields
from vendor_ai.client.transport import CALL_FIELDS, PREDICTION_ID, AsyncRecordingTransport, RecordingTransport

__all__ = [
    "CALL_FIELDS",
    "PREDICTION_ID",
    "AsyncRecordingTransport",
    "Counts",
    "OutcomeFields",
    "PredictionFields",
    "PredictionLog",
    "Recorder",
    "RecordingTransport",
]

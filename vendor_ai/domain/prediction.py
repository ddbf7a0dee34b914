"""The fact: one logged call of a component, and the ground truth that arrives later."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class CallStatus(StrEnum):
    """How a call ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    CLIENT_ERROR = "client_error"
    CANCELLED = "cancelled"


class Fault(StrEnum):
    """Who caused a failed call."""

    VENDOR = "vendor"
    CUSTOMER = "customer"


class FieldType(StrEnum):
    """How a field of the log is stored."""

    TEXT = "text"
    NUMBER = "number"
    INTEGER = "integer"
    TIME = "time"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class LogField:
    """One named field of a prediction or an outcome."""

    name: str
    type: FieldType
    required: bool = False


def _fields(text: str) -> tuple[LogField, ...]:
    fields = []
    for entry in text.split():
        name, _, type_name = entry.partition(":")
        fields.append(LogField(name.rstrip("!"), FieldType(type_name or "text"), name.endswith("!")))
    return tuple(fields)


PREDICTION_FIELDS = _fields(
    "prediction_id! occurred_at!:time prediction prediction_value:number confidence:number latency_ms:number status error "
    "model_version requested_version input_id cluster cost:number input_tokens:integer output_tokens:integer fault "
    "vendor_request_id attempt:integer sampling_fraction:number"
)
OUTCOME_FIELDS = _fields(
    "prediction_id! actual actual_value:number correct:flag observed_at:time predicted_at:time source grader_version reviewer"
)
SEGMENT_PREFIX = "segment."
FEATURE_PREFIX = "feature."


def field_name(name: str) -> str:
    """The field that a name means: ``segment.Region`` and ``segment.region`` are one, since engines take such columns for one."""
    return name.lower() if name.startswith((SEGMENT_PREFIX, FEATURE_PREFIX)) else name


@dataclass(frozen=True, slots=True)
class LogFile:
    """One immutable file of the log that the manifest names; it holds whole UTC days of one component."""

    path: str
    kind: str
    rows: int
    sha256: str
    first_day: date
    last_day: date
    columns: tuple[str, ...]

    def near(self, start: datetime, end: datetime) -> bool:
        """Whether it may hold rows of ``[start, end)``, by its days."""
        return self.last_day >= start.date() and self.first_day <= end.date()


@dataclass(frozen=True, slots=True)
class Folded:
    """What became of one batch; ``conflicts`` holds (row, id) of rows stored before with other content."""

    stored: int
    duplicates: int
    conflicts: tuple[tuple[int | None, str], ...] = ()

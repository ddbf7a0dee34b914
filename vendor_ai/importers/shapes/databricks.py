"""MLflow and Databricks inference tables: of the AI Gateway, the older ones, and the newest beta."""

from collections.abc import Iterator, Set

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.importers.log_shape import Notes, Record, Row, Shape
from vendor_ai.importers.shapes.answer import NO_VERSION, answer_in
from vendor_ai.importers.shapes.field import content, hashed, number_of, pick, status_of_code, text_of


def _recognises(columns: Set[str]) -> bool:
    return "databricks_request_id" in columns or {"invocation_id", "event_time"} <= columns


def _served(record: Record) -> str | None:
    """The entity that served the call; the older tables name model and version apart."""
    served = text_of(pick(record, "served_entity_id"))
    if served is not None:
        return served
    parts = [text_of(pick(record, f"request_metadata.{name}")) for name in ("model_name", "model_version")]
    return "/".join(part for part in parts if part) or None


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    code = number_of(record, "status_code")
    status = CallStatus.OK if code is None else status_of_code(code)
    own = text_of(pick(record, "databricks_request_id", "invocation_id"))
    served = _served(record)
    if served is None:
        notes[NO_VERSION] += 1
    yield {
        "prediction_id": text_of(pick(record, "client_request_id")) or own,
        "occurred_at": pick(record, "request_time", "timestamp_ms", "event_time"),
        **answer_in(content(record, "response") if status is CallStatus.OK else None, notes),
        "latency_ms": pick(record, "execution_duration_ms", "execution_time_ms", "latency_ms"),
        "status": status,
        "error": None if status is CallStatus.OK or code is None else f"HTTP {code:.0f}",
        "model_version": served,
        "vendor_request_id": own,
        "sampling_fraction": pick(record, "sampling_fraction"),
        "cluster": text_of(pick(record, "requester")),
        "input_id": hashed(content(record, "request")),
    }


SHAPE = Shape(
    "databricks",
    "Databricks inference table",
    "https://docs.databricks.com/aws/en/ai-gateway/inference-tables",
    _recognises,
    _rows,
)

"""Langfuse exports: observations of calls, and scores of them as outcomes."""

from collections.abc import Iterator, Set

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.importers.log_shape import Notes, Record, Row, Shape, UnreadableRecordError
from vendor_ai.importers.shapes.answer import NO_VERSION, ON_A_SCALE, answer_in, judgement, source_of
from vendor_ai.importers.shapes.field import content, duration_ms, hashed, pick, status_of_error, text_of

OTHER = "observations are steps of the program around the calls, not calls of a model, and were left out."
_CALLS = ("GENERATION", "EMBEDDING")


def _any(columns: Set[str], *names: str) -> bool:
    return any(name in columns for name in names)


def _recognises(columns: Set[str]) -> bool:
    """By the names of the API (camel case) and of the tables (snake case)."""
    if not _any(columns, "trace_id", "traceId"):
        return False
    if _any(columns, "observation_id", "observationId") and "name" in columns:
        return _any(columns, "data_type", "dataType", "string_value", "stringValue", "value")
    return "type" in columns and "level" in columns and _any(columns, "start_time", "startTime")


def _score(record: Record, notes: Notes) -> Iterator[Row]:
    observed = text_of(pick(record, "observation_id", "observationId"))
    if observed is None:
        raise UnreadableRecordError("The score belongs to a whole trace, not to a call. Export scores of observations.", "observation_id")
    kind = str(pick(record, "data_type", "dataType") or "").upper()
    value = pick(record, "value")
    label = pick(record, "string_value", "stringValue")
    if kind == "BOOLEAN" and str(value) in ("0", "1", "0.0", "1.0"):
        label = float(value) == 1
    elif label is None and (kind in ("", "CATEGORICAL") and isinstance(value, str) and not value.replace(".", "").isdecimal()):
        label = value
    if label is None:
        notes[ON_A_SCALE] += 1
        return
    outcome = judgement(label, notes)
    if outcome is not None:
        yield {
            "prediction_id": observed,
            **outcome,
            "observed_at": pick(record, "timestamp", "created_at", "createdAt"),
            "source": source_of(pick(record, "name"), pick(record, "source")),
        }


def _failure(record: Record) -> CallStatus:
    """How a failed call ended; its message is free text, whose words prove no fault of the caller, and is not kept."""
    said = status_of_error(str(pick(record, "status_message", "statusMessage") or ""))
    return said if said in (CallStatus.TIMEOUT, CallStatus.RATE_LIMITED) else CallStatus.ERROR


def _call(record: Record, notes: Notes) -> Row:
    failed = str(pick(record, "level") or "").upper() == "ERROR"
    start = pick(record, "start_time", "startTime")
    status = _failure(record) if failed else CallStatus.OK
    model = text_of(pick(record, "provided_model_name", "providedModelName", "model"))
    if model is None and not failed:
        notes[NO_VERSION] += 1
    return {
        "prediction_id": text_of(pick(record, "id")),
        "occurred_at": start,
        **answer_in(None if failed else content(record, "output"), notes),
        "latency_ms": duration_ms(start, pick(record, "end_time", "endTime"), "end_time"),
        "status": status,
        "error": status.value if failed else None,
        "model_version": model,
        "input_id": hashed(content(record, "input")),
        "cluster": text_of(pick(record, "user_id", "userId")),
        "cost": pick(record, "total_cost", "totalCost", "calculatedTotalCost", "cost_details.total", "costDetails.total"),
        "input_tokens": pick(record, "usage_details.input", "usageDetails.input", "promptTokens"),
        "output_tokens": pick(record, "usage_details.output", "usageDetails.output", "completionTokens"),
        "segment.operation": str(pick(record, "type") or "").lower() or None,
    }


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    if pick(record, "start_time", "startTime") is None and pick(record, "name") is not None and pick(record, "type") is None:
        yield from _score(record, notes)
    elif str(pick(record, "type") or "").upper() in _CALLS:
        yield _call(record, notes)
    else:
        notes[OTHER] += 1


SHAPE = Shape("langfuse", "Langfuse export", "https://langfuse.com/docs/api-and-data-platform/features/export-from-ui", _recognises, _rows)

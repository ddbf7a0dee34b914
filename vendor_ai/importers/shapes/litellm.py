"""LiteLLM's standard logging payload: one call through the proxy or the library."""

from collections.abc import Iterator, Set
from typing import Any

from vendor_ai.domain.prediction import CallStatus, Fault
from vendor_ai.importers.log_shape import Notes, Record, Row, Shape
from vendor_ai.importers.shapes.answer import NO_VERSION, answer_in
from vendor_ai.importers.shapes.field import content, duration_ms, hashed, number_of, pick, status_of_code, status_of_error, text_of

CACHED = "calls were answered from LiteLLM's own cache; their time is not the vendor's and was left out."
_OWN = {"litellm_call_id", "custom_llm_provider", "hidden_params", "hidden_params.litellm_overhead_time_ms"}


def _recognises(columns: Set[str]) -> bool:
    return {"startTime", "endTime"} <= columns and bool(columns & _OWN)


def _is_cached(record: Record) -> bool:
    return str(pick(record, "cache_hit")).lower() == "true"


def _latency_ms(record: Record) -> float | None:
    """The vendor's share of the time; `response_time` of a stream ends at its first token, so it only stands in for absent times."""
    elapsed = duration_ms(pick(record, "startTime"), pick(record, "endTime"), "endTime")
    if elapsed is None and (seconds := number_of(record, "response_time")) is not None:
        elapsed = seconds * 1_000
    if elapsed is None:
        return None
    return max(elapsed - (number_of(record, "hidden_params.litellm_overhead_time_ms") or 0.0), 0.0)


def _ending(record: Record) -> tuple[CallStatus, str | None]:
    """How the call ended and the name of its error, whose message may quote the input and is not read."""
    if str(pick(record, "status", "status_fields.llm_api_status")).lower() != "failure":
        return CallStatus.OK, None
    code = text_of(pick(record, "error_information.error_code"))
    name = text_of(pick(record, "error_information.error_class")) or "failure"
    status = status_of_code(int(code)) if code is not None and code.isdecimal() and 400 <= int(code) < 600 else status_of_error(name)
    return status, name if code is None else f"{name} {code}"


def _fault(record: Record) -> Fault | None:
    """Whose limit a call ran into: the vendor's, or one that was set in LiteLLM, where no call reached the vendor."""
    category = str(pick(record, "error_information.error_rate_limit_category") or "").lower()
    if category.startswith("litellm"):
        return Fault.CUSTOMER
    return Fault.VENDOR if category.startswith("vendor") else None


def _identity(record: Record) -> dict[str, Any]:
    identity = text_of(pick(record, "litellm_call_id", "id"))
    answered = text_of(pick(record, "id"))
    return {
        "prediction_id": identity,
        "occurred_at": pick(record, "startTime"),
        "vendor_request_id": text_of(pick(record, "error_information.error_provider_request_id"))
        or (answered if answered != identity else None),
        "cluster": text_of(pick(record, "end_user", "metadata.user_api_key_end_user_id", "metadata.user_api_key_user_id")),
        "input_id": hashed(content(record, "messages")),
    }


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    status, error = _ending(record)
    cached = _is_cached(record)
    served = text_of(pick(record, "response.model"))
    if cached:
        notes[CACHED] += 1
    if served is None and status is CallStatus.OK:
        notes[NO_VERSION] += 1
    yield {
        **_identity(record),
        **answer_in(content(record, "response") if status is CallStatus.OK else None, notes),
        "latency_ms": None if cached else _latency_ms(record),
        "status": status,
        "error": error,
        "fault": _fault(record),
        "model_version": served,
        "requested_version": text_of(pick(record, "model", "model_group")),
        "cost": pick(record, "response_cost"),
        "input_tokens": pick(record, "prompt_tokens"),
        "output_tokens": pick(record, "completion_tokens"),
        "segment.operation": text_of(pick(record, "call_type")),
        "segment.cache_hit": "true" if cached else "false",
    }


SHAPE = Shape("litellm", "LiteLLM log", "https://docs.litellm.ai/docs/proxy/logging_spec", _recognises, _rows)

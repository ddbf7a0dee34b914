"""OpenTelemetry's conventions for generative AI: client spans as calls, evaluation events as outcomes."""

from collections.abc import Iterator
from typing import Any

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.importers.log_shape import Notes, Row
from vendor_ai.importers.otlp import CLIENT_KINDS, Event, TracedSpan, attributes_of, nanoseconds
from vendor_ai.importers.shapes.answer import NO_VERSION, answer_in, judgement, source_of
from vendor_ai.importers.shapes.field import hashed, status_of_error, text_of

COMPONENT_ATTRIBUTE = "vendor_ai.component"
EVALUATION = "gen_ai.evaluation.result"
OTHER = "spans are no client calls of a generative model and were left out."
STRAY = "evaluations name no response and stand in no call, so nobody knows what they judge; they were left out."
_STEPS = ("execute_tool", "invoke_agent", "create_agent", "invoke_workflow")  # what a program does around its calls


def is_call(traced: TracedSpan) -> bool:
    """Whether a span is a client's call of a generative model."""
    operation = traced.attributes.get("gen_ai.operation.name")
    return bool(operation) and operation not in _STEPS and traced.span.kind in CLIENT_KINDS


def rows_of(traced: TracedSpan, notes: Notes) -> Iterator[Row]:
    """The call that a span is, and the outcomes that its events are."""
    component = _component(traced)
    if is_call(traced):
        yield component | _call(traced, notes)
    else:
        notes[OTHER] += 1
    for event in traced.span.events:
        if event.name == EVALUATION:
            outcome = _outcome(traced, event, notes)
            if outcome is not None:
                yield component | outcome


def _component(traced: TracedSpan) -> Row:
    named = traced.attributes.get(COMPONENT_ATTRIBUTE) or traced.resource.get(COMPONENT_ATTRIBUTE)
    return {} if named is None else {"component": text_of(named)}


def _identity(traced: TracedSpan) -> str | None:
    """The response's id, else trace and span together."""
    answered = text_of(traced.attributes.get("gen_ai.response.id"))
    if answered is not None or not traced.span.span_id:
        return answered
    return f"{traced.span.trace_id}:{traced.span.span_id}".lower()


def _first(attributes: dict[str, Any], *names: str) -> Any:
    return next((attributes[name] for name in names if attributes.get(name) is not None), None)


def _ending(traced: TracedSpan) -> tuple[CallStatus, str | None]:
    error = text_of(traced.attributes.get("error.type"))
    if error is None:
        return (CallStatus.ERROR, "error") if traced.span.failed else (CallStatus.OK, None)
    return status_of_error(error), error


def _latency_ms(traced: TracedSpan) -> float | None:
    start, end = nanoseconds(traced.span.start_time_unix_nano), nanoseconds(traced.span.end_time_unix_nano)
    return None if start is None or end is None else (end - start) / 1_000_000


def _call(traced: TracedSpan, notes: Notes) -> Row:
    attributes = traced.attributes
    status, error = _ending(traced)
    served = text_of(attributes.get("gen_ai.response.model"))
    if served is None and status is CallStatus.OK:
        notes[NO_VERSION] += 1
    output = _first(attributes, "gen_ai.output.messages", "gen_ai.completion")
    return {
        "prediction_id": _identity(traced),
        "occurred_at": nanoseconds(traced.span.start_time_unix_nano),
        **answer_in(output if status is CallStatus.OK else None, notes),
        "latency_ms": _latency_ms(traced),
        "status": status,
        "error": error,
        "model_version": served,
        "requested_version": text_of(attributes.get("gen_ai.request.model")),
        "vendor_request_id": text_of(attributes.get("gen_ai.response.id")),
        "input_id": hashed(_first(attributes, "gen_ai.input.messages", "gen_ai.prompt")),
        "cluster": text_of(_first(attributes, "user.id", "enduser.id", "gen_ai.conversation.id")),
        "input_tokens": _first(attributes, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
        "output_tokens": _first(attributes, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
        "segment.operation": text_of(attributes.get("gen_ai.operation.name")),
    }


def _outcome(traced: TracedSpan, event: Event, notes: Notes) -> Row | None:
    attributes = attributes_of(event.attributes)
    answered = text_of(attributes.get("gen_ai.response.id"))
    judged = answered or (_identity(traced) if is_call(traced) else None)
    if judged is None:
        notes[STRAY] += 1
        return None
    verdict = judgement(attributes.get("gen_ai.evaluation.score.label"), notes)
    if verdict is None:
        return None
    return {
        "prediction_id": judged,
        **verdict,
        "observed_at": nanoseconds(event.time_unix_nano),
        "source": source_of(attributes.get("gen_ai.evaluation.name"), None),
    }

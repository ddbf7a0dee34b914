"""OpenInference spans as Phoenix exports them, and their annotations as outcomes."""

from collections.abc import Iterator, Set

from vendor_ai.domain.prediction import CallStatus
from vendor_ai.importers.log_shape import Notes, Record, Row, Shape, has
from vendor_ai.importers.shapes.answer import NO_VERSION, answer_in, judgement, source_of
from vendor_ai.importers.shapes.field import duration_ms, hashed, pick, status_of_error, text_of

OTHER = "spans are steps of the program around the calls, not calls of a model, and were left out."
_IDENTITIES = ("span_id", "context.span_id")
_JUDGED = ("annotation", "evaluation")


def _recognises(columns: Set[str]) -> bool:
    if not any(name in columns for name in _IDENTITIES):
        return False
    return "annotator_kind" in columns or ("start_time" in columns and has(columns, "attributes"))


def _annotation(record: Record, notes: Notes) -> Iterator[Row]:
    outcome = judgement(pick(record, "label", "result.label"), notes)
    if outcome is not None:
        yield {
            "prediction_id": text_of(pick(record, *_IDENTITIES)),
            **outcome,
            "observed_at": pick(record, "updated_at", "created_at"),
            "source": source_of(pick(record, "name", "annotation_name"), pick(record, "annotator_kind")),
        }


def _attribute(record: Record, *names: str) -> object:
    return pick(record, *(f"attributes.{name}" for name in names))


def _beside(record: Record, notes: Notes) -> Row:
    """The judgement that stands in the span itself."""
    for kind in _JUDGED:
        if _attribute(record, f"{kind}.label") is not None:
            outcome = judgement(_attribute(record, f"{kind}.label"), notes)
            judge = source_of(_attribute(record, f"{kind}.name"), _attribute(record, f"{kind}.annotator_kind"))
            return {} if outcome is None else {**outcome, "source": judge}
    return {}


def _call(record: Record, notes: Notes) -> Row:
    failed = str(pick(record, "status_code") or "").upper() == "ERROR"
    error = text_of(_attribute(record, "exception.type")) or "error"
    served = text_of(_attribute(record, "llm.response.model_name", "llm.model_name"))
    start = pick(record, "start_time")
    if served is None and not failed:
        notes[NO_VERSION] += 1
    return {
        "prediction_id": text_of(pick(record, *_IDENTITIES)),
        "occurred_at": start,
        **answer_in(None if failed else _attribute(record, "output.value"), notes),
        "latency_ms": duration_ms(start, pick(record, "end_time"), "end_time"),
        "status": status_of_error(error) if failed else CallStatus.OK,
        "error": error if failed else None,
        "model_version": served,
        "requested_version": text_of(_attribute(record, "llm.request.model_name")),
        "input_id": hashed(_attribute(record, "input.value")),
        "cluster": text_of(_attribute(record, "user.id", "session.id")),
        "cost": _attribute(record, "llm.cost.total"),
        "input_tokens": _attribute(record, "llm.token_count.prompt"),
        "output_tokens": _attribute(record, "llm.token_count.completion"),
        **_beside(record, notes),
    }


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    if pick(record, "annotator_kind") is not None and pick(record, "start_time") is None:
        yield from _annotation(record, notes)
    elif str(pick(record, "span_kind") or _attribute(record, "openinference.span.kind") or "").upper() == "LLM":
        yield _call(record, notes)
    else:
        notes[OTHER] += 1


SHAPE = Shape(
    "openinference",
    "OpenInference (Phoenix) export",
    "https://arize-ai.github.io/openinference/spec/semantic_conventions.html",
    _recognises,
    _rows,
)

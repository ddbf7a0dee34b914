"""Logs of other programs for tests, written after their field lists, and what reading them gives."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vendor_ai.importers.log_shape import read_calls
from vendor_ai.importers.log_table import LogReader

EPOCH_S = 1_782_900_000.0  # 2026-07-01T10:00:00Z
EPOCH_NS = 1_782_900_000_000_000_000


@dataclass
class Imported:
    """Everything that a file came to."""

    predictions: list[dict[str, Any]] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[tuple[int | None, str | None, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    read: int = 0
    rejected: int = 0


def imported(path: Path, *, mapping: dict[str, str] | None = None, outcomes_only: bool = False, batch_rows: int = 2) -> Imported:
    """Read a file as an import does, in small batches."""
    reader = LogReader(mapping or {}, None, outcomes_only)
    found = Imported()
    keep = list(reader.mapping.values())
    for raw in read_calls(path, batch_rows, keep=keep, outcomes_only=outcomes_only, notice=found.notices.append):
        mine = replaced(reader, outcomes_only=True) if raw.outcomes_only else reader
        rows = mine.convert(raw.columns, raw.rows, problems=raw.problems, decimal_comma=raw.decimal_comma)
        found.predictions += [_filled(row) for row in rows.predictions.to_pylist()]
        found.outcomes += [_filled(row) for row in rows.outcomes.to_pylist()]
        found.problems += [(problem.row, problem.column, problem.message) for problem in rows.problems]
        found.read += rows.read
        found.rejected += rows.rejected
    found.notices = [sentence.removeprefix(f"{path}: ") for sentence in found.notices]
    return found


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def lines(folder: Path, *records: Any, name: str = "log.jsonl") -> Path:
    """A file of one JSON record a line."""
    path = folder / name
    path.write_text("\n".join(json.dumps(record) for record in records) + "\n", encoding="utf-8")
    return path


def litellm_call(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A call that took 2 s, of which the proxy needed 250 ms."""
    start = EPOCH_S + number
    return {
        "id": f"chatcmpl-{number}",
        "litellm_call_id": f"call-{number}",
        "call_type": "acompletion",
        "stream": False,
        "status": "success",
        "custom_llm_provider": "acme",
        "model": "acme/reader",
        "startTime": start,
        "endTime": start + 2.0,
        "completionStartTime": start + 0.5,
        "response_time": 0.5,
        "prompt_tokens": 12,
        "completion_tokens": 1,
        "response_cost": 0.002,
        "cache_hit": False,
        "end_user": "person-7",
        "messages": [{"role": "user", "content": "Is this an invoice?"}],
        "response": {"model": "reader-2026-05", "choices": [{"message": {"role": "assistant", "content": "invoice"}}]},
        "error_information": None,
        "hidden_params": {"litellm_overhead_time_ms": 250.0},
        **changed,
    }


def litellm_failure(number: int, **error: Any) -> dict[str, Any]:
    """A call that failed."""
    return litellm_call(number, status="failure", response=None, error_information=error, error_str="may quote the input")


def langfuse_call(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A generation as the tables name its fields; it took 1.5 s."""
    return {
        "id": f"obs-{number}",
        "trace_id": f"trace-{number}",
        "type": "GENERATION",
        "start_time": "2026-07-01T10:00:00.000Z",
        "end_time": "2026-07-01T10:00:01.500Z",
        "level": "DEFAULT",
        "status_message": None,
        "input": {"messages": ["Is this an invoice?"]},
        "output": {"role": "assistant", "content": "yes"},
        "provided_model_name": "reader-2",
        "usage_details": {"input": 9, "output": 2, "total": 11},
        "total_cost": 0.01,
        "user_id": "person-7",
        **changed,
    }


def langfuse_score(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A judge's score of the call of the same number."""
    return {
        "id": f"score-{number}",
        "timestamp": "2026-07-03T08:00:00Z",
        "trace_id": f"trace-{number}",
        "observation_id": f"obs-{number}",
        "name": "Correctness",
        "value": 1.0,
        "string_value": None,
        "data_type": "BOOLEAN",
        "source": "ANNOTATION",
        **changed,
    }


def databricks_call(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A row of the AI Gateway's inference table."""
    return {
        "request_date": "2026-07-01",
        "databricks_request_id": f"db-{number}",
        "client_request_id": f"mine-{number}",
        "request_time": "2026-07-01T10:00:00Z",
        "status_code": 200,
        "sampling_fraction": 0.25,
        "execution_duration_ms": 320,
        "request": '{"inputs": [[1, 2]]}',
        "response": '{"predictions": ["fraud"]}',
        "served_entity_id": "entity-3",
        "logging_error_codes": [],
        "requester": "person@example.com",
        **changed,
    }


def sagemaker_capture(number: int = 1, output: str = "0.87", **metadata: Any) -> dict[str, Any]:
    """One captured call."""
    return {
        "captureData": {
            "endpointInput": {"observedContentType": "text/csv", "mode": "INPUT", "data": "5,1,2", "encoding": "CSV"},
            "endpointOutput": {"observedContentType": "text/csv", "mode": "OUTPUT", "data": output, "encoding": "CSV"},
        },
        "eventMetadata": {"eventId": f"event-{number}", "inferenceTime": "2026-07-01T10:00:00Z", **metadata},
        "eventVersion": "0",
    }


def sagemaker_truth(number: int = 1, data: str = "1") -> dict[str, Any]:
    """The ground truth of a captured call."""
    return {"groundTruthData": {"data": data, "encoding": "CSV"}, "eventMetadata": {"eventId": f"event-{number}"}, "eventVersion": "1"}


def azure_record(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A record of model outputs that holds two calls."""
    return {
        "specversion": "1.0",
        "id": f"record-{number}",
        "source": "/subscriptions/s/endpoints/e",
        "type": "azureml.inference.model_outputs",
        "datacontenttype": "application/json",
        "time": "2026-07-01T10:00:00Z",
        "data": [{"label": "yes"}, {"label": "no"}],
        "correlationid": f"correlation-{number}",
        "xrequestid": f"request-{number}",
        "modelversion": "4",
        "collectdatatype": "pandas.core.frame.DataFrame",
        "agent": "azureml-ai-monitoring/0.1",
        "contentrange": "bytes 0-40/41",
        **changed,
    }


def phoenix_span(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A model call as Phoenix keeps it; it took 750 ms."""
    return {
        "span_id": f"span-{number}",
        "start_time": "2026-07-01T10:00:00+00:00",
        "end_time": "2026-07-01T10:00:00.750+00:00",
        "status_code": "OK",
        "status_message": "",
        "attributes": {
            "openinference": {"span": {"kind": "LLM"}},
            "llm": {"model_name": "reader-3", "token_count": {"prompt": 5, "completion": 1}},
            "input": {"value": "Is this an invoice?"},
            "output": {"value": "no"},
            "session": {"id": "session-2"},
        },
        **changed,
    }


def phoenix_annotation(number: int = 1, **changed: Any) -> dict[str, Any]:
    """A judge's annotation of the span of the same number."""
    span = {"span_id": f"span-{number}", "name": "Correctness", "annotator_kind": "HUMAN", "label": "correct", "score": 1.0}
    return {**span, "updated_at": "2026-07-03T08:00:00Z", **changed}


def attribute(key: str, value: Any) -> dict[str, Any]:
    """One OTLP attribute in the JSON encoding."""
    kinds = {bool: "boolValue", int: "intValue", float: "doubleValue", str: "stringValue"}
    return {"key": key, "value": {kinds[type(value)]: str(value) if type(value) is int else value}}


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    """OTLP attributes in the JSON encoding."""
    return [attribute(key, value) for key, value in values.items()]


def gen_ai_span(
    number: int = 1, events: Sequence[dict[str, Any]] = (), kind: int = 3, named: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, Any]:
    """A client span of 1.25 s; ``named`` are further attributes, None to leave one out."""
    values = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "reader",
        "gen_ai.response.model": "reader-2026-05",
        "gen_ai.response.id": f"resp-{number}",
        "gen_ai.usage.input_tokens": 7,
        **named,
    }
    start = EPOCH_NS + number * 1_000_000_000
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": f"{number:016x}",
        "name": "chat reader",
        "kind": kind,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 1_250_000_000),
        "attributes": attributes({key: value for key, value in values.items() if value is not None}),
        "events": list(events),
    }


def evaluation(**named: Any) -> dict[str, Any]:
    """An evaluation event two seconds after the epoch of these samples."""
    values = {f"gen_ai.evaluation.{key.replace('_', '.')}": value for key, value in named.items() if key != "response_id"}
    if "response_id" in named:
        values["gen_ai.response.id"] = named["response_id"]
    return {"timeUnixNano": str(EPOCH_NS + 2_000_000_000), "name": "gen_ai.evaluation.result", "attributes": attributes(values)}


def traces(*spans: dict[str, Any], component: str | None = None) -> dict[str, Any]:
    """A trace request of one program."""
    resource = attributes({"service.name": "claims", **({"vendor_ai.component": component} if component else {})})
    return {"resourceSpans": [{"resource": {"attributes": resource}, "scopeSpans": [{"spans": list(spans)}]}]}

"""OTLP's way in: the spans of one export become one acknowledged batch of the prediction log."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa

from vendor_ai.db.vendor import find_component
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.errors import InvalidInputError, NotAllowedError, NotFoundError
from vendor_ai.importers.gen_ai import rows_of
from vendor_ai.importers.log_file import by_column
from vendor_ai.importers.log_shape import Row
from vendor_ai.importers.log_table import COMPONENT, LogReader, LogRows
from vendor_ai.importers.otlp import TracedSpan, read_json, read_protobuf, traced_spans
from vendor_ai.importers.otlp_wire import lengthy, numbered
from vendor_ai.services.log_import import split_by_component
from vendor_ai.services.prediction_log import PredictionLog, accept
from vendor_ai.services.token import Scope, require_component, require_scope

NO_COMPONENT = (
    "The span names no component. Set the attribute vendor_ai.component on it or its resource, or send to /v1/traces?component=REF."
)
MOST_MESSAGES = 5  # of one answer


class TraceEncoding(StrEnum):
    """How a trace request and the answer to it are written."""

    PROTOBUF = "application/x-protobuf"
    JSON = "application/json"


@dataclass(frozen=True, slots=True)
class TraceReceipt:
    """What became of one export: rows stored, spans refused and why."""

    predictions: int
    outcomes: int
    rejected_spans: int
    message: str

    def as_json(self) -> dict[str, Any]:
        """The answer in the JSON encoding, where 64-bit integers stand as text."""
        if not self.rejected_spans:
            return {}
        return {"partialSuccess": {"rejectedSpans": str(self.rejected_spans), "errorMessage": self.message}}

    def as_protobuf(self) -> bytes:
        """The answer in the protobuf encoding."""
        if not self.rejected_spans:
            return b""
        return lengthy(1, numbered(1, self.rejected_spans) + lengthy(2, self.message.encode()))


@dataclass(slots=True)
class _Export:
    """The rows of one export with the numbers of their spans, and what was refused."""

    calls: list[Row] = field(default_factory=list)
    outcomes: list[Row] = field(default_factory=list)
    call_spans: list[int] = field(default_factory=list)
    outcome_spans: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def add(self, row: Row, span: int) -> None:
        rows, spans = (self.calls, self.call_spans) if "occurred_at" in row else (self.outcomes, self.outcome_spans)
        rows.append(row)
        spans.append(span)

    def converted(self) -> LogRows:
        """Everything as typed tables; rows that cannot be used refuse their span."""
        calls = LogReader().convert(by_column(self.calls), self.call_spans)
        outcomes = LogReader(outcomes_only=True).convert(by_column(self.outcomes), self.outcome_spans)
        problems = (*calls.problems, *outcomes.problems)
        for problem in problems:
            self.refused.setdefault(problem.row or 0, f"{problem.column}: {problem.message}" if problem.column else problem.message)
        return LogRows(
            read=calls.read + outcomes.read,
            predictions=calls.predictions,
            outcomes=pa.concat_tables([calls.outcomes, outcomes.outcomes], promote_options="default"),
            prediction_rows=calls.prediction_rows,
            outcome_rows=np.concatenate([calls.outcome_rows, outcomes.outcome_rows]),
            problems=problems,
            rejected=calls.rejected + outcomes.rejected,
        )


def read_spans(content: bytes, encoding: TraceEncoding) -> list[TracedSpan]:
    """The spans of a request.

    Raises:
        InvalidInputError: When it is malformed.
    """
    try:
        return list(traced_spans(read_json(content) if encoding is TraceEncoding.JSON else read_protobuf(content)))
    except RecursionError:
        raise InvalidInputError("The body is nested too deeply for a trace request.") from None


def take_spans(log: PredictionLog, content: bytes, encoding: TraceEncoding, *, component: str | None = None, by: Actor) -> TraceReceipt:
    """Store the calls and outcomes of one export in one transaction and return once they are durable; the same export is stored once.

    Args:
        log: The prediction log.
        content: The request, without its content encoding.
        encoding: How it is written.
        component: The component of spans that name none themselves.
        by: Who sends it.

    Raises:
        NotAllowedError: When the actor may not write predictions.
        InvalidInputError: When the request is malformed.
        StoreUnavailableError: When the store cannot take it now.
    """
    require_scope(by, Scope.PREDICTIONS_WRITE)
    export = _sorted_out(log, read_spans(content, encoding), component, by)
    rows = export.converted()
    parts, _, _ = split_by_component(log.records, rows, None)
    with log.records.write() as session:
        accept(session, parts, batch_id=_batch_id(by, component, content), at=log.clock.now(), pseudonyms=log.pseudonyms)
    return TraceReceipt(rows.predictions.num_rows, rows.outcomes.num_rows, len(export.refused), _message(export.refused))


def _sorted_out(log: PredictionLog, spans: Sequence[TracedSpan], component: str | None, by: Actor) -> _Export:
    """The spans as rows, each with the ref of its component; spans of unknown or forbidden components are refused whole."""
    export = _Export()
    found = [(number, row) for number, traced in enumerate(spans, start=1) for row in rows_of(traced, Counter())]
    named = {number: str(row.get(COMPONENT) or component or "") for number, row in found}
    refs = _refs(log, set(named.values()), by)
    for number, row in found:
        ref, refusal = refs[named[number]]
        if refusal:
            export.refused[number] = refusal
        else:
            export.add({**row, COMPONENT: ref}, number)
    return export


def _refs(log: PredictionLog, names: Iterable[str], by: Actor) -> dict[str, tuple[str, str]]:
    """Each name's component ref, or why there is none."""
    found: dict[str, tuple[str, str]] = {}
    with log.records.read() as session:
        for name in names:
            try:
                if not name:
                    raise InvalidInputError(NO_COMPONENT)
                ref = find_component(session, name).ref
                require_component(by, ref)
                found[name] = ref, ""
            except (NotFoundError, InvalidInputError, NotAllowedError) as error:
                found[name] = "", str(error)
    return found


def _batch_id(by: Actor, component: str | None, content: bytes) -> str:
    """A name that only the same sender's same export gives again: exporters repeat what was not answered in time."""
    parts = [by.name.encode(), (component or "").encode(), hashlib.sha256(content).digest()]
    return "otlp:" + hashlib.sha256(b"\0".join(parts)).hexdigest()


def _message(refused: dict[int, str]) -> str:
    """Each reason once, the most frequent first, with the number of its spans."""
    reasons = Counter(refused.values()).most_common()
    shown = [f"{count} x: {reason}" for reason, count in reasons[:MOST_MESSAGES]]
    if len(reasons) > MOST_MESSAGES:
        shown.append(f"{len(reasons) - MOST_MESSAGES} more reasons.")
    return " ".join(shown)

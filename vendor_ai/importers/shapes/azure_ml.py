"""Azure ML's data collector: CloudEvents, of which one may hold several calls."""

from collections.abc import Iterator, Set
from typing import Any

from vendor_ai.importers.log_shape import Notes, Record, Row, Shape, UnreadableRecordError
from vendor_ai.importers.shapes.answer import answer_in
from vendor_ai.importers.shapes.field import content, opened, pick, text_of

INPUTS = "records hold inputs, which are not stored, and were left out."
ELSEWHERE = "records say that their data lies in a file of its own; their calls have no prediction."
_INPUT_TYPES = ("inputs", "request")


def _recognises(columns: Set[str]) -> bool:
    return {"specversion", "type"} <= columns and bool(columns & {"correlationid", "collectdatatype"})


def _answers(record: Record, notes: Notes) -> list[Any]:
    data = opened(content(record, "data"))
    if data is None and pick(record, "datainblob", "path") is not None:
        notes[ELSEWHERE] += 1
    return data if isinstance(data, list) else [data]


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    if str(pick(record, "type")).rpartition(".")[2].rpartition("_")[2].lower() in _INPUT_TYPES:
        notes[INPUTS] += 1
        return
    correlation = text_of(pick(record, "correlationid", "xrequestid", "id"))
    if correlation is None:
        raise UnreadableRecordError("The record names no request, so its calls cannot be told apart.", "correlationid")
    for position, answer in enumerate(_answers(record, notes)):
        yield {
            "prediction_id": f"{correlation}:{position}",  # the requests of one record share their correlation id
            "occurred_at": pick(record, "time"),
            **answer_in(answer, notes),
            "model_version": text_of(pick(record, "modelversion")),
            "vendor_request_id": text_of(pick(record, "xrequestid")),
        }


SHAPE = Shape(
    "azure-ml",
    "Azure ML data collector log",
    "https://learn.microsoft.com/azure/machine-learning/how-to-collect-production-data",
    _recognises,
    _rows,
)

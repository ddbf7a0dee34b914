"""SageMaker data capture, and the ground truth that is merged with it by event, as outcomes."""

import base64
import binascii
from collections.abc import Iterator, Set
from typing import Any

from vendor_ai.importers.log_shape import Notes, Record, Row, Shape, UnreadableRecordError, has
from vendor_ai.importers.shapes.answer import answer_in, truth
from vendor_ai.importers.shapes.field import content, hashed, opened, pick, text_of


def _recognises(columns: Set[str]) -> bool:
    return has(columns, "eventMetadata") and (has(columns, "captureData") or has(columns, "groundTruthData"))


def _decoded(data: Any, encoding: Any, column: str) -> Any:
    """What was captured, its transport encoding undone."""
    if str(encoding).upper() != "BASE64" or not isinstance(data, str):
        return data
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise UnreadableRecordError("The captured data is not Base64 of UTF-8 text.", column) from None


def entries_of(data: Any) -> list[Any]:
    """The answers in one captured body: the lines of CSV text, the objects of a list, else the body itself."""
    data = opened(data)
    if isinstance(data, dict) and isinstance(data.get("predictions"), list):
        return list(data["predictions"])
    if isinstance(data, list) and data and all(isinstance(entry, dict | list) for entry in data):
        return data  # a list of plain values may be one answer, such as the probability of each class
    if isinstance(data, str):
        return [_cells(line) for line in data.splitlines() if line.strip()] or [None]
    return [data]


def _cells(line: str) -> Any:
    cells = line.split(",")
    return cells if len(cells) > 1 else line


def _identities(record: Record, number: int) -> list[str | None]:
    """The event's id, with the position behind it where one event holds several answers."""
    identity = text_of(pick(record, "eventMetadata.inferenceId", "eventMetadata.eventId"))
    if identity is None or number == 1:
        return [identity] * number
    return [f"{identity}:{position}" for position in range(number)]


def _captured(record: Record, side: str) -> Any:
    column = f"captureData.{side}.data"
    return _decoded(pick(record, column), pick(record, f"captureData.{side}.encoding"), column)


def _rows(record: Record, notes: Notes) -> Iterator[Row]:
    if content(record, "captureData") is None:
        yield from _truths(record, notes)
        return
    answers = entries_of(_captured(record, "endpointOutput"))
    request = hashed(_captured(record, "endpointInput"))
    for identity, answer in zip(_identities(record, len(answers)), answers, strict=True):
        yield {
            "prediction_id": identity,
            "occurred_at": pick(record, "eventMetadata.inferenceTime"),
            **answer_in(answer, notes),
            "input_id": request if len(answers) == 1 else None,
        }


def _truths(record: Record, notes: Notes) -> Iterator[Row]:
    data = _decoded(pick(record, "groundTruthData.data"), pick(record, "groundTruthData.encoding"), "groundTruthData.data")
    truths = entries_of(data)
    for identity, value in zip(_identities(record, len(truths)), truths, strict=True):
        outcome = truth("" if value is None else value, notes)
        if outcome is not None:
            yield {"prediction_id": identity, **outcome, "source": "ground truth"}


SHAPE = Shape(
    "sagemaker",
    "SageMaker data capture",
    "https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html",
    _recognises,
    _rows,
)

"""One logged call or outcome as a line of JSON, in the words of the prediction log."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import NoneType
from typing import Any, TypedDict

import msgspec

_FLAT = frozenset({str, int, float, bool, NoneType, datetime})
_PLAIN = _FLAT | {dict}
_encode = msgspec.json.Encoder().encode


class PredictionFields(TypedDict, total=False):
    """What can be logged about one call; everything is optional."""

    prediction_id: str | None
    occurred_at: datetime | None
    prediction: str | None
    prediction_value: float | None
    confidence: float | None
    latency_ms: float | None
    status: str | None
    error: str | None
    fault: str | None
    model_version: str | None
    requested_version: str | None
    input_id: str | None
    vendor_request_id: str | None
    attempt: int | None
    cluster: str | None
    cost: float | None
    input_tokens: int | None
    output_tokens: int | None
    sampling_fraction: float | None
    segment: Mapping[str, str]
    feature: Mapping[str, str | float]


PREDICTION_NAMES = frozenset(PredictionFields.__annotations__)


class OutcomeFields(TypedDict, total=False):
    """What can be said later about how right an answer was."""

    actual: str | None
    actual_value: float | None
    correct: bool | None
    observed_at: datetime | None
    predicted_at: datetime | None
    source: str | None
    grader_version: str | None
    reviewer: str | None


def line_of(fields: Mapping[str, Any]) -> bytes:
    """The filled fields as one line of JSON.

    The line is made while the caller waits: that is quicker than a copy which is safe from later changes, and a third of its size.

    Raises:
        TypeError: When a value has no JSON form.
        ValueError: When a number is not finite, or the fields contain themselves.
    """
    if _is_plain(fields):
        line = _encode(fields)
        if b"null" not in line:  # so the quick encoder writes what is empty, and what is not a finite number
            return line + b"\n"
    given = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(given, default=_known, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def with_zone(at: datetime) -> datetime:
    """A time with its zone: one without is taken as the machine's."""
    return at.astimezone() if isinstance(at, datetime) and at.tzinfo is None else at


def _is_plain(fields: Mapping[str, Any]) -> bool:
    """Whether the quick encoder writes every value as the log reads it; it has a form for bytes and sets, and the log has none."""
    kinds = list(map(type, fields.values()))
    if not _PLAIN.issuperset(kinds):
        return False
    nested = kinds.count(dict)
    for name in ("segment", "feature"):
        inner = fields.get(name)
        if type(inner) is dict and _FLAT.issuperset(map(type, inner.values())):
            nested -= 1
    return nested == 0


def _known(value: object) -> Any:
    """What JSON lacks, as the log reads it."""
    if isinstance(value, datetime):
        return with_zone(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    item = getattr(value, "item", None)
    if callable(item):  # a scalar of numpy and its like
        return item()
    raise TypeError(f"{type(value).__name__} has no JSON form")

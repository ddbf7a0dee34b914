"""One logged call or outcome as a line of JSON, in the words of the prediction log."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict


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
    """The filled fields as one line of JSON; a time without a zone is taken as the machine's.

    Raises:
        TypeError: When a value has no JSON form.
        ValueError: When a number is not finite, or the fields contain themselves.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(given, default=_plain, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> Any:
    """What JSON lacks, as the log reads it."""
    if isinstance(value, datetime):
        return value.astimezone().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    item = getattr(value, "item", None)
    if callable(item):  # a scalar of numpy and its like
        return item()
    raise TypeError(f"{type(value).__name__} has no JSON form")

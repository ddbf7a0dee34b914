"""The way in for logged calls and their outcomes."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response

from vendor_ai.domain.problem import ImportResult
from vendor_ai.services.ingest import ingest
from vendor_ai.web import problem
from vendor_ai.web.access import Counted, Installed, Writer
from vendor_ai.web.body import FORMATS, Rows
from vendor_ai.web.telemetry import Telemetry

ROUTER = APIRouter(tags=["prediction log"])

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=255, description="The batch's name: a repeated one stores nothing."),
]
Zone = Annotated[str | None, Query(max_length=64, description="Zone of times without an offset; without it they are refused.")]

_COUNT = {"type": "integer", "minimum": 0}
_PROBLEM = {"row": {"type": ["integer", "null"]}, "column": {"type": ["string", "null"]}, "message": {"type": "string"}}
IMPORT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["read", "stored", "duplicates", "rejected", "problems"],
    "properties": {
        **dict.fromkeys(("read", "stored", "duplicates", "rejected"), _COUNT),
        "problems": {"type": "array", "items": {"type": "object", "required": list(_PROBLEM), "properties": _PROBLEM}},
    },
}
_DOCUMENT = {problem.MEDIA_TYPE: {"schema": {"type": "object"}}}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Every row is durable or known.", "content": {"application/json": {"schema": IMPORT_SCHEMA}}},
    413: {"description": "The body is too large.", "content": _DOCUMENT},
    415: {"description": "The body's type or encoding is unknown.", "content": _DOCUMENT},
    422: {"description": "Some rows were refused, as `problems` says; the good ones are durable.", "content": _DOCUMENT},
    503: {"description": "Nothing was stored; repeat the request after the time that Retry-After names.", "content": _DOCUMENT},
}
_ROW = {"type": "object", "additionalProperties": True}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"anyOf": [_ROW, {"type": "array", "items": _ROW}]} if media_type == "application/json" else {}}
            for media_type in FORMATS
        },
    }
}


def _answer(result: ImportResult, telemetry: Telemetry, kind: str) -> Response:
    for outcome in ("stored", "duplicates", "rejected"):
        telemetry.add("vendor_ai_rows_total", getattr(result, outcome), {"kind": kind, "outcome": outcome})
    if not result.rejected:
        return JSONResponse(result.as_json())
    detail = f"{result.rejected} of {result.read} rows were refused; the others are stored. Mend them and send them again."
    return problem.document("invalid-input", detail, **result.as_json())


@ROUTER.post("/components/{ref}/predictions", responses=_ANSWERS, openapi_extra=_BODY, response_class=JSONResponse)
def predictions(*, ref: str, app: Installed, body: Rows, by: Writer, counted: Counted, key: Key = None, time_zone: Zone = None) -> Response:
    """Take logged calls; the answer comes once they are durable."""
    result = ingest(app.log, body, component=ref, outcomes_only=False, key=key, time_zone=time_zone, by=by)
    return _answer(result, counted, "prediction")


@ROUTER.post("/components/{ref}/outcomes", responses=_ANSWERS, openapi_extra=_BODY, response_class=JSONResponse)
def outcomes(*, ref: str, app: Installed, body: Rows, by: Writer, counted: Counted, key: Key = None, time_zone: Zone = None) -> Response:
    """Take ground truth by prediction_id; what comes before its prediction waits for it."""
    result = ingest(app.log, body, component=ref, outcomes_only=True, key=key, time_zone=time_zone, by=by)
    return _answer(result, counted, "outcome")

"""The way in for OpenTelemetry: OTLP over HTTP, in protobuf and in JSON."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from vendor_ai.domain.errors import InvalidInputError, VendorAIError
from vendor_ai.importers.otlp_wire import lengthy, numbered
from vendor_ai.services.ingest import BodyTooLargeError, unpacked
from vendor_ai.services.trace import TraceEncoding, TraceReceipt, take_spans
from vendor_ai.web import problem
from vendor_ai.web.access import Counted, Installed, Writer
from vendor_ai.web.body import UnsupportedContentError, declared_encoding

# HTTP status -> google.rpc.Code, as the body of a failed request names it.
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 415: 3, 503: 14}
_UNKNOWN_CODE = 2


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == TraceEncoding.JSON


def _failure(request: Request, status: int, message: str) -> Response:
    """A refusal as OTLP wants it: a Status message in the encoding of the request."""
    code = _CODES.get(status, _UNKNOWN_CODE)
    headers = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": str(problem.RETRY_AFTER_S)}}.get(status)
    if _is_json(request):
        return JSONResponse({"code": code, "message": message}, status, headers)
    return Response(numbered(1, code) + lengthy(2, message.encode()), status, headers, TraceEncoding.PROTOBUF)


class TraceRoute(APIRoute):
    """A route whose refusals speak OTLP."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, its errors turned into Status messages."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except InvalidInputError as error:
                return _failure(request, 400, str(error))  # "the request data is malformed": not to be repeated
            except VendorAIError as error:
                return _failure(request, problem.status_of(error), str(error))
            except HTTPException as error:
                return _failure(request, error.status_code, str(error.detail))
            except RequestValidationError as error:
                return _failure(request, 400, "; ".join(f"{found['loc'][-1]}: {found['msg']}" for found in error.errors()))

        return handled


OTLP_ROUTER = APIRouter(tags=["prediction log"], route_class=TraceRoute)


def trace_encoding(request: Request) -> TraceEncoding:
    """The encoding that Content-Type names."""
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        return TraceEncoding(named)
    except ValueError:
        raise UnsupportedContentError(f"Content-Type {named or 'is missing'!r}: send one of {', '.join(TraceEncoding)}.") from None


async def packed(
    request: Request,
    app: Installed,
    _by: Writer,
    _encoding: Annotated[TraceEncoding, Depends(trace_encoding)],
    _packing: Annotated[str, Depends(declared_encoding)],
) -> bytes:
    """The body as it came, read only for those who may send one, and never beyond the limit."""
    limit = app.settings.body_limit_mib << 20
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > limit:
                raise BodyTooLargeError(limit)
    except ClientDisconnect:
        raise HTTPException(400, "The connection ended before the body did.") from None
    return bytes(content)


def _answer(receipt: TraceReceipt, encoding: TraceEncoding) -> Response:
    if encoding is TraceEncoding.JSON:
        return JSONResponse(receipt.as_json())
    return Response(receipt.as_protobuf(), media_type=encoding)


_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {TraceEncoding.PROTOBUF: _BINARY, TraceEncoding.JSON: {"schema": {"type": "object"}}}}
}
_STATUS = {TraceEncoding.JSON: {"schema": {"type": "object"}}, TraceEncoding.PROTOBUF: _BINARY}
_WORDS = {
    200: "Every row is durable; `partialSuccess` counts spans that were refused.",
    400: "The request is malformed and must not be repeated.",
    401: "A token is needed.",
    403: "The token does not allow this.",
    413: "The body is too large.",
    415: "The body's type or encoding is unknown.",
    503: "Nothing was stored; repeat the request after the time that Retry-After names.",
}
_ANSWERS: dict[int | str, dict[str, Any]] = {status: {"description": words, "content": _STATUS} for status, words in _WORDS.items()}


@OTLP_ROUTER.post("/traces", responses=_ANSWERS, openapi_extra=_BODY, response_class=Response)
def traces(
    *,
    app: Installed,
    content: Annotated[bytes, Depends(packed)],
    by: Writer,
    encoding: Annotated[TraceEncoding, Depends(trace_encoding)],
    packing: Annotated[str, Depends(declared_encoding)],
    counted: Counted,
    component: Annotated[str | None, Query(max_length=200, description="Component of spans without `vendor_ai.component`.")] = None,
) -> Response:
    """Take OTLP spans: client spans of generative models are calls, their evaluation events outcomes."""
    content = unpacked(content, packing, app.settings.body_limit_mib << 20)
    receipt = take_spans(app.log, content, encoding, component=component, by=by)
    for kind, stored in (("prediction", receipt.predictions), ("outcome", receipt.outcomes)):
        counted.add("vendor_ai_rows_total", stored, {"kind": kind, "outcome": "stored"})
    return _answer(receipt, encoding)

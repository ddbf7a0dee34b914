"""An httpx transport that times and logs a vendor's calls by itself."""

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Protocol, Unpack

import httpx

from vendor_ai.client.row import PredictionFields

CALL_FIELDS = "vendor_ai"  # request extension: further fields of this call, such as its prediction_id or a segment
PREDICTION_ID = "vendor_ai_prediction_id"  # response extension: under which id the call was logged
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id")
_LARGEST_READ = 4 << 20  # bytes of an answer that are kept for the extractors until they have run
_TIMEOUTS = {408, 504}
_RATE_LIMITED = 429

Extractor = Callable[[httpx.Response], str | None]


class Recorder(Protocol):
    """Takes the fields of one call, as ``PredictionLog`` does."""

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        """Log one call and return its prediction_id."""
        ...


def status_of(code: int) -> str:
    """How a call that was answered with an HTTP status ended, in the words of the prediction log."""
    if 200 <= code < 300:
        return "ok"
    if code in _TIMEOUTS:
        return "timeout"
    if code == _RATE_LIMITED:
        return "rate_limited"
    return "client_error" if 400 <= code < 500 else "error"


def vendor_request_id(response: httpx.Response) -> str | None:
    """The id the vendor gave the call, from the headers in use for it."""
    return next((response.headers[name] for name in _REQUEST_ID_HEADERS if name in response.headers), None)


class RecordingTransport(httpx.BaseTransport):
    """Wraps another transport and logs every call that goes through it; what is sent and answered stays as it is.

    The latency runs from the request to the last byte of the answer. Bodies are not logged: of the request its SHA-256, of the answer what
    the extractors take from it. A redirect is no call; the request that follows it is.

    Args:
        inner: The transport that makes the calls, such as ``httpx.HTTPTransport()``.
        log: Where calls are logged.
        prediction: Takes the answer's prediction; given the whole answer, decoded.
        model_version: Takes the version that served the answer.
        request_id: Takes the vendor's id of the call.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        log: Recorder,
        *,
        prediction: Extractor | None = None,
        model_version: Extractor | None = None,
        request_id: Extractor | None = vendor_request_id,
    ) -> None:
        self._inner = inner
        self._log = log
        self._extractors = {"prediction": prediction, "model_version": model_version, "vendor_request_id": request_id}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call; it is logged once its answer is read, or once it failed."""
        call = _Call(self._log, request, self._extractors)
        try:
            response = self._inner.handle_request(request)
        except BaseException as error:
            call.failed(error)
            raise
        if response.has_redirect_location:
            return response
        assert isinstance(response.stream, httpx.SyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Watched(response.stream, call, response),
            extensions={**response.extensions, PREDICTION_ID: call.identity},
        )

    def close(self) -> None:
        """Close the wrapped transport; the log stays open."""
        self._inner.close()


class _Call:
    """One call from its start until it is logged, once."""

    def __init__(self, log: Recorder, request: httpx.Request, extractors: Mapping[str, Extractor | None]) -> None:
        given = request.extensions.get(CALL_FIELDS)
        self._given: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {}
        self.identity: str = self._given.get("prediction_id") or uuid.uuid4().hex
        self._log = log
        self._extractors = extractors
        self._input_id = hashlib.sha256(request.read()).hexdigest() if isinstance(request.stream, httpx.ByteStream) else None
        self._at = datetime.now(UTC)
        self._started = time.perf_counter()
        self._logged = False

    def answered(self, code: int, answer: Callable[[], httpx.Response | None]) -> None:
        """The whole answer was read."""
        latency_ms = self._elapsed_ms()
        status = status_of(code)
        fields: dict[str, Any] = {"status": status, "latency_ms": latency_ms}
        if status != "ok":
            fields["error"] = f"HTTP {code}"
        self._record(fields | self._taken(answer, ok=status == "ok"))

    def failed(self, error: BaseException) -> None:
        """No answer came, or it broke off; the kind of error is logged, never its text, which may hold what was sent."""
        timed_out = isinstance(error, httpx.TimeoutException)
        status = "timeout" if timed_out else ("error" if isinstance(error, httpx.HTTPError) else "cancelled")
        self._record({"status": status, "error": type(error).__name__, "latency_ms": self._elapsed_ms()})

    def abandoned(self) -> None:
        """The caller stopped reading before the end."""
        self._record({"status": "cancelled", "latency_ms": self._elapsed_ms()})

    def _elapsed_ms(self) -> float:
        return (time.perf_counter() - self._started) * 1_000

    def _taken(self, answer: Callable[[], httpx.Response | None], *, ok: bool) -> dict[str, str]:
        """What the extractors find; one that fails finds nothing, since the caller's call must not break over its log."""
        taken: dict[str, str] = {}
        # An extractor is the customer's code and the answer the vendor's: anything may be wrong with either.
        with suppress(Exception):
            response = answer()
            for name, extract in self._extractors.items():
                if response is None or extract is None or (name == "prediction" and not ok):
                    continue
                with suppress(Exception):
                    value = extract(response)
                    if value is not None:
                        taken[name] = value
        return taken

    def _record(self, fields: Mapping[str, Any]) -> None:
        if self._logged:
            return
        self._logged = True
        known = {"occurred_at": self._at, "input_id": self._input_id}
        self._log.record(**{**known, **fields, **self._given, "prediction_id": self.identity})


class _Watched(httpx.SyncByteStream):
    """An answer's body on its way to the caller."""

    def __init__(self, inner: httpx.SyncByteStream, call: _Call, response: httpx.Response) -> None:
        self._inner = inner
        self._call = call
        self._response = response
        self._parts: list[bytes] | None = []
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._inner:
                self._keep(part)
                yield part
        except GeneratorExit:
            self._call.abandoned()
            raise
        except BaseException as error:
            self._call.failed(error)
            raise
        self._call.answered(self._response.status_code, self._answer)

    def close(self) -> None:
        self._inner.close()
        self._call.abandoned()

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._parts is not None and self._size <= _LARGEST_READ:
            self._parts.append(part)
        else:
            self._parts = None

    def _answer(self) -> httpx.Response | None:
        """The answer as the caller sees it, decoded; None where it was too large to keep."""
        if self._parts is None:
            return None
        return httpx.Response(self._response.status_code, headers=self._response.headers, content=b"".join(self._parts))

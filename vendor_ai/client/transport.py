"""httpx transports that time and log a vendor's calls by themselves."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import httpx

from vendor_ai.client.call import Call, Recorder, status_of

CALL_FIELDS = "vendor_ai"  # request extension: further fields of this call, such as its prediction_id or a segment
PREDICTION_ID = "vendor_ai_prediction_id"  # response extension: under which id the call was logged
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-amzn-requestid", "apim-request-id")
_LARGEST_READ = 4 << 20  # bytes of an answer that are kept for the extractors until they have run

Extractor = Callable[[httpx.Response], str | None]


def vendor_request_id(response: httpx.Response) -> str | None:
    """The id the vendor gave the call, from the headers in use for it."""
    return next((response.headers[name] for name in _REQUEST_ID_HEADERS if name in response.headers), None)


class _Recording:
    """What both transports know: where calls are logged, and what is taken from their answers."""

    def __init__(
        self,
        inner: Any,
        log: Recorder,
        *,
        prediction: Extractor | None = None,
        model_version: Extractor | None = None,
        request_id: Extractor | None = vendor_request_id,
    ) -> None:
        self._inner = inner
        self._log = log
        self._extractors = {"prediction": prediction, "model_version": model_version, "vendor_request_id": request_id}

    def _start(self, request: httpx.Request) -> Call:
        return Call(self._log, _known(request))

    def _answered(self, call: Call, response: httpx.Response, stream: Callable[["_Body"], Any]) -> httpx.Response:
        """The answer as it came, whose body is watched on its way to the caller; a redirect is none."""
        if response.has_redirect_location:
            return response
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=stream(_Body(call, response, self._extractors)),
            extensions={**response.extensions, PREDICTION_ID: call.identity},
        )


class RecordingTransport(_Recording, httpx.BaseTransport):
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

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call; it is logged once its answer is read, or once it failed."""
        call = self._start(request)
        try:
            response: httpx.Response = self._inner.handle_request(request)
        except BaseException as error:
            call.failed(error, _status_of_failure(error))
            raise
        stream = response.stream
        assert isinstance(stream, httpx.SyncByteStream)
        return self._answered(call, response, lambda body: _Watched(stream, body))

    def close(self) -> None:
        """Close the wrapped transport; the log stays open."""
        self._inner.close()


class AsyncRecordingTransport(_Recording, httpx.AsyncBaseTransport):
    """The same for ``httpx.AsyncClient``; ``inner`` is such as ``httpx.AsyncHTTPTransport()``."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call; it is logged once its answer is read, or once it failed."""
        call = self._start(request)
        try:
            response: httpx.Response = await self._inner.handle_async_request(request)
        except BaseException as error:
            call.failed(error, _status_of_failure(error))
            raise
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        return self._answered(call, response, lambda body: _AsyncWatched(stream, body))

    async def aclose(self) -> None:
        """Close the wrapped transport; the log stays open."""
        await self._inner.aclose()


def _known(request: httpx.Request) -> dict[str, Any]:
    """What is known of a call before its answer: a hash of what is sent, and what its maker says."""
    given = request.extensions.get(CALL_FIELDS)
    input_id = hashlib.sha256(request.read()).hexdigest() if isinstance(request.stream, httpx.ByteStream) else None
    return {"input_id": input_id, **(given if isinstance(given, Mapping) else {})}


def _status_of_failure(error: BaseException) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "timeout"
    return "error" if isinstance(error, httpx.HTTPError) else "cancelled"


class _Body:
    """What is kept of an answer's body, for those who take something from it."""

    def __init__(self, call: Call, response: httpx.Response, extractors: Mapping[str, Extractor | None]) -> None:
        self.call = call
        self._response = response
        self._extractors = extractors
        self._parts: list[bytes] | None = []
        self._size = 0

    def keep(self, part: bytes) -> None:
        """Keep a part, unless the whole becomes too large."""
        self._size += len(part)
        if self._parts is not None and self._size <= _LARGEST_READ:
            self._parts.append(part)
        else:
            self._parts = None

    def broke_off(self, error: BaseException) -> None:
        """The body ended with an error; a generator that is closed was only not read on."""
        if isinstance(error, GeneratorExit):
            self.call.abandoned()
        else:
            self.call.failed(error, _status_of_failure(error))

    def ended(self) -> None:
        """The whole body was read."""
        code = self._response.status_code
        status = status_of(code)
        self.call.answered(status, self._answer, self._extractors, error=None if status == "ok" else f"HTTP {code}")

    def _answer(self) -> httpx.Response | None:
        """The answer as the caller sees it, decoded; None where it was too large to keep."""
        if self._parts is None:
            return None
        return httpx.Response(self._response.status_code, headers=self._response.headers, content=b"".join(self._parts))


class _Watched(httpx.SyncByteStream):
    """An answer's body on its way to the caller."""

    def __init__(self, inner: httpx.SyncByteStream, body: _Body) -> None:
        self._inner = inner
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._inner:
                self._body.keep(part)
                yield part
        except BaseException as error:
            self._body.broke_off(error)
            raise
        self._body.ended()

    def close(self) -> None:
        self._inner.close()
        self._body.call.abandoned()


class _AsyncWatched(httpx.AsyncByteStream):
    """The same for a caller that awaits."""

    def __init__(self, inner: httpx.AsyncByteStream, body: _Body) -> None:
        self._inner = inner
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._inner:
                self._body.keep(part)
                yield part
        except BaseException as error:
            self._body.broke_off(error)
            raise
        self._body.ended()

    async def aclose(self) -> None:
        await self._inner.aclose()
        self._body.call.abandoned()

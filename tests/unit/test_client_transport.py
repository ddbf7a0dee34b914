"""A vendor's calls, timed and logged by the transport that makes them; the caller sees what it would see without."""

import asyncio
import gzip
import hashlib
import json
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Unpack

import httpx
import pytest

from vendor_ai.client import CALL_FIELDS, PREDICTION_ID, AsyncRecordingTransport, PredictionFields, RecordingTransport
from vendor_ai.client import call as call_module
from vendor_ai.client import transport as transport_module


class Kept:
    """Keeps what would be logged."""

    def __init__(self) -> None:
        self.rows: list[PredictionFields] = []

    def record(self, **fields: Unpack[PredictionFields]) -> str:
        self.rows.append(fields)
        return fields.get("prediction_id") or ""


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def vendor() -> Iterator[str]:
    """A real service: answers POST /status/CODE, /gzip, /broken, /moved."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            what, _, code = self.path.strip("/").partition("/")
            content = json.dumps({"answer": "7", "model": "v1"}).encode()
            if what == "gzip":
                content = gzip.compress(content)
            self.send_response(308 if what == "moved" else int(code or 200))
            if what == "gzip":
                self.send_header("Content-Encoding", "gzip")
            if what == "moved":
                self.send_header("Location", "/status/200")
            self.send_header("X-Request-Id", "vendor-1")
            self.send_header("Content-Length", str(len(content) + (5 if what == "broken" else 0)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def customer(kept: Kept, inner: httpx.BaseTransport | None = None, **options: Any) -> httpx.Client:
    extractors: dict[str, Any] = {
        "prediction": lambda response: response.json()["answer"],
        "model_version": lambda response: response.json()["model"],
    }
    return httpx.Client(transport=RecordingTransport(inner or httpx.HTTPTransport(), kept, **{**extractors, **options}))


def test_an_answered_call_is_logged_with_what_the_answer_says(vendor: str, kept: Kept) -> None:
    with customer(kept) as client:
        response = client.post(f"{vendor}/status/200", content=b"the image of a seven")
    assert response.json() == {"answer": "7", "model": "v1"}
    (row,) = kept.rows
    assert row["status"] == "ok"
    assert row["prediction"] == "7"
    assert row["model_version"] == "v1"
    assert row["vendor_request_id"] == "vendor-1"
    assert row["input_id"] == hashlib.sha256(b"the image of a seven").hexdigest()
    assert (row["latency_ms"] or 0) > 0
    assert row["occurred_at"] is not None
    assert row["occurred_at"].utcoffset() is not None
    assert row["prediction_id"] == response.extensions[PREDICTION_ID]
    assert "image" not in str(row)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (201, "ok", None),
        (400, "client_error", "HTTP 400"),
        (404, "client_error", "HTTP 404"),
        (408, "timeout", "HTTP 408"),
        (429, "rate_limited", "HTTP 429"),
        (500, "error", "HTTP 500"),
        (503, "error", "HTTP 503"),
        (504, "timeout", "HTTP 504"),
    ],
)
def test_the_http_status_decides_how_the_call_ended(vendor: str, kept: Kept, code: int, status: str, error: str | None) -> None:
    with customer(kept) as client:
        assert client.post(f"{vendor}/status/{code}").status_code == code
    (row,) = kept.rows
    assert (row["status"], row.get("error")) == (status, error)
    assert ("prediction" in row) == (status == "ok")
    assert row["vendor_request_id"] == "vendor-1"


def raising(error: Exception) -> Callable[[httpx.Request], httpx.Response]:
    def handle(_request: httpx.Request) -> httpx.Response:
        raise error

    return handle


@pytest.mark.parametrize(
    ("error", "status"),
    [(httpx.ReadTimeout("slow"), "timeout"), (httpx.ConnectTimeout("slow"), "timeout"), (httpx.ConnectError("no"), "error")],
)
def test_a_call_without_an_answer_is_logged_and_the_caller_hears_of_it(kept: Kept, error: Exception, status: str) -> None:
    with customer(kept, httpx.MockTransport(raising(error))) as client, pytest.raises(type(error)):
        client.post("http://vendor.example/", content=b"x")
    (row,) = kept.rows
    assert (row["status"], row["error"]) == (status, type(error).__name__)
    assert row["latency_ms"] is not None


def test_a_vendor_that_cannot_be_reached_is_an_error(kept: Kept) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with customer(kept) as client, pytest.raises(httpx.ConnectError):
        client.post(f"http://127.0.0.1:{port}/")
    assert kept.rows[0]["status"] == "error"


def test_an_answer_that_breaks_off_is_an_error(vendor: str, kept: Kept) -> None:
    with customer(kept) as client, pytest.raises(httpx.RemoteProtocolError):
        client.post(f"{vendor}/broken")
    (row,) = kept.rows
    assert (row["status"], row["error"]) == ("error", "RemoteProtocolError")


class Slow(httpx.SyncByteStream):
    """A body whose parts take a second each on a clock of its own."""

    def __init__(self, clock: "FakeClock", parts: list[bytes]) -> None:
        self.clock, self.parts = clock, parts

    def __iter__(self) -> Iterator[bytes]:
        for part in self.parts:
            self.clock.now += 1
            yield part


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now


def streaming(kept: Kept, monkeypatch: pytest.MonkeyPatch, parts: list[bytes]) -> httpx.Client:
    clock = FakeClock()
    monkeypatch.setattr(call_module, "time", clock)

    def handle(_request: httpx.Request) -> httpx.Response:
        clock.now += 0.5
        return httpx.Response(200, stream=Slow(clock, parts))

    return customer(kept, httpx.MockTransport(handle))


def test_the_latency_runs_to_the_last_byte(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    with streaming(kept, monkeypatch, [b'{"answer": "7",', b' "model": "v1"}']) as client:
        client.post("http://vendor.example/")
    assert kept.rows[0]["latency_ms"] == 2_500
    assert kept.rows[0]["prediction"] == "7"


def test_an_answer_nobody_reads_to_its_end_is_cancelled(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    client = streaming(kept, monkeypatch, [b"one", b"two", b"three"])
    with client, client.stream("POST", "http://vendor.example/") as response:
        assert next(response.iter_bytes()) == b"one"
    (row,) = kept.rows
    assert row["status"] == "cancelled"


def test_extractors_see_the_answer_unpacked(vendor: str, kept: Kept) -> None:
    with customer(kept) as client:
        assert client.post(f"{vendor}/gzip").json()["answer"] == "7"
    assert kept.rows[0]["prediction"] == "7"


def test_an_extractor_that_fails_costs_its_own_field_alone(vendor: str, kept: Kept) -> None:
    with customer(kept, prediction=lambda response: response.json()["no such key"]) as client:
        assert client.post(f"{vendor}/status/200").is_success
    (row,) = kept.rows
    assert "prediction" not in row
    assert (row["status"], row["model_version"]) == ("ok", "v1")


def test_an_answer_too_large_to_keep_is_logged_without_its_prediction(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "_LARGEST_READ", 10)
    inner = httpx.MockTransport(lambda _request: httpx.Response(200, json={"answer": "7", "model": "v1"}))
    with customer(kept, inner) as client:
        assert client.post("http://vendor.example/").json()["answer"] == "7"
    (row,) = kept.rows
    assert row["status"] == "ok"
    assert "prediction" not in row


def test_a_redirect_is_no_call_and_what_follows_it_is_one(vendor: str, kept: Kept) -> None:
    with customer(kept) as client:
        assert client.post(f"{vendor}/moved", content=b"x", follow_redirects=True).is_success
    assert [row["status"] for row in kept.rows] == ["ok"]


def test_the_caller_may_name_the_call_and_add_to_it(vendor: str, kept: Kept) -> None:
    fields = {"prediction_id": "invoice-17", "segment": {"region": "EU"}, "cluster": "customer-4"}
    with customer(kept) as client:
        response = client.post(f"{vendor}/status/200", extensions={CALL_FIELDS: fields})
    assert response.extensions[PREDICTION_ID] == "invoice-17"
    (row,) = kept.rows
    assert (row["prediction_id"], row["segment"], row["cluster"]) == ("invoice-17", {"region": "EU"}, "customer-4")


def test_an_input_that_streams_out_is_passed_on_unread(vendor: str, kept: Kept) -> None:
    with customer(kept) as client:
        assert client.post(f"{vendor}/status/200", content=iter([b"part one", b"part two"])).is_success
    assert kept.rows[0]["input_id"] is None


def test_every_call_is_logged_once(vendor: str, kept: Kept) -> None:
    with customer(kept) as client:
        for _ in range(20):
            client.post(f"{vendor}/status/200", content=b"x")
    assert len(kept.rows) == len({row["prediction_id"] for row in kept.rows}) == 20


def test_a_log_that_fails_breaks_no_call(vendor: str) -> None:
    class Broken:
        def record(self, **_fields: Unpack[PredictionFields]) -> str:
            raise OSError("no disk")

    with httpx.Client(transport=RecordingTransport(httpx.HTTPTransport(), Broken())) as client:
        assert client.post(f"{vendor}/status/200").json()["answer"] == "7"


def awaiting(kept: Kept, inner: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=AsyncRecordingTransport(
            inner or httpx.AsyncHTTPTransport(),
            kept,
            prediction=lambda response: response.json()["answer"],
            model_version=lambda response: response.json()["model"],
        )
    )


def test_an_awaited_call_is_logged_like_any_other(vendor: str, kept: Kept) -> None:
    async def ask() -> httpx.Response:
        async with awaiting(kept) as client:
            return await client.post(f"{vendor}/status/200", content=b"the image of a seven", extensions={CALL_FIELDS: {"cluster": "c-1"}})

    response = asyncio.run(ask())
    assert response.json() == {"answer": "7", "model": "v1"}
    (row,) = kept.rows
    assert (row["status"], row["prediction"], row["model_version"], row["cluster"]) == ("ok", "7", "v1", "c-1")
    assert (row["vendor_request_id"], row["input_id"]) == ("vendor-1", hashlib.sha256(b"the image of a seven").hexdigest())
    assert row["prediction_id"] == response.extensions[PREDICTION_ID]


@pytest.mark.parametrize(("path", "status"), [("status/429", "rate_limited"), ("status/503", "error"), ("status/504", "timeout")])
def test_an_awaited_call_that_is_refused_says_how(vendor: str, kept: Kept, path: str, status: str) -> None:
    async def ask() -> None:
        async with awaiting(kept) as client:
            await client.post(f"{vendor}/{path}")

    asyncio.run(ask())
    assert [row["status"] for row in kept.rows] == [status]


def test_an_awaited_call_without_an_answer_raises_what_it_raised(kept: Kept) -> None:
    async def ask() -> None:
        async with awaiting(kept, httpx.MockTransport(raising(httpx.ReadTimeout("slow")))) as client:
            await client.post("http://vendor.example/")

    with pytest.raises(httpx.ReadTimeout):
        asyncio.run(ask())
    assert [(row["status"], row["error"]) for row in kept.rows] == [("timeout", "ReadTimeout")]


def test_a_task_that_is_cancelled_logs_a_cancelled_call(kept: Kept) -> None:
    class Endless(httpx.AsyncBaseTransport):
        async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

    async def ask() -> None:
        async with awaiting(kept, Endless()) as client, asyncio.timeout(0.01):
            await client.post("http://vendor.example/")

    with pytest.raises(TimeoutError):
        asyncio.run(ask())
    assert [(row["status"], row["error"]) for row in kept.rows] == [("cancelled", "CancelledError")]


def test_an_awaited_answer_nobody_reads_to_its_end_is_cancelled(kept: Kept) -> None:
    class Parts(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for part in (b"one", b"two"):
                yield part

    async def ask() -> None:
        inner = httpx.MockTransport(lambda _request: httpx.Response(200, stream=Parts()))
        async with awaiting(kept, inner) as client, client.stream("POST", "http://vendor.example/") as response:
            async for part in response.aiter_raw():
                assert part == b"one"
                break

    asyncio.run(ask())
    assert [row["status"] for row in kept.rows] == ["cancelled"]

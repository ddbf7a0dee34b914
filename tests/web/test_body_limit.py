"""Bodies that are too large, as they come or once unpacked."""

import gzip
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from tests.web.conftest import Headers
from vendor_ai.services.ingest import BodyTooLargeError, unpacked
from vendor_ai.web.app import create_app
from vendor_ai.wiring import App

PREDICTIONS = "/api/v1/components/digit-reader/predictions"
MIB = 1 << 20
NDJSON = {"Content-Type": "application/x-ndjson"}


def packed(content: bytes, encoding: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, encoding) as stream:
        stream.write(content)
    return bytes(sink.getvalue())


def test_a_declared_length_above_the_limit_is_refused_before_a_byte_of_it_is_read(app: App, writer: Headers) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        raise AssertionError("the body was read")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {**writer, **NDJSON, "Host": "127.0.0.1", "Content-Length": str(MIB + 1)}
    scope = {
        "type": "http", "method": "POST", "path": PREDICTIONS, "raw_path": PREDICTIONS.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    # In a thread of its own: a browser test in this process may have left an event loop running in the main one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(anyio.run, create_app(app), scope, receive, send).result()

    assert sent[0]["status"] == 413
    assert b"1 MiB" in sent[1]["body"]


def test_a_body_of_unknown_length_is_cut_off_at_the_limit(client: TestClient, writer: Headers) -> None:
    def body() -> Iterator[bytes]:
        for _ in range(64):
            yield b" " * (MIB // 8)

    assert client.post(PREDICTIONS, content=body(), headers={**writer, **NDJSON}).status_code == 413


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_refused_once_it_passes_the_limit(client: TestClient, writer: Headers, encoding: str) -> None:
    bomb = packed(bytes(200 * MIB), encoding)
    assert len(bomb) < MIB

    answer = client.post(PREDICTIONS, content=bomb, headers={**writer, **NDJSON, "Content-Encoding": encoding})

    assert answer.status_code == 413


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_unpacking_stops_at_the_limit_and_not_a_byte_before(encoding: str) -> None:
    assert len(unpacked(packed(bytes(1000), encoding), encoding, 1000)) == 1000
    with pytest.raises(BodyTooLargeError):
        unpacked(packed(bytes(1001), encoding), encoding, 1000)


@pytest.mark.parametrize(
    ("encoding", "content"), [("gzip", b"junk"), ("zstd", b"junk"), ("gzip", gzip.compress(b"[]" * 100, mtime=0)[:-9])]
)
def test_a_body_that_is_not_in_its_encoding_is_422(client: TestClient, writer: Headers, encoding: str, content: bytes) -> None:
    answer = client.post(PREDICTIONS, content=content, headers={**writer, **NDJSON, "Content-Encoding": encoding})

    assert answer.status_code == 422


def test_columns_that_unpack_beyond_the_limit_are_refused(client: TestClient, writer: Headers) -> None:
    table = pa.table({"prediction_id": pa.array(["x" * 40] * 100_000)})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    stream = pa.BufferOutputStream()
    with pa.ipc.new_stream(stream, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as out:
        out.write_table(table)
    for content, media_type in ((sink.getvalue(), "parquet"), (bytes(stream.getvalue()), "arrow.stream")):
        assert len(content) < MIB
        answer = client.post(PREDICTIONS, content=content, headers={**writer, "Content-Type": f"application/vnd.apache.{media_type}"})
        assert answer.status_code == 413


def test_strangers_are_refused_before_their_body_is_looked_at(client: TestClient) -> None:
    assert client.post(PREDICTIONS, content=b" " * (2 * MIB), headers={"Content-Type": "text/plain"}).status_code == 401

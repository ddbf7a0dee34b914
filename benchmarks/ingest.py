"""Rows a second through one server process, acknowledged and durable, beside the same body parsed by the same server and not stored.

Run: ``python -m benchmarks.ingest [--rounds 31] [--postgres]``

The server is one uvicorn process over an installation of its own; the client of this process sends prepared bodies over loopback. Every
round sends the same body, one after the other, to

- ``stored``: the real route, which checks the token, parses, checks every column, drops repeats, and answers once the rows are durable,
- ``parsed``: a route beside it that checks the token, reads the body into a table by pyarrow and answers how many rows it has.

The share is the median time of ``parsed`` over that of ``stored``. Beside it stand both without HTTP: the service call, and pyarrow alone.
No call here is acknowledged before its transaction is synced to the disk, so that for small Arrow bodies, which pyarrow reads in ten
microseconds, that last share says how dear a durable transaction is, not how dear the checks are.

Rows have seven fields: a random id, time, answer, confidence, latency, status and version. One more line sends JSON lines of which one in
a hundred is refused and named. Then four clients send bodies of 1,000 rows at once. ``--postgres`` does it all again with the records on
PostgreSQL, whose server the test packages bring.
"""

import argparse
import io
import json
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyarrow as pa
import pyarrow.json
import pyarrow.parquet as pq

from vendor_ai.cli.serve import listen
from vendor_ai.db import vendor as store
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.vendor import Component, Vendor
from vendor_ai.importers.log_body import Body, BodyFormat
from vendor_ai.services.ingest import ingest
from vendor_ai.services.token import Scope, create
from vendor_ai.settings import Settings
from vendor_ai.web.access import Writer
from vendor_ai.web.app import create_app
from vendor_ai.web.body import Rows
from vendor_ai.wiring import App, open_app

COMPONENT = "benchmark"
STORED, PARSED = f"/api/v1/components/{COMPONENT}/predictions", "/parsed"
SIZES = (100, 1_000, 10_000)
WRITERS = 4
START = datetime(2026, 7, 1, tzinfo=UTC)
BY = Actor("benchmark")
TYPES = {
    BodyFormat.NDJSON: "application/x-ndjson",
    BodyFormat.ARROW: "application/vnd.apache.arrow.stream",
    BodyFormat.PARQUET: "application/vnd.apache.parquet",
}
PARSERS: Mapping[BodyFormat, Callable[[bytes], pa.Table]] = {
    BodyFormat.NDJSON: lambda content: pyarrow.json.read_json(pa.BufferReader(content)),
    BodyFormat.ARROW: lambda content: pa.ipc.open_stream(content).read_all(),
    BodyFormat.PARQUET: lambda content: pq.read_table(pa.BufferReader(content)),
}


def calls(rows: int) -> pa.Table:
    """Calls as a customer's service logs them."""
    chance = np.random.default_rng(20260701)
    occurred = [START + timedelta(milliseconds=37 * number) for number in range(rows)]
    return pa.table(
        {
            "prediction_id": [chance.bytes(16).hex() for _ in range(rows)],
            "occurred_at": pa.array(occurred, pa.timestamp("us", "UTC")),
            "prediction": [("approve", "reject")[which] for which in chance.integers(0, 2, rows)],
            "confidence": np.round(chance.random(rows), 4),
            "latency_ms": np.round(chance.lognormal(4.4, 0.5, rows), 3),
            "status": ["ok"] * rows,
            "model_version": ["v1"] * rows,
        }
    )


def bodies(table: pa.Table) -> dict[BodyFormat, bytes]:
    """The same rows in every format."""
    lines = [json.dumps({**row, "occurred_at": row["occurred_at"].isoformat()}) for row in table.to_pylist()]
    arrow, parquet = pa.BufferOutputStream(), io.BytesIO()
    with pa.ipc.new_stream(arrow, table.schema) as writer:
        writer.write_table(table)
    pq.write_table(table, parquet)
    return {
        BodyFormat.NDJSON: "\n".join(lines).encode(),
        BodyFormat.ARROW: arrow.getvalue().to_pybytes(),
        BodyFormat.PARQUET: parquet.getvalue(),
    }


def serve(settings: dict[str, Any], port: "multiprocessing.Queue[int]") -> None:
    """The server's process: the application, and one route that only parses."""
    import uvicorn

    app = create_app(open_app(settings=Settings(**settings)))

    @app.post(PARSED)
    def parsed(body: Rows, _by: Writer) -> dict[str, int]:
        return {"stored": PARSERS[body.format](body.content).num_rows}

    with listen("127.0.0.1", 0, behind_proxy=False) as listening:
        port.put(listening.getsockname()[1])
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])


@dataclass(frozen=True)
class Site:
    """One installation, the server over it, and the header that opens it."""

    app: App
    url: str
    headers: dict[str, str]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=self.headers, timeout=60)


@contextmanager
def site(home: Path, database_url: str = "") -> Iterator[Site]:
    """An installation with one component, and its server while the block lasts."""
    settings: dict[str, Any] = {"home": home, "database_url": database_url}
    app = open_app(settings=Settings(**settings))
    with app.records.write() as session:
        store.save_vendor(session, Vendor("benchmark", "Benchmark"), at=START)
        store.save_component(session, Component(COMPONENT, COMPONENT, "benchmark"), at=START)
        secret = create(session, "benchmark", [Scope.PREDICTIONS_WRITE], by=BY, at=START).secret
    context = multiprocessing.get_context("spawn")
    port: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=serve, args=(settings, port), daemon=True)
    process.start()
    try:
        yield Site(app, f"http://127.0.0.1:{port.get(timeout=60)}", {"Authorization": f"Bearer {secret}"})
    finally:
        process.terminate()
        process.join()
        app.close()


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def send(client: httpx.Client, path: str, form: BodyFormat, content: bytes, *, rows: int, status: int = 200) -> None:
    """Post a body and see that the answer is about all of its rows."""
    answer = client.post(path, content=content, headers={"Content-Type": TYPES[form]})
    assert (answer.status_code, answer.json()["stored"]) == (status, rows), answer.text


@dataclass(frozen=True)
class Figures:
    """Median seconds of one body."""

    stored: float
    parsed: float
    service: float
    alone: float

    def line(self, name: str, rows: int, size: int) -> str:
        return (
            f"{name:24} {size / 1024:8.0f} {rows / self.stored:12,.0f} {rows / self.parsed:12,.0f} {self.parsed / self.stored:8.2f}"
            f" {rows / self.service:14,.0f} {rows / self.alone:14,.0f} {self.alone / self.service:8.2f}"
        )


HEAD = f"{'body':24} {'KiB':>8} {'stored':>12} {'parsed':>12} {'share':>8} {'service call':>14} {'pyarrow alone':>14} {'share':>8}"


def measure(site: Site, client: httpx.Client, form: BodyFormat, content: bytes, *, rows: int, rounds: int, refused: int = 0) -> Figures:
    """All four ways in turn, ``rounds`` times."""
    body = Body(content, form, 1 << 30)
    good = rows - refused
    ways: tuple[Callable[[], object], ...] = (
        lambda: send(client, STORED, form, content, rows=good, status=422 if refused else 200),
        lambda: send(client, PARSED, form, content, rows=rows),
        lambda: ingest(site.app.log, body, component=COMPONENT, outcomes_only=False, by=BY),
        lambda: PARSERS[form](content),
    )
    for run in ways:
        run()
    seconds = [[timed(run) for run in ways] for _ in range(rounds)]
    return Figures(*(statistics.median(column) for column in zip(*seconds, strict=True)))


def with_refused(content: bytes, every: int) -> bytes:
    """The JSON lines, with a confidence above 1 in one of so many."""
    lines = content.splitlines()
    for place in range(0, len(lines), every):
        lines[place] = json.dumps({**json.loads(lines[place]), "confidence": 1.5}).encode()
    return b"\n".join(lines)


def at_once(site: Site, form: BodyFormat, content: bytes, *, rows: int, writers: int, each: int) -> float:
    """Rows a second when so many clients send ``each`` bodies."""
    ready = threading.Barrier(writers + 1)
    mistakes: list[BaseException] = []

    def write() -> None:
        try:
            with site.client() as client:
                send(client, STORED, form, content, rows=rows)
                ready.wait()
                for _ in range(each):
                    send(client, STORED, form, content, rows=rows)
        except BaseException as mistake:  # said by the main thread
            mistakes.append(mistake)
            ready.abort()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    ready.wait()
    seconds = timed(lambda: [thread.join() for thread in threads])
    if mistakes:
        raise mistakes[0]
    return rows * each * writers / seconds


def report(site: Site, rounds: int, sizes: tuple[int, ...] = SIZES) -> float:
    """Print the table and return the smallest share."""
    print(HEAD)
    shares = []
    with site.client() as client:
        for rows in sizes:
            for form, content in bodies(calls(rows)).items():
                found = measure(site, client, form, content, rows=rows, rounds=rounds)
                shares.append(found.parsed / found.stored)
                print(found.line(f"{form.value}, {rows:,} rows", rows, len(content)))
        content = with_refused(bodies(calls(1_000))[BodyFormat.NDJSON], 100)
        found = measure(site, client, BodyFormat.NDJSON, content, rows=1_000, rounds=rounds, refused=10)
        print(found.line("ndjson, 10 of 1,000 bad", 1_000, len(content)))
    for form, content in bodies(calls(1_000)).items():
        one, many = (at_once(site, form, content, rows=1_000, writers=writers, each=rounds) for writers in (1, WRITERS))
        print(f"{form.value}, 1,000 rows: {one:,.0f} rows/s from one client, {many:,.0f} from {WRITERS} at once")
    return min(shares)


def main() -> None:
    options = argparse.ArgumentParser(description="Rows a second, acknowledged and durable, beside the same bodies only parsed.")
    options.add_argument("--rounds", type=int, default=31)
    options.add_argument("--postgres", action="store_true", help="also with the records on PostgreSQL")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("Records in SQLite")
        with site(Path(folder) / "sqlite") as found:
            report(found, given.rounds)
        if given.postgres:
            from tests.factories.postgres import PostgreSQL

            print("\nRecords in PostgreSQL")
            server = PostgreSQL()
            try:
                with site(Path(folder) / "postgresql", server.new_database()) as found:
                    report(found, given.rounds)
            finally:
                server.stop()


if __name__ == "__main__":
    main()

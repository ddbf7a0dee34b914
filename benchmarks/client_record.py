"""How much a call waits for ``PredictionLog.record``, beside appending to a list, in alternating runs of the same process.

Run: ``python -m benchmarks.client_record [CALLS]`` (default 20,000 calls a state).

Four states of the world: the server up, slow (a quarter of a second for each request), down (rows go to the disk), and down with a
disk that takes nothing (the spool's folder is a file). The server is a process of its own. Each call is timed by itself; both sides
carry the cost of reading the clock twice. What became of every call is added up at the end, as the client counts it.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from vendor_ai.client import Counts, PredictionLog

STATES = ("up", "slow", "down", "disk full")
BLOCK = 500
SLOW_S = 0.25
_NOWHERE = "http://127.0.0.1:9"  # the port of "discard", where nothing listens
_CALL: dict[str, Any] = {
    "prediction": "7",
    "confidence": 0.93,
    "latency_ms": 41.7,
    "status": "ok",
    "model_version": "reader-4.1",
    "input_tokens": 812,
    "output_tokens": 3,
    "segment": {"region": "EU"},
}


@dataclass(frozen=True, slots=True)
class Waits:
    """How long single calls took, in ns."""

    p50: int
    p99: int
    p999: int

    @classmethod
    def of(cls, times: list[int]) -> "Waits":
        ordered = sorted(times)
        return cls(*(ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.5, 0.99, 0.999)))


def serve(delay_s: float) -> None:
    """Take every batch after a while, and say so; the port goes to standard output."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            rows = self.rfile.read(int(self.headers["Content-Length"])).count(b"\n")
            time.sleep(delay_s)
            content = b'{"read": %d, "stored": %d, "duplicates": 0, "rejected": 0, "problems": [], "minutes": 1}' % (rows, rows)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


@contextmanager
def server(state: str) -> Iterator[str]:
    """The address of a server in a state."""
    if state not in ("up", "slow"):
        yield _NOWHERE
        return
    command = [sys.executable, "-m", "benchmarks.client_record", "--serve", str(SLOW_S if state == "slow" else 0)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _timed(act: Callable[[], object], times: list[int]) -> None:
    clock = time.perf_counter_ns
    for _ in range(BLOCK):
        start = clock()
        act()
        times.append(clock() - start)


def in_state(state: str, calls: int, folder: Path) -> tuple[Waits, Waits, Counts]:
    """Waits of appending and of recording, in turns, and what became of the calls."""
    spool = folder / "spool"
    if state == "disk full":
        spool.write_text("a folder cannot be made where a file is")
    appended: list[dict[str, Any]] = []
    append_ns: list[int] = []
    record_ns: list[int] = []
    with server(state) as url:
        log = PredictionLog("digit-reader", url=url, token="none", spool=spool, batch_seconds=0.05, timeout_s=5.0)
        log.record(**_CALL)  # the thread starts once
        for _ in range(max(1, calls // BLOCK)):
            _timed(lambda: appended.append(_CALL), append_ns)
            _timed(lambda: log.record(**_CALL), record_ns)
            time.sleep(0.01)  # others work, too, between a service's calls
        log.close(timeout_s=120.0)
    return Waits.of(append_ns), Waits.of(record_ns), log.counts


def measure(calls: int) -> bool:
    """Measure every state and say whether each call is accounted for."""
    print(f"{calls:,} calls a state, in turns of {BLOCK}; times of one call in µs")
    heads = ("append p50", "p99", "p99.9", "record p50", "p99", "p99.9", "p99 ratio")
    print(f"{'server':10}", *(f"{head:>10}" for head in heads), "  what became of them")
    whole = True
    for state in STATES:
        with tempfile.TemporaryDirectory() as folder:
            append, record, counts = in_state(state, calls, Path(folder))
        shown = [f"{ns / 1_000:.2f}" for ns in (append.p50, append.p99, append.p999, record.p50, record.p99, record.p999)]
        became = f"{counts.attempted:,} attempted: {counts.sent:,} sent, {counts.spooled:,} spooled, {counts.dropped:,} dropped"
        print(f"{state:10}", *(f"{one:>10}" for one in (*shown, f"{record.p99 / append.p99:.0f}x")), f"  {became}")
        whole &= counts.attempted == counts.sent + counts.spooled + counts.dropped and not counts.waiting
    print("every call is accounted for" if whole else "some calls are not accounted for")
    return whole


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(float(sys.argv[2]))
    sys.exit(0 if measure(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000) else 1)

"""A real HTTP server on loopback that takes batches as ours does, and can be told to misbehave."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOSE_THE_ANSWER = 0


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.body.splitlines()]


@dataclass
class LogServer:
    """``answers`` are the next statuses instead of 200; a batch is stored once however often it comes, of counts the greatest is kept."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    rejected: int = 0
    most_rows: int | None = None
    requests: list[Request] = field(default_factory=list)
    stored: dict[str, Request] = field(default_factory=dict)
    count_answers: list[int] = field(default_factory=list)
    count_requests: list[Request] = field(default_factory=list)
    counted: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def rows(self, kind: str = "predictions") -> list[dict[str, Any]]:
        return [row for request in self.stored.values() if request.path.endswith(f"/{kind}") for row in request.rows]

    def calls(self, field_name: str = "attempted") -> int:
        """All calls that clients counted, over clients and minutes."""
        return sum(minute[field_name] for minute in self.counted.values())

    def take_counts(self, request: Request) -> tuple[int, dict[str, Any]]:
        self.count_requests.append(request)
        status = self.count_answers.pop(0) if self.count_answers else 200
        document = json.loads(request.body)
        if status == 200:
            for minute in document["minutes"]:
                known = self.counted.setdefault((document["client"], minute["minute"]), {"attempted": 0, "dropped": 0, "spooled": 0})
                known.update({name: max(value, minute[name]) for name, value in known.items()})
        return status, {"minutes": len(document["minutes"])}

    def take(self, request: Request) -> tuple[int, dict[str, Any]]:
        self.requests.append(request)
        if self.most_rows is not None and len(request.rows) > self.most_rows:
            return 413, {"title": "too large"}
        status = self.answers.pop(0) if self.answers else 200
        if status in (200, 422, LOSE_THE_ANSWER):
            self.stored.setdefault(request.headers["idempotency-key"], request)
        count = len(request.rows)
        problems = [{"row": 1, "column": "latency_ms", "message": "-1 must be at least 0."}] if self.rejected else []
        return status, {"read": count, "stored": count - self.rejected, "duplicates": 0, "rejected": self.rejected, "problems": problems}


@contextmanager
def log_server(port: int = 0) -> Iterator[LogServer]:
    state = LogServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, body)
            status, document = (state.take_counts if self.path.endswith("/call-counts") else state.take)(request)
            if status == LOSE_THE_ANSWER:
                self.close_connection = True
                return
            content = json.dumps(document if status in (200, 422) else {"detail": "as the test wants it"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()

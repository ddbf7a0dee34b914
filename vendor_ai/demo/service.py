"""A vendor's service as a process of its own: a trained model behind HTTP on loopback.

Its operator speaks to it over standard input (``deploy N``); when that ends, the service ends. Customers only have HTTP.
"""

import itertools
import json
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vendor_ai.demo.task import Model, Task
from vendor_ai.demo.vendor import VENDORS, DemoVendor, Deployment

_LARGEST_BODY = 1 << 20


class VendorService(ThreadingHTTPServer):
    """Answers with whatever is deployed."""

    daemon_threads = True

    def __init__(self, vendor: DemoVendor) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.vendor = vendor
        self.task: Task = vendor.task()
        self._models: list[Model] = [deployment.model().fit(*self.task.learn) for deployment in vendor.deployments]
        self._number = itertools.count(1)
        self._lock = threading.Lock()
        self.deploy(0)

    def deploy(self, position: int) -> None:
        """Serve another deployment from the next call on."""
        self.deployed: tuple[Deployment, Model] = self.vendor.deployments[position], self._models[position]

    def next_number(self) -> int:
        """Calls are numbered in the order they arrive."""
        with self._lock:
            return next(self._number)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # An answer leaves in one piece: head and body apart would wait for each other on loopback.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: VendorService

    def do_POST(self) -> None:
        number = self.server.next_number()
        deployment, model = self.server.deployed
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _LARGEST_BODY))
        if deployment.slow_every and number % deployment.slow_every == 0:
            time.sleep(deployment.slow_ms / 1_000)
        if deployment.fails_every and number % deployment.fails_every == 0:
            self._answer(number, HTTPStatus.SERVICE_UNAVAILABLE, {"error": "overloaded"})
            return
        try:
            answer = self.server.task.answer(model, json.loads(body))
        except (KeyError, TypeError, ValueError):
            self._answer(number, HTTPStatus.BAD_REQUEST, {"error": "the input is not whole"})
            return
        self._answer(number, HTTPStatus.OK, {"answer": answer, "model": deployment.version})

    def _answer(self, number: int, status: HTTPStatus, document: dict[str, Any]) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Request-Id", f"{self.server.vendor.component}-{number}")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *_values: object) -> None:
        """Nothing: the customer keeps the log."""


def main(component: str) -> None:
    """Serve one vendor's component until standard input ends."""
    vendor = next(entry for entry in VENDORS if entry.component == component)
    service = VendorService(vendor)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    _say(f"listening {service.server_address[1]}")
    for line in sys.stdin:
        service.deploy(int(line.removeprefix("deploy ")))
        _say(line.strip())
    service.shutdown()
    service.server_close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])

"""A few counters of this process, in the text format that Prometheus reads."""

import threading
import time
from collections import Counter
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vendor_ai import __version__

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_HELP = {
    "vendor_ai_http_requests_total": "Requests by route, method and status.",
    "vendor_ai_http_request_seconds_total": "Seconds spent on requests by route.",
    "vendor_ai_rows_total": "Rows sent over HTTP by kind and what became of them.",
}


class Telemetry:
    """Counters that many threads add to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    def add(self, name: str, amount: float, labels: Mapping[str, str]) -> None:
        """Add to one counter."""
        with self._lock:
            self._sums[name, tuple(sorted(labels.items()))] += amount  # type: ignore[assignment]

    def text(self) -> str:
        """Every counter, sorted."""
        with self._lock:
            sums = sorted(self._sums.items())
        lines = ["# TYPE vendor_ai_info gauge", f'vendor_ai_info{{version="{__version__}"}} 1']
        for name, words in _HELP.items():
            lines += [f"# HELP {name} {words}", f"# TYPE {name} counter"]
            lines += [f"{name}{{{_labels(labels)}}} {amount:.9g}" for (known, labels), amount in sums if known == name]
        return "\n".join(lines) + "\n"


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Timed:
    """Counts every request under its route's pattern, so that no path a stranger makes up becomes a counter."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, prefix: str) -> None:
        self.app = app
        self.telemetry = telemetry
        self.prefix = prefix  # of routes whose own pattern leaves it out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on and count."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            route = self._pattern(scope)
            method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST"} else "other"
            self.telemetry.add("vendor_ai_http_requests_total", 1, {"route": route, "method": method, "status": str(status)})
            self.telemetry.add("vendor_ai_http_request_seconds_total", time.perf_counter() - began, {"route": route})

    def _pattern(self, scope: Scope) -> str:
        pattern: str = getattr(scope.get("route"), "path", "other")
        inside = scope["path"].startswith(self.prefix) and pattern.startswith("/") and not pattern.startswith(self.prefix)
        return self.prefix + pattern if inside else pattern

"""The manual of the client says what is so: its examples run."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.conftest import ROOT
from tests.factories.log_server import log_server

MANUAL = ROOT / "docs" / "logging.md"


@pytest.fixture
def vendor() -> Iterator[str]:
    """A service that always reads a seven."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            content = b'{"label": "7", "model": "reader-4.1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_the_examples_of_the_manual_log_what_they_say(vendor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.setenv("VENDOR_AI_SPOOL", str(tmp_path))
    with log_server() as server:
        monkeypatch.setenv("VENDOR_AI_URL", server.url)
        names: dict[str, object] = {"vendor_url": vendor}
        for example in examples:
            exec(example, names)
        calls, outcomes = server.rows(), server.rows("outcomes")
        assert server.calls() == 3
    assert [(row["prediction"], row["model_version"], row["status"]) for row in calls] == [("7", "reader-4.1", "ok")] * 3
    assert calls[1]["segment"] == {"region": "EU"}
    assert calls[2]["prediction_id"] == "vendor-17"
    assert [row["prediction_id"] for row in outcomes] == [calls[0]["prediction_id"], "call-of-last-week"]
    assert len(examples) == 5

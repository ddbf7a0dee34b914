"""The server as a process: where it listens, what it refuses, how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from vendor_ai.cli.main import run
from vendor_ai.cli.serve import listen
from vendor_ai.domain.errors import InvalidInputError

PATIENCE_S = 60


@contextmanager
def server(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server process and the first line it says."""
    arguments = [sys.executable, "-m", "vendor_ai", "--home", str(home), "serve", *options]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}) as process:
        assert process.stderr is not None
        try:
            yield process, process.stderr.readline()
        finally:
            if process.poll() is None:
                process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_the_pages_and_jobs_and_ends_in_order(tmp_path: Path, number: signal.Signals) -> None:
    with server(tmp_path, "--port", "0") as (process, said):
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        end = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = httpx.get(f"{address[0]}/readyz", trust_env=False)
                break
            except httpx.TransportError:
                assert time.monotonic() < end
                time.sleep(0.1)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 0


def test_jobs_alone_open_no_port(tmp_path: Path) -> None:
    with server(tmp_path, "--only", "jobs") as (process, said):
        assert "jobs" in said
        assert "http" not in said
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


def test_pages_without_sign_in_are_not_opened_to_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run(["--home", str(tmp_path), "serve", "--host", "0.0.0.0"])

    assert end.value.code == 3
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "--behind-proxy" in said[0]


def test_behind_a_proxy_any_address_may_be_listened_on() -> None:
    with listen("0.0.0.0", 0, behind_proxy=True) as listening:
        assert listening.getsockname()[1] > 0


def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InvalidInputError, match="--port"):
        listen("127.0.0.1", taken.getsockname()[1], behind_proxy=False)

"""The processes the demo talks to: its vendors' services and our own server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from vendor_ai.demo.errors import DemoFailedError

_PATIENCE_S = 60.0
_EMBEDDED = {"VENDOR_AI_DATABASE_URL": "", "VENDOR_AI_PREDICTION_STORE": "", "VENDOR_AI_INDICATORS": ""}


@contextmanager
def embedded_default() -> Iterator[None]:
    """Keep to the demo's own home, whatever database or log this installation is set to."""
    before = {name: os.environ.get(name) for name in _EMBEDDED}
    os.environ.update(_EMBEDDED)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _started(arguments: Sequence[str], log: Path, *, spoken_to: bool) -> Iterator[subprocess.Popen[str]]:
    """A Python process that is ended with the block; what it says goes to ``log``, except to one who speaks to it."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE if spoken_to else subprocess.DEVNULL,
            stdout=subprocess.PIPE if spoken_to else said,
            stderr=said,
            text=True,
        )
        try:
            with process:
                try:
                    yield process
                finally:
                    _end(process)
        except BrokenPipeError:
            raise _broken(arguments, log) from None


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_S / 6)
    except subprocess.TimeoutExpired:
        process.kill()


def _broken(arguments: Sequence[str], log: Path) -> DemoFailedError:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return DemoFailedError(f"python {' '.join(arguments)} did not run: {lines[-1] if lines else 'it said nothing'}. See {log}.")


class VendorProcess:
    """A vendor's running service; ``deploy`` is what its operator does, unseen by customers."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self._process = process
        self.url = url

    def deploy(self, position: int) -> None:
        """Have the service serve another deployment from now on."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"deploy {position}\n")
        self._process.stdin.flush()
        if not self._process.stdout.readline():
            raise DemoFailedError("A vendor's service ended in the middle of the demo. Run it again.")


@contextmanager
def vendor_service(component: str, logs: Path) -> Iterator[VendorProcess]:
    """Start a vendor's service on a free port of this machine.

    Raises:
        DemoFailedError: When it does not come up.
    """
    arguments, log = ["-m", "vendor_ai.demo.service", component], logs / f"service-{component}.log"
    with _started(arguments, log, spoken_to=True) as process:
        assert process.stdout is not None
        word, _, port = process.stdout.readline().partition(" ")
        if word != "listening":
            raise _broken(arguments, log)
        yield VendorProcess(process, f"http://127.0.0.1:{port.strip()}/")


@contextmanager
def own_server(home: Path, logs: Path) -> Iterator[str]:
    """Start our own web server on a free port and wait until it takes batches; gives its address.

    Raises:
        DemoFailedError: When it does not come up.
    """
    port = _free_port()
    arguments = ["-m", "vendor_ai", "--home", str(home), "serve", "--only", "web", "--host", "127.0.0.1", "--port", str(port)]
    log, url = logs / "server.log", f"http://127.0.0.1:{port}"
    with _started(arguments, log, spoken_to=False) as process:
        end = time.monotonic() + _PATIENCE_S
        while not _is_ready(url):
            if process.poll() is not None or time.monotonic() > end:
                raise _broken(arguments, log)
            time.sleep(0.1)
        yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_ready(url: str) -> bool:
    try:
        with httpx.Client(transport=httpx.HTTPTransport(), timeout=5) as client:
            return client.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False

"""`vendor-ai serve`: pages, API and jobs in one process."""

import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.session import open_session
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from vendor_ai.wiring import App

GRACE_S = 10


class Part(StrEnum):
    """What ``--only`` leaves."""

    WEB = "web"
    JOBS = "jobs"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on (else VENDOR_AI_HOST).")] = None,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65_535, help="Port (else VENDOR_AI_PORT); 0: any free one.")] = None,
    only: Annotated[Part | None, typer.Option("--only", help="web: no jobs here; jobs: no pages and no API.")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A reverse proxy in front signs people in.")] = False,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option("--allowed-host", envvar="VENDOR_AI_ALLOWED_HOSTS", help="Name by which browsers may ask; repeat as needed."),
    ] = None,
) -> None:
    """Serve the pages and the API, and run the jobs, until it is stopped.

    Example: vendor-ai serve --port 8321
    """
    app = open_session()
    host, port = host or app.settings.host, app.settings.port if port is None else port
    _ = app.records  # a database that cannot be used is said before anything starts
    with _stopped_by_signals():
        if only is Part.JOBS:
            _run_jobs(app)
        else:
            _run_web(app, host, port, behind_proxy=behind_proxy, hosts=allowed_host or [], jobs=only is None)


def listen(host: str, port: int, *, behind_proxy: bool) -> socket.socket:
    """A socket that listens.

    Raises:
        InvalidInputError: When the address would open pages without sign-in to others, or cannot be taken.
    """
    from vendor_ai.web.guard import is_loopback

    if not is_loopback(host) and not behind_proxy:
        raise InvalidInputError(
            f"The pages have no sign-in yet, so they are not opened on {host}: leave --host out, or put a reverse proxy that signs people "
            "in before them and add --behind-proxy."
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.create_server((host, port), family=family)
        # Connections inherit it; without it an answer waits 40 ms for the client to acknowledge its head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise InvalidInputError(
            f"{host}:{port} cannot be listened on ({error.strerror}). Choose another with --host and --port."
        ) from error


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ctrl+C and a request to end both leave in order, with exit code 0."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _jobs(app: "App") -> Iterator[None]:
    from vendor_ai.jobs.scheduler import start

    scheduler = start(app)
    try:
        yield
    finally:
        scheduler.stop()


def _run_jobs(app: "App") -> None:
    with _jobs(app):
        typer.echo(f"The jobs of {app.settings.home} run. Stop them with Ctrl+C.", err=True)
        while True:
            time.sleep(0.5)  # a signal that reaches another thread first does not wake this one


def _run_web(app: "App", host: str, port: int, *, behind_proxy: bool, hosts: list[str], jobs: bool) -> None:
    import uvicorn

    from vendor_ai.web.app import create_app

    with listen(host, port, behind_proxy=behind_proxy) as listening:
        config = uvicorn.Config(
            create_app(app, hosts=hosts),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=behind_proxy,
            timeout_graceful_shutdown=GRACE_S,
        )
        server = uvicorn.Server(config)
        address = listening.getsockname()
        shown = f"[{address[0]}]" if ":" in address[0] else address[0]
        typer.echo(f"vendor-ai serves {app.settings.home} on http://{shown}:{address[1]}. Stop it with Ctrl+C.", err=True)
        if not jobs:
            server.run(sockets=[listening])
            return
        with _jobs(app):
            server.run(sockets=[listening])

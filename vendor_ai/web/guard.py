"""What every answer carries and every request must: security headers, and a host that is ours."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vendor_ai.web import problem

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# The vendor's form saves by itself, with a script of ours; no other page runs any.
FORM_POLICY = CONTENT_POLICY.replace("style-src 'self';", "style-src 'self'; script-src 'self'; connect-src 'self';")
_FOR_VENDORS = ("/respond/", "/static/", "/healthz")
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


def add_headers(headers: MutableHeaders) -> None:
    """Add every header that the answer does not set itself."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def host_name(value: str) -> str:
    """The name in a Host header, without its port: ``[::1]:8321`` is ``::1``."""
    value = value.strip().lower()
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0].rstrip(".")


def is_loopback(name: str) -> bool:
    """Whether a name or address can only mean this machine."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def public_name(url: str) -> str:
    """The host of the address that vendors are given; "" where it means this machine, or none is set."""
    name = host_name(urlsplit(url).netloc.rpartition("@")[2])
    return "" if is_loopback(name) else name


class Guard:
    """Refuses foreign hosts, against DNS rebinding, and puts the security headers on every answer.

    Under ``public``, the host that vendors are given, there is nothing but their forms: no page of staff and no API.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = (), public: str = "") -> None:
        self.app = app
        self.hosts = {host_name(host) for host in hosts}
        self.public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is for us."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                add_headers(MutableHeaders(scope=message))
            await send(message)

        name = host_name(Headers(scope=scope).get("host", ""))
        if name and name == self.public:
            if scope["path"] == "/respond" or scope["path"].startswith(_FOR_VENDORS):
                await self.app(scope, receive, guarded)
            else:
                await problem.document("not-found", "There is no such page.")(scope, receive, guarded)
            return
        if is_loopback(name) or name in self.hosts:
            await self.app(scope, receive, guarded)
            return
        detail = f"This server does not answer as {name!r}. Start it with --allowed-host {name or 'NAME'} if that is its name."
        await problem.document("invalid-host", detail)(scope, receive, guarded)

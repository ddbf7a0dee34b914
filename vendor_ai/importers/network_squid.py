"""Squid's native access log: ``time elapsed client result/status bytes method URL user hierarchy/peer type``."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import NetworkEvent, NetworkFormat
from vendor_ai.importers.network_time import epoch_seconds

_FIELDS = 10  # what follows the content type (a referrer, a browser) stays in the last piece and is not read
_ENOUGH = 8  # up to the user; hierarchy and type name nothing that is needed
_UNKNOWN = "-"
_RESULT = re.compile(r"[A-Z][A-Z_]*/(?:\d{3}|-)")
_RECORD = re.compile(r"\d{9,}\.\d{3}\s+-?\d+\s+\S+\s+[A-Z][A-Z_]*/(?:\d{3}|-)\s+-?\d+\s+\S+\s+\S+\s+\S+")
_END_OF_AUTHORITY = re.compile(r"[/?#\\]")
# The proxy asks for a name and the browser repeats the request with one: the first of the two is no call and knows no user.
_ASKED_WHO = "/407"


def _detect(head: str) -> bool:
    return any(_RECORD.match(line) for line in head.split("\n"))


def _target(method: str, address: str) -> tuple[str, str]:
    """Host (with its port) and path of a request; the host is empty where the proxy never learned one."""
    _, separator, rest = address.partition("://")
    if not separator:
        return (address, "") if method == "CONNECT" else ("", "")
    authority, slash, path = rest.partition("/")
    if not slash or "?" in authority or "#" in authority or "\\" in authority:
        authority = _END_OF_AUTHORITY.split(rest, maxsplit=1)[0]
        path = rest[len(authority) :].lstrip("/")
    return authority.rpartition("@")[2], path


def _person(user: str, client: str) -> str:
    if user != _UNKNOWN:
        return (unquote(user) if "%" in user else user).casefold()
    return "" if client == _UNKNOWN else client


def _event(line: str) -> NetworkEvent:
    fields = line.split(None, _FIELDS - 1)
    if len(fields) < _ENOUGH:
        raise ValueError(f"expected ten fields as in Squid's native log, found {len(fields)}")
    time, _, client, result, _, method, address, user = fields[:_ENOUGH]
    if not _RESULT.fullmatch(result):
        raise ValueError(f"{result[:40]!r} is not a result and status such as TCP_TUNNEL/200")
    host, path = ("", "") if result.endswith(_ASKED_WHO) else _target(method, address)
    return NetworkEvent(epoch_seconds(time), host, _person(user, client), path)


def _parse(lines: Iterable[str]) -> Iterator[NetworkEvent | Problem]:
    for row, line in enumerate(lines, start=1):
        if not line or line.isspace():
            continue
        try:
            yield _event(line)
        except ValueError as error:
            yield Problem(row, None, f"This line was skipped: {error}.")


# ``bytes`` is what went to the client, the reply: what a person sent out is not in this log, so ``bytes_out`` stays unknown.
NETWORK_FORMAT = NetworkFormat(key="squid", label="Squid access log (native)", detect=_detect, parse=_parse)

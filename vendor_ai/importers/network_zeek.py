"""Zeek's dns, ssl and http logs, as tab-separated text or JSON; any other Zeek log parses and names no host."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import NetworkEvent, NetworkFormat
from vendor_ai.importers.network_time import epoch_seconds

_CLIENTS = ("id.orig_h", "id_orig_h")
_HOSTS = ("query", "server_name", "host")  # dns, ssl, http
_COLUMNS = ("uri", "username", "request_body_len")  # http only
_NOTHING = ("-", "(empty)")
_ESCAPED = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_END_OF_AUTHORITY = re.compile(r"[/?#]")


class _Record(msgspec.Struct):
    """The few fields of a JSON record that are read; everything else is passed over without being decoded."""

    ts: float | str
    dotted: str | None = msgspec.field(default=None, name="id.orig_h")
    underscored: str | None = msgspec.field(default=None, name="id_orig_h")
    query: str | None = None
    server_name: str | None = None
    host: str | None = None
    uri: str | None = None
    username: str | None = None
    request_body_len: int | None = None


_decode = msgspec.json.Decoder(_Record).decode


def _path(uri: str) -> str:
    """Path and query of a request line's target, be it ``/path`` or, through a proxy, a whole address."""
    if uri.startswith("/"):
        return uri[1:]
    rest = uri.partition("://")[2]
    end = _END_OF_AUTHORITY.search(rest)
    return rest[end.start() :].removeprefix("/") if end else ""


def _person(user: str, client: str) -> str:
    return user.casefold() if user and user not in _NOTHING else client


def _from_json(line: str) -> NetworkEvent:
    try:
        record = _decode(line)
    except msgspec.DecodeError as error:
        raise ValueError(f"it is no Zeek record in JSON ({error})") from None
    host = record.query or record.server_name or record.host or ""
    client = record.dotted or record.underscored or ""
    path = _path(record.uri) if record.uri else ""
    return NetworkEvent(epoch_seconds(record.ts), host, _person(record.username or "", client), path, record.request_body_len)


def _unescape(value: str) -> str:
    """Zeek writes bytes outside ASCII, and its own separator, as ``\\xNN``."""
    return _ESCAPED.sub(lambda found: bytes.fromhex(found[0].replace("\\x", "")).decode("utf-8", errors="replace"), value)


class _Table:
    """Reads tab-separated records by the names the last header gave, never by position; a file may hold several headers."""

    def __init__(self) -> None:
        self._separator = "\t"
        self._nothing = set(_NOTHING)
        self._fields: tuple[str, ...] = ()
        self._place: dict[str, int] = {}
        self._host: int | None = None
        self._client: int | None = None

    def read_header(self, line: str) -> None:
        """Learn from a line that begins with ``#``."""
        if line.startswith("#separator"):
            self._separator = _unescape(line.partition(" ")[2].strip()) or "\t"
            self._nothing = set(_NOTHING)
            return
        name, _, value = line.partition(self._separator)
        if name in ("#unset_field", "#empty_field"):
            self._nothing.add(value)
        elif name == "#fields":
            self._fields = tuple(value.split(self._separator))
            self._place = {field: place for place, field in enumerate(self._fields)}
            self._host = self._first(_HOSTS)
            self._client = self._first(_CLIENTS)

    def _first(self, names: Sequence[str]) -> int | None:
        return next((self._place[name] for name in names if name in self._place), None)

    def read_record(self, line: str) -> NetworkEvent:
        """Return the event of a data line."""
        values = line.split(self._separator)
        if "ts" not in self._place:
            raise ValueError("no line '#fields' with a field 'ts' stands before it")
        if len(values) != len(self._fields):
            raise ValueError(f"it has {len(values)} fields where the line '#fields' names {len(self._fields)}")
        uri, user, body = (self._value(values, self._place.get(name)) for name in _COLUMNS)
        if body and not body.isdecimal():
            raise ValueError(f"request_body_len is {body[:40]!r}, not a count")
        return NetworkEvent(
            epoch_seconds(values[self._place["ts"]]),
            self._value(values, self._host),
            _person(user, self._value(values, self._client)),
            _path(uri) if uri else "",
            int(body) if body else None,
        )

    def _value(self, values: Sequence[str], place: int | None) -> str:
        value = "" if place is None else values[place]
        if value in self._nothing:
            return ""
        return _unescape(value) if "\\x" in value else value


def _looks_like_json(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        record = _decode(line)
    except msgspec.DecodeError:
        return False
    return bool(record.dotted or record.underscored)


def _detect(head: str) -> bool:
    return any(line.startswith(("#separator ", "#fields\t")) or _looks_like_json(line) for line in head.split("\n"))


def _parse(lines: Iterable[str]) -> Iterator[NetworkEvent | Problem]:
    table = _Table()
    for row, line in enumerate(lines, start=1):
        if not line or line.isspace():
            continue
        if line[0] == "#":
            table.read_header(line)
            continue
        try:
            yield _from_json(line) if line[0] == "{" else table.read_record(line)
        except ValueError as error:
            yield Problem(row, None, f"This line was skipped: {error}.")


NETWORK_FORMAT = NetworkFormat(key="zeek", label="Zeek log (dns, ssl or http; text or JSON)", detect=_detect, parse=_parse)

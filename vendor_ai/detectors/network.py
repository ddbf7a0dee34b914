"""The network signal: which AI service a requested host belongs to."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from vendor_ai.domain.sighting import Detector, Match, NetworkEvent, Service

_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+")
_LONGEST_NAME = 253
# Random names (tunnels, generated domains) must not fill the memory; the names people use fit many times over.
_CACHED_HOSTS = 1 << 16


def normal_host(host: str) -> str:
    """Return a logged host as a lower-case ASCII name without port and final dot; empty where it is no domain name.

    An address (IPv4, IPv6) and a single label give "": neither ever belongs to a service.
    """
    name, colon, port = host.rpartition(":")
    if not colon:
        name = host
    elif not port.isdecimal():
        return ""
    name = name.removesuffix(".")
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    name = name.lower()
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name) or name.rpartition(".")[2].isdecimal():
        return ""
    return name


def _glob(pattern: str) -> re.Pattern[str]:
    return re.compile("[a-z0-9_-]+".join(re.escape(part) for part in pattern.lower().split("*")))


def _split_url(url: str) -> tuple[str, str]:
    address = url.partition("://")[2] or url
    host, _, path = address.partition("/")
    return normal_host(host), path.rstrip("/")


def _under(path: str, prefix: str) -> bool:
    """Whether ``prefix`` is ``path`` or ends where a segment of it ends."""
    return path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] in "/?#")


class HostMatcher:
    """Finds the service of an event: an address prefix first, then a whole host, a host with ``*``, the longest suffix."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._suffixes: dict[str, Match] = {}
        self._hosts: dict[str, Match] = {}
        self._globs: list[tuple[re.Pattern[str], Match]] = []
        self._prefixes: dict[str, list[tuple[str, Match]]] = {}
        for service in services:
            self._learn(service)
        self._globs.sort(key=lambda entry: (-len(entry[1].indicator), entry[1].indicator))
        for prefixes in self._prefixes.values():
            prefixes.sort(key=lambda entry: (-len(entry[0]), entry[0]))
        self._look_up = lru_cache(maxsize=_CACHED_HOSTS)(self._find)

    def _learn(self, service: Service) -> None:
        for domain in service.domains:
            self._suffixes.setdefault(normal_host(domain), Match(service.id, domain))
        for host in service.hosts:
            if "*" in host:
                self._globs.append((_glob(host), Match(service.id, host)))
            else:
                self._hosts.setdefault(normal_host(host), Match(service.id, host))
        for url in service.urls:
            host, path = _split_url(url)
            self._prefixes.setdefault(host, []).append((path, Match(service.id, url)))
        self._suffixes.pop("", None)

    def _find(self, host: str) -> tuple[Match | None, list[tuple[str, Match]] | None]:
        name = normal_host(host)
        if not name:
            return None, None
        return self._match_name(name), self._prefixes.get(name)

    def _match_name(self, name: str) -> Match | None:
        exact = self._hosts.get(name)
        if exact is not None:
            return exact
        for pattern, match in self._globs:
            if pattern.fullmatch(name):
                return match
        suffix = name
        while suffix:
            found = self._suffixes.get(suffix)
            if found is not None:
                return found
            suffix = suffix.partition(".")[2]
        return None

    def match_host(self, host: str) -> Match | None:
        """Return the service that ``host`` belongs to, or None."""
        return self._look_up(host)[0]

    def match(self, event: NetworkEvent) -> Match | None:
        """Return the service that ``event`` went to, or None."""
        match, prefixes = self._look_up(event.host)
        if prefixes is not None and event.path:
            for prefix, at_address in prefixes:
                if _under(event.path, prefix):
                    return at_address
        return match


def _matcher(services: Sequence[Service]) -> Callable[[NetworkEvent], Match | None]:
    return HostMatcher(services).match


DETECTOR = Detector(key="network", label="Proxy, DNS and TLS logs", matcher=_matcher)

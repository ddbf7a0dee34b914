"""Shadow AI: services that are used without having been assessed, as they show in what a company already records."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Generic, NamedTuple, TypeVar

from vendor_ai.domain.problem import Problem

E = TypeVar("E")


class Confidence(StrEnum):
    """How surely a match means that the service was used."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def lowered(self) -> "Confidence":
        """One step less sure; low stays low, because a sighting is demoted and never dropped."""
        return Confidence.MEDIUM if self is Confidence.HIGH else Confidence.LOW


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of an indicator file: an AI service and what gives it away.

    Attributes:
        id: Slug, unique in the file.
        name: Name people know it by.
        vendor: Company behind it.
        category: What kind of service it is.
        capabilities: What it is used for; alternatives are approved components that share one.
        domains: Name suffixes that belong to the service alone, e.g. ``chatgpt.com`` (and every name below it).
        hosts: Whole host names; ``*`` stands for one or more characters inside one label.
        urls: Address prefixes, compared by whole path segments.
        extensions: Ids of browser extensions.
        oauth_clients: Client ids of identity grants.
        packages: Package addresses (purl), e.g. ``pkg:pypi/openai``.
        source: Where the facts come from.
        date: When they were recorded.
        licence: Under which terms they may be used.
        confidence: As the file states it.
        shared: Whether others use the same infrastructure for other things.
    """

    id: str
    name: str
    vendor: str
    category: str
    capabilities: tuple[str, ...]
    source: str
    date: date
    licence: str
    confidence: Confidence
    domains: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    oauth_clients: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    shared: bool = False

    @property
    def finding_confidence(self) -> Confidence:
        """The confidence of a finding: the file's, one step lower on shared infrastructure."""
        return self.confidence.lowered if self.shared else self.confidence


class NetworkEvent(NamedTuple):
    """One record of a proxy, DNS or TLS log.

    A tuple and epoch seconds, not a dataclass and a datetime: one is made for every line of logs with millions of lines.

    Attributes:
        at: Seconds since 1970-01-01 UTC.
        host: The name as logged, a port and a final dot included; empty where the record names none.
        person: The user where the log knows one, else the client's address; empty where neither is known.
        path: Path and query of a request, without the leading slash; empty where the log does not show it.
        bytes_out: Bytes of the request's body; None where the log does not say.
    """

    at: float
    host: str
    person: str
    path: str = ""
    bytes_out: int | None = None


@dataclass(frozen=True, slots=True)
class NetworkFormat:
    """One kind of network log, one file.

    Attributes:
        key: Name for ``--format``.
        label: Name on screens and in messages.
        detect: Whether the beginning of a file is in this format.
        parse: Lines without their ends to one event or one problem per record, in order; headers and blank lines give nothing.
    """

    key: str
    label: str
    detect: Callable[[str], bool]
    parse: Callable[[Iterable[str]], Iterator[NetworkEvent | Problem]]


class Match(NamedTuple):
    """The service an event points to, and the indicator that says so."""

    service: str
    indicator: str


@dataclass(frozen=True, slots=True)
class Detector(Generic[E]):
    """One signal of shadow AI, one file; ``matcher`` turns services into a function from one event to its match."""

    key: str
    label: str
    matcher: Callable[[Sequence[Service]], Callable[[E], Match | None]]


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one person did with one service through one indicator on one UTC day.

    ``person`` is a pseudonym ("" where the log names nobody); ``bytes_out`` is None where no record stated it.
    """

    service: str
    signal: str
    indicator: str
    person: str
    day: date
    calls: int
    bytes_out: int | None
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """A service that surfaced on one signal and needs an owner; ``alternatives`` are refs of approved components, best first."""

    service: str
    name: str
    vendor: str
    signal: str
    indicators: tuple[str, ...]
    calls: int
    people: int
    first_seen: datetime
    last_seen: datetime
    bytes_out: int | None
    confidence: Confidence
    alternatives: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The keys of the shadow contract; bytes nobody logged are 0 there, since a count is an integer."""
        return {
            "service": self.service,
            "vendor": self.vendor,
            "signal": self.signal,
            "indicators": list(self.indicators),
            "calls": self.calls,
            "people": self.people,
            "first_seen": _instant(self.first_seen),
            "last_seen": _instant(self.last_seen),
            "bytes_out": self.bytes_out or 0,
            "confidence": self.confidence.value,
            "alternatives": list(self.alternatives),
        }


@dataclass(frozen=True, slots=True)
class FileScan:
    """What became of one file: ``lines`` (records; headers and blank lines are none) = ``parsed`` + ``skipped``.

    ``sha256`` is that of the unpacked content. ``problems`` holds the first of the skipped lines and remarks on the whole file.
    """

    name: str
    format: str
    lines: int
    parsed: int
    skipped: int
    sha256: str
    problems: tuple[Problem, ...] = ()
    repeated: bool = False

    def as_json(self) -> dict[str, Any]:
        """The keys of the shadow contract."""
        return {"name": self.name, "format": self.format, "lines": self.lines, "parsed": self.parsed, "skipped": self.skipped}


@dataclass(frozen=True, slots=True)
class ShadowScan:
    """The result of one scan; findings follow from the sightings."""

    files: tuple[FileScan, ...]
    findings: tuple[Finding, ...]
    sightings: tuple[Sighting, ...] = field(default=())

    def calls_by_day(self, service: str) -> dict[date, int]:
        """Calls of a service per UTC day, in order of days."""
        days: dict[date, int] = {}
        for sighting in sorted(self.sightings, key=lambda one: one.day):
            if sighting.service == service:
                days[sighting.day] = days.get(sighting.day, 0) + sighting.calls
        return days

    def as_json(self) -> dict[str, Any]:
        """The keys of the shadow contract."""
        return {"files": [file.as_json() for file in self.files], "findings": [finding.as_json() for finding in self.findings]}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

"""Network logs become sightings, sightings become findings; nothing is stored here."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from vendor_ai.detectors.network import DETECTOR
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import Confidence, FileScan, Finding, Match, NetworkEvent, NetworkFormat, Service, ShadowScan, Sighting
from vendor_ai.importers.network_file import LogFile
from vendor_ai.kit.registry import Registry

NETWORK_FORMATS: Registry[NetworkFormat] = Registry("vendor_ai.importers", "NETWORK_FORMAT", prefix="network_")
AUTO = "auto"
NAMED_PROBLEMS = 20
_PSEUDONYM_DIGITS = 16
_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Total:
    """What one person did with one indicator on one day, while a file is read."""

    first: float
    last: float
    calls: int = 0
    bytes_out: int | None = None

    def add(self, event: NetworkEvent) -> None:
        self.calls += 1
        if event.bytes_out is not None:
            self.bytes_out = (self.bytes_out or 0) + event.bytes_out
        self.first = min(self.first, event.at)
        self.last = max(self.last, event.at)


_Key = tuple[Match, str, int]  # match, person, days since 1970


@dataclass(slots=True)
class _Reading:
    """One file while it is read."""

    totals: dict[_Key, _Total] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parsed: int = 0
    skipped: int = 0
    named: bool = False

    def skip(self, problem: Problem) -> None:
        self.skipped += 1
        if len(self.problems) < NAMED_PROBLEMS:
            self.problems.append(problem)

    def sight(self, match: Match, event: NetworkEvent) -> None:
        key = (match, event.person, int(event.at // _DAY_SECONDS))
        total = self.totals.get(key)
        if total is None:
            total = self.totals[key] = _Total(event.at, event.at)
        total.add(event)

    def scan_of(self, file: LogFile, name: str, format_key: str) -> FileScan:
        problems = list(self.problems)
        if self.parsed and not self.named:
            problems.append(
                Problem(None, None, f"None of its {self.parsed} records names a host, so this file cannot show which services are used.")
            )
        return FileScan(name, format_key, self.parsed + self.skipped, self.parsed, self.skipped, file.sha256, tuple(problems))


def pseudonym(person: str, key: bytes) -> str:
    """Return the first 16 hexadecimal digits of HMAC-SHA256 over the person's name or address; "" for nobody."""
    return hmac.new(key, person.encode(), hashlib.sha256).hexdigest()[:_PSEUDONYM_DIGITS] if person else ""


def _known_formats() -> str:
    return "; ".join(f"{form.key}: {form.label}" for form in NETWORK_FORMATS.values())


def _format_of(file: LogFile, name: str, wanted: str) -> NetworkFormat:
    if wanted != AUTO and wanted not in NETWORK_FORMATS:
        raise InvalidInputError(f"There is no log format {wanted!r}. Known are {AUTO} ({_known_formats()}).")
    head = file.head()
    if not head.strip():
        raise InvalidInputError(f"{name} is empty, so there is nothing to scan. Leave it out, or check that the log was written.")
    if wanted != AUTO:
        return NETWORK_FORMATS[wanted]
    for form in NETWORK_FORMATS.values():
        if form.detect(head):
            return form
    raise InvalidInputError(f"{name} is in no known log format. Known are {_known_formats()}. Name one with --format if it is.")


def _read(file: LogFile, form: NetworkFormat, match: Callable[[NetworkEvent], Match | None]) -> _Reading:
    reading = _Reading()
    for record in form.parse(file.lines()):
        if isinstance(record, Problem):
            reading.skip(record)
            continue
        reading.parsed += 1
        if record.host:
            reading.named = True
            found = match(record)
            if found is not None:
                reading.sight(found, record)
    return reading


def _refuse_unread(reading: _Reading, name: str, form: NetworkFormat) -> None:
    if reading.skipped and not reading.parsed:
        first = reading.problems[0]
        raise InvalidInputError(f"No line of {name} can be read as {form.label}. Line {first.row}: {first.message}")


def _sightings(totals: Mapping[_Key, _Total], key: bytes) -> tuple[Sighting, ...]:
    sightings = [
        Sighting(
            service=match.service,
            signal=DETECTOR.key,
            indicator=match.indicator,
            person=pseudonym(person, key),
            day=_EPOCH + timedelta(days=day),
            calls=total.calls,
            bytes_out=total.bytes_out,
            first_seen=datetime.fromtimestamp(total.first, UTC),
            last_seen=datetime.fromtimestamp(total.last, UTC),
        )
        for (match, person, day), total in totals.items()
    ]
    return tuple(sorted(sightings, key=lambda one: (one.service, one.day, one.indicator, one.person)))


def _merge(into: dict[_Key, _Total], totals: Mapping[_Key, _Total]) -> None:
    for key, total in totals.items():
        known = into.get(key)
        if known is None:
            into[key] = total
            continue
        known.calls += total.calls
        known.first = min(known.first, total.first)
        known.last = max(known.last, total.last)
        if total.bytes_out is not None:
            known.bytes_out = (known.bytes_out or 0) + total.bytes_out


def _plain(capabilities: Iterable[str]) -> frozenset[str]:
    return frozenset(capability.strip().lower().replace(" ", "_").replace("-", "_") for capability in capabilities)


def alternatives_for(service: Service, approved: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return refs of the approved components that can do something the service does, the largest overlap first."""
    wanted = _plain(service.capabilities)
    overlap = {ref: len(wanted & _plain(capabilities)) for ref, capabilities in approved.items()}
    return tuple(sorted((ref for ref, count in overlap.items() if count), key=lambda ref: (-overlap[ref], ref)))


def _finding(service_id: str, signal: str, sightings: Sequence[Sighting], service: Service | None) -> Finding:
    sent = [sighting.bytes_out for sighting in sightings if sighting.bytes_out is not None]
    return Finding(
        service=service_id,
        name=service.name if service else service_id,
        vendor=service.vendor if service else "",
        signal=signal,
        indicators=tuple(sorted({sighting.indicator for sighting in sightings})),
        calls=sum(sighting.calls for sighting in sightings),
        people=len({sighting.person for sighting in sightings if sighting.person}),
        first_seen=min(sighting.first_seen for sighting in sightings),
        last_seen=max(sighting.last_seen for sighting in sightings),
        bytes_out=sum(sent) if sent else None,
        confidence=service.finding_confidence if service else Confidence.LOW,
    )


def findings_of(
    sightings: Iterable[Sighting], *, services: Sequence[Service], approved: Mapping[str, Collection[str]]
) -> tuple[Finding, ...]:
    """Return one finding per service and signal, most calls first, also over the stored sightings of many scans.

    Args:
        sightings: Any number, in any order.
        services: The indicator file; a service that has left it keeps its findings, without a vendor and at low confidence.
        approved: Refs of approved components with their capabilities, from which the alternatives are taken.
    """
    by_id = {service.id: service for service in services}
    groups: dict[tuple[str, str], list[Sighting]] = {}
    for sighting in sightings:
        groups.setdefault((sighting.service, sighting.signal), []).append(sighting)
    findings = []
    for (service_id, signal), group in groups.items():
        service = by_id.get(service_id)
        finding = _finding(service_id, signal, group, service)
        findings.append(replace(finding, alternatives=alternatives_for(service, approved)) if service else finding)
    return tuple(sorted(findings, key=lambda one: (-one.calls, one.service, one.signal)))


def scan(
    paths: Sequence[Path],
    *,
    services: Sequence[Service],
    pseudonym_key: bytes,
    format: str = AUTO,
    approved: Mapping[str, Collection[str]] | None = None,
    already_scanned: Container[str] = frozenset(),
    progress: Progress | None = None,
) -> ShadowScan:
    """Return what the logs show. One matching record is one call; memory does not grow with the files.

    Args:
        paths: Log files, plain or gzip.
        services: The indicator file.
        pseudonym_key: Secret under which people are pseudonymised; the same key gives the same pseudonyms.
        format: A key of ``NETWORK_FORMATS``, or ``auto``.
        approved: Refs of approved components with their capabilities.
        already_scanned: SHA-256 of contents that earlier scans counted; they and repetitions in ``paths`` count once.
        progress: Told bytes done and bytes in all, on disk.

    Raises:
        InvalidInputError: When a file is empty, damaged, or in no known format; nothing is counted then.
    """
    if not pseudonym_key:
        raise ValueError("The key for pseudonyms must not be empty.")
    match = DETECTOR.matcher(services)
    sizes = [path.stat().st_size for path in paths]
    totals: dict[_Key, _Total] = {}
    files: list[FileScan] = []
    for number, path in enumerate(paths):
        before = sum(sizes[:number])
        tell = None if progress is None else _told(progress, before, sum(sizes))
        file = LogFile(path, tell)
        form = _format_of(file, path.name, format)
        reading = _read(file, form, match)
        _refuse_unread(reading, path.name, form)
        result = reading.scan_of(file, path.name, form.key)
        earlier = next((known.name for known in files if known.sha256 == result.sha256), None)
        if earlier is None and result.sha256 in already_scanned:
            earlier = "an earlier scan"
        if earlier is None:
            _merge(totals, reading.totals)
        files.append(result if earlier is None else _as_repeated(result, earlier))
    sightings = _sightings(totals, pseudonym_key)
    return ShadowScan(tuple(files), findings_of(sightings, services=services, approved=approved or {}), sightings)


def _told(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)


def _as_repeated(result: FileScan, earlier: str) -> FileScan:
    note = Problem(None, None, f"The same content was already counted from {earlier}; it counts once.")
    return replace(result, parsed=0, skipped=result.lines, problems=(note,), repeated=True)

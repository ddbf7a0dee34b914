"""Shadow AI, stored: logs are scanned once, findings gather over all scans."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import finding as store
from vendor_ai.db import vendor as vendor_store
from vendor_ai.db.base import Records
from vendor_ai.db.finding import FindingRow, ScannedFileRow
from vendor_ai.db.secret import secret
from vendor_ai.detectors.indicator import load_services, shipped_indicators
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.sighting import Finding, Service, ShadowScan
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.services.shadow_scan import AUTO, findings_of, scan

SHADOW_AI = "shadow_ai"
_OFFERED = {ComponentStatus.APPROVED, ComponentStatus.IN_USE}


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding over all scans, with the state people gave it."""

    finding: Finding
    state: str
    owner: str


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """What the files show, and which of them an earlier scan had counted."""

    scan: ShadowScan
    counted_before: tuple[str, ...]


def indicator_services(path: str) -> tuple[Service, ...]:
    """The AI services to look for: the shipped list, or the file that replaces it.

    Raises:
        InvalidInputError: When the file cannot be read or holds no valid entry.
    """
    try:
        text = Path(path).read_text(encoding="utf-8") if path else shipped_indicators()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The indicator file {path} cannot be read ({error}). Check VENDOR_AI_INDICATORS.") from error
    services, problems = load_services(text)
    if not services:
        first = problems[0].sentence(path) if problems else f"{path} is empty."
        raise InvalidInputError(f"{first} No service can be looked for.")
    return services


def alternatives_offered(session: Session) -> Mapping[str, Sequence[str]]:
    """Approved components and what they are capable of."""
    return {component.ref: component.capabilities for component in vendor_store.components(session) if component.status in _OFFERED}


def scan_logs(
    records: Records,
    paths: Sequence[Path],
    *,
    services: Sequence[Service],
    form: str = AUTO,
    by: Actor,
    at: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> ScanOutcome:
    """Scan log files and store what they show, in one transaction.

    The result describes the files given, each content once; a file that an earlier scan counted is not stored again.

    Raises:
        InvalidInputError: When a file is of no known format; nothing of the call is stored then.
    """
    with records.write() as session:
        key = secret(session, "pseudonyms")
    with records.read() as session:
        approved = alternatives_offered(session)
    sizes = [path.stat().st_size for path in paths]
    parts: list[ShadowScan] = []
    for number, path in enumerate(paths):
        tell = None if progress is None else _told(progress, sum(sizes[:number]), sum(sizes))
        seen = {file.sha256 for part in parts for file in part.files}
        parts.append(scan([path], services=services, pseudonym_key=key, format=form, already_scanned=seen, progress=tell))
    sightings = tuple(sighting for part in parts for sighting in part.sightings)
    files = tuple(file for part in parts for file in part.files)
    result = ShadowScan(files, findings_of(sightings, services=services, approved=approved), sightings)
    with records.write() as session:
        counted = _store(session, parts, by=by, at=at)
    return ScanOutcome(result, tuple(file.name for file in files if not file.repeated and file.sha256 not in counted))


def _told(progress: Callable[[int, int], None], before: int, everything: int) -> Callable[[int, int], None]:
    return lambda done, _size: progress(before + done, everything)


def _store(session: Session, parts: Sequence[ShadowScan], *, by: Actor, at: datetime) -> set[str]:
    """Store what was not counted before; returns the hashes of the files that count now."""
    counted: set[str] = set()
    for part in parts:
        (file,) = part.files
        if file.repeated or store.scanned(session, file.sha256) is not None:
            continue
        counted.add(file.sha256)
        store.add(session, ScannedFileRow(sha256=file.sha256, name=file.name, format=file.format, lines=file.lines, scanned_at=at))
        store.add_sightings(session, file.sha256, part.sightings)
        for finding in part.findings:
            if store.find(session, SHADOW_AI, finding.service, finding.signal) is None:
                store.add(session, FindingRow(kind=SHADOW_AI, subject=finding.service, signal=finding.signal, details={}, opened_at=at))
                audit.append(session, AuditEvent(at, by.name, "finding.opened", "finding", finding.service, {"signal": finding.signal}))
        audit.append(session, AuditEvent(at, by.name, "shadow.scanned", "signal", "network", {"file": file.name, "sha256": file.sha256}))
    return counted


def stored_findings(session: Session, services: Sequence[Service]) -> list[StoredFinding]:
    """Every finding over all scans, most calls first."""
    approved = alternatives_offered(session)
    states = {(row.subject, row.signal): row for row in store.findings(session, SHADOW_AI)}
    found = findings_of(store.sightings(session), services=services, approved=approved)
    return [
        StoredFinding(
            finding,
            states[finding.service, finding.signal].state if (finding.service, finding.signal) in states else "new",
            states[finding.service, finding.signal].owner if (finding.service, finding.signal) in states else "",
        )
        for finding in found
    ]


def signals_fed(session: Session) -> dict[str, datetime]:
    """When each signal was last fed; a signal that is not there never was."""
    newest = store.scans(session)
    return {"network": newest[0].scanned_at} if newest else {}

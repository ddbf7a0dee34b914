"""The monthly account of a vendor: rendered, written, registered."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import report as store
from vendor_ai.db.base import Records
from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import InvalidInputError, StoreUnavailableError
from vendor_ai.reports import FORMATS, build_account


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One written file."""

    format: str
    path: str
    sha256: str
    size: int

    def as_json(self) -> dict[str, str | int]:
        """For ``--json`` and the register."""
        return {"format": self.format, "path": self.path, "sha256": self.sha256, "bytes": self.size}


@dataclass(frozen=True, slots=True)
class BuiltReport:
    """A report that was built before; ``vendor`` is a ref."""

    vendor: str
    month: str
    files: tuple[ReportFile, ...]
    built_at: datetime
    built_by: str


def wanted_formats(text: str) -> tuple[str, ...]:
    """``html,pdf`` as keys.

    Raises:
        InvalidInputError: When one of them is not known.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise InvalidInputError(f"There is no report format {', '.join(unknown) or text!r}. Known: {', '.join(sorted(FORMATS))}.")
    return names


def write_report(
    records: Records, facts: AccountFacts, folder: Path, formats: Sequence[str], *, by: Actor, at: datetime
) -> tuple[ReportFile, ...]:
    """Render a vendor's month into files and register them.

    Args:
        records: The records database.
        facts: All the report rests on.
        folder: Where the files go; made if it is not there.
        formats: Keys of the formats wanted.
        by: Who asks.
        at: Now.

    Raises:
        StoreUnavailableError: When the folder cannot take the files; none is left half written.
    """
    report, folder = build_account(facts), folder.resolve()
    name = f"{facts.vendor.ref}-{facts.month.name}"
    files = tuple(_write(folder / f"{name}.{key}", key, FORMATS[key].render(report)) for key in formats)
    with records.write() as session:
        store.add_for_vendor(session, facts.vendor.ref, month=facts.month.name, files=[file.as_json() for file in files], at=at, by=by.name)
        audit.append(session, AuditEvent(at, by.name, "report.built", "report", name, {file.format: file.sha256 for file in files}))
    return files


def _write(path: Path, key: str, content: bytes) -> ReportFile:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise StoreUnavailableError(f"The report cannot be written to {path} ({error.strerror}). Choose another folder.") from error
    return ReportFile(key, str(path), hashlib.sha256(content).hexdigest(), len(content))


def built_reports(session: Session) -> list[BuiltReport]:
    """Reports built so far, newest first."""
    return [
        BuiltReport(
            vendor,
            row.month,
            tuple(ReportFile(file["format"], file["path"], file["sha256"], file["bytes"]) for file in row.files),
            row.built_at,
            row.built_by,
        )
        for row, vendor in store.reports(session)
    ]

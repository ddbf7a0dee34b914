"""Built reports as they can be opened: only files that were registered, lie in the home and are unchanged."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from vendor_ai.domain.errors import ConflictError, NotFoundError
from vendor_ai.services.report import ReportFile, built_reports


@dataclass(frozen=True, slots=True)
class ShelvedFile:
    """One registered file; ``within`` says whether it lies in the reports folder, where it can be opened from."""

    format: str
    path: str
    size: int
    sha256: str
    within: bool


@dataclass(frozen=True, slots=True)
class ShelvedReport:
    """The newest report of a vendor's month."""

    vendor: str
    month: str
    built_at: datetime
    built_by: str
    files: tuple[ShelvedFile, ...]


def _inside(path: str, root: Path) -> Path | None:
    """The file a registered path names, where that is one below ``root`` once links are followed.

    A home that moved, or was given as a relative folder, keeps its reports by their names.
    """
    for found in (Path(path), root / Path(path).name):
        resolved = found.resolve()
        if resolved.is_relative_to(root.resolve()) and resolved.is_file():
            return resolved
    return None


def _shelved(file: ReportFile, root: Path) -> ShelvedFile:
    return ShelvedFile(file.format, file.path, file.size, file.sha256, _inside(file.path, root) is not None)


def shelved_reports(session: Session, root: Path) -> list[ShelvedReport]:
    """The newest report of every vendor and month, newest first."""
    found: dict[tuple[str, str], ShelvedReport] = {}
    for report in built_reports(session):
        files = tuple(_shelved(file, root) for file in report.files)
        found.setdefault((report.vendor, report.month), ShelvedReport(report.vendor, report.month, report.built_at, report.built_by, files))
    return list(found.values())


def report_file(session: Session, root: Path, vendor: str, month: str, format: str) -> tuple[str, bytes]:
    """Return a file's name and content.

    Raises:
        NotFoundError: When no such file is registered, or it does not lie below ``root``.
        ConflictError: When its content is not the one that was registered.
    """
    for report in shelved_reports(session, root):
        for file in report.files:
            if (report.vendor, report.month, file.format) == (vendor, month, format):
                path = _inside(file.path, root)
                if path is None:
                    break
                content = path.read_bytes()
                if hashlib.sha256(content).hexdigest() != file.sha256:
                    raise ConflictError(
                        f"The file {path.name} was changed since it was built. Build it again with `vendor-ai report build`."
                    )
                return path.name, content
    raise NotFoundError("report", f"{vendor} {month} {format}", "See the list of reports, or build it with `vendor-ai report build`.")

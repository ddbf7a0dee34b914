"""One consistent file of everything, and back again."""

import hashlib
import io
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from vendor_ai import __version__
from vendor_ai.db.base import Records
from vendor_ai.db.schema import ensure, knows
from vendor_ai.db.snapshot import bring_snapshot, clear_place, snapshot_files, snapshot_revision, take_snapshot
from vendor_ai.domain.errors import ConflictError, InvalidInputError, StoreUnavailableError
from vendor_ai.settings import Settings

FORMAT = 1
LIST = "backup.json"
DATABASE = "vendor-ai.db"
PREDICTIONS, EVIDENCE, REPORTS = "predictions", "evidence", "reports"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a backup; ``path`` is its place inside."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds."""

    created_at: str
    program: str
    schema: str
    files: tuple[Entry, ...]

    def as_json(self) -> dict[str, Any]:
        """The list inside the backup."""
        return {"format": FORMAT, **asdict(self)}

    @property
    def bytes(self) -> int:
        """Size of the files before compression."""
        return sum(entry.bytes for entry in self.files)


def folders(settings: Settings) -> dict[str, Path]:
    """The folders an installation keeps files in, by their name in a backup."""
    return {PREDICTIONS: settings.prediction_folder, EVIDENCE: settings.home / EVIDENCE, REPORTS: settings.home / REPORTS}


def build_backup(records: Records, settings: Settings, target: Path, *, at: datetime, replace: bool = False) -> Backup:
    """Write the records, the prediction files they name, evidence and reports to one file, as of one moment.

    The records are copied to SQLite whichever database holds them, so a backup can be restored into either. Others may go on writing.

    Raises:
        ConflictError: When the target exists and ``replace`` is not set.
        StoreUnavailableError: When a file of the prediction log is missing or damaged.
    """
    if target.exists() and not replace:
        raise ConflictError(f"{target} exists already. Choose another name, or replace it with --force.")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.resolve().parent) as work:
        snapshot, part = Path(work) / DATABASE, Path(work) / "part"
        take_snapshot(records, snapshot)
        places = list(_places(snapshot, settings))
        listed = Backup(at.isoformat(), __version__, snapshot_revision(snapshot), tuple(entry for entry, _ in places))
        part.touch(0o600)  # it holds keys and every record
        with tarfile.open(part, "w:gz", compresslevel=1) as archive:
            content = json.dumps(listed.as_json(), indent=1).encode()
            _add(archive, LIST, len(content), io.BytesIO(content))
            for entry, source in places:
                with source.open("rb") as handle:
                    _add(archive, entry.path, entry.bytes, handle)
        part.replace(target)
    return listed


def _places(snapshot: Path, settings: Settings) -> Iterator[tuple[Entry, Path]]:
    """Every file to keep, with where it lies now."""
    yield _entry(DATABASE, snapshot), snapshot
    for name, digest in snapshot_files(snapshot):
        source = settings.prediction_folder / name
        if not source.is_file():
            raise StoreUnavailableError(f"{source} is missing, though the prediction log names it. See: vendor-ai db check")
        entry = _entry(f"{PREDICTIONS}/{name}", source)
        if entry.sha256 != digest:
            raise StoreUnavailableError(f"{source} was changed after it was written. See: vendor-ai db check")
        yield entry, source
    for kind in (EVIDENCE, REPORTS):
        root = settings.home / kind
        for source in sorted(root.rglob("*")):
            if source.is_file() and not source.is_symlink():
                yield _entry(f"{kind}/{source.relative_to(root).as_posix()}", source), source


def _entry(path: str, source: Path) -> Entry:
    with source.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    return Entry(path, source.stat().st_size, digest)


def _add(archive: tarfile.TarFile, path: str, size: int, content: IO[bytes]) -> None:
    member = tarfile.TarInfo(path)
    member.size, member.mode = size, 0o600
    archive.addfile(member, content)


def restore_backup(settings: Settings, file: Path, *, replace: bool = False) -> Backup:
    """Bring everything of a backup back; the old state stays whole until the new one is.

    Files come first and the records last: a prediction file counts only when the records name it.

    Raises:
        InvalidInputError: When the file is no whole backup.
        ConflictError: When there is something already and ``replace`` is not set, or a newer version made the backup.
    """
    if not file.is_file():
        raise InvalidInputError(f"There is no file {file}.")
    embedded = settings.records_url.startswith("sqlite")
    if embedded and not replace:
        _refuse_occupied(settings)
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as work:
        staged = Path(work)
        found = _unpack(file, staged)
        snapshot = staged / DATABASE
        if not knows(snapshot_revision(snapshot)):
            raise ConflictError(f"{file} was made by vendor_ai {found.program}, which is newer than this one. Install that version.")
        if embedded:
            clear_place(_database_file(settings))
            _bring_files(found, staged, settings)
            shutil.move(snapshot, _database_file(settings))
        else:
            with _opened(settings) as records:
                ensure(records)
                _bring_files(found, staged, settings)
                bring_snapshot(snapshot, records, replace=replace)
    return found


def _database_file(settings: Settings) -> Path:
    return Path(settings.records_url.removeprefix("sqlite:///"))


def _refuse_occupied(settings: Settings) -> None:
    occupied = [path for path in (_database_file(settings), *folders(settings).values()) if path.exists()]
    for path in occupied:
        if path.is_file() or any(path.iterdir()):
            raise ConflictError(f"{path} exists already. Restore into an empty folder with --home, or replace what is there with --force.")


@contextmanager
def _opened(settings: Settings) -> Iterator[Records]:
    records = Records(settings.records_url, busy_timeout_s=settings.busy_timeout_s)
    try:
        yield records
    finally:
        records.close()


def _unpack(file: Path, staged: Path) -> Backup:
    """Write every listed file below ``staged``, and nothing else; each must be what the list says."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            first = archive.next()
            content = archive.extractfile(first) if first is not None and first.name == LIST else None
            if content is None:
                raise InvalidInputError(f"{file} is not a backup of vendor_ai: it does not start with its list of files.")
            listed = _read_list(file, content.read())
            wanted = {entry.path: entry for entry in listed.files}
            while (member := archive.next()) is not None:
                entry, content = wanted.pop(member.name, None), archive.extractfile(member)
                if entry is None or content is None:
                    raise InvalidInputError(
                        f"{file} holds {member.name!r}, which its list does not name. It was changed; use another backup."
                    )
                _write(staged / entry.path, content, entry, file)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InvalidInputError(f"{file} is not a whole backup of vendor_ai ({error}). Use another one.") from error
    if wanted:
        raise InvalidInputError(f"{file} lacks {next(iter(wanted))!r}, which its list names. It is cut off; use another backup.")
    return listed


def _read_list(file: Path, content: bytes) -> Backup:
    try:
        data = json.loads(content)
        entries = tuple(Entry(str(item["path"]), int(item["bytes"]), str(item["sha256"])) for item in data["files"])
        listed = Backup(str(data["created_at"]), str(data["program"]), str(data["schema"]), entries)
        number = int(data["format"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{file} is not a backup of vendor_ai: its list of files cannot be read.") from error
    if number > FORMAT:
        raise ConflictError(f"{file} was made by vendor_ai {listed.program}, which is newer than this one. Install that version.")
    for entry in entries:
        path = PurePosixPath(entry.path)
        if path.is_absolute() or ".." in path.parts or path.parts[0] not in (DATABASE, PREDICTIONS, EVIDENCE, REPORTS):
            raise InvalidInputError(f"{file} names a file outside a home: {entry.path!r}. It was changed; use another backup.")
    if DATABASE not in {entry.path for entry in entries}:
        raise InvalidInputError(f"{file} holds no records. Use another backup.")
    return listed


def _write(target: Path, content: IO[bytes], entry: Entry, file: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as handle:
        while block := content.read(_BLOCK):
            digest.update(block)
            handle.write(block)
    if digest.hexdigest() != entry.sha256:
        raise InvalidInputError(f"{file}: {entry.path} is not what its list says. It was changed or is damaged; use another backup.")


def _bring_files(found: Backup, staged: Path, settings: Settings) -> None:
    targets = folders(settings)
    for entry in found.files:
        kind, _, rest = entry.path.partition("/")
        if kind in targets:
            target = targets[kind] / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(staged / entry.path, target)

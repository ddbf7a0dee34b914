"""Rows of the prediction log that are deleted when their time is over, with a proof of what was deleted."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db import retention as store
from vendor_ai.db.retention import DeletionRow
from vendor_ai.db.vendor import component_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError
from vendor_ai.domain.prediction import LogFile
from vendor_ai.predictions.files import delete_files, write_files
from vendor_ai.services.completeness import FRACTION
from vendor_ai.services.log_hold import Hold, holds
from vendor_ai.services.prediction_log import OUTCOME, PREDICTION, PredictionLog
from vendor_ai.services.signing import canonical

MOST_DAYS = 36_500
_MOST_LOST = 20  # races in a row, to folds of other processes


@dataclass(frozen=True, slots=True)
class DeletedFile:
    """What was deleted of one file: its rows on the deleted days; ``kept`` of its rows went into a new file."""

    path: str
    kind: str
    sha256: str
    rows: int
    kept: int
    versions: dict[str, str]  # served version to its first answered call among the deleted rows
    hours: dict[str, dict[str, list[int]]]  # deleted predictions by sampling fraction ("": none logged), UTC day and hour
    measures: int  # the number of the newest measure that had counted them


@dataclass(frozen=True, slots=True)
class HeldDays:
    """Days that were old enough and stay."""

    days: tuple[date, ...]
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        return {"days": [day.isoformat() for day in self.days], "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a retention deletes, or would; ``number`` is that of its proof, None where nothing was deleted.

    Attributes:
        component: The component's ref.
        before: Rows of UTC days before this one are old enough.
        days: The days deleted.
        rows: Predictions and outcomes deleted.
        files: The files they lay in.
        held: Days that were old enough and stay, by reason.
        sha256: Over component, days and files, as ``proof_digest`` computes it.
        number: Of the proof.
    """

    component: str
    before: date
    days: tuple[date, ...]
    rows: int
    files: tuple[DeletedFile, ...]
    held: tuple[HeldDays, ...]
    sha256: str
    number: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        return {
            "deletion": self.number,
            "component": self.component,
            "before": self.before.isoformat(),
            "days": [day.isoformat() for day in self.days],
            "rows": self.rows,
            "files": [asdict(file) for file in self.files],
            "held": [entry.as_json() for entry in self.held],
            "sha256": self.sha256,
        }


def proof_digest(component: str, days: Sequence[str], files: Sequence[dict[str, Any]]) -> str:
    """SHA-256 over a deletion's canonical JSON: which days of which component, and every file with its own SHA-256."""
    return hashlib.sha256(canonical({"component": component, "days": list(days), "files": list(files)})).hexdigest()


def retain(log: PredictionLog, component: str, *, keep_days: int, by: Actor, at: datetime, dry_run: bool = False) -> Deletion:
    """Delete the predictions and outcomes of whole UTC days that are older than ``keep_days``; counters and verdicts stay.

    Days that a claim can still be fought over are kept and named. Files leave the disk at once: a reader that has just been given
    their names must ask again. It owns its transactions, because it must be able to lose a race to a fold.

    Args:
        log: The prediction log.
        component: The component's reference.
        keep_days: Days before today whose rows are kept, at least 1.
        by: Who asks for it.
        at: Now.
        dry_run: Only say what would be deleted.

    Raises:
        NotFoundError: When there is no such component.
        InvalidInputError: When ``keep_days`` is less than 1 or more than ``MOST_DAYS``.
        ConflictError: When other processes keep writing to the log.
    """
    if not 1 <= keep_days <= MOST_DAYS:
        raise InvalidInputError(f"{keep_days} days cannot be kept. Keep at least 1 and at most {MOST_DAYS}, such as --keep-days 730.")
    before = at.astimezone(UTC).date() - timedelta(days=keep_days)
    with log.records.read() as session:
        key, found = component_key(session, component)
    if not dry_run:
        log.refresh([found.ref])  # what is counted stays, so everything is counted first
        _finish_earlier(log, key)
    for _attempt in range(_MOST_LOST):
        plan = _planned(log, key, found.ref, before, at)
        if dry_run or not plan.deletion.days:
            return plan.deletion
        number = _carried_out(log, key, plan, by, at)
        if number is not None:
            delete_files(log.engine.folder, [file.path for file in plan.retired])
            return replace(plan.deletion, number=number)
    raise ConflictError(f"Other processes keep writing to the log of {found.ref}. Repeat the command.")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be deleted, as of one generation of the log."""

    deletion: Deletion
    retired: tuple[LogFile, ...]
    generation: int


def _planned(log: PredictionLog, key: int, ref: str, before: date, at: datetime) -> _Plan:
    with log.records.read() as session:
        generation = log_store.generation(session, key)
        files = [file for kind in (PREDICTION, OUTCOME) for file in log_store.files(session, key, kind) if file.first_day < before]
        held = holds(session, key, ref, at=at)
        newest = store.newest_measure(session, key)
    by_file = {file.path: _days_in(log, file) for file in files}
    old = sorted({day for days in by_file.values() for day in days if day < before})
    days = [day for day in old if not any(hold.covers(day) for hold in held)]
    parts = [(file, _deleted(log, file, by_file[file.path], days, newest)) for file in files]
    deleted = [(file, part) for file, part in parts if part.rows]
    digest = proof_digest(ref, [day.isoformat() for day in days], [asdict(part) for _, part in deleted])
    deletion = Deletion(
        component=ref,
        before=before,
        days=tuple(days),
        rows=sum(part.rows for _, part in deleted),
        files=tuple(part for _, part in deleted),
        held=_held(old, held),
        sha256=digest if days else "",
    )
    return _Plan(deletion, tuple(file for file, _ in deleted), generation)


def _days_in(log: PredictionLog, file: LogFile) -> dict[date, int]:
    """The UTC days of a file's rows, with how many rows each has."""
    at = pq.read_table(log.engine.folder / file.path, columns=["occurred_at"], partitioning=None)["occurred_at"]
    counted = pc.value_counts(pc.cast(at, pa.date32()))
    return {entry["values"]: entry["counts"] for entry in counted.to_pylist()}


def _deleted(log: PredictionLog, file: LogFile, present: dict[date, int], days: Sequence[date], newest: int) -> DeletedFile:
    gone = {day for day in days if day in present}
    rows = sum(present[day] for day in gone)
    versions = _versions(log, file, gone) if gone and file.kind == PREDICTION and "model_version" in file.columns else {}
    hours = _hours(log, file, gone) if gone and file.kind == PREDICTION else {}
    return DeletedFile(file.path, file.kind, file.sha256, rows, file.rows - rows, versions, hours, newest)


def _hours(log: PredictionLog, file: LogFile, gone: Iterable[date]) -> dict[str, dict[str, list[int]]]:
    """The predictions of the days that go, so that how complete the log was can still be said."""
    wanted = ["occurred_at", FRACTION] if FRACTION in file.columns else ["occurred_at"]
    table = pq.read_table(log.engine.folder / file.path, columns=wanted, partitioning=None)
    table = table.filter(_on(table, gone))
    fractions = table[FRACTION] if FRACTION in file.columns else pa.nulls(table.num_rows, pa.float64())
    counted = pa.table({"fraction": fractions, "hour": pc.floor_temporal(table["occurred_at"], unit="hour")})
    found: dict[str, dict[str, list[int]]] = {}
    for row in counted.group_by(["fraction", "hour"], use_threads=False).aggregate([([], "count_all")]).sort_by("hour").to_pylist():
        days = found.setdefault("" if row["fraction"] is None else str(row["fraction"]), {})
        days.setdefault(row["hour"].date().isoformat(), [0] * 24)[row["hour"].hour] = row["count_all"]
    return found


def _versions(log: PredictionLog, file: LogFile, gone: Iterable[date]) -> dict[str, str]:
    """The versions that answered on the days that go: a version that stays must not look new afterwards."""
    table = pq.read_table(log.engine.folder / file.path, columns=["occurred_at", "model_version", "status"], partitioning=None)
    table = table.filter(pc.and_(_on(table, gone), pc.and_(pc.is_valid(table["model_version"]), pc.equal(table["status"], "ok"))))
    firsts = table.group_by("model_version", use_threads=False).aggregate([("occurred_at", "min")])
    return {row["model_version"]: row["occurred_at_min"].isoformat() for row in firsts.sort_by("model_version").to_pylist()}


def _on(table: pa.Table, days: Iterable[date]) -> pa.ChunkedArray:
    """Which rows lie on some UTC days."""
    return pc.is_in(pc.cast(table["occurred_at"], pa.date32()), value_set=pa.array(sorted(days), pa.date32()))


def _held(old: Sequence[date], holding: Sequence[Hold]) -> tuple[HeldDays, ...]:
    """The old days that each hold keeps."""
    by_reason: dict[str, list[date]] = {}
    for hold in holding:
        days = [day for day in old if hold.covers(day)]
        if days:
            by_reason.setdefault(hold.reason, []).extend(days)
    return tuple(HeldDays(tuple(sorted(set(days))), reason) for reason, days in by_reason.items())


def _carried_out(log: PredictionLog, key: int, plan: _Plan, by: Actor, at: datetime) -> int | None:
    """Write what stays of mixed files, and change the manifest and keep the proof in one transaction; None where a fold was faster."""
    written: list[LogFile] = []
    try:
        for file in plan.retired:
            written += _rewritten(log, plan.deletion.component, file, plan.deletion.days)
        with log.records.write() as session:
            number = None
            if log_store.advance(session, key, expected=plan.generation):
                log_store.register_files(session, key, written, retired=[file.path for file in plan.retired])
                number = _proved(session, key, plan.deletion, by, at)
    except BaseException:
        if log.records.embedded:  # elsewhere a lost answer leaves open whether the commit named them; the sweep knows later
            delete_files(log.engine.folder, [file.path for file in written])
        raise
    if number is None:
        delete_files(log.engine.folder, [file.path for file in written])
    return number


def _rewritten(log: PredictionLog, ref: str, file: LogFile, gone: Sequence[date]) -> list[LogFile]:
    table = pq.read_table(log.engine.folder / file.path, partitioning=None)
    kept = table.filter(pc.invert(_on(table, gone)))
    return write_files(log.engine.folder, ref, file.kind, kept) if kept.num_rows else []


def _proved(session: Session, key: int, deletion: Deletion, by: Actor, at: datetime) -> int:
    row = DeletionRow(
        component_id=key,
        before=deletion.before,
        rows=deletion.rows,
        days=[day.isoformat() for day in deletion.days],
        files=[asdict(file) for file in deletion.files],
        sha256=deletion.sha256,
        by=by.name,
        at=at,
    )
    number = store.add(session, row)
    said = {"deletion": number, "before": row.before.isoformat(), "days": len(row.days), "rows": row.rows, "sha256": row.sha256}
    audit.append(session, AuditEvent(at, by.name, "predictions.deleted", "component", deletion.component, said))
    return number


def _finish_earlier(log: PredictionLog, key: int) -> None:
    """Remove files that an earlier deletion named and did not live to remove."""
    with log.records.read() as session:
        paths = [file["path"] for row in store.deletions(session, key) for file in row.files]
    delete_files(log.engine.folder, paths)


def proofs(session: Session, component: str) -> list[dict[str, Any]]:
    """What was deleted of a component's log, oldest first, each with whether its digest still fits."""
    key, found = component_key(session, component)
    return [
        {
            "deletion": row.id,
            "before": row.before.isoformat(),
            "at": row.at.isoformat(),
            "by": row.by,
            "rows": row.rows,
            "days": row.days,
            "files": row.files,
            "sha256": row.sha256,
            "intact": row.sha256 == proof_digest(found.ref, row.days, row.files),
        }
        for row in store.deletions(session, key)
    ]

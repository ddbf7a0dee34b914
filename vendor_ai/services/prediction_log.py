"""The prediction log: accepting batches, folding them into files, keeping counters true."""

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
from sqlmodel import Session

from vendor_ai.db import prediction_log as log
from vendor_ai.db.base import Records
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.errors import ConflictError, StoreUnavailableError
from vendor_ai.domain.measure import Measure
from vendor_ai.domain.ports import Clock
from vendor_ai.domain.prediction import Folded, LogFile
from vendor_ai.kit.period import local_midnight
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.predictions.files import delete_files, touch_files, write_files
from vendor_ai.predictions.folding import numbered
from vendor_ai.predictions.schema import AGAIN, CALL, SEQUENCE, STORED_OUTCOME_SCHEMA, from_blob, to_blob
from vendor_ai.services.log_schema import note_columns
from vendor_ai.services.pseudonym import without_people
from vendor_ai.services.recount import NEEDS, OUTCOME, PREDICTION, CountingEngine, recounted

__all__ = ["NEEDS", "OUTCOME", "PREDICTION", "PredictionLog", "Receipt", "accept", "period_span"]

ROWS_A_FOLD = 2_000_000
ROWS_SMALL = 100_000
SMALL_FILES = 24
ORPHAN_AGE_S = 3_600
MOST_LOST_FOLDS = 50  # in a row, to other processes


@dataclass(frozen=True, slots=True)
class PredictionLog:
    """The log's parts; folding and counting own their transactions."""

    records: Records
    engine: DuckDBEngine
    clock: Clock
    counting: CountingEngine | None = None  # counts instead of ``engine``, which still folds and reads rows
    pseudonyms: bool = True  # whether people are stored under pseudonyms

    def refresh(self, components: Sequence[str]) -> dict[int, Folded]:
        """Fold the inbox of some components (refs) and recount their changed days."""
        folded: dict[int, Folded] = {}
        with self.records.read() as session:
            keys = [component_key(session, reference) for reference in components]
        for key, component in keys:
            folded.update(self.fold(key, component.ref))
        self.recount(*(key for key, _ in keys))
        return folded

    def stale_rows(self, components: Sequence[str], measures: Sequence[Measure] | None = None) -> int:
        """Rows of some components that figures lack: those in the inbox, and those of days that must be counted again.

        ``measures`` are the ones the figures rest on; None: every one of the components.
        """
        wanted = None if measures is None else {measure.key for measure in measures}
        stale: list[tuple[list[LogFile], list[date]]] = []
        with self.records.read() as session:
            keys = [component_key(session, reference)[0] for reference in components]
            waiting = sum(log.pending_rows(session, keys).values())
            for key in keys:
                counted = [since for measure, since in log.measures(session, key) if wanted is None or measure.key in wanted]
                if counted and min(counted) < log.generation(session, key):
                    days = log.changed_days(session, key, since=min(counted))
                    stale.append(([*log.files(session, key, PREDICTION), *log.files(session, key, OUTCOME)], days))
        return waiting + sum(self.engine.rows_on(files, days) for files, days in stale)

    def waiting_rows(self, components: Sequence[str]) -> int:
        """Outcomes of some components whose prediction has not come."""
        with self.records.read() as session:
            return log.waiting_rows(session, [component_key(session, reference)[0] for reference in components])

    def components_with_pending(self) -> list[str]:
        """Refs of the components whose inbox holds rows to fold."""
        with self.records.read() as session:
            waiting = log.pending_rows(session)
            return sorted(component.ref for key, component in components_by_key(session).items() if key in waiting)

    def fold(self, component_id: int, ref: str) -> dict[int, Folded]:
        """Fold everything a component's inbox holds; a fold that loses to another process is done again."""
        folded: dict[int, Folded] = {}
        lost = 0
        while self._has_pending(component_id):
            step = self._fold_once(component_id, ref)
            if step is not None:
                folded.update(step)
                lost = 0
                continue
            lost += 1
            if lost == MOST_LOST_FOLDS:
                raise ConflictError(f"Other processes keep writing to the log of {ref}. Repeat the command.")
            time.sleep(0.02)
        if folded:
            self._merge_small(component_id, ref)
            self._sweep(ref)
        return folded

    def _has_pending(self, component_id: int) -> bool:
        with self.records.read() as session:
            return bool(log.pending_rows(session, [component_id]))

    def _fold_once(self, component_id: int, ref: str) -> dict[int, Folded] | None:
        """Fold some batches; None when another process was faster."""
        with self.records.read() as session:
            generation = log.generation(session, component_id)
            pending = log.pending(session, component_id, most_rows=ROWS_A_FOLD)
            # Outcomes that wait came before every batch that is left, though a batch accepted during the last fold has a lower id.
            pending.sort(key=lambda entry: not entry.waiting)
            predictions = log.files(session, component_id, PREDICTION)
            outcomes = log.files(session, component_id, OUTCOME)
        batches = {
            kind: [(entry.batch, from_blob(entry.blob)) for entry in pending if entry.kind == kind] for kind in (PREDICTION, OUTCOME)
        }
        fresh = self.engine.sift_predictions(batches[PREDICTION], predictions)
        first = generation << 32
        rows = numbered(fresh.rows, first)
        placed = self.engine.sift_outcomes(batches[OUTCOME], predictions=predictions, outcomes=outcomes, fresh=rows, first_sequence=first)
        written: list[LogFile] = []
        try:
            written += write_files(self.engine.folder, ref, PREDICTION, rows)
            written += write_files(self.engine.folder, ref, OUTCOME, placed.rows)
            with self.records.write() as session:
                if not log.advance(session, component_id, expected=generation):
                    delete_files(self.engine.folder, [file.path for file in written])
                    return None
                log.register_files(session, component_id, written)
                log.empty_inbox(session, [entry.id for entry in pending])
                if placed.waiting.num_rows:
                    log.keep_waiting(session, component_id, to_blob(placed.waiting), placed.waiting.num_rows)
                folded = {**fresh.folded, **placed.folded}
                log.note_folded(session, folded)
                log.mark_days(session, component_id, _utc_days([fresh.rows, placed.rows]), generation + 1)
                note_columns(session, component_id, PREDICTION, fresh.rows, at=self.clock.now())
                note_columns(session, component_id, OUTCOME, _sent(placed.rows), at=self.clock.now())
        except BaseException:
            self._discard(written)
            raise
        return folded

    def _discard(self, written: Sequence[LogFile]) -> None:
        """Remove the files of a fold that came to nothing; those a commit may have named after all stay for the sweep."""
        if not self.records.embedded:
            return  # a connection lost at the commit leaves open whether the server carried it out
        try:
            with self.records.read() as session:
                named = log.all_paths(session)
        except StoreUnavailableError:
            return
        delete_files(self.engine.folder, [file.path for file in written if file.path not in named])

    def _merge_small(self, component_id: int, ref: str) -> None:
        """Make one set of files out of many small ones; readers of the old set keep it until the sweep."""
        for kind in (PREDICTION, OUTCOME):
            with self.records.read() as session:
                generation = log.generation(session, component_id)
                small = _crowded([file for file in log.files(session, component_id, kind) if file.rows < ROWS_SMALL])
            if len(small) < SMALL_FILES:
                continue
            table = self.engine.merge(small)
            if kind == OUTCOME:
                table = table.cast(pa.schema([STORED_OUTCOME_SCHEMA.field(name) for name in table.column_names]))
            merged = write_files(self.engine.folder, ref, kind, table)
            touch_files(self.engine.folder, [file.path for file in small])  # the sweep counts their age from here
            with self.records.write() as session:
                if log.advance(session, component_id, expected=generation):
                    log.register_files(session, component_id, merged, retired=[file.path for file in small])
                    continue
            delete_files(self.engine.folder, [file.path for file in merged])

    def _sweep(self, ref: str) -> None:
        """Remove files that no manifest names and that nobody can be writing or reading any more."""
        with self.records.read() as session:
            named = log.all_paths(session)
        oldest = time.time() - ORPHAN_AGE_S
        for path in (self.engine.folder / ref).glob("*/*.parquet"):
            with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                if path.relative_to(self.engine.folder).as_posix() not in named and path.stat().st_mtime < oldest:
                    path.unlink()

    def recount(self, *component_ids: int) -> None:
        """Count the days again that changed since each measure of some components was counted."""
        for _attempt in range(50):
            if recounted(self.records, self.counting or self.engine, component_ids):
                return
        raise ConflictError("Other processes keep writing to the log. Repeat the command.")


def _crowded(files: Sequence[LogFile]) -> list[LogFile]:
    """Those that share their month with another: merging makes fewer of them, whereas one a month stays one."""
    months = Counter((file.first_day.year, file.first_day.month) for file in files)
    return [file for file in files if months[file.first_day.year, file.first_day.month] > 1]


def _sent(rows: pa.Table) -> pa.Table:
    """Outcomes without the columns that numbering added."""
    return rows.select([name for name in rows.column_names if name not in {SEQUENCE, CALL, AGAIN}])


def _utc_days(tables: Iterable[pa.Table]) -> set[date]:
    days: set[date] = set()
    for table in tables:
        if table.num_rows:
            days.update(table["occurred_at"].cast(pa.date32()).unique().to_pylist())
    return days


def period_span(first: date, end: date, time_zone: str) -> tuple[datetime, datetime]:
    """The instants between which the local dates ``[first, end)`` lie."""
    return local_midnight(first, time_zone), local_midnight(end, time_zone)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one acknowledged batch became: keys of its parts by kind; ``known`` rows had come before in the same batch."""

    batches: dict[str, tuple[int, ...]]
    known: dict[str, int]


def accept(
    session: Session, parts: Iterable[tuple[int, str, pa.Table]], *, batch_id: str, at: datetime, pseudonyms: bool = True
) -> Receipt:
    """Store the parts (component id, kind, rows) of one batch in the caller's transaction."""
    batches: dict[str, tuple[int, ...]] = {}
    known: dict[str, int] = {}
    for component_id, kind, table in parts:
        rows = without_people(session, table) if pseudonyms else table
        key = log.accept(session, batch_id=batch_id, component_id=component_id, kind=kind, rows=table.num_rows, blob=to_blob(rows), at=at)
        if key is None:
            known[kind] = known.get(kind, 0) + table.num_rows
        else:
            batches[kind] = (*batches.get(kind, ()), key)
    return Receipt(batches, known)

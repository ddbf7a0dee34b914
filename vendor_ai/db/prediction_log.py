"""The prediction log's inbox, its manifest of files, and the daily counters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import JSON, Column, LargeBinary, UniqueConstraint, bindparam, delete, func, insert, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from vendor_ai.db.base import UTCDateTime
from vendor_ai.db.counter import CounterRow, MeasureRow, counters, measures, register_measure, store_counts
from vendor_ai.domain.prediction import Folded, LogFile

__all__ = ["CounterRow", "MeasureRow", "counters", "measures", "register_measure", "store_counts"]  # the counters stand beside the log

MOST_ENTRIES = 5_000


class BatchRow(SQLModel, table=True):
    """A batch that was acknowledged, kept after its rows moved on: a retry is found by its id."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("batch_id", "component_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    batch_id: str
    component_id: int = Field(foreign_key="component.id")
    kind: str
    rows: int
    stored: int | None = None
    duplicates: int | None = None
    received_at: datetime = Field(sa_type=UTCDateTime)


class InboxRow(SQLModel, table=True):
    """Rows that are durable and wait to be folded into files; ``blob`` is one Arrow IPC stream."""

    __tablename__ = "inbox"

    id: int | None = Field(default=None, primary_key=True)
    batch: int | None = Field(default=None, foreign_key="batch.id")
    component_id: int = Field(foreign_key="component.id", index=True)
    kind: str
    waiting: bool = False  # outcomes whose prediction has not come yet
    rows: int
    blob: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ComponentLogRow(SQLModel, table=True):
    """The generation of a component's log: it moves on with every fold, so that two folds cannot both win."""

    __tablename__ = "component_log"

    component_id: int = Field(primary_key=True, foreign_key="component.id")
    generation: int


class LogFileRow(SQLModel, table=True):
    """The manifest: a file counts only while it is named here."""

    __tablename__ = "log_file"

    id: int | None = Field(default=None, primary_key=True)
    component_id: int = Field(foreign_key="component.id", index=True)
    kind: str
    path: str = Field(unique=True)
    rows: int
    sha256: str
    first_day: date
    last_day: date
    columns: list[str] = Field(sa_column=Column(JSON, nullable=False))


class LogDayRow(SQLModel, table=True):
    """The generation at which a UTC day's rows or labels last changed."""

    __tablename__ = "log_day"

    component_id: int = Field(primary_key=True, foreign_key="component.id")
    day: date = Field(primary_key=True)
    generation: int


@dataclass(frozen=True, slots=True)
class Pending:
    """One inbox entry."""

    id: int
    batch: int | None
    kind: str
    waiting: bool
    rows: int
    blob: bytes


_ACKNOWLEDGE = text(
    "INSERT INTO batch (batch_id, component_id, kind, rows, received_at) VALUES (:batch_id, :component_id, :kind, :rows, :at) "
    "ON CONFLICT (batch_id, component_id, kind) DO NOTHING RETURNING id"
).bindparams(bindparam("at", type_=UTCDateTime))
_KEEP = insert(InboxRow)


def accept(session: Session, *, batch_id: str, component_id: int, kind: str, rows: int, blob: bytes, at: datetime) -> int | None:
    """Store one batch and return its key; None when it was acknowledged before. It runs for every body, so without ORM objects."""
    connection = session.connection()
    row = {"component_id": component_id, "kind": kind, "rows": rows}
    key: int | None = connection.execute(_ACKNOWLEDGE, {"batch_id": batch_id, "at": at, **row}).scalar()
    if key is not None:
        connection.execute(_KEEP, {"batch": key, "blob": blob, "waiting": False, **row})
    return key


def generation(session: Session, component_id: int) -> int:
    """The generation of a component's log; 0 before the first fold."""
    row = session.get(ComponentLogRow, component_id)
    return row.generation if row else 0


def pending_rows(session: Session, component_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Rows not yet folded, by component; outcomes that wait for their prediction are not among them."""
    query = select(InboxRow.component_id, func.sum(InboxRow.rows)).where(col(InboxRow.waiting).is_(False))
    if component_ids is not None:
        query = query.where(col(InboxRow.component_id).in_(component_ids))
    return {component: int(rows) for component, rows in session.exec(query.group_by(col(InboxRow.component_id)))}


def waiting_rows(session: Session, component_ids: Sequence[int]) -> int:
    """Outcomes of some components that wait for their prediction."""
    query = select(func.sum(InboxRow.rows)).where(col(InboxRow.waiting).is_(True), col(InboxRow.component_id).in_(component_ids))
    return int(session.exec(query).one() or 0)


def pending(session: Session, component_id: int, *, most_rows: int) -> list[Pending]:
    """The oldest inbox entries of a component, whole batches up to about ``most_rows``, with all that wait."""
    chosen: list[int] = []  # at most MOST_ENTRIES: a statement takes only so many values
    rows = 0
    index = (
        select(InboxRow.id, InboxRow.rows, InboxRow.waiting).where(col(InboxRow.component_id) == component_id).order_by(col(InboxRow.id))
    )
    for entry, count, waiting in session.exec(index):
        if waiting or (rows < most_rows and len(chosen) < MOST_ENTRIES):
            assert entry is not None
            chosen.append(entry)
            rows += 0 if waiting else count
    found = session.exec(select(InboxRow).where(col(InboxRow.id).in_(chosen)).order_by(col(InboxRow.id))).all()
    return [Pending(row.id or 0, row.batch, row.kind, row.waiting, row.rows, row.blob) for row in found]


def files(session: Session, component_id: int, kind: str) -> list[LogFile]:
    """The files of a component that count, oldest first: a snapshot of the log."""
    rows = session.exec(
        select(LogFileRow).where(col(LogFileRow.component_id) == component_id, col(LogFileRow.kind) == kind).order_by(col(LogFileRow.id))
    )
    return [LogFile(row.path, row.kind, row.rows, row.sha256, row.first_day, row.last_day, tuple(row.columns)) for row in rows]


def all_paths(session: Session) -> set[str]:
    """Every path the manifest names."""
    return set(session.exec(select(LogFileRow.path)))


def manifest(session: Session) -> list[tuple[str, str]]:
    """Path and SHA-256 of every file that counts."""
    return [(path, digest) for path, digest in session.exec(select(LogFileRow.path, LogFileRow.sha256).order_by(col(LogFileRow.path)))]


def inbox(session: Session) -> Iterator[tuple[int, bytes]]:
    """Every inbox entry as (rows, blob), a few in memory at a time."""
    rows = session.connection().execution_options(yield_per=20).execute(select(InboxRow.rows, InboxRow.blob).order_by(col(InboxRow.id)))
    yield from rows


def advance(session: Session, component_id: int, *, expected: int) -> bool:
    """Move the generation on from ``expected``; False when another fold was faster."""
    if expected == 0 and session.get(ComponentLogRow, component_id) is None:
        session.add(ComponentLogRow(component_id=component_id, generation=1))
        session.flush()
        return True
    statement = (
        update(ComponentLogRow)
        .where(col(ComponentLogRow.component_id) == component_id, col(ComponentLogRow.generation) == expected)
        .values(generation=expected + 1)
    )
    return bool(session.connection().execute(statement).rowcount)


def register_files(session: Session, component_id: int, added: Iterable[LogFile], *, retired: Iterable[str] = ()) -> None:
    """Name new files in the manifest, and stop naming retired ones."""
    retired = list(retired)
    if retired:
        session.connection().execute(delete(LogFileRow).where(col(LogFileRow.path).in_(retired)))
    for file in added:
        session.add(
            LogFileRow(
                component_id=component_id,
                kind=file.kind,
                path=file.path,
                rows=file.rows,
                sha256=file.sha256,
                first_day=file.first_day,
                last_day=file.last_day,
                columns=list(file.columns),
            )
        )
    session.flush()


def empty_inbox(session: Session, entries: Iterable[int]) -> None:
    """Forget inbox entries whose rows are in files now."""
    session.connection().execute(delete(InboxRow).where(col(InboxRow.id).in_(list(entries))))


def keep_waiting(session: Session, component_id: int, blob: bytes, rows: int) -> None:
    """Keep outcomes whose prediction has not come yet."""
    session.add(InboxRow(component_id=component_id, kind="outcome", waiting=True, rows=rows, blob=blob))
    session.flush()


def note_folded(session: Session, folded: Mapping[int, Folded]) -> None:
    """Write down what became of each batch."""
    if not folded:
        return
    statement = (
        update(BatchRow)
        .where(col(BatchRow.id) == bindparam("batch"))
        .values(stored=bindparam("new_stored"), duplicates=bindparam("new_duplicates"))
    )
    values = [{"batch": batch, "new_stored": outcome.stored, "new_duplicates": outcome.duplicates} for batch, outcome in folded.items()]
    session.connection().execute(statement, values)


def became(session: Session, batches: Iterable[int]) -> dict[int, Folded]:
    """What became of these batches, as far as they are folded; which rows had other content is not kept."""
    wanted = sorted(batches)
    found: dict[int, Folded] = {}
    for start in range(0, len(wanted), MOST_ENTRIES):
        query = select(BatchRow).where(col(BatchRow.id).in_(wanted[start : start + MOST_ENTRIES]), col(BatchRow.stored).is_not(None))
        found.update({row.id or 0: Folded(row.stored or 0, row.duplicates or 0) for row in session.exec(query)})
    return found


def mark_days(session: Session, component_id: int, days: Iterable[date], generation: int) -> None:
    """Say that these UTC days changed with ``generation``."""
    for day in days:
        session.merge(LogDayRow(component_id=component_id, day=day, generation=generation))
    session.flush()


def changed_days(session: Session, component_id: int, *, since: int) -> list[date]:
    """UTC days that changed after the generation ``since``."""
    query = select(col(LogDayRow.day)).where(col(LogDayRow.component_id) == component_id, col(LogDayRow.generation) > since)
    return sorted(session.exec(query))

"""One state of all records as an SQLite file, whichever database they come from, and back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, text
from sqlmodel import SQLModel

import vendor_ai.db.tables  # noqa: F401 - fills the metadata
from vendor_ai.db.base import Records, what_to_do
from vendor_ai.db.schema import upgrade
from vendor_ai.domain.errors import ConflictError, InvalidInputError, StoreUnavailableError

ROWS_A_STEP = 500


def take_snapshot(records: Records, path: Path) -> None:
    """Copy one consistent state of the records to a new SQLite file; others may go on writing meanwhile.

    Raises:
        StoreUnavailableError: When the file cannot be written, for instance on a full disk.
    """
    if records.embedded:
        try:
            with closing(sqlite3.connect(records.path)) as source, closing(sqlite3.connect(path)) as target:
                source.backup(target)
            _make_single(path)
        except sqlite3.DatabaseError as error:
            raise StoreUnavailableError(what_to_do(str(error))) from error
        return
    with _snapshot_records(path) as target_records:
        upgrade(target_records)
        with records.read() as session, target_records.write() as into:
            for table in SQLModel.metadata.sorted_tables:
                _copy(session.connection(), into.connection(), table)


def bring_snapshot(path: Path, records: Records, *, replace: bool) -> None:
    """Put a snapshot's records into a PostgreSQL database that has this version's schema; all of them or none.

    Raises:
        ConflictError: When the database holds records already and ``replace`` is not set.
    """
    tables = SQLModel.metadata.sorted_tables
    with _snapshot_records(path) as source_records:
        upgrade(source_records)
        with source_records.read() as session, records.write() as into:
            target = into.connection()
            if not replace and any(target.execute(select(func.count()).select_from(table)).scalar() for table in tables):
                raise ConflictError("The database holds records already. Restore into an empty one, or replace them with --force.")
            for table in reversed(tables):
                target.execute(table.delete())
            for table in tables:
                _copy(session.connection(), target, table)
                _continue_numbering(target, table)


def clear_place(path: Path) -> None:
    """Make an embedded database one file, so that another can take its place.

    Raises:
        StoreUnavailableError: When another process has it open.
    """
    if not path.exists():
        return
    try:
        _make_single(path)
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise StoreUnavailableError(f"{path} is open in another process. Stop `vendor-ai serve` and repeat the command.") from error
        # A damaged database is what a backup is for: what lies beside it belongs to the damage.
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def snapshot_revision(path: Path) -> str:
    """The schema a snapshot was taken with.

    Raises:
        InvalidInputError: When the file is no records database.
    """
    return str(_read(path, "SELECT version_num FROM alembic_version")[0][0])


def damages(path: Path) -> list[str]:
    """What SQLite's own check finds wrong in a database file; empty when it is sound."""
    try:
        with closing(_open_readonly(path)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
            strays = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [line for line in found if line != "ok"] + [
        f"{table}: row {row} points to a missing {parent}" for table, row, parent, _ in strays
    ]


def snapshot_files(path: Path) -> list[tuple[str, str]]:
    """Path and SHA-256 of every file of the prediction log that a snapshot's manifest names."""
    return [(str(name), str(digest)) for name, digest in _read(path, "SELECT path, sha256 FROM log_file ORDER BY path")]


def _open_readonly(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _read(path: Path, query: str) -> list[tuple[object, ...]]:
    try:
        with closing(_open_readonly(path)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.DatabaseError as error:
        raise InvalidInputError(f"{path.name} holds no records of vendor_ai ({error}).") from error


@contextmanager
def _snapshot_records(path: Path) -> Iterator[Records]:
    records = Records(f"sqlite:///{path}")
    try:
        yield records
    finally:
        records.close()
        _make_single(path)


def _make_single(path: Path) -> None:
    """Leave nothing beside the file: its write-ahead log is taken in."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _copy(source: Connection, target: Connection, table: Table) -> None:
    rows = source.execution_options(yield_per=ROWS_A_STEP).execute(select(table))
    for part in rows.mappings().partitions(ROWS_A_STEP):
        target.execute(table.insert(), [dict(row) for row in part])


def _continue_numbering(target: Connection, table: Table) -> None:
    """Let new rows be numbered after the copied ones."""
    sequence = (
        target.execute(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table.name}).scalar() if "id" in table.c else None
    )
    if sequence is not None:
        highest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
        target.execute(select(func.setval(sequence, highest, False)))

"""How the records are opened: SQLite (embedded) or PostgreSQL, with the write rules that keep updates from being lost."""

import math
import sqlite3
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from vendor_ai.domain.errors import ConflictError, StoreUnavailableError

WRITE_LOCK = 745_022  # PostgreSQL's advisory lock that every write transaction holds
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on every database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"The time {value.isoformat()} has no zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        """Give the zone back that SQLite drops."""
        if value is None:
            return None
        instant: datetime = value
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def open_engine(url: str, *, busy_timeout_s: float = 5.0) -> Engine:
    """Return an engine for ``url``; a transaction marked ``write`` holds the write lock from its begin, on either database.

    One writer at a time leaves no room for a lost update, a gap in a chain or a conflict that somebody has to repeat by hand.
    """
    if not url.startswith("sqlite"):
        return _open_postgresql(url, busy_timeout_s)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN loses updates
        connection.create_function("lower", 1, _lower, deterministic=True)  # SQLite's own knows the letters a to z only
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_timeout_s * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _open_postgresql(url: str, busy_timeout_s: float) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": max(2, math.ceil(busy_timeout_s))})

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if connection.get_execution_options().get("write", False):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(busy_timeout_s * 1000)}")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITE_LOCK})")

    return engine


def create_sqlite(path: Path, *, busy_timeout_s: float) -> None:
    """Create the database file in write-ahead mode; several processes may do so at once.

    Raises:
        StoreUnavailableError: When the file cannot be opened, or is no database.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + busy_timeout_s
    while not _in_write_ahead_mode(path, busy_timeout_s, deadline):
        time.sleep(0.05)


def _in_write_ahead_mode(path: Path, busy_timeout_s: float, deadline: float) -> bool:
    try:
        with closing(sqlite3.connect(path, timeout=busy_timeout_s)) as connection:
            return bool(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal")
    except sqlite3.DatabaseError as error:
        # Switching the journal does not honour the busy time-out, so it is repeated.
        if "locked" in str(error) and time.monotonic() < deadline:
            return False
        raise StoreUnavailableError(f"{path}: {what_to_do(str(error))}") from error


def what_to_do(cause: str) -> str:
    """What a database's complaint means and what to do."""
    if "full" in cause or "No space left" in cause:
        return "The disk is full: nothing of this step was stored. Free some space and repeat the command."
    if "locked" in cause or "busy" in cause or "lock timeout" in cause:
        return "The database is locked by another program. Wait for it to finish and repeat the command."
    if "readonly" in cause or "unable to open" in cause:
        return f"The database cannot be written ({cause}). Check the folder and its permissions."
    if "not a database" in cause or "malformed" in cause:
        return f"The database is damaged ({cause}). Bring a backup back: vendor-ai db restore FILE --force"
    return f"The database does not answer ({cause.splitlines()[0]}). Check that it runs and repeat the command."


def as_unavailable(error: DBAPIError) -> StoreUnavailableError:
    """The sentence for a database that cannot take the request now."""
    return StoreUnavailableError(what_to_do(str(error.orig) or type(error.orig).__name__))


class Records:
    """The records database; ``read`` and ``write`` give sessions, and leaving ``write`` commits."""

    def __init__(self, url: str, *, busy_timeout_s: float = 5.0) -> None:
        self.url = url
        if url.startswith("sqlite"):
            create_sqlite(self.path, busy_timeout_s=busy_timeout_s)
        self.engine = open_engine(url, busy_timeout_s=busy_timeout_s)
        weakref.finalize(self, self.engine.dispose)  # at the latest, connections are closed when nobody holds the records any more

    @property
    def embedded(self) -> bool:
        """Whether the records are in SQLite."""
        return self.url.startswith("sqlite")

    @property
    def path(self) -> Path:
        """The file of an embedded database."""
        return Path(self.url.removeprefix("sqlite:///"))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state and stores nothing."""
        options: dict[str, Any] = {} if self.embedded else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            self.translated(),
            self.engine.connect().execution_options(**options) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.expunge_all()  # what was read stays readable after the session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed as a whole, or not at all; one at a time."""
        with (
            self.translated(),
            self.engine.connect().execution_options(write=True) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def translated(self) -> Iterator[None]:
        """What the database cannot do now becomes a sentence for a person."""
        try:
            yield
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state in {"40001", "40P01"}:
                raise ConflictError("Somebody else changed the same record. Repeat the command.") from error
            damaged = self.embedded and type(error.orig) is sqlite3.DatabaseError
            if damaged or (isinstance(error, OperationalError) and "no such" not in str(error.orig)):
                raise as_unavailable(error) from error
            raise

    def revision(self) -> str | None:
        """The schema revision the database has, or None when it is empty."""
        with self.translated(), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

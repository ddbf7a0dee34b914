"""How the records are opened: SQLite (embedded) or PostgreSQL, with the write rules that keep updates from being lost."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from vendor_ai.domain.errors import ConflictError, StoreUnavailableError

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
    """Return an engine for ``url``; on SQLite a transaction marked ``write`` takes the write lock when it begins."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": busy_timeout_s})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN loses updates
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


def create_sqlite(path: Path, *, busy_timeout_s: float) -> None:
    """Create the database file in write-ahead mode; several processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + busy_timeout_s
    while True:
        connection = sqlite3.connect(path, timeout=busy_timeout_s)
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            if mode == "wal":
                return
        except sqlite3.OperationalError as error:
            # Switching the journal does not honour the busy time-out, so it is repeated here.
            if time.monotonic() > deadline or "locked" not in str(error):
                raise StoreUnavailableError(f"The database {path} cannot be opened: {error}. Close the program that holds it.") from error
            time.sleep(0.05)
        finally:
            connection.close()


def as_unavailable(error: DBAPIError) -> StoreUnavailableError:
    """The sentence for a database that cannot take the request now."""
    cause = str(error.orig)
    if "full" in cause:
        return StoreUnavailableError("The disk is full: nothing of this step was stored. Free some space and repeat the command.")
    if "locked" in cause or "busy" in cause:
        return StoreUnavailableError("The database is locked by another program. Wait for it to finish and repeat the command.")
    if "readonly" in cause or "unable to open" in cause:
        return StoreUnavailableError(f"The database cannot be written ({cause}). Check the folder and its permissions.")
    return StoreUnavailableError(f"The database does not answer ({cause.splitlines()[0]}). Check that it runs and repeat the command.")


class Records:
    """The records database; ``read`` and ``write`` give sessions, and leaving ``write`` commits."""

    def __init__(self, url: str, *, busy_timeout_s: float = 5.0) -> None:
        self.url = url
        if url.startswith("sqlite"):
            create_sqlite(Path(url.removeprefix("sqlite:///")), busy_timeout_s=busy_timeout_s)
        self.engine = open_engine(url, busy_timeout_s=busy_timeout_s)

    @property
    def embedded(self) -> bool:
        """Whether the records are in SQLite."""
        return self.url.startswith("sqlite")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state and stores nothing."""
        with self._translated(), self.engine.connect() as connection, Session(connection, expire_on_commit=False) as session:
            yield session
            session.expunge_all()  # what was read stays readable after the session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed as a whole, or not at all."""
        with (
            self._translated(),
            self.engine.connect().execution_options(write=True) as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.commit()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            if "no such table" in str(error.orig):
                raise
            raise as_unavailable(error) from error
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in {"40001", "40P01"}:
                raise ConflictError("Somebody else changed the same record. Repeat the command.") from error
            raise

    def revision(self) -> str | None:
        """The schema revision the database has, or None when it is empty."""
        with self._translated(), self.engine.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

"""Bringing the database to the schema this version needs."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from vendor_ai.db.base import Records
from vendor_ai.domain.errors import ConflictError
from vendor_ai.kit.data import data_folder


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(data_folder("migrations")))
    return config


def head() -> str:
    """The newest revision that this version knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def knows(revision: str) -> bool:
    """Whether this version can read, or bring forward, a database of this revision."""
    return any(script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


@contextmanager
def _locked(records: Records) -> Iterator[Connection]:
    with records.translated(), records.engine.connect().execution_options(write=True) as connection, connection.begin():
        yield connection


def upgrade(records: Records, revision: str = "head") -> None:
    """Run the missing migrations in one transaction: all of them or none; two processes take turns."""
    with _locked(records) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(records: Records, revision: str) -> None:
    """Go back to ``revision`` in one transaction."""
    with _locked(records) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def ensure(records: Records) -> None:
    """Make the embedded schema at first use; on PostgreSQL ask for ``db upgrade``.

    Raises:
        ConflictError: When the schema is another one and this version may not change it by itself.
    """
    current = records.revision()
    newest = head()
    if current == newest:
        return
    if current is not None and not knows(current):
        raise ConflictError(f"The database has schema {current}, made by a newer version of vendor_ai. Install that version.")
    if not records.embedded:
        raise ConflictError("The database schema is not the one this version needs. Run: vendor-ai db upgrade")
    upgrade(records)

"""Migrations on both databases: whole or not at all, and the same schema as the tables."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, text
from sqlmodel import SQLModel

import vendor_ai.db.tables  # noqa: F401 - fills the metadata
from vendor_ai.db import schema
from vendor_ai.db.base import Records
from vendor_ai.domain.errors import ConflictError
from vendor_ai.kit.data import data_folder
from vendor_ai.settings import Settings
from vendor_ai.wiring import open_app


@pytest.fixture
def empty(empty_url: str) -> Iterator[Records]:
    found = Records(empty_url)
    yield found
    found.close()


def tables(records: Records) -> set[str]:
    with records.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_migrations_run_up_down_and_up_again(empty: Records) -> None:
    schema.upgrade(empty)
    first = tables(empty)
    schema.downgrade(empty, "base")
    assert tables(empty) == {"alembic_version"}
    assert empty.revision() is None
    schema.upgrade(empty)
    assert tables(empty) == first == {*SQLModel.metadata.tables, "alembic_version"}
    assert empty.revision() == schema.head()


def test_the_migrated_schema_is_the_one_the_tables_describe(records: Records) -> None:
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_a_migration_that_fails_half_way_leaves_nothing_behind(empty: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schema.head()
    schema.upgrade(empty)
    known = tables(empty)
    shutil.copytree(data_folder("migrations"), tmp_path / "migrations")
    (tmp_path / "migrations" / "versions" / "9999_fails.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision = '9999'\n"
        f"down_revision = '{before}'\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "    op.add_column('vendor', sa.Column('half', sa.String()))\n"
        "    raise RuntimeError('power cut')\n"
    )
    monkeypatch.setattr(schema, "data_folder", lambda name: tmp_path / name)
    with pytest.raises(RuntimeError, match="power cut"):
        schema.upgrade(empty)
    assert tables(empty) == known
    with empty.engine.connect() as connection:
        assert "half" not in {column["name"] for column in inspect(connection).get_columns("vendor")}
    assert empty.revision() == before


def break_at(engine: Engine, statement: int) -> list[str]:
    """Let the connection fail before its n-th statement; the list fills with what was run."""
    seen: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _fail(_connection: object, _cursor: object, text: str, *_rest: object) -> None:
        if len(seen) == statement:
            raise RuntimeError("cut here")
        seen.append(text)

    return seen


def test_a_cut_at_any_statement_of_the_first_migration_leaves_an_empty_database(empty_url: str) -> None:
    cuts = 0
    while True:
        records = Records(empty_url)
        break_at(records.engine, cuts)
        try:
            schema.upgrade(records)
        except RuntimeError:
            records.close()
        else:
            break
        whole = Records(empty_url)
        assert tables(whole) == set(), f"cut before statement {cuts}"
        whole.close()
        cuts += 1
    records.close()
    assert cuts > len(SQLModel.metadata.tables)
    whole = Records(empty_url)
    assert whole.revision() == schema.head()
    whole.close()


def open_first(url: str, home: Path) -> str | None:
    """What each of several processes does at its first start."""
    app = open_app(settings=Settings(home=home, database_url=url, busy_timeout_s=30))
    if not app.database.embedded:
        schema.upgrade(app.database)
    revision = app.records.revision()
    app.records.close()
    return revision


def test_processes_that_open_an_empty_database_at_once_make_its_schema_once(
    empty_url: str, tmp_path: Path, processes: ProcessPoolExecutor
) -> None:
    running = [processes.submit(open_first, empty_url, tmp_path) for _ in range(4)]
    assert [entry.result() for entry in running] == [schema.head()] * 4


def test_a_database_of_a_newer_version_is_left_alone(records: Records) -> None:
    with records.engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from-the-future'")
    with pytest.raises(ConflictError, match="made by a newer version"):
        schema.ensure(records)


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_postgresql_without_a_schema_asks_for_db_upgrade(empty: Records) -> None:
    with pytest.raises(ConflictError, match="vendor-ai db upgrade"):
        schema.ensure(empty)


def test_a_filled_database_of_the_first_schema_keeps_its_rows(empty: Records) -> None:
    schema.upgrade(empty, "0001")
    with empty.write() as session:
        for statement in (
            "INSERT INTO vendor (id, ref, name, website, created_at) VALUES (1, 'acme', 'Acme', '', '2026-01-01 00:00:00')",
            "INSERT INTO component (id, ref, name, vendor_id, status, properties, created_at)"
            " VALUES (1, 'ocr', 'OCR', 1, 'in_use', '{}', '2026-01-01 00:00:00')",
            "INSERT INTO pack (id, pack, version, sha256, text, stored_at) VALUES (1, 'p', '1', 'x', '{}', '2026-01-01 00:00:00')",
            "INSERT INTO assessment (id, ref, component_id, pack_id, state, decision, decided_by, created_at)"
            " VALUES (1, 'ocr-a1', 1, 1, 'sent', '', '', '2026-01-01 00:00:00')",
            "INSERT INTO answer (id, assessment_id, question, value, evidence, comment, dated, source, answered_at)"
            " VALUES (1, 1, 'q', 'a', '', '', '', 'vendor', '2026-01-01 00:00:00')",
        ):
            session.connection().execute(text(statement))
    schema.upgrade(empty)
    with empty.read() as session:
        kept = session.connection().execute(text("SELECT ref, language, supersedes FROM assessment")).all()
        answers = session.connection().execute(text("SELECT question, answered_by, origin FROM answer")).all()
    assert [tuple(row) for row in kept] == [("ocr-a1", "", "")]
    assert [tuple(row) for row in answers] == [("q", "", "")]
    schema.downgrade(empty, "0001")
    with empty.read() as session:
        assert session.connection().execute(text("SELECT ref FROM assessment")).scalar_one() == "ocr-a1"

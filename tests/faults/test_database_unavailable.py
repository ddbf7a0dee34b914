"""A database that is locked or down: exit code 3 and one sentence; the same command works once it is back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.factories.command_line import HEADER, CommandLine, labelled_rows
from tests.factories.postgres import PostgreSQL


@pytest.fixture
def hasty(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A home that does not wait long."""
    monkeypatch.setenv("VENDOR_AI_BUSY_TIMEOUT_S", "0.3")
    return cli


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text("\n".join([HEADER, *labelled_rows("2026-07-01", 20, 5)]) + "\n")
    return path


def assert_told(outcome: object, sentence: str) -> None:
    from tests.factories.command_line import Outcome

    assert isinstance(outcome, Outcome)
    assert outcome.code == 3
    assert sentence in outcome.err
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_an_import_into_a_locked_database_says_so_and_resumes(hasty: CommandLine, log: Path, lock: str) -> None:
    hasty.inventory("ocr")
    command = ("prediction", "import", log, "--component", "ocr", "--json")
    with closing(sqlite3.connect(hasty.home / "vendor-ai.db", isolation_level=None)) as holder:
        holder.execute(lock)
        stopped = hasty(*command)
        assert_told(stopped, "locked by another program")
        assert stopped.json["error"]["code"] == "store-unavailable"
        holder.execute("ROLLBACK")
    assert hasty.ok(*command).json["stored"] == 25


def test_a_first_start_beside_a_lock_says_so(hasty: CommandLine, log: Path) -> None:
    hasty.home.mkdir()
    with closing(sqlite3.connect(hasty.home / "vendor-ai.db", isolation_level=None)) as holder:
        holder.execute("CREATE TABLE other (id INTEGER)")
        holder.execute("BEGIN EXCLUSIVE")
        assert_told(hasty("inventory", "list"), "locked by another program")
        holder.execute("ROLLBACK")
    assert hasty.ok("inventory", "list", "--json").json == []


def test_a_locked_schema_change_says_so(hasty: CommandLine) -> None:
    hasty.home.mkdir()
    with closing(sqlite3.connect(hasty.home / "vendor-ai.db", isolation_level=None)) as holder:
        holder.execute("PRAGMA journal_mode = WAL")
        holder.execute("BEGIN IMMEDIATE")
        assert_told(hasty("inventory", "list"), "locked by another program")
        holder.execute("ROLLBACK")
    assert hasty.ok("inventory", "list", "--json").json == []


def test_reading_goes_on_while_another_process_writes(hasty: CommandLine) -> None:
    hasty.inventory("ocr")
    with closing(sqlite3.connect(hasty.home / "vendor-ai.db", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert len(hasty.ok("inventory", "list", "--json").json) == 1
        holder.execute("ROLLBACK")


def test_a_home_that_is_a_file_says_so(cli: CommandLine) -> None:
    cli.home.write_text("not a folder")
    assert_told(cli("inventory", "list"), "--home")


@pytest.fixture
def own_server() -> Iterator[PostgreSQL]:
    """A server that this test may stop."""
    server = PostgreSQL()
    yield server
    server.stop()


@pytest.mark.postgres
def test_a_postgresql_that_is_stopped_says_so_and_everything_is_there_afterwards(
    hasty: CommandLine, log: Path, own_server: PostgreSQL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENDOR_AI_DATABASE_URL", own_server.new_database())
    hasty.inventory("ocr")
    command = ("prediction", "import", log, "--component", "ocr", "--json")
    own_server.restart(meanwhile=lambda: assert_told(hasty(*command), "does not answer"))
    assert hasty.ok(*command).json["stored"] == 25
    own_server.restart(meanwhile=lambda: assert_told(hasty("db", "upgrade"), "does not answer"))
    assert hasty.ok(*command).json["duplicates"] == 25
    assert hasty("db", "check", "--json").json["ok"] is True

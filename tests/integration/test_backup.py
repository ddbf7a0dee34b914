"""`db backup`, `db restore`, `db check`: everything in one file, and back, between both databases."""

import io
import json
import os
import sqlite3
import tarfile
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows
from tests.factories.postgres import PostgreSQL
from vendor_ai.db import audit
from vendor_ai.db.base import Records

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def url_of(kind: str, home: Path, request: pytest.FixtureRequest, *, migrated: bool = True) -> str:
    if kind == "sqlite":
        return f"sqlite:///{home / 'vendor-ai.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database(migrated=migrated)


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("VENDOR_AI_DATABASE_URL", "" if url.startswith("sqlite") else url)


def fill(cli: CommandLine) -> None:
    """A component with a contract, two files of calls and a verdict."""
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause()))
    for day in ("2026-02-01", "2026-03-01"):
        assert cli.predictions(labelled_rows(day, 90, 30, prefix=day), header=HEADER, name=f"{day}.csv").code == 0
    cli.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01")
    (cli.home / "evidence").mkdir()
    (cli.home / "evidence" / "certificate.txt").write_text("signed")


def counts(url: str) -> tuple[dict[str, int], tuple[int, str]]:
    """Rows of every table, and where the audit chain ends."""
    records = Records(url)
    with records.read() as session:
        connection = session.connection()
        rows = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in SQLModel.metadata.sorted_tables
        }
        head = audit.head(session)
    records.close()
    return rows, head


@pytest.mark.parametrize("target", DATABASES)
@pytest.mark.parametrize("source", DATABASES)
def test_a_backup_brings_everything_back_on_either_database(
    cli: CommandLine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    tmp_path = cli.home.parent
    origin = url_of(source, cli.home, request)
    use(monkeypatch, origin)
    fill(cli)
    before = cli.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01")
    made = cli.ok("db", "backup", tmp_path / "all.tar.gz", "--json").json

    other = CommandLine(tmp_path / "elsewhere")
    place = url_of(target, other.home, request)
    use(monkeypatch, place)
    restored = other.ok("db", "restore", tmp_path / "all.tar.gz", "--json").json
    assert restored["files"] == made["files"]
    assert counts(place) == counts(origin)
    assert other.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01") == before
    assert other.ok("db", "check", "--json").json["ok"] is True
    assert (other.home / "evidence" / "certificate.txt").read_text() == "signed"
    # What comes after is numbered after what was brought back.
    assert other.predictions(labelled_rows("2026-04-01", 5, 0, prefix="new"), header=HEADER).json["stored"] == 5
    assert other.ok("audit", "verify", "--json").json["ok"] is True


def test_a_backup_is_readable_by_its_owner_alone(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.ok("db", "backup", tmp_path / "all.tar.gz")
    assert (tmp_path / "all.tar.gz").stat().st_mode & 0o077 == 0


def test_a_backup_does_not_replace_a_file_unasked(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    file = tmp_path / "all.tar.gz"
    file.write_text("something else")
    refused = cli("db", "backup", file)
    assert refused.code == 3
    assert "exists already" in refused.err
    assert file.read_text() == "something else"
    cli.ok("db", "backup", file, "--force")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_restore_does_not_replace_a_home_unasked(cli: CommandLine, tmp_path: Path) -> None:
    fill(cli)
    cli.ok("db", "backup", tmp_path / "all.tar.gz")
    cli.inventory("ocr", "another")
    refused = cli("db", "restore", tmp_path / "all.tar.gz")
    assert refused.code == 3
    assert "--force" in refused.err
    assert len(cli.ok("inventory", "list", "--json").json) == 2
    cli.ok("db", "restore", tmp_path / "all.tar.gz", "--force")
    assert len(cli.ok("inventory", "list", "--json").json) == 1
    assert cli.ok("db", "check", "--json").json["ok"] is True


def test_a_restore_waits_for_nobody_who_has_the_database_open(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    cli.ok("db", "backup", tmp_path / "all.tar.gz")
    with sqlite3.connect(cli.home / "vendor-ai.db") as connection:
        connection.execute("SELECT count(*) FROM vendor").fetchone()
        refused = cli("db", "restore", tmp_path / "all.tar.gz", "--force")
    connection.close()
    assert refused.code == 3
    assert "Stop `vendor-ai serve`" in refused.err
    assert len(cli.ok("inventory", "list", "--json").json) == 1


@pytest.mark.parametrize("target", ["postgresql"])
def test_a_restore_leaves_a_postgresql_with_records_alone_unasked(
    cli: CommandLine, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    cli.inventory("ocr")
    cli.ok("db", "backup", tmp_path / "all.tar.gz")
    use(monkeypatch, url_of(target, cli.home, request))
    cli.inventory("another")
    refused = cli("db", "restore", tmp_path / "all.tar.gz")
    assert (refused.code, "holds records already" in refused.err) == (3, True)
    assert [entry["ref"] for entry in cli.ok("inventory", "list", "--json").json] == ["another"]
    cli.ok("db", "restore", tmp_path / "all.tar.gz", "--force")
    assert [entry["ref"] for entry in cli.ok("inventory", "list", "--json").json] == ["ocr"]


def rewritten(source: Path, target: Path, *, change: str = "", add: tuple[str, bytes] | None = None, drop: str = "") -> Path:
    """The same backup with one member changed, added or dropped."""
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            handle = old.extractfile(member)
            assert handle is not None
            content = handle.read()
            if member.name == drop:
                continue
            if member.name == change:
                content = content[:-1] + bytes([content[-1] ^ 1])
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
        if add is not None:
            extra = tarfile.TarInfo(add[0])
            extra.size = len(add[1])
            new.addfile(extra, io.BytesIO(add[1]))
    return target


def test_a_backup_that_was_changed_or_cut_is_refused_and_nothing_is_restored(cli: CommandLine, tmp_path: Path) -> None:
    fill(cli)
    good = tmp_path / "all.tar.gz"
    cli.ok("db", "backup", good)
    with tarfile.open(good) as archive:
        names = archive.getnames()
    parquet = next(name for name in names if name.endswith(".parquet"))
    (tmp_path / "cut.tar.gz").write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    (tmp_path / "text.tar.gz").write_text("no archive")
    outside = json.dumps(
        {"format": 1, "created_at": "x", "program": "0", "schema": "0001", "files": [{"path": "../x", "bytes": 1, "sha256": ""}]}
    )
    with tarfile.open(tmp_path / "outside.tar.gz", "w:gz") as archive:
        member = tarfile.TarInfo("backup.json")
        member.size = len(outside)
        archive.addfile(member, io.BytesIO(outside.encode()))
    cases = {
        "was changed or is damaged": rewritten(good, tmp_path / "changed.tar.gz", change=parquet),
        "its list does not name": rewritten(good, tmp_path / "added.tar.gz", add=("../evil", b"x")),
        "It is cut off": rewritten(good, tmp_path / "dropped.tar.gz", drop=parquet),
        "not a whole backup": tmp_path / "cut.tar.gz",
        "not a whole backup of": tmp_path / "text.tar.gz",
        "outside a home": tmp_path / "outside.tar.gz",
        "There is no file": tmp_path / "absent.tar.gz",
    }
    for sentence, file in cases.items():
        other = CommandLine(tmp_path / "elsewhere")
        refused = other("db", "restore", file)
        assert (refused.code, sentence in refused.err) == (3, True), (file, refused.err)
        assert not list(other.home.glob("*")) if other.home.exists() else True
    assert not (tmp_path / "evil").exists()


def test_a_backup_of_a_newer_version_is_refused(cli: CommandLine, tmp_path: Path) -> None:
    cli.inventory("ocr")
    with sqlite3.connect(cli.home / "vendor-ai.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    refused = cli("db", "backup", tmp_path / "all.tar.gz")
    assert (refused.code, "newer version" in refused.err) == (3, True)


def test_check_finds_a_prediction_file_that_was_changed_or_lost(cli: CommandLine) -> None:
    fill(cli)
    first, second, *_ = sorted((cli.home / "predictions").rglob("*.parquet"))
    content = first.read_bytes()
    first.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    second.unlink()
    found = cli("db", "check", "--json")
    failed = {entry["name"]: entry["message"] for entry in found.json["checks"] if not entry["ok"]}
    assert (found.code, list(failed)) == (1, ["prediction files"])
    assert f"{first.name} was changed" in failed["prediction files"]
    assert f"{second.name} cannot be read" in failed["prediction files"]
    refused = cli("db", "backup", cli.home.parent / "all.tar.gz")
    assert (refused.code, "db check" in refused.err) == (3, True)


def test_check_finds_a_damaged_database_and_a_backup_mends_it(cli: CommandLine, tmp_path: Path) -> None:
    fill(cli)
    cli.ok("db", "backup", tmp_path / "all.tar.gz")
    database = cli.home / "vendor-ai.db"
    with database.open("r+b") as handle:
        handle.seek(4096)
        handle.write(os.urandom(16 * 4096))
    found = cli("db", "check", "--json")
    assert (found.code, found.json["ok"]) == (1, False)
    database.write_bytes(b"no database at all" * 1000)
    assert cli("db", "check").code == 1
    refused = cli("inventory", "list")
    assert (refused.code, "db restore FILE --force" in refused.err) == (3, True)
    cli.ok("db", "restore", tmp_path / "all.tar.gz", "--force")
    assert cli.ok("db", "check", "--json").json["ok"] is True


def test_db_upgrade_says_what_it_did(cli: CommandLine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, url_of("postgresql", cli.home, request, migrated=False))
    refused = cli("inventory", "list")
    assert (refused.code, "Run: vendor-ai db upgrade" in refused.err) == (3, True)
    first, again = cli.ok("db", "upgrade", "--json").json, cli.ok("db", "upgrade", "--json").json
    assert (first["before"], again["before"]) == (None, first["after"])
    assert cli.ok("inventory", "list", "--json").json == []

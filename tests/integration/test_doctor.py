"""`doctor` and `settings`: what is wrong here, and what is set."""

import os
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.document import PDF, PNG
from vendor_ai.kit import data
from vendor_ai.services import doctor
from vendor_ai.settings import Settings


def failed(cli: CommandLine) -> dict[str, str]:
    found = cli("doctor", "--json")
    assert found.code == (0 if found.json["ok"] else 1)
    return {entry["name"]: entry["advice"] for entry in found.json["checks"] if not entry["ok"]}


def test_a_sound_installation_passes_and_nothing_is_made(cli: CommandLine) -> None:
    found = cli.ok("doctor", "--json").json
    assert found["ok"] is True
    names = [entry["name"] for entry in found["checks"]]
    first, second = ["python", "questionnaires", "contracts", "migrations"], ["home", "prediction log", "disk space", "database"]
    assert names == [*first, *second, "query engine", "pdf", "charts"]
    assert not cli.home.exists()


def test_every_failure_says_how_to_mend_it(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(doctor, "data_folder", lambda name: data.data_folder(f"no-{name}"))
    monkeypatch.setattr(doctor, "LEAST_FREE_MIB", 10**12)
    monkeypatch.setenv("VENDOR_AI_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    (tmp_path / "file").touch()
    monkeypatch.setenv("VENDOR_AI_PREDICTION_STORE", str(tmp_path / "file" / "below"))
    found = failed(cli)
    assert set(found) == {"questionnaires", "contracts", "migrations", "disk space", "database", "prediction log"}
    assert all(found.values())
    assert "VENDOR_AI_DATABASE_URL" in found["database"]


def test_a_database_that_is_none_is_named(cli: CommandLine) -> None:
    cli.home.mkdir()
    (cli.home / "vendor-ai.db").write_text("hello " * 1000)
    assert set(failed(cli)) == {"database"}


@pytest.mark.postgres
def test_a_postgresql_without_schema_asks_for_the_upgrade(
    cli: CommandLine, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENDOR_AI_DATABASE_URL", request.getfixturevalue("postgresql").new_database(migrated=False))
    assert failed(cli) == {"database": "Run: vendor-ai db upgrade"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_named(cli: CommandLine) -> None:
    cli.home.mkdir(mode=0o500)
    assert "home" in failed(cli)


def test_an_old_python_is_named() -> None:
    assert doctor.python_version((3, 11)).ok
    assert doctor.python_version((3, 13)).ok
    old = doctor.python_version((3, 10))
    assert (old.ok, "3.11 or newer" in old.advice) == (False, True)


def test_settings_lists_every_setting_with_its_source(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vendor-ai.env").write_text("VENDOR_AI_PORT=9000\nVENDOR_AI_BATCH_ROWS=10\n")
    monkeypatch.setenv("VENDOR_AI_BATCH_ROWS", "20")
    monkeypatch.setenv("VENDOR_AI_DATABASE_URL", "postgresql+psycopg://me:secret@db/records")
    listed = {entry["name"]: entry for entry in cli.ok("settings", "--json").json}
    assert set(listed) == set(Settings.model_fields)
    assert all(entry["meaning"] for entry in listed.values())
    assert (listed["home"]["value"], listed["home"]["source"]) == (str(cli.home), "--home")
    assert (listed["port"]["value"], listed["port"]["source"]) == ("9000", "vendor-ai.env")
    assert (listed["batch_rows"]["value"], listed["batch_rows"]["source"]) == ("20", "environment")
    assert (listed["host"]["value"], listed["host"]["source"]) == ("127.0.0.1", "default")
    assert listed["database_url"]["value"] == "postgresql+psycopg://me:***@db/records"
    assert listed["database_url"]["variable"] == "VENDOR_AI_DATABASE_URL"


def test_an_impossible_setting_is_one_sentence(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_AI_PORT", "many")
    refused = cli("inventory", "list")
    assert (refused.code, "VENDOR_AI_PORT" in refused.err, len(refused.err.splitlines())) == (3, True, 1)


# --- documents --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(cli: CommandLine, tmp_path: Path) -> list[Path]:
    """Where the contents of two documents lie."""
    cli.inventory("ocr")
    found = []
    for name, content in (("soc2.pdf", PDF), ("shot.png", PNG)):
        (tmp_path / name).write_bytes(content)
        sha256 = cli.ok("document", "add", tmp_path / name, "--vendor", "Acme AI", "--json").json["sha256"]
        found.append(cli.home / "evidence" / sha256[:2] / sha256)
    return found


def messages(cli: CommandLine) -> dict[str, str]:
    return {entry["name"]: entry["message"] for entry in cli("doctor", "--json").json["checks"]}


def test_sound_documents_pass(cli: CommandLine, kept: list[Path]) -> None:
    assert all(path.is_file() for path in kept)
    assert failed(cli) == {}
    assert messages(cli)["documents"] == "Every document is as it was stored."


def test_documents_that_are_missing_or_were_changed_are_named(cli: CommandLine, kept: list[Path]) -> None:
    kept[0].write_bytes(b"other")
    kept[1].unlink()

    assert set(failed(cli)) == {"documents"}
    assert messages(cli)["documents"] == (
        "acme-ai-e1 (soc2.pdf) is missing or was changed; acme-ai-e2 (shot.png) is missing or was changed."
    )


def test_files_that_belong_to_no_document_are_named_and_left_where_they_are(cli: CommandLine, kept: list[Path]) -> None:
    stray = kept[0].parent / ("ab" * 32)
    stray.write_bytes(b"no record names this")

    assert set(failed(cli)) == {"left-over files"}
    assert "1 files in" in messages(cli)["left-over files"]
    assert "abababababababab" in messages(cli)["left-over files"]
    assert stray.exists()
    cli.ok("job", "run", "evidence")
    assert failed(cli) == {}


def test_a_deleted_document_is_nothing_to_mend(cli: CommandLine, kept: list[Path]) -> None:
    cli.ok("document", "delete", "acme-ai-e1", "--reason", "Old.")
    assert not kept[0].exists()
    assert failed(cli) == {}


def test_of_many_the_first_few_are_named_and_the_others_counted(cli: CommandLine, kept: list[Path]) -> None:
    for number in range(7):
        (kept[0].parent / (str(number) * 64)).write_bytes(b"x")
    found = messages(cli)["left-over files"]
    assert "7 files in" in found
    assert found.endswith("; 2 more.")

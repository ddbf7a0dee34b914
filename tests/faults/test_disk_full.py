"""A full disk: one clear sentence, what was acknowledged stays, the same command goes on once there is room."""

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.command_line import HEADER, CommandLine
from tests.factories.crash import acknowledged_batches

ROWS = 60_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here, which root may: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """More than six megabytes of calls that do not compress."""
    chance = random.Random(6)
    path = tmp_path / "log.csv"
    with path.open("w") as handle:
        handle.write(HEADER + "\n")
        for number in range(ROWS):
            answer = f"{chance.getrandbits(256):064x}"
            day = f"2026-07-{1 + number % 28:02d}"
            handle.write(f"{chance.getrandbits(128):032x},{day}T00:00:00+00:00,{answer},{answer},{chance.random() * 900},v1\n")
    return path


def test_an_import_onto_a_full_disk_resumes_when_there_is_room(
    small_disk: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENDOR_AI_BATCH_ROWS", "2000")
    cli = CommandLine(small_disk / "home")
    (small_disk / "inventory.csv").write_text("vendor,component\nAcme AI,ocr\n")
    cli.ok("inventory", "import", small_disk / "inventory.csv")
    command = ("prediction", "import", log, "--component", "ocr", "--json")
    stopped = cli(*command)
    assert stopped.code == 3
    assert (len(stopped.err.splitlines()), "full" in stopped.err, "Free some space" in stopped.err) == (1, True, True)
    kept = acknowledged_batches(cli.home)
    assert kept > 0
    again = cli(*command)  # still full: still one sentence, still nothing lost
    assert (again.code, len(again.err.splitlines())) == (3, 1)
    assert acknowledged_batches(cli.home) >= kept
    assert cli("db", "check", "--json").json["ok"] is True
    backup = cli("db", "backup", small_disk / "all.tar.gz")
    assert backup.code == 3
    assert sorted(path.name for path in small_disk.iterdir()) == ["home", "inventory.csv"]

    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    resumed = cli.ok(*command).json
    assert (resumed["read"], resumed["rejected"]) == (ROWS, 0)
    assert resumed["stored"] + resumed["duplicates"] == ROWS
    assert resumed["stored"] < ROWS  # some were acknowledged before
    once_more = cli.ok(*command).json
    assert (once_more["stored"], once_more["duplicates"]) == (0, ROWS)
    counts = {path.parent.name: rows_of(path) for path in (cli.home / "predictions").rglob("*.parquet")}
    assert counts == {"prediction": ROWS, "outcome": ROWS}
    assert cli("db", "check", "--json").json["ok"] is True


def rows_of(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)

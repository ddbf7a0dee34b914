"""The wheel carries packs, contracts and migrations, and `vendor-ai` works from any folder."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

HEAVY = {"pandas", "numpy", "sklearn", "scipy", "duckdb", "pyarrow", "openpyxl", "altair", "sqlmodel", "fastapi"}
RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from vendor_ai.cli.main import run; run()"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel unpacked, away from the checkout."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VENDOR_AI"))}
    return subprocess.run(
        [sys.executable, "-I", "-c", RUN, str(installed), "--home", str(home), *arguments],
        cwd=home.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("folder", ["questionnaires", "contracts", "migrations"])
def test_every_data_file_of_the_checkout_is_in_the_wheel(wheel: Path, folder: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name.removeprefix("vendor_ai/_data/"): archive.read(name) for name in archive.namelist()}
    files = [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert files
    for path in files:
        assert packed[path.relative_to(ROOT).as_posix()] == path.read_bytes()


def test_files_that_are_no_python_come_along(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    wanted = [path for path in (ROOT / "vendor_ai").rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}]
    assert {path.relative_to(ROOT).as_posix() for path in wanted} <= packed


def test_the_installed_program_works_from_another_folder(installed: Path, tmp_path: Path) -> None:
    packs = run(installed, tmp_path / "home", "questionnaire", "list", "--json")
    assert packs.returncode == 0, packs.stderr
    assert "vendor-ai-due-diligence" in packs.stdout
    template = run(installed, tmp_path / "home", "contract", "template", str(tmp_path / "contract.yaml"))
    assert template.returncode == 0, template.stderr
    listed = run(installed, tmp_path / "home", "inventory", "list", "--json")  # makes the schema from the migrations
    assert (listed.returncode, json.loads(listed.stdout)) == (0, [])
    checked = run(installed, tmp_path / "home", "doctor", "--json")
    assert json.loads(checked.stdout)["ok"] is True


def test_it_is_the_wheel_that_was_run(installed: Path, tmp_path: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import vendor_ai.kit.data as d; print(d.data_folder('migrations'))"
    shown = subprocess.run([sys.executable, "-I", "-c", code, str(installed)], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert Path(shown.stdout.strip()) == installed / "vendor_ai" / "_data" / "migrations"


def test_help_is_given_without_heavy_packages(installed: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from vendor_ai.cli.main import run\n"
        "try: run(['--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit(', '.join(sorted({HEAVY} & set(sys.modules))) or 0)"
    )
    shown = subprocess.run([sys.executable, "-I", "-c", code, str(installed)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (0, "")

"""What every test may use."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.postgres import PostgreSQL
from vendor_ai.db.base import Records
from vendor_ai.db.schema import ensure

ROOT = Path(__file__).resolve().parent.parent
# A developer's own installation must never be what the tests write to.
for _name in [name for name in os.environ if name.startswith("VENDOR_AI_") and name not in ("VENDOR_AI_TEST_DATA", "VENDOR_AI_SOAK")]:
    del os.environ[_name]

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data with published results; the test is skipped where it is absent, unless the full figures are wanted."""
    folder = Path(os.environ.get("VENDOR_AI_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"the folder of real test data is absent: {folder} (set VENDOR_AI_TEST_DATA)"
        if os.environ.get("VENDOR_AI_SOAK"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether the full figures are wanted (``make soak``), not the quick ones."""
    return bool(os.environ.get("VENDOR_AI_SOAK"))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server, started once."""
    server = PostgreSQL()
    yield server
    server.stop()


@pytest.fixture(params=DATABASES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a database without any table, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'home' / 'vendor-ai.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database(migrated=False)


@pytest.fixture(params=DATABASES)
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    """A records database with the schema of this version, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        found = Records(f"sqlite:///{tmp_path / 'home' / 'vendor-ai.db'}")
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        found = Records(server.new_database(), busy_timeout_s=30)
    ensure(found)
    yield found
    found.close()


@pytest.fixture(scope="session")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Four processes of their own, to write at once."""
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def cli(tmp_path: Path) -> CommandLine:
    """The command line on an empty home."""
    return CommandLine(tmp_path / "home")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only ``make soak`` runs."""
    if os.environ.get("VENDOR_AI_SOAK"):
        return
    left_out = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("soak")]

"""What is wrong with this installation, and how to mend it."""

import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from vendor_ai.db.base import Records
from vendor_ai.db.schema import head
from vendor_ai.domain.check import Check
from vendor_ai.domain.errors import VendorAIError
from vendor_ai.kit.data import data_folder
from vendor_ai.services.evidence import stray_files, unsound_documents
from vendor_ai.services.evidence_shelf import FOLDER
from vendor_ai.settings import Settings

OLDEST_PYTHON = (3, 11)
LEAST_FREE_MIB = 200
_SHOWN = 5  # documents and files that a message names
FONT = "Libertinus Serif"  # the one the report is set in


def examine(settings: Settings, open_database: Callable[[], Records]) -> list[Check]:
    """Look at everything the program rests on; nothing is stored or changed.

    Args:
        settings: As loaded.
        open_database: Opens the records without changing their schema.
    """
    database = _database(settings, open_database)
    return [
        python_version(sys.version_info[:2]),
        *_data_folders(),
        _writable("home", settings.home, "Choose another folder with --home or VENDOR_AI_HOME."),
        _writable("prediction log", settings.prediction_folder, "Choose another folder with VENDOR_AI_PREDICTION_STORE."),
        free_space(settings.home),
        database,
        *(_documents(settings, open_database) if database.ok else ()),
        _query_engine(),
        *_report_parts(),
    ]


def python_version(found: tuple[int, ...]) -> Check:
    """Whether Python is new enough."""
    shown = f"{platform.python_implementation()} {'.'.join(str(part) for part in found)}"
    ok = found >= OLDEST_PYTHON
    return Check("python", ok, shown, "" if ok else "Install Python 3.11 or newer and run `make setup` again.")


def _data_folders() -> Iterator[Check]:
    for name, needed in (("questionnaires", "*.yaml"), ("contracts", "*.yaml"), ("migrations", "versions/*.py")):
        try:
            count = len(list(data_folder(name).glob(needed)))
        except FileNotFoundError:
            count = 0
        yield Check(name, bool(count), f"{count} files", "" if count else "This installation is incomplete: install vendor-ai again.")


def _existing(path: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    path = path.resolve()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _writable(name: str, folder: Path, advice: str) -> Check:
    place = _existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Check(name, False, f"{folder} cannot be written ({error.strerror}).", advice)
    return Check(name, True, f"{folder}" + ("" if folder.exists() else " (made at first use)"))


def free_space(folder: Path) -> Check:
    """Whether the disk of the home has room to work."""
    free = shutil.disk_usage(_existing(folder)).free / 2**20
    ok = free >= LEAST_FREE_MIB
    return Check("disk space", ok, f"{free:,.0f} MiB free", "" if ok else f"Free at least {LEAST_FREE_MIB} MiB, or move the home.")


def _database(settings: Settings, open_database: Callable[[], Records]) -> Check:
    embedded = settings.records_url.startswith("sqlite")
    if not _made(settings):
        return Check("database", True, "SQLite, made at first use.")
    kind = "SQLite" if embedded else "PostgreSQL"
    try:
        revision = open_database().revision()
    except VendorAIError as error:
        advice = "Look at the file's permissions and the disk." if embedded else "Check VENDOR_AI_DATABASE_URL and that the server runs."
        return Check("database", False, f"{kind}: {error}", advice)
    if revision != head():
        return Check("database", False, f"{kind}, schema {revision or 'empty'}, needed {head()}.", "Run: vendor-ai db upgrade")
    return Check("database", True, f"{kind}, schema {revision}.")


def _documents(settings: Settings, open_database: Callable[[], Records]) -> Iterator[Check]:
    """Documents whose content is missing or was changed, and files that no record names."""
    if not _made(settings):
        return
    with open_database().read() as session:
        unsound, strays = unsound_documents(session, settings.home), stray_files(session, settings.home)
    if unsound:
        yield Check("documents", False, f"{_named(unsound)}.", "Send them again with `vendor-ai document add`, or bring a backup back.")
    else:
        yield Check("documents", True, "Every document is as it was stored.")
    if strays:
        message = f"{len(strays)} files in {settings.home / FOLDER} belong to no document: {_named([name[:16] for name in strays])}."
        yield Check("left-over files", False, message, "They are removed once a day, by: vendor-ai job run evidence")


def _made(settings: Settings) -> bool:
    """Whether the records exist: SQLite makes its file at first use."""
    return not settings.records_url.startswith("sqlite") or Path(settings.records_url.removeprefix("sqlite:///")).exists()


def _named(names: Sequence[str]) -> str:
    more = f"; {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return "; ".join(names[:_SHOWN]) + more


def _query_engine() -> Check:
    """Write one row to a file and read it back, as the prediction log does."""
    import duckdb
    import pyarrow as pa

    from vendor_ai.predictions.duckdb import DuckDBEngine
    from vendor_ai.predictions.files import write_files

    row = {"prediction_id": ["doctor"], "occurred_at": pa.array([datetime(2026, 1, 1, tzinfo=UTC)], pa.timestamp("us", tz="UTC"))}
    try:
        with tempfile.TemporaryDirectory() as folder:
            files = write_files(Path(folder), "doctor", "prediction", pa.table(row))
            ok = DuckDBEngine(Path(folder), threads=1).merge(files).num_rows == 1
    except (VendorAIError, duckdb.Error, OSError) as error:
        return Check("query engine", False, f"DuckDB {duckdb.__version__}: {error}", f"Make room in {tempfile.gettempdir()} or set TMPDIR.")
    return Check("query engine", ok, f"DuckDB {duckdb.__version__}", "" if ok else "Install vendor-ai again.")


def _report_parts() -> Iterator[Check]:
    """Set a page and draw a chart with the parts the report uses."""
    import typst
    import vl_convert

    page = f'#set text(font: "{FONT}", fallback: false)\nReport'
    try:
        written = typst.compile(page.encode(), ignore_system_fonts=True)
    except (typst.TypstError, RuntimeError, OSError) as error:
        yield Check("pdf", False, f"typst cannot set a page: {error}", "Install vendor-ai again.")
    else:
        ok = isinstance(written, bytes) and written.startswith(b"%PDF")
        yield Check("pdf", ok, f"typst sets pages in {FONT}.", "" if ok else "Install vendor-ai again.")
    chart = {"data": {"values": [{"x": 1}]}, "mark": "point", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    try:
        drawn = vl_convert.vegalite_to_svg(chart)
    except ValueError as error:
        yield Check("charts", False, f"vl-convert cannot draw: {error}", "Install vendor-ai again.")
    else:
        yield Check("charts", "<svg" in drawn, f"vl-convert {version('vl-convert-python')} draws.")

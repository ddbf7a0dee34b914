"""`vendor-ai prediction` and `vendor-ai outcome`: logs and late labels from files."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.log_retention import add_verbs
from vendor_ai.cli.output import JsonOption, print_json, print_problems
from vendor_ai.cli.session import open_session
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable

Files = Annotated[list[Path], typer.Argument(help="csv, tsv, jsonl, json, parquet or arrow files.")]
ComponentOption = Annotated[str | None, typer.Option("--component", help="Component of every row; else a column `component` names it.")]
MapOption = Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN for a column with another name; repeat as needed.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and store nothing.")]
ZoneOption = Annotated[str | None, typer.Option("--time-zone", help="Zone of times without an offset, e.g. Europe/Berlin.")]


def register(app: typer.Typer) -> None:
    """Add both nouns."""
    prediction = typer.Typer(no_args_is_help=True, help="Logged calls of a component.")
    outcome = typer.Typer(no_args_is_help=True, help="Ground truth that comes later.")
    prediction.command("import")(import_predictions)
    outcome.command("import")(import_outcomes)
    add_verbs(prediction)
    outcome.callback()(_noun)
    app.add_typer(prediction, name="prediction")
    app.add_typer(outcome, name="outcome")


def _noun() -> None:
    """Keep the verb: a noun with one verb would swallow it."""


def import_predictions(
    files: Files,
    component: ComponentOption = None,
    mapping: MapOption = None,
    time_zone: ZoneOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import logged calls; the same command resumes after an interruption and never stores a row twice.

    Example: vendor-ai prediction import calls.csv --component acme-ocr --map prediction_id=request_id --map actual=truth
    """
    _import(files, component, mapping, time_zone, dry_run=dry_run, as_json=as_json, outcomes_only=False)


def import_outcomes(
    files: Files,
    component: ComponentOption = None,
    mapping: MapOption = None,
    time_zone: ZoneOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import ground truth by prediction_id; what comes before its prediction waits for it.

    Example: vendor-ai outcome import labels.csv --component acme-ocr --map actual=truth
    """
    _import(files, component, mapping, time_zone, dry_run=dry_run, as_json=as_json, outcomes_only=True)


def read_mapping(entries: list[str] | None) -> dict[str, str]:
    """``--map field=column`` as a mapping.

    Raises:
        InvalidInputError: When an entry is not of that form or names a field twice.
    """
    mapping: dict[str, str] = {}
    for entry in entries or []:
        name, equals, column = entry.partition("=")
        if not equals or not name.strip() or not column.strip():
            raise InvalidInputError(f"--map {entry!r} is not of the form FIELD=COLUMN, such as prediction_id=request_id.")
        if name.strip() in mapping:
            raise InvalidInputError(f"--map names the field {name.strip()!r} twice.")
        mapping[name.strip()] = column.strip()
    return mapping


@contextmanager
def _progress_bar(shown: bool) -> "Iterator[Callable[[Path, float], None]]":
    """A bar on standard error while the files are read."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as bar:
        tasks: dict[Path, TaskID] = {}

        def advance(path: Path, done: float) -> None:
            if path not in tasks:
                tasks[path] = bar.add_task(path.name, total=1.0)
            bar.update(tasks[path], completed=done)

        yield advance


def _import(
    files: list[Path],
    component: str | None,
    mapping: list[str] | None,
    time_zone: str | None,
    *,
    dry_run: bool,
    as_json: bool,
    outcomes_only: bool,
) -> None:
    from vendor_ai.importers.log_table import LogReader
    from vendor_ai.services.log_import import import_log_files

    app = open_session()
    reader = LogReader(read_mapping(mapping), time_zone, outcomes_only)
    notices: list[str] = []  # said at the end, so that a problem stays the one sentence it is
    with _progress_bar(sys.stderr.isatty() and not as_json) as progress:
        result = import_log_files(
            app.log,
            files,
            reader=reader,
            component=component,
            batch_rows=app.settings.batch_rows,
            dry_run=dry_run,
            progress=progress,
            notice=notices.append,
        )
    if as_json:
        print_json(result.as_json())
    else:
        would = "would be " if dry_run else ""
        counts = f"{result.stored:,} {would}stored, {result.duplicates:,} duplicates, {result.rejected:,} rejected"
        typer.echo(f"{result.read:,} rows read: {counts}.")
        print_problems(result.problems, files[0].name if len(files) == 1 else "")
    for sentence in notices:
        typer.echo(sentence, err=True)
    if result.rejected:
        raise typer.Exit(1)

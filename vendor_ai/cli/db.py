"""`vendor-ai db`: the stored records and files as a whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import open_session

if TYPE_CHECKING:
    from vendor_ai.domain.check import Check
    from vendor_ai.services.backup import Backup

db = typer.Typer(no_args_is_help=True, help="Schema, backup and soundness of what is stored.")

ForceOption = Annotated[bool, typer.Option("--force", help="Replace what is there.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(db, name="db")


@db.command("upgrade")
def upgrade_schema(as_json: JsonOption = False) -> None:
    """Bring the database to the schema this version needs: all of it or nothing.

    Example: VENDOR_AI_DATABASE_URL=postgresql+psycopg://vendor_ai@localhost/vendor_ai vendor-ai db upgrade
    """
    from vendor_ai.services.integrity import bring_forward

    before, after = bring_forward(open_session().database)
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        typer.echo(f"The schema is {after} already, as this version needs.")
    else:
        typer.echo(f"The schema was {before or 'empty'} and is {after} now.")


@db.command("backup")
def back_up(
    file: Annotated[Path, typer.Argument(help="Where to write the backup, e.g. vendor-ai.tar.gz.")],
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Write records, prediction log, evidence and reports to one file, as of one moment, while others go on writing.

    The records are kept as SQLite whichever database they are in, so a backup can also move an installation to PostgreSQL or back.
    The file holds every record and key: keep it like one.

    Example: vendor-ai db backup vendor-ai-2026-10-01.tar.gz
    """
    from vendor_ai.services.backup import build_backup

    app = open_session()
    _say(build_backup(app.records, app.settings, file, at=app.clock.now(), replace=force), "written to", file, as_json=as_json)


@db.command("restore")
def bring_back(file: Annotated[Path, typer.Argument(help="A backup.")], force: ForceOption = False, as_json: JsonOption = False) -> None:
    """Bring a backup back into an empty home, or with --force over what is there. Stop `vendor-ai serve` first.

    Example: vendor-ai --home /srv/vendor-ai db restore vendor-ai-2026-10-01.tar.gz
    """
    from vendor_ai.services.backup import restore_backup

    _say(restore_backup(open_session().settings, file, replace=force), "restored from", file, as_json=as_json)


@db.command("check")
def check_stored(as_json: JsonOption = False) -> None:
    """Look for damage: the database itself, every prediction file's hash, waiting batches, the audit chain; exit code 1 on any.

    Example: vendor-ai db check
    """
    from vendor_ai.services.integrity import check_database

    app = open_session()
    report_checks(check_database(app.settings, lambda: app.database), "Database", as_json=as_json)


def report_checks(checks: "Sequence[Check]", title: str, *, as_json: bool) -> None:
    """Show what was looked at; one failed check is exit code 1."""
    from vendor_ai.domain.check import checks_json

    if as_json:
        print_json(checks_json(checks))
    else:
        rows = [["ok" if check.ok else "FAILED", check.name, check.message, check.advice] for check in checks]
        print_table(title, ["", "What", "Found", "What to do"], rows)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def _say(backup: "Backup", what: str, file: Path, *, as_json: bool) -> None:
    if as_json:
        counts = {"files": len(backup.files), "bytes": backup.bytes}
        print_json({"file": str(file), "created_at": backup.created_at, "program": backup.program, "schema": backup.schema, **counts})
        return
    typer.echo(f"{len(backup.files):,} files, {backup.bytes / 2**20:,.1f} MiB, as of {backup.created_at}: {what} {file}.")

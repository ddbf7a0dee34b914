"""`vendor-ai audit`: who did what, in a chain that shows tampering."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import open_session
from vendor_ai.domain.errors import InvalidInputError

audit = typer.Typer(no_args_is_help=True, help="The audit chain.")


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(audit, name="audit")


@audit.command("list")
def list_entries(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many of the newest entries.")] = 50, as_json: JsonOption = False
) -> None:
    """List the newest entries.

    Example: vendor-ai audit list --limit 20
    """
    from vendor_ai.services.audit import listed

    with open_session().records.read() as session:
        entries = listed(session, limit=limit)
    if as_json:
        print_json(
            [
                {
                    "sequence": sequence,
                    "at": event.at.isoformat(),
                    "actor": event.actor,
                    "action": event.action,
                    "noun": event.noun,
                    "reference": event.reference,
                    "data": event.data,
                    "digest": digest,
                }
                for sequence, event, digest in entries
            ]
        )
        return
    rows = [[str(number), f"{event.at:%Y-%m-%d %H:%M:%S} UTC", event.actor, event.action, event.reference] for number, event, _ in entries]
    print_table("Audit chain", ["Entry", "When", "Who", "What", "Reference"], rows, empty="Nothing has been done here yet.")


@audit.command("verify")
def verify_chain(
    checkpoint: Annotated[
        str | None, typer.Option("--checkpoint", help="SEQUENCE:DIGEST noted earlier, outside; finds an end that was cut off.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compute the whole chain again; exit code 1 when an entry was changed, removed, added or moved.

    Example: vendor-ai audit verify --checkpoint 412:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    from vendor_ai.services.audit import read_checkpoint, verify

    noted = read_checkpoint(checkpoint) if checkpoint is not None else None
    with open_session().records.read() as session:
        check = verify(session, checkpoint=noted)
    if as_json:
        print_json(check.as_json())
    else:
        for problem in check.problems:
            typer.echo(problem, err=True)
        verdict = "whole" if check.ok else "NOT whole"
        typer.echo(f"The audit chain is {verdict}: {check.entries:,} entries. Note its head elsewhere: {check.head}")
    if not check.ok:
        raise typer.Exit(1)


@audit.command("export")
def export_chain(file: Annotated[Path, typer.Argument(help="Where to write the chain, as JSON lines.")]) -> None:
    """Write the whole chain with its signed head to a file that `vendor-ai verify` checks anywhere.

    Example: vendor-ai audit export audit.jsonl
    """
    from vendor_ai.services.audit import export_lines

    if file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name, so that nothing is lost.")
    with open_session().records.write() as session, file.open("x", encoding="utf-8") as handle:
        handle.writelines(export_lines(session))
    typer.echo(f"The audit chain is written to {file}. Check it anywhere: vendor-ai verify {file.name} --fingerprint FINGERPRINT")

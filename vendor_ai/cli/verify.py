"""`vendor-ai verify`: files that prove themselves, checked without an installation."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    file: Annotated[Path, typer.Argument(help="An approval, or an exported audit chain.")],
    fingerprint: Annotated[
        str | None, typer.Option("--fingerprint", help="Of the key that must have signed it, as `vendor-ai gate key` shows it there.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a file offline: every digest and the signature; exit code 1 when anything does not fit.

    Example: vendor-ai verify approval-12.json --fingerprint 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    from vendor_ai.services.verification import verify_file

    check = verify_file(file, fingerprint=fingerprint)
    if as_json:
        print_json(check.as_json())
    else:
        for problem in check.problems:
            typer.echo(f"{file}: {problem}", err=True)
        typer.echo(f"{file}: {'whole and signed' if check.ok else 'NOT to be relied on'} ({check.kind or 'unknown kind'}).")
        for name in ("fingerprint", "head"):
            if check.facts.get(name):
                typer.echo(f"{name.capitalize()}: {check.facts[name]}")
        for note in check.notes if check.ok else ():
            typer.echo(note)
    if not check.ok:
        raise typer.Exit(1)

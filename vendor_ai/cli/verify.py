"""`vendor-ai verify`: files that prove themselves, checked within an installation or without one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from vendor_ai.cli.output import JsonOption, print_json
from vendor_ai.cli.session import open_session


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
    """Check a file: every digest and the signature; exit code 1 when anything does not fit.

    Where this installation has a signing key, that must have signed it, unless --fingerprint names another.

    Example: vendor-ai verify approval-12.json --fingerprint 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    """
    from vendor_ai.services.verification import verify_file

    check = verify_file(file, fingerprint=fingerprint, own=_own_key() if fingerprint is None else None)
    if as_json:
        print_json(check.as_json())
    else:
        for problem in check.problems:
            typer.echo(f"{file}: {problem}", err=True)
        typer.echo(f"{file}: {'whole and signed' if check.ok else 'NOT to be relied on'} ({check.kind or 'unknown kind'}).")
        for line in _approved(check.facts) if check.ok else ():
            typer.echo(line)
        for name in ("fingerprint", "head"):
            if check.facts.get(name):
                typer.echo(f"{name.capitalize()}: {check.facts[name]}")
        for note in check.notes if check.ok else ():
            typer.echo(note)
    if not check.ok:
        raise typer.Exit(1)


def _own_key() -> str | None:
    """The fingerprint of this installation's key; none is made, nor an installation where there is none."""
    from vendor_ai.services.signing import known_signing_key

    app = open_session()
    if not app.settings.database_url and not (app.settings.home / "vendor-ai.db").exists():
        return None
    with app.records.read() as session:
        key = known_signing_key(session)
    return key.fingerprint if key else None


def _approved(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What was approved, for which component, by whom and when; nothing for another kind of file."""
    given, about = facts.get("approval"), facts.get("component")
    if not given or not about:
        return ()
    until = f", valid until {given['valid_until']}" if given["valid_until"] else ""
    return (
        f"Approved: {given['approval']} at the gate {given['gate']} (number {given['number']}){until}: {given['note']}",
        f"Component: {about['ref']} ({about['name']}) of {about['vendor']}, tier {about['tier']}",
        f"By {given['by']} on {given['at']}",
    )

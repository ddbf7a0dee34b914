"""`vendor-ai finding`: what surfaced and needs an owner."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import TokenOption, acting, deciding, open_session

finding = typer.Typer(no_args_is_help=True, help="What surfaced and needs an owner: conditions of approvals, and more.")

NumberArgument = Annotated[int, typer.Argument(help="Number of the finding.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(finding, name="finding")


@finding.command("list")
def list_findings(
    kind: Annotated[str, typer.Option("--kind", help="Only those of this kind, e.g. condition.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose day has passed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List findings, those that are due first on top.

    Example: vendor-ai finding list --kind condition --overdue
    """
    from vendor_ai.services.finding import findings

    app = open_session()
    with app.records.read() as session:
        found = [entry for entry in findings(session, kind=kind, open_only=not every, at=app.clock.now()) if entry.overdue or not overdue]
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [
            str(entry.number),
            entry.kind,
            entry.subject,
            entry.text,
            entry.severity,
            entry.owner or "nobody",
            f"{entry.due_at:%Y-%m-%d}{' overdue' if entry.overdue else ''}" if entry.due_at else "",
            entry.state,
        ]
        for entry in found
    ]
    columns = ["Number", "Kind", "Subject", "To mend", "Severity", "Owner", "Due (UTC)", "State"]
    print_table("Findings", columns, rows, empty="Nothing is open. Conditions come from `vendor-ai assessment decide`.")


@finding.command("show")
def show(number: NumberArgument, as_json: JsonOption = False) -> None:
    """Show one finding.

    Example: vendor-ai finding show 3
    """
    from vendor_ai.services.finding import finding as find

    app = open_session()
    with app.records.read() as session:
        found = find(session, number, at=app.clock.now()).as_json()
    if as_json:
        print_json(found)
        return
    rows = [[key.replace("_", " "), _word(value)] for key, value in found.items() if key != "details"]
    print_table(f"Finding {number}", ["", ""], rows)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


@finding.command("assign")
def assign(number: NumberArgument, owner: Annotated[str, typer.Argument(help="A name, or vendor.")], as_json: JsonOption = False) -> None:
    """Give a finding its owner.

    Example: vendor-ai finding assign 3 "Ines Ortega"
    """
    from vendor_ai.services.finding import assign as service

    app = open_session()
    with app.records.write() as session:
        found = service(session, number, owner, by=acting(), at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"Finding {number} belongs to {found.owner}.")


@finding.command("close")
def close(
    number: NumberArgument,
    closure: Annotated[str, typer.Option("--closure", help="What was done, and how you know.")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="Reference of a stored document that shows it, e.g. acme-e4.")] = "",
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Close a finding with what shows that it was mended; conditions and lowered tiers take a token of who may decide.

    Example: vendor-ai finding close 3 --closure "The retest passed" --evidence acme-e4 --token TOKEN
    """
    from vendor_ai.services.finding import close as service

    app = open_session()
    by = deciding(app, token) if token else acting()
    with app.records.write() as session:
        found = service(session, number, closure, evidence=evidence, by=by, at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"Finding {number} is closed.")

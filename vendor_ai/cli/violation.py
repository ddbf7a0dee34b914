"""`vendor-ai violation` and `vendor-ai notice`: broken promises, and announced changes."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session, read_instant

violation = typer.Typer(no_args_is_help=True, help="Broken promises and what became of them.")
notice = typer.Typer(no_args_is_help=True, help="A vendor's change notices.")

IdArgument = Annotated[int, typer.Argument(help="Number of the violation.")]


def register(app: typer.Typer) -> None:
    """Add both nouns."""
    notice.callback()(_noun)
    app.add_typer(violation, name="violation")
    app.add_typer(notice, name="notice")


def _noun() -> None:
    """Keep the verb: a noun with one verb would swallow it."""


@violation.command("list")
def list_violations(as_json: JsonOption = False) -> None:
    """List every violation, newest first.

    Example: vendor-ai violation list
    """
    from vendor_ai.services.notice import violations

    with open_session().records.read() as session:
        found = violations(session)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [[str(entry.id), entry.contract, entry.clause, entry.component, entry.subject, entry.state] for entry in found]
    empty = "No violation is known. Closed periods are judged by: vendor-ai sla evaluate --contract REF --period 2026-Q3"
    print_table("Violations", ["Number", "Contract", "Clause", "Component", "Period or version", "State"], rows, empty=empty)


@violation.command("show")
def show(number: IdArgument, as_json: JsonOption = False) -> None:
    """Show one violation with its figures.

    Example: vendor-ai violation show 3
    """
    from vendor_ai.services.notice import violation as find_violation

    with open_session().records.read() as session:
        found = find_violation(session, number)
    if as_json:
        print_json(found.as_json())
        return
    print_table(
        f"Violation {found.id}: {found.clause} of {found.contract}", ["", ""], [[key, str(value)] for key, value in found.as_json().items()]
    )


@violation.command("set")
def move(
    number: IdArgument,
    state: Annotated[str, typer.Argument(help="acknowledged, disputed, remediated, credited or closed.")],
    note: Annotated[str, typer.Option("--note", help="Why, for the audit chain.")] = "",
) -> None:
    """Move a violation on.

    Example: vendor-ai violation set 3 disputed --note "vendor's letter of 2 October"
    """
    from vendor_ai.services.notice import move_violation

    app = open_session()
    with app.records.write() as session:
        moved = move_violation(session, number, state, note=note, by=acting(), at=app.clock.now())
    typer.echo(f"Violation {moved.id} is {moved.state}.")


@notice.command("add")
def add(
    component: Annotated[str, typer.Option("--component", help="Reference or name of the component.")],
    version: Annotated[str, typer.Option("--version", help="The served version that is announced.")],
    received: Annotated[str, typer.Option("--received", help="When it reached the agreed address (ISO 8601, or a date in UTC).")],
    effective: Annotated[str | None, typer.Option("--effective", help="When the change takes effect.")] = None,
    emergency: Annotated[bool, typer.Option("--emergency", help="An emergency security update.")] = False,
    text: Annotated[str, typer.Option("--text", help="What the notice says.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Store a vendor's change notice.

    Example: vendor-ai notice add --component acme-ocr --version v3 --received 2026-05-01 --effective 2026-07-10
    """
    from vendor_ai.services.notice import add_notice

    received_at = read_instant(received)
    assert received_at is not None
    app = open_session()
    with app.records.write() as session:
        number = add_notice(
            session,
            component,
            model_version=version,
            received_at=received_at,
            effective_at=read_instant(effective),
            emergency=emergency,
            text=text,
            by=acting(),
            at=app.clock.now(),
        )
    if as_json:
        print_json({"notice": number})
        return
    typer.echo(f"Notice {number} stored.")

"""`vendor-ai risk`: risks that are carried knowingly."""

from typing import Annotated

import typer

from vendor_ai.cli.assessment_decision import read_day
from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import TokenOption, acting, deciding, open_session
from vendor_ai.domain.errors import InvalidInputError

risk = typer.Typer(no_args_is_help=True, help="Risks that are carried knowingly, by two persons and for a time.")

NumberArgument = Annotated[int, typer.Argument(help="Number of the risk.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(risk, name="risk")


@risk.command("accept")
def accept(
    component: Annotated[str, typer.Argument(help="Reference or name of the component.")],
    subject: Annotated[str, typer.Option("--subject", help="What is accepted: a question, a condition, a risk in words.")],
    rationale: Annotated[str, typer.Option("--rationale", help="Why it is carried.")],
    monitoring: Annotated[str, typer.Option("--monitoring", help="How it is watched meanwhile.")],
    until: Annotated[str, typer.Option("--until", help="The last day, e.g. 2027-06-30.")],
    assessment: Annotated[str, typer.Option("--assessment", help="The one it rests on; else the component's newest.")] = "",
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose to carry a risk; another person approves it.

    Example: vendor-ai risk accept acme-ocr --subject pentest --rationale "Internal use" --monitoring "Weekly look" --until 2027-03-31
    """
    from vendor_ai.services import risk as service

    day = read_day(until, "--until")
    if day is None:
        raise InvalidInputError("An accepted risk needs its last day. Give one with --until.")
    app = open_session()
    by = deciding(app, token) if token else acting()
    with app.records.write() as session:
        made = service.accept(
            session, component, subject=subject, rationale=rationale, monitoring_plan=monitoring, until=day, assessment=assessment,
            by=by, at=app.clock.now(),
        )  # fmt: skip
    if as_json:
        print_json(made.as_json())
        return
    typer.echo(f"Risk {made.number} is proposed. Another person approves it: vendor-ai risk approve {made.number} --token TOKEN")


@risk.command("approve")
def approve(number: NumberArgument, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """Approve, as the second person, that a risk is carried.

    Example: vendor-ai risk approve 2 --token TOKEN
    """
    from vendor_ai.services import risk as service

    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        found = service.approve(session, number, by=by, at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"Risk {number} is accepted until {found.until}.")


@risk.command("list")
def list_risks(
    component: Annotated[str, typer.Option("--component", help="Only those of this component.")] = "", as_json: JsonOption = False
) -> None:
    """List accepted risks, and which of them went stale.

    Example: vendor-ai risk list --component acme-ocr
    """
    from vendor_ai.services import risk as service

    app = open_session()
    with app.records.read() as session:
        found = service.risks(session, component, at=app.clock.now())
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [str(entry.number), entry.component, entry.subject, entry.state.value, entry.score, f"{entry.by}, {entry.approver}".rstrip(", "),
         str(entry.until), entry.stale_reason]
        for entry in found
    ]  # fmt: skip
    columns = ["Number", "Component", "Subject", "State", "Score", "By", "Until", "Why stale"]
    print_table("Accepted risks", columns, rows, empty="No risk is accepted.")


@risk.command("close")
def close(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="What became of it.")],
    as_json: JsonOption = False,
) -> None:
    """End an accepted risk.

    Example: vendor-ai risk close 2 --reason "The vendor mended it"
    """
    from vendor_ai.services import risk as service

    app = open_session()
    with app.records.write() as session:
        found = service.close(session, number, reason=reason, by=acting(), at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"Risk {number} is closed.")

"""Waivers of the noun `gate`: asked for by one person, agreed to by another, for a time."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import TokenOption, deciding, open_session

NumberArgument = Annotated[int, typer.Argument(help="Number of the waiver.")]


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs to the noun."""
    group.command("waive")(waive)
    group.command("second")(second)
    group.command("end-waiver")(end)
    group.command("waivers")(list_waivers)


def waive(
    component: Annotated[str, typer.Argument(metavar="COMPONENT", help="Reference or name of the component.")],
    gate_name: Annotated[str, typer.Option("--gate", help="use_case, deployment or continuation.")],
    subject: Annotated[str, typer.Option("--subject", help="The approval to do without, or the fact to pass despite of.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it can be carried.")],
    until: Annotated[str, typer.Option("--until", help="Its last day, such as 2027-06-30.")],
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask to pass a gate without one approval, or despite one fact; it counts once a second person agreed.

    Example: vendor-ai gate waive acme-ocr --gate deployment --subject fairness_audit --reason "Booked" --until 2027-06-30
    """
    from vendor_ai.cli.gate import read_day
    from vendor_ai.services import waiver as service
    from vendor_ai.services.gate import read_gate

    wanted, day, app = read_gate(gate_name), read_day(until, "--until"), open_session()
    assert day is not None
    by = deciding(app, token)
    with app.records.write() as session:
        asked = service.waive(session, component, wanted, subject, reason=reason, until=day, by=by, at=app.clock.now())
    if as_json:
        print_json(asked.as_json())
        return
    typer.echo(f"Waiver {asked.number} waits for a second person: vendor-ai gate second {asked.number} --token TOKEN")


def second(number: NumberArgument, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """Agree to a waiver that somebody else asked for.

    Example: vendor-ai gate second 4 --token TOKEN
    """
    from vendor_ai.services import waiver as service

    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        agreed = service.second_waiver(session, number, by=by, at=app.clock.now())
    if as_json:
        print_json(agreed.as_json())
        return
    typer.echo(f"Waiver {number} of {agreed.subject} holds until {agreed.until}.")


def end(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why.")],
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a waiver before its date.

    Example: vendor-ai gate end-waiver 4 --reason "The audit came in" --token TOKEN
    """
    from vendor_ai.services import waiver as service

    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        ended = service.end_waiver(session, number, reason, by=by, at=app.clock.now())
    if as_json:
        print_json(ended.as_json() | {"ended": True})
        return
    typer.echo(f"Waiver {number} of {ended.subject} has ended.")


def list_waivers(as_json: JsonOption = False) -> None:
    """List every waiver, the ended ones too.

    Example: vendor-ai gate waivers
    """
    from vendor_ai.services import waiver as service

    app = open_session()
    today = app.clock.now().date()
    with app.records.read() as session:
        found = service.waivers(session)
    if as_json:
        print_json([{"component": ref, "gate": entry.gate, **entry.as_json(), "holds": entry.holds(today)} for ref, entry in found])
        return
    rows = [
        [str(entry.number), ref, entry.gate, entry.subject, str(entry.until), entry.by, entry.second_by or "waits", entry.state(today)]
        for ref, entry in found
    ]
    columns = ["Number", "Component", "Gate", "Waived", "Until", "Asked by", "Agreed by", "State"]
    print_table("Waivers", columns, rows, empty="Nothing is waived.")

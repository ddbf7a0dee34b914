"""`vendor-ai maintenance`: announced windows whose calls count for nobody."""

from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session, read_instant

if TYPE_CHECKING:
    from datetime import datetime

    from vendor_ai.services.maintenance import Window

maintenance = typer.Typer(no_args_is_help=True, help="Announced maintenance: its calls count for nobody.")

NumberArgument = Annotated[int, typer.Argument(help="Number of the window.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(maintenance, name="maintenance")


@maintenance.command("add")
def add(
    component: Annotated[str, typer.Argument(help="The component's reference.")],
    starts: Annotated[str, typer.Option("--from", help="When it starts, e.g. 2026-08-02T22:00:00Z.")],
    ends: Annotated[str, typer.Option("--until", help="When it ends; that instant counts again.")],
    announced: Annotated[str, typer.Option("--announced", help="When the vendor announced it; too late excludes nothing.")],
    text: Annotated[str, typer.Option("--text", help="What was announced, and where.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Keep an announced window and have its days counted again.

    Example: vendor-ai maintenance add acme-ocr --from 2026-08-02T22:00:00Z --until 2026-08-03T01:00:00Z --announced 2026-07-20
    """
    from vendor_ai.services.maintenance import add as service

    app = open_session()
    with app.records.write() as session:
        window = service(
            session, component, starts_at=_instant(starts), ends_at=_instant(ends), announced_at=_instant(announced), text=text,
            by=acting(), at=app.clock.now(),
        )  # fmt: skip
    _say(window, as_json=as_json)


@maintenance.command("accept")
def accept(number: Annotated[int, typer.Argument(help="Number of the vendor's message.")], as_json: JsonOption = False) -> None:
    """Make a window of a vendor's maintenance message; it was announced when the message came.

    Example: vendor-ai maintenance accept 12
    """
    from vendor_ai.services.maintenance import accept as service

    app = open_session()
    with app.records.write() as session:
        window = service(session, number, by=acting(), at=app.clock.now())
    _say(window, as_json=as_json)


@maintenance.command("list")
def list_windows(
    component: Annotated[str | None, typer.Argument(help="Only those of this component.")] = None, as_json: JsonOption = False
) -> None:
    """List windows by beginning, and the vendors' messages that are none yet.

    Example: vendor-ai maintenance list acme-ocr
    """
    from vendor_ai.services.maintenance import waiting, windows

    with open_session().records.read() as session:
        found, messages = windows(session, component), waiting(session)
    if as_json:
        print_json([window.as_json() for window in found])
        return
    rows = [
        [
            str(window.number),
            window.component,
            f"{window.starts_at:%Y-%m-%d %H:%M}",
            f"{window.ends_at:%Y-%m-%d %H:%M}",
            f"{window.announced_at:%Y-%m-%d %H:%M}",
            window.state,
            window.text,
        ]
        for window in found
    ]
    columns = ["Number", "Component", "From (UTC)", "Until (UTC)", "Announced (UTC)", "State", "Text"]
    print_table("Maintenance", columns, rows, empty="No maintenance is known. Add what was announced with `vendor-ai maintenance add`.")
    for number, line in messages:
        typer.echo(f"Not accepted yet: message {number}, {line} Run: vendor-ai maintenance accept {number}")


@maintenance.command("withdraw")
def withdraw(
    number: NumberArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the audit chain.")],
    as_json: JsonOption = False,
) -> None:
    """Take a window back, so that its calls count again.

    Example: vendor-ai maintenance withdraw 3 --reason "The vendor did not carry it out"
    """
    from vendor_ai.services.maintenance import withdraw as service

    app = open_session()
    with app.records.write() as session:
        window = service(session, number, reason=reason, by=acting(), at=app.clock.now())
    if as_json:
        print_json(window.as_json())
        return
    typer.echo(f"Window {window.number} is withdrawn; the calls in it count again.")


def _instant(text: str) -> "datetime":
    instant = read_instant(text)
    assert instant is not None, "only an absent option gives none"
    return instant


def _say(window: "Window", *, as_json: bool) -> None:
    if as_json:
        print_json(window.as_json())
        return
    span = f"{window.starts_at:%Y-%m-%d %H:%M} to {window.ends_at:%Y-%m-%d %H:%M} UTC"
    effect = "Its calls count for nobody." if window.excludes else "It was announced when it had already begun, so its calls count."
    typer.echo(f"Window {window.number} of {window.component}: {span}. {effect}")

"""`vendor-ai signal`: what the watches noticed."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.signal import Severity, SignalKind, SignalState

signal = typer.Typer(no_args_is_help=True, help="What the watches noticed: hints to look, never claims.")

NumberArgument = Annotated[int, typer.Argument(help="Number of the signal.")]
NoteOption = Annotated[str, typer.Option("--note", help="What became of it.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(signal, name="signal")


@signal.command("list")
def list_signals(
    component: Annotated[str, typer.Option("--component", help="Only those of this component.")] = "",
    kind: Annotated[SignalKind | None, typer.Option("--kind", help="Only those of this watch.")] = None,
    severity: Annotated[Severity | None, typer.Option("--severity", help="Only this severity.")] = None,
    state: Annotated[SignalState | None, typer.Option("--state", help="Only in this state.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List what was noticed, the most severe first.

    Example: vendor-ai signal list --state open
    """
    from vendor_ai.services import signal as service

    app = open_session()
    with app.records.read() as session:
        found = service.signals(session, component, kind=kind or "", severity=severity or "", state=state or "")
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [str(it.number), it.severity.value, it.kind.value, it.component, f"{it.noticed_at:%Y-%m-%d}", it.state.value, it.text]
        for it in found
    ]
    columns = ["Number", "Severity", "Watch", "Component", "Noticed", "State", "What"]
    print_table("Signals", columns, rows, empty="Nothing was noticed. The watches run every day: `vendor-ai job list`.")


@signal.command("show")
def show(number: NumberArgument, as_json: JsonOption = False) -> None:
    """Show a signal with its figures and what it started.

    Example: vendor-ai signal show 3
    """
    from vendor_ai.services import signal as service

    app = open_session()
    with app.records.read() as session:
        found = service.signal(session, number)
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"{found.severity.value}, {found.kind.value.replace('_', ' ')}, {found.component}: {found.text}")
    for name, value in found.figures.items():
        typer.echo(f"  {name}: {value}")
    for response in found.responses:
        typer.echo(f"  starts: {response.replace('_', ' ')}")


@signal.command("acknowledge")
def acknowledge(number: NumberArgument, note: NoteOption = "", as_json: JsonOption = False) -> None:
    """Say that somebody looks at it.

    Example: vendor-ai signal acknowledge 3 --note "Asked the vendor"
    """
    _settle(number, SignalState.ACKNOWLEDGED, note, as_json=as_json)


@signal.command("close")
def close(number: NumberArgument, note: NoteOption = "", as_json: JsonOption = False) -> None:
    """Close it with what became of it.

    Example: vendor-ai signal close 3 --note "A new document type; the reference was set anew"
    """
    _settle(number, SignalState.CLOSED, note, as_json=as_json)


def _settle(number: int, state: SignalState, note: str, *, as_json: bool) -> None:
    from vendor_ai.services import signal as service

    app = open_session()
    with app.records.write() as session:
        found = service.settle(session, number, state=state, note=note, by=acting(), at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"Signal {number} is {found.state.value}.")

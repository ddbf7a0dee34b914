"""`vendor-ai verdict`: stored verdicts with their revisions, and what each changed."""

from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import open_session

if TYPE_CHECKING:
    from vendor_ai.services.verdict import Revision

_SHOWN = ("value", "n", "result", "evidence", "violated", "consecutive", "credit")


def register(app: typer.Typer) -> None:
    """Add the noun."""
    verdict = typer.Typer(no_args_is_help=True, help="Stored verdicts and their revisions.")
    verdict.callback()(_noun)
    verdict.command("list")(list_verdicts)
    app.add_typer(verdict, name="verdict")


def _noun() -> None:
    """Keep the verb: a noun with one verb would swallow it."""


def list_verdicts(
    contract: Annotated[str, typer.Option("--contract", help="The contract's reference.")],
    period: Annotated[str, typer.Option("--period", help="Only those of this period, e.g. 2026-Q3.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List every stored verdict of a contract, oldest first, and what each revision changed.

    Example: vendor-ai verdict list --contract acme-2026 --period 2026-Q3
    """
    from vendor_ai.services.verdict import history

    with open_session().records.read() as session:
        found = history(session, contract, period=period)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [
            entry.clause,
            entry.component,
            entry.period,
            str(entry.number),
            f"{entry.at:%Y-%m-%d %H:%M}",
            f"provisional until {entry.freezes_on}" if entry.provisional else "labels frozen",
            str(entry.verdict["result"]),
            _changes(entry),
        ]
        for entry in found
    ]
    columns = ["Clause", "Component", "Period", "Revision", "Stored (UTC)", "Labels", "Result", "Changed"]
    empty = f"No verdict is stored yet. Closed periods are judged by: vendor-ai sla evaluate --contract {contract} --period 2026-Q3"
    print_table(f"Verdicts of {contract}", columns, rows, empty=empty)


def _changes(entry: "Revision") -> str:
    """The figures people ask for first; the JSON has all."""
    told = [f"{name} {_word(before)} to {_word(after)}" for name, (before, after) in entry.changed.items() if name in _SHOWN]
    return "; ".join(told) or ("other figures" if entry.changed else "")


def _word(value: object) -> str:
    if isinstance(value, dict):
        return f"{value['amount']} {value['currency']}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)

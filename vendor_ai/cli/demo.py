"""`vendor-ai demo`: the main job on real input."""

import io
import json
import sys
import time
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendor_ai.cli.output import JsonOption, console, print_json, print_table
from vendor_ai.cli.state import chosen_home, remember_home

if TYPE_CHECKING:
    from vendor_ai.demo.decision import DecisionResult
    from vendor_ai.demo.play import CommandLine
    from vendor_ai.demo.result import Change, DemoResult, Document, VendorResult


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    to: Annotated[Path, typer.Option("--to", help="Folder for everything the demo makes; an earlier demo in it is replaced.")] = Path(
        "demo"
    ),
    size: Annotated[float, typer.Option("--size", min=0.01, max=1.0, hidden=True)] = 1.0,
    as_json: JsonOption = False,
) -> None:
    """Play two quarters with three vendors: real services are called, measured and held to their contracts.

    Example: vendor-ai demo --to demo
    """
    from vendor_ai.demo.play import play

    home, started, out = chosen_home(), time.monotonic(), sys.stderr if as_json else sys.stdout

    def say(sentence: str) -> None:
        out.write(f"{time.monotonic() - started:6.1f} s  {sentence}\n")
        out.flush()

    try:
        result = play(to, _command_line, say, size=size)
    finally:
        remember_home(home)
    if as_json:
        print_json(result.as_json())
    else:
        _print(result)


def _command_line(home: Path) -> "CommandLine":
    """The commands of this program on a home, run in this process as a person would type them."""
    from vendor_ai.cli.main import run
    from vendor_ai.demo.errors import DemoFailedError

    def command(*arguments: str | Path, as_json: bool = True, blocked: bool = False) -> Any:
        words = [*map(str, arguments), *(["--json"] if as_json else [])]
        said, complained = io.StringIO(), io.StringIO()
        code: object = None
        with redirect_stdout(said), redirect_stderr(complained):
            try:
                run(["--home", str(home), *words])
            except SystemExit as ended:
                code = ended.code
        if code != int(blocked):
            reason = complained.getvalue().strip() or said.getvalue().strip()
            raise DemoFailedError(f"vendor-ai {' '.join(words)} ended with exit code {code}. {reason}")
        return json.loads(said.getvalue()) if as_json else said.getvalue()

    return command


def _print(result: "DemoResult") -> None:
    for vendor in result.vendors:
        _print_vendor(vendor)
    _print_decision(result.decided)
    rows = [
        [
            finding["service"],
            finding["vendor"],
            str(finding["calls"]),
            str(finding["people"]),
            ", ".join(finding["alternatives"]) or "none approved",
        ]
        for finding in result.shadow["findings"]
    ]
    print_table("\nShadow AI in the network logs", ["Service", "Vendor", "Calls", "People", "Approved instead"], rows)
    typer.echo("\nReports:")
    for report in result.reports:
        for file in report["files"]:
            typer.echo(f"  {_near(file['path'])}")
    typer.echo(f"\nAll of it in the browser: vendor-ai --home {_near(str(result.home))} serve   (in a checkout: make serve)")


def _print_decision(decided: "DecisionResult") -> None:
    gate, decision = decided.gate, decided.decision
    typer.echo(f"\n{decision['assessment']}: {decision['decided']} by {decision['by']} (recommended: {decision['recommendation']}).")
    typer.echo(f"The {gate['gate']} gate of {gate['component']} (tier {gate['tier']}) waits for: {', '.join(gate['missing_approvals'])}.")
    typer.echo(f"A signed approval: {_near(str(decided.file))}   (vendor-ai verify checks it offline)")


def _print_vendor(vendor: "VendorResult") -> None:
    score = vendor.score
    statuses = ", ".join(f"{evaluation['period']['name']} {evaluation['status']}" for evaluation in vendor.evaluations)
    title = f"\n{vendor.name}: {score['recommendation']} (score {float(score['score']):.2f}, higher is worse); {statuses}"
    quarters = [evaluation["period"]["name"] for evaluation in vendor.evaluations]
    rows = [_clause_row(clauses) for clauses in zip(*(evaluation["clauses"] for evaluation in vendor.evaluations), strict=True)]
    print_table(title, ["Clause", "Promise", *quarters, "Credit"], rows)
    for change in vendor.changes:
        console().print(_change_sentence(change), markup=False)
    due = vendor.evaluations[-1]["credits_total"]
    sums = [clause["credit"] for clause in vendor.evaluations[-1]["clauses"] if clause["credit"]]
    typer.echo(f"Credits due: {due['amount']} {due['currency']}." if sums else "Credits due: none.")


def _clause_row(clauses: "Iterable[Document]") -> list[str]:
    """One clause over the quarters."""
    quarters = list(clauses)
    last = quarters[-1]
    promise = _figure(last["threshold"], last["unit"])
    if Decimal(last["limit"]) != Decimal(last["threshold"]):
        promise += f", limit {_figure(last['limit'], last['unit'])}"
    credit = last["credit"]
    return [last["id"], promise, *map(_verdict, quarters), f"{credit['amount']} {credit['currency']}" if credit else ""]


def _verdict(clause: "Document") -> str:
    """What was measured, over how many calls, and what follows."""
    strength = "not proven" if clause["evidence"] == "NOT_PROVEN" else "proven"
    run = f", {clause['consecutive']} in a row" if clause["consecutive"] else ""
    judged = "" if clause["result"] == "INSUFFICIENT_DATA" else f" ({strength}{run})"
    return f"{_figure(clause['value'], clause['unit'])} of {clause['n']:,}: {clause['result']}{judged}"


def _figure(text: str | None, unit: str) -> str:
    if text is None:
        return "no data"
    return f"{float(text):.4g} ms" if unit == "ms" else f"{float(text) * 100:.4g} %"


def _change_sentence(change: "Change") -> str:
    notice, measured = change.notice, change.comparison
    before, after = measured["before"], measured["after"]
    told = f"announced {notice['days_notice']} days ahead" if not notice["unannounced"] else f"UNANNOUNCED ({notice['reason'].rstrip('.')})"
    effect = f"P95 {float(before['latency_p95_ms']):.3g} ms before, {float(after['latency_p95_ms']):.3g} ms after"
    if measured["accuracy"] is not None:
        effect = f"accuracy {_figure(before['accuracy'], '')} before, {_figure(after['accuracy'], '')} after; {effect}"
    when = f"on {notice['first_seen'][:10]}, {told}"
    return f"Model change {notice['before']} -> {notice['after']} {when}: {effect}. {measured['recommendation']}"


def _near(path: str) -> str:
    """A path as seen from here, where it lies below."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return path

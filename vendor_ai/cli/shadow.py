"""`vendor-ai shadow` and `vendor-ai catalogue`: AI nobody told you about, and what to offer instead."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session

if TYPE_CHECKING:
    from vendor_ai.domain.sighting import Finding

shadow = typer.Typer(no_args_is_help=True, help="Shadow AI in network logs.")
catalogue = typer.Typer(no_args_is_help=True, help="Approved components that people can use instead.")


def register(app: typer.Typer) -> None:
    """Add both nouns."""
    catalogue.callback()(_noun)
    app.add_typer(shadow, name="shadow")
    app.add_typer(catalogue, name="catalogue")


def _noun() -> None:
    """Keep the verb: a noun with one verb would swallow it."""


@shadow.command("scan")
def scan(
    files: Annotated[list[Path], typer.Argument(help="Squid or Zeek logs, plain or gzip.")],
    form: Annotated[str, typer.Option("--format", help="auto, squid or zeek.")] = "auto",
    as_json: JsonOption = False,
) -> None:
    """Find AI services in log files; the same content counts once, however often it is scanned.

    Example: vendor-ai shadow scan access.log dns.log
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from vendor_ai.services.shadow import indicator_services, scan_logs

    app = open_session()
    services = indicator_services(app.settings.indicators)
    shown = sys.stderr.isatty() and not as_json
    columns = (TextColumn("Reading"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=Console(stderr=True), disable=not shown, transient=True) as bar:
        task = bar.add_task("Reading")
        outcome = scan_logs(
            app.records,
            files,
            services=services,
            form=form,
            by=acting(),
            at=app.clock.now(),
            progress=lambda done, size: bar.update(task, completed=done, total=size),
        )
    if as_json:
        print_json(outcome.scan.as_json())
        return
    for file in outcome.scan.files:
        again = " Counted before, not again." if file.name in outcome.counted_before else ""
        typer.echo(f"{file.name} ({file.format}): {file.lines:,} records, {file.parsed:,} parsed, {file.skipped:,} skipped.{again}")
        print_problems(file.problems, file.name, most=5)
    _print_findings(
        "AI services seen", [(finding, "") for finding in outcome.scan.findings], empty="No AI service was seen in these files."
    )


@shadow.command("list")
def list_findings(as_json: JsonOption = False) -> None:
    """List every finding over all scans, most calls first.

    Example: vendor-ai shadow list
    """
    from vendor_ai.services.shadow import indicator_services, signals_fed, stored_findings

    app = open_session()
    with app.records.read() as session:
        found = stored_findings(session, indicator_services(app.settings.indicators))
        fed = signals_fed(session)
    if as_json:
        print_json(
            {
                "findings": [entry.finding.as_json() | {"state": entry.state, "owner": entry.owner} for entry in found],
                "signals": {name: at.isoformat() for name, at in fed.items()},
            }
        )
        return
    empty = "No finding. Feed a log: vendor-ai shadow scan FILE" if not fed else "No AI service was seen in the logs fed so far."
    _print_findings("Shadow AI", [(entry.finding, entry.state) for entry in found], empty=empty)
    for name, at in fed.items():
        typer.echo(f"Signal {name}: last fed {at:%Y-%m-%d %H:%M} UTC.")


def _print_findings(title: str, found: "list[tuple[Finding, str]]", *, empty: str) -> None:
    rows = [
        [
            finding.name,
            finding.vendor,
            f"{finding.calls:,}",
            f"{finding.people:,}" if finding.people else "not logged",
            f"{finding.first_seen:%Y-%m-%d} to {finding.last_seen:%Y-%m-%d}",
            "not logged" if finding.bytes_out is None else f"{finding.bytes_out:,}",
            finding.confidence.value,
            ", ".join(finding.alternatives) or "none approved yet",
            state,
        ]
        for finding, state in found
    ]
    columns = ["Service", "Vendor", "Calls", "People", "Seen (UTC)", "Bytes out", "Confidence", "Use instead", "State"]
    print_table(title, columns, rows, empty=empty)


@catalogue.command("list")
def list_catalogue(as_json: JsonOption = False) -> None:
    """List the approved components and what they can do.

    Example: vendor-ai catalogue list
    """
    from vendor_ai.services.inventory import listing
    from vendor_ai.services.shadow import alternatives_offered

    with open_session().records.read() as session:
        offered = alternatives_offered(session)
        entries = [(vendor, component) for vendor, component in listing(session) if component.ref in offered]
    if as_json:
        print_json(
            [
                {
                    "ref": component.ref,
                    "component": component.name,
                    "vendor": vendor.name,
                    "capabilities": list(component.capabilities),
                    "data_classes": list(component.data_classes),
                    "regions": list(component.regions),
                }
                for vendor, component in entries
            ]
        )
        return
    rows = [
        [component.name, vendor.name, ", ".join(component.capabilities), ", ".join(component.data_classes), ", ".join(component.regions)]
        for vendor, component in entries
    ]
    empty = "Nothing is approved yet. A component whose status is approved or in_use appears here: vendor-ai inventory import FILE"
    print_table("Catalogue", ["Component", "Vendor", "Can do", "Data classes", "Regions"], rows, empty=empty)

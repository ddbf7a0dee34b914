"""`vendor-ai report`: the month's account."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import AtOption, acting, open_session, read_instant
from vendor_ai.cli.sla import NoRefresh

report = typer.Typer(no_args_is_help=True, help="Accountability reports.")


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(report, name="report")


@report.command("build")
def build(
    vendor: Annotated[str, typer.Option("--vendor", help="Reference or name of the vendor.")],
    month: Annotated[str, typer.Option("--month", help="2026-10.")],
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the files (default: reports/ in the home).")] = None,
    formats: Annotated[str, typer.Option("--formats", help="Any of html, pdf, xlsx, json, with commas.")] = "html,pdf,xlsx,json",
    at: AtOption = None,
    no_refresh: NoRefresh = False,
    as_json: JsonOption = False,
) -> None:
    """Build a vendor's accountability report for a month; a month without data yields one that says so.

    Example: vendor-ai report build --vendor "Acme AI" --month 2026-10 --to reports
    """
    from vendor_ai.services.account import gather
    from vendor_ai.services.report import wanted_formats, write_report
    from vendor_ai.services.shadow import indicator_services

    app = open_session().at(read_instant(at))
    wanted = wanted_formats(formats)
    services = indicator_services(app.settings.indicators)
    facts = gather(app.log, vendor, month, services=services, refresh=not no_refresh)
    folder = to or app.settings.home / "reports"
    files = write_report(app.records, facts, folder, wanted, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"vendor": facts.vendor.ref, "month": facts.month.name, "files": [file.as_json() for file in files]})
        return
    rows = [[file.format, file.path, f"{file.size:,} bytes", file.sha256[:16]] for file in files]
    print_table(f"Report on {facts.vendor.name}, {facts.month.name}", ["Format", "File", "Size", "SHA-256 begins"], rows)


@report.command("list")
def list_reports(as_json: JsonOption = False) -> None:
    """List the reports built so far, newest first.

    Example: vendor-ai report list
    """
    from vendor_ai.services.report import built_reports

    with open_session().records.read() as session:
        found = built_reports(session)
    if as_json:
        print_json(
            [
                {
                    "vendor": entry.vendor,
                    "month": entry.month,
                    "built_at": entry.built_at.isoformat(),
                    "files": [file.as_json() for file in entry.files],
                }
                for entry in found
            ]
        )
        return
    rows = [
        [entry.vendor, entry.month, f"{entry.built_at:%Y-%m-%d %H:%M} UTC", ", ".join(file.path for file in entry.files)] for entry in found
    ]
    empty = "No report yet. Build one: vendor-ai report build --vendor REF --month 2026-10"
    print_table("Reports", ["Vendor", "Month", "Built", "Files"], rows, empty=empty)

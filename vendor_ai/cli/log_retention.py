"""`vendor-ai prediction retain / deletions / schema / completeness / billed`: what a log holds, how much of it, and for how long."""

from datetime import datetime
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session

ComponentArgument = Annotated[str, typer.Argument(help="Reference or name of the component.")]
FromOption = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")]
ToOption = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")]
ZoneOption = Annotated[str, typer.Option("--time-zone", help="The zone whose days are meant, e.g. Europe/Berlin.")]
_SHOWN_DAYS = 3


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs to the noun `prediction`."""
    group.command("retain")(retain)
    group.command("deletions")(deletions)
    group.command("schema")(schema)
    group.command("completeness")(completeness)
    group.command("billed")(billed)


def retain(
    component: ComponentArgument,
    keep_days: Annotated[int, typer.Option("--keep-days", min=1, max=36_500, help="Days before today whose rows are kept.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete rows that are older, whole days at a time, and keep a proof; counters, verdicts and what is disputable stay.

    Example: vendor-ai prediction retain acme-ocr --keep-days 730 --dry-run
    """
    from vendor_ai.services.retention import retain as carry_out

    app = open_session()
    found = carry_out(app.log, component, keep_days=keep_days, by=acting(), at=app.clock.now(), dry_run=dry_run)
    if as_json:
        print_json(found.as_json())
        return
    if not found.days:
        typer.echo(f"Nothing to delete: no row before {found.before} may go.")
    else:
        span = f"{_days(len(found.days))} between {found.days[0]} and {found.days[-1]}"
        said = "would be deleted" if dry_run else f"deleted; the proof is deletion {found.number}"
        typer.echo(f"{found.rows:,} rows of {span} {said}, SHA-256 {found.sha256}.")
    for held in found.held:
        shown = ", ".join(day.isoformat() for day in held.days[:_SHOWN_DAYS]) + (" …" if len(held.days) > _SHOWN_DAYS else "")
        typer.echo(f"Kept: {_days(len(held.days))} ({shown}), since {held.reason}.")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def deletions(component: ComponentArgument, as_json: JsonOption = False) -> None:
    """List what was deleted of a log, each with its proof.

    Example: vendor-ai prediction deletions acme-ocr --json
    """
    from vendor_ai.services.retention import proofs

    app = open_session()
    with app.records.read() as session:
        found = proofs(session, component)
    if as_json:
        print_json(found)
        return
    rows = [
        [str(entry["deletion"]), entry["at"][:19], entry["by"], f"{entry['rows']:,}", entry["before"], "yes" if entry["intact"] else "NO"]
        for entry in found
    ]
    print_table(
        f"Deleted from the log of {component}", ["Number", "At", "By", "Rows", "Before", "Proof fits"], rows, empty="Nothing so far."
    )


def schema(component: ComponentArgument, as_json: JsonOption = False) -> None:
    """Show the columns that a log was seen to have; a change of them is a signal of kind schema.

    Example: vendor-ai prediction schema acme-ocr
    """
    from vendor_ai.services.log_schema import schema_of_component

    app = open_session()
    with app.records.read() as session:
        found = [column.as_json() for column in schema_of_component(session, component)]
    if as_json:
        print_json(found)
        return
    rows = [
        [one["kind"], one["name"], one["type"], f"{float(one['empty_share']):.1%}", ", ".join(one["labels"]), one["last_seen"][:10]]
        for one in found
    ]
    empty = "Nothing has been learnt yet. Import a log: vendor-ai prediction import FILE --component REF"
    print_table(f"Columns of the log of {component}", ["Kind", "Column", "Type", "Empty", "Labels", "Last seen"], rows, empty=empty)


def completeness(
    component: ComponentArgument, first: FromOption, last: ToOption, time_zone: ZoneOption = "UTC", as_json: JsonOption = False
) -> None:
    """Say how many of the calls between two days the log holds, against those attempted and those billed.

    Example: vendor-ai prediction completeness acme-ocr --from 2026-07-01 --to 2026-09-30 --time-zone Europe/Berlin
    """
    from vendor_ai.services.completeness import completeness_of

    found = completeness_of(open_session().log, component, first=first.date(), last=last.date(), time_zone=time_zone)
    if as_json:
        print_json(found.as_json())
        return
    share = (
        "not known: no client counted its calls, and no invoice covers these days" if found.share is None else f"{float(found.share):.2%}"
    )
    typer.echo(f"{found.logged:,} calls are in the log; its completeness is {share}.")
    for name, count in (("attempted", found.attempted), ("dropped", found.dropped), ("spooled", found.spooled), ("billed", found.billed)):
        if count is not None:
            typer.echo(f"{name}: {count:,}")


def billed(
    component: ComponentArgument,
    first: FromOption,
    last: ToOption,
    calls: Annotated[int, typer.Option("--calls", min=1, help="Calls that the invoice names.")],
    source: Annotated[str, typer.Option("--source", help="Where the figure comes from, such as the invoice's number.")],
    as_json: JsonOption = False,
) -> None:
    """Enter the calls that the vendor billed for the days from one to another, both counted.

    Example: vendor-ai prediction billed acme-ocr --from 2026-07-01 --to 2026-07-31 --calls 120400 --source "invoice 2026-117"
    """
    from vendor_ai.services.completeness import enter_billed

    app = open_session()
    with app.records.write() as session:
        row = enter_billed(
            session, component, first=first.date(), last=last.date(), calls=calls, source=source, by=acting(), at=app.clock.now()
        )
        number, source = row.id, row.source
    if as_json:
        print_json({"billed": number})
        return
    typer.echo(f"{calls:,} billed calls from {first.date()} to {last.date()} stored ({source}).")

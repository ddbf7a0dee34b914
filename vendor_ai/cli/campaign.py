"""`vendor-ai campaign`: one questionnaire to many components, and a folder of returned workbooks back."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session, read_instant
from vendor_ai.domain.tier import RiskTier

if TYPE_CHECKING:
    from vendor_ai.services.campaign_import import ReturnedFile

T = TypeVar("T")

campaign = typer.Typer(no_args_is_help=True, help="A questionnaire sent about many components at once.")

RefArgument = Annotated[str, typer.Argument(help="The campaign's name or reference.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(campaign, name="campaign")


@campaign.command("start")
def start(
    name: Annotated[str, typer.Argument(help="What the campaign is called, e.g. 'Yearly review 2026'.")],
    pack: Annotated[str, typer.Option("--pack", help="Id of a pack, or the path of a pack file.")] = "vendor-ai-due-diligence",
    component: Annotated[list[str] | None, typer.Option("--component", help="Reference or name of a component; repeat as needed.")] = None,
    tier: Annotated[RiskTier | None, typer.Option("--tier", case_sensitive=False, help="Every component of this tier.")] = None,
    all_in_use: Annotated[bool, typer.Option("--all-in-use", help="Every component in use; with --tier only those of it.")] = False,
    due: Annotated[str | None, typer.Option("--due", help="When the answers are due (a date, or ISO 8601 with an offset).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Send a questionnaire about many components; each takes over what its vendor answered for all of them.

    Example: vendor-ai campaign start "Yearly review 2026" --tier HIGH --due 2026-12-15
    """
    from vendor_ai.services import campaign as service
    from vendor_ai.services.questionnaire import find_pack

    chosen_pack = find_pack(pack)
    app = open_session()
    with app.records.write() as session:
        chosen = service.chosen_components(session, component or [], tier=tier, all_in_use=all_in_use)
        started = service.start(session, name, chosen_pack, chosen, due_at=read_instant(due), by=acting(), at=app.clock.now())
    if as_json:
        print_json(started.as_json())
        return
    print_table(f"Campaign {started.ref}", ["Component", "Assessment"], [list(pair) for pair in started.sent])
    if started.left_out:
        print_table("Left out", ["Component", "Because"], [list(pair) for pair in started.left_out])
    typer.echo(f"Next, links or workbooks for the vendors: vendor-ai assessment link {started.sent[0][1]} --name NAME")
    typer.echo(f"Where it stands: vendor-ai campaign show {started.ref}")


@campaign.command("list")
def list_campaigns(as_json: JsonOption = False) -> None:
    """List the campaigns, newest first.

    Example: vendor-ai campaign list
    """
    from vendor_ai.services.campaign import campaigns

    with open_session().records.read() as session:
        found = campaigns(session)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [[it.ref, it.title, f"{it.pack} {it.version}", _day(it.due_at), f"{it.handed_in} of {it.assessments}"] for it in found]
    empty = "No campaign yet. Start one: vendor-ai campaign start NAME --all-in-use"
    print_table("Campaigns", ["Reference", "Title", "Pack", "Due (UTC)", "Handed in"], rows, empty=empty)


@campaign.command("show")
def show(ref: RefArgument, as_json: JsonOption = False) -> None:
    """Show where every assessment of a campaign stands.

    Example: vendor-ai campaign show yearly-review-2026
    """
    from vendor_ai.services import campaign as service

    app = open_session()
    with app.records.read() as session:
        found, lines = service.campaign(session, ref), service.progress(session, ref, at=app.clock.now())
    if as_json:
        print_json(found.as_json() | {"lines": [line.as_json() for line in lines]})
        return
    rows = [
        [
            line.assessment,
            line.vendor,
            line.state.words,
            f"{line.answered} of {line.asked}",
            _day(line.due_at) + (" (overdue)" if line.overdue else ""),
            line.score or "",
            line.recommendation or "",
        ]
        for line in lines
    ]
    columns = ["Assessment", "Vendor", "State", "Answered", "Due (UTC)", "Score (higher is worse)", "Recommendation"]
    print_table(f"{found.title}: {found.pack} {found.version}", columns, rows)


def _day(at: object) -> str:
    return str(at)[:10] if at else ""


@campaign.command("import")
def import_folder(
    folder: Annotated[Path, typer.Argument(help="The folder with the returned workbooks (.xlsx).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Store without asking, also in a terminal.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what every returned workbook of a folder changes, and store it; files find their assessments by a hidden id.

    Example: vendor-ai campaign import returned --dry-run
    """
    from vendor_ai.services import campaign_import as service

    app = open_session()
    files = service.workbooks_in(folder)
    with app.records.read() as session:
        found = list(_with_bar(service.preview(session, files), len(files), "Reading", quiet=as_json))
    if not as_json:
        _print_preview(found, dry_run)
    asked = not (dry_run or yes or as_json) and sys.stdin.isatty()
    store = not dry_run and (not asked or typer.confirm("Store these answers?"))
    if store:
        for entry in _with_bar([it for it in found if it.stores], sum(it.stores for it in found), "Storing", quiet=as_json):
            with app.records.write() as session:
                service.store_file(session, entry, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"dry_run": not store, "files": [entry.as_json() for entry in found]})
    elif store:
        typer.echo(f"{sum(it.stores for it in found)} of {len(found)} files changed something and are stored.")
    if any(it.reason or it.problems for it in found):
        raise typer.Exit(1)


def _print_preview(found: list["ReturnedFile"], dry_run: bool) -> None:
    rows = [[it.name, it.assessment, it.state.replace("_", " "), str(len(it.changes)), str(len(it.problems)), it.reason] for it in found]
    title = "Would change" if dry_run else "Returned workbooks"
    print_table(title, ["File", "Assessment", "State", "Changes", "Refused rows", "Why not"], rows)
    for entry in found:
        changed = [[it.question, it.before or "unanswered", it.after] for it in entry.changes]
        if changed:
            print_table(f"{entry.name}: {entry.assessment}", ["Question", "Before", "After"], changed)
        print_problems([*entry.problems, *entry.remarks], entry.name)
        if entry.emptied:
            typer.echo(
                f"{entry.name}: empty in the file and answered here, so the stored answers stay: {', '.join(entry.emptied)}.", err=True
            )


def _with_bar(entries: Iterable[T], total: int, words: str, *, quiet: bool) -> Iterable[T]:
    """The entries, with a bar on standard error where somebody watches."""
    if quiet or not sys.stderr.isatty():
        yield from entries
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(entries, description=words, total=total, console=Console(stderr=True))

"""`vendor-ai campaign`: one questionnaire to many components, and a folder of returned workbooks back."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from vendor_ai.cli.assessment_link import ExpiresDaysOption, warn_without_address
from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session, read_due
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.tier import RiskTier

if TYPE_CHECKING:
    from vendor_ai.services.campaign import Reach
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
    due: Annotated[
        str | None, typer.Option("--due", help="When the answers are due (a date: the end of that day in UTC; or ISO 8601 with an offset).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List whom it would reach and send nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send a questionnaire about many components; each takes over what its vendor answered for all of them.

    Example: vendor-ai campaign start "Yearly review 2026" --tier HIGH --due 2026-12-15
    """
    from vendor_ai.services import campaign as service
    from vendor_ai.services.questionnaire import find_pack

    chosen_pack, due_at, app = find_pack(pack), read_due(due), open_session()
    if dry_run:
        with app.records.read() as session:
            chosen = service.chosen_components(session, component or [], tier=tier, all_in_use=all_in_use)
            found = service.reach(session, name, chosen_pack, chosen, due_at=due_at, at=app.clock.now())
        _print_reach(found, as_json)
        return
    with app.records.write() as session:
        chosen = service.chosen_components(session, component or [], tier=tier, all_in_use=all_in_use)
        started = service.start(session, name, chosen_pack, chosen, due_at=due_at, by=acting(), at=app.clock.now())
    if as_json:
        print_json(started.as_json())
        return
    print_table(f"Campaign {started.ref}", ["Component", "Assessment"], [list(pair) for pair in started.sent])
    _print_left_out(started.left_out)
    if due_at is not None:
        typer.echo(f"The answers are due {due_at:%Y-%m-%d %H:%M} UTC.")
    typer.echo(f"Next, links for the vendors: vendor-ai campaign links {started.ref}")
    typer.echo(f"Or workbooks: vendor-ai campaign workbooks {started.ref} FOLDER")
    typer.echo(f"Where it stands: vendor-ai campaign show {started.ref}")


def _print_reach(found: "Reach", as_json: bool) -> None:
    """Whom a campaign would reach."""
    if as_json:
        print_json(found.as_json())
        return
    rows = [[it.ref, it.name, it.vendor, it.status.value.replace("_", " ")] for it in found.reached]
    print_table("Would be sent", ["Component", "Name", "Vendor", "Status"], rows)
    _print_left_out(found.left_out)
    typer.echo("Nothing was sent.")


def _print_left_out(left_out: tuple[tuple[str, str], ...]) -> None:
    if left_out:
        print_table("Left out", ["Component", "Because"], [list(pair) for pair in left_out])


@campaign.command("workbooks")
def workbooks(
    ref: RefArgument,
    folder: Annotated[Path, typer.Argument(help="Where to write them; it is made where it is missing.")],
    language: Annotated[str, typer.Option("--language", help="Language of the questions; else the one they were sent in.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Write the workbook of every assessment of a campaign that the vendor can still answer.

    Example: vendor-ai campaign workbooks yearly-review-2026 outgoing
    """
    from vendor_ai.services.assessment_workbook import workbook_of
    from vendor_ai.services.campaign_sending import addressees

    app = open_session()
    with app.records.read() as session:
        found = addressees(session, ref)
    files = {to.assessment: folder / f"{to.assessment}.xlsx" for to in found}
    known = [file.name for file in files.values() if file.exists()]
    if known:
        raise InvalidInputError(f"{folder} holds {', '.join(known)} already. Choose another folder, so that no filled workbook is lost.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise InvalidInputError(f"{folder} is a file. Give a folder.") from None
    for to, file in _with_bar(list(files.items()), len(files), "Writing", quiet=as_json):
        with app.records.write() as session:  # the key that signs the file is made at first use
            content = workbook_of(session, to, language=language, asker=app.settings.asker)
        file.write_bytes(content)
    if as_json:
        print_json([{"component": to.component, "assessment": to.assessment, "file": str(files[to.assessment])} for to in found])
        return
    typer.echo(f"{len(files)} workbooks written to {folder}. When they come back: vendor-ai campaign import FOLDER")


@campaign.command("links")
def links(ref: RefArgument, expires_days: ExpiresDaysOption = None, as_json: JsonOption = False) -> None:
    """Make one link for each assessment of a campaign that the vendor can still answer, and print them once, as CSV.

    Example: vendor-ai campaign links yearly-review-2026 > links.csv
    """
    from vendor_ai.exporters.link_list import link_list_csv
    from vendor_ai.services.campaign_sending import make_links

    app = open_session()
    with app.records.write() as session:
        made = list(make_links(session, ref, expires_days=expires_days, by=acting(), at=app.clock.now()))
    found = [it.as_json(app.settings.respond_address(it.link.token)) for it in made]
    if as_json:
        print_json(found)
    else:
        typer.echo(link_list_csv(found), nl=False)
        typer.echo(f"{len(found)} links, one for each open questionnaire. They are not shown again; earlier links stay good.", err=True)
    short = sum(it.link.too_short for it in made)
    if short:
        typer.echo(
            f"{short} of them end before the answers are due. Leave out --expires-days to have them last until after that.", err=True
        )
    warn_without_address(app.settings.public_url)


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

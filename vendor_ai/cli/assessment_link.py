"""Verbs of `vendor-ai assessment` for the vendor's way in: links, and more time."""

from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session, read_due
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from vendor_ai.services.vendor_link import NewLink

SHORT_LINK = "It ends before the answers are due, {:%Y-%m-%d %H:%M} UTC: without --expires-days it lasts until 14 days after that."

RefArgument = Annotated[str, typer.Argument(help="The assessment's reference, e.g. acme-ocr-a1.")]
ExpiresDaysOption = Annotated[
    int | None,
    typer.Option(
        "--expires-days", min=1, max=365, help="Days it is good for; else 30, or until 14 days after the due date where that is later."
    ),
]


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs to the noun."""
    group.command("link")(link)
    group.command("links")(links)
    group.command("revoke-link")(revoke_link)
    group.command("extend")(extend)


def link(
    ref: RefArgument,
    name: Annotated[str, typer.Option("--name", help="Of the person who gets the link.")],
    email: Annotated[str, typer.Option("--email", help="Their address, for reminders.")] = "",
    section: Annotated[
        list[str] | None, typer.Option("--section", help="Only this section (id of a dimension); repeat as needed. No handing in.")
    ] = None,
    no_attest: Annotated[bool, typer.Option("--no-attest", help="They may answer but not hand in.")] = False,
    expires_days: ExpiresDaysOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a link by which one person answers without an account; it is printed once, only its SHA-256 is kept.

    Example: vendor-ai assessment link acme-ocr-a1 --name "Jane Doe" --email jane@acme.example
    """
    from vendor_ai.services.vendor_link import make_link

    app = open_session()
    with app.records.write() as session:
        made = make_link(
            session, ref, name, email=email, sections=section or [], may_attest=not no_attest, expires_days=expires_days,
            by=acting(), at=app.clock.now(),
        )  # fmt: skip
    settings = app.settings
    address = settings.respond_address(made.token)
    if as_json:
        due_at = made.due_at.isoformat() if made.due_at else None
        print_json({"link": made.number, "url": address, "expires_at": made.expires_at.isoformat(), "due_at": due_at})
    else:
        typer.echo(address)
        typer.echo(f"Link {made.number} for {name} ends {link_end(made)}. It is not shown again; send it to nobody else.", err=True)
    if made.too_short:
        typer.echo(SHORT_LINK.format(made.due_at), err=True)
    warn_without_address(settings.public_url)


def link_end(made: "NewLink") -> str:
    """When a link ends, beside when the answers are due."""
    due = f" (the answers are due {made.due_at:%Y-%m-%d %H:%M} UTC)" if made.due_at else ""
    return f"{made.expires_at:%Y-%m-%d %H:%M} UTC{due}"


def warn_without_address(public_url: str) -> None:
    """Say that links lead nowhere but to this machine, where nothing else is set."""
    if not public_url:
        typer.echo("It opens on this machine only. Set VENDOR_AI_PUBLIC_URL to the address by which vendors reach this server.", err=True)


def extend(
    ref: RefArgument,
    due: Annotated[str, typer.Option("--due", help="The new due date (a date: the end of that day in UTC; or ISO 8601 with an offset).")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the audit chain.")],
    as_json: JsonOption = False,
) -> None:
    """Give the vendor more time; reminders count from the new date.

    Example: vendor-ai assessment extend acme-ocr-a1 --due 2027-03-31 --reason "Their auditor is late."
    """
    from vendor_ai.services.due_date import extend as give_time

    due_at = read_due(due)
    if due_at is None:
        raise InvalidInputError("More time needs a date. Give it with --due, such as 2027-03-31.")
    app = open_session()
    with app.records.write() as session:
        done = give_time(session, ref, due_at, reason, by=acting(), at=app.clock.now())
    if as_json:
        before = done.before.isoformat() if done.before else None
        short = [entry.number for entry in done.short_links]
        print_json({"assessment": done.assessment, "before": before, "due_at": done.due_at.isoformat(), "short_links": short})
        return
    typer.echo(f"{done.assessment} is due {done.due_at:%Y-%m-%d %H:%M} UTC.")
    for entry in done.short_links:
        ends = f"{entry.expires_at:%Y-%m-%d %H:%M} UTC"
        typer.echo(f"Link {entry.number} for {entry.name} ends before that, {ends}: make a new one with `assessment link`.", err=True)


def links(ref: RefArgument, as_json: JsonOption = False) -> None:
    """List an assessment's links and whether they still open it.

    Example: vendor-ai assessment links acme-ocr-a1
    """
    from vendor_ai.services.vendor_link import links as known_links

    app = open_session()
    with app.records.read() as session:
        found = known_links(session, ref)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = []
    for entry in found:
        state = "works" if entry.works(app.clock.now()) else "revoked" if entry.revoked_at else "expired"
        used = f"{entry.last_used_at:%Y-%m-%d %H:%M}" if entry.last_used_at else "never"
        what = ", ".join(entry.sections) or ("all, hands in" if entry.may_attest else "all")
        rows.append([str(entry.number), entry.name, entry.email, what, f"{entry.expires_at:%Y-%m-%d %H:%M}", state, used])
    empty = f"No link yet. Make one: vendor-ai assessment link {ref} --name NAME"
    print_table(f"Links of {ref}", ["No.", "Name", "E-mail", "Sections", "Ends (UTC)", "State", "Opened (UTC)"], rows, empty=empty)


def revoke_link(
    ref: RefArgument,
    number: Annotated[int, typer.Argument(min=1, max=2_147_483_647, help="The link's number.")],
    as_json: JsonOption = False,
) -> None:
    """End a link and every visit by it at once.

    Example: vendor-ai assessment revoke-link acme-ocr-a1 3
    """
    from vendor_ai.services.vendor_link import revoke_link as revoke

    app = open_session()
    with app.records.write() as session:
        ended = revoke(session, ref, number, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"link": number, "revoked": ended})
        return
    typer.echo(f"Link {number} is revoked." if ended else f"Link {number} had been revoked before.")

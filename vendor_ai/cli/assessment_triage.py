"""The verb `assessment triage`: from ten answers to a tier and the packs to send."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session, read_due


def add_verbs(group: typer.Typer) -> None:
    """Add the verb to the noun."""
    group.command("triage")(triage)


def triage(
    ref: Annotated[str, typer.Argument(help="An assessment that uses the pack triage, e.g. acme-ocr-a1.")],
    apply: Annotated[bool, typer.Option("--apply", help="Write use, rights, regions and data into the inventory.")] = False,
    send: Annotated[bool, typer.Option("--send", help="Send the packs it leads to, after --apply.")] = False,
    contact: Annotated[str, typer.Option("--contact", help="E-mail address of the vendor's contact, for what is sent.")] = "",
    due: Annotated[str | None, typer.Option("--due", help="When the answers are due: a date (its end in UTC), or ISO 8601.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say which tier a triage leads to and which packs to send; store nothing unless told to.

    Example: vendor-ai assessment triage acme-ocr-a1 --apply --send --due 2026-12-15
    """
    from vendor_ai.services import triage as service
    from vendor_ai.services.triage_use import apply_triage

    app, due_at = open_session(), read_due(due)
    sent: list[str] = []
    with app.records.write() if apply or send else app.records.read() as session:
        at = app.clock.now()
        found = apply_triage(session, ref, by=acting(), at=at) if apply else service.read_triage(session, ref)
        if send:
            sent = service.send_packs(session, ref, contact=contact, due_at=due_at, by=acting(), at=at)
    if as_json:
        print_json({**found.as_json(), "applied": apply, "sent": sent})
        return
    typer.echo(f"{found.component} is of tier {found.classification.tier.value}.")
    for reason in found.classification.reasons:
        typer.echo(f"- {reason}")
    changes = [[name, before or "not stated", after] for name, (before, after) in found.changes.items()]
    title = "Changed in the inventory" if apply else "Would change in the inventory, with --apply"
    print_table(title, ["Column", "Before", "After"], changes, empty="The inventory says the same.")
    print_table("Packs to send", ["Pack", "Why"], [[it.pack, it.reason] for it in found.packs], empty="No pack: this use is prohibited.")
    for made in sent:
        typer.echo(f"Sent: {made}. Next: vendor-ai assessment link {made} --name NAME")

"""Verbs of the noun `component`: its status, approvals, incidents and reassessments."""

from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_error, print_json, print_table
from vendor_ai.cli.session import AtOption, acting, open_session, read_instant

if TYPE_CHECKING:
    from vendor_ai.domain.reassessment import Reassessment

RefArgument = Annotated[str, typer.Argument(metavar="REF", help="Reference or name of the component.")]


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs to the noun."""
    group.command("status")(status)
    group.command("approvals")(approvals)
    group.command("incident")(incident)
    group.command("reassessments")(reassessments)


def status(
    reference: RefArgument,
    to: Annotated[str, typer.Option("--to", help="proposed, approved, in_use or retired.")],
    as_json: JsonOption = False,
) -> None:
    """Give a component another status; exit code 1 where a gate blocks it.

    Example: vendor-ai component status acme-ocr --to in_use
    """
    from vendor_ai.domain.gate import GateBlockedError
    from vendor_ai.services.component import change_status, read_status

    wanted, app = read_status(to), open_session()
    try:
        with app.records.write() as session:
            changed = change_status(session, reference, wanted, by=acting(), at=app.clock.now())
    except GateBlockedError as error:
        if as_json:
            print_json({"changed": False, "error": {"code": error.code, "message": str(error)}, "gate": error.result.as_json()})
            typer.echo(str(error), err=True)
        else:
            print_error(error.code, str(error), as_json=False)
        raise typer.Exit(1) from error
    if as_json:
        print_json(changed.as_json())
        return
    words = f"was {changed.before}, is now {changed.after}" if changed.before != changed.after else f"is {changed.after} already"
    typer.echo(f"{changed.component} {words}.")


def approvals(reference: RefArgument, as_json: JsonOption = False) -> None:
    """List every approval of a component, the revoked and ended ones too.

    Example: vendor-ai component approvals acme-ocr
    """
    from vendor_ai.services.approval import approvals as all_approvals

    app = open_session()
    today = app.clock.now().date()
    with app.records.read() as session:
        found = all_approvals(session, reference)
    if as_json:
        print_json(
            [{"gate": entry.gate, **entry.as_json(), "note": note, "state": entry.state(today)} for entry, note in found],
        )
        return
    rows = [
        [
            str(entry.number),
            entry.gate,
            entry.approval,
            entry.by,
            f"{entry.at:%Y-%m-%d}",
            str(entry.valid_until or ""),
            entry.state(today),
            note,
        ]
        for entry, note in found
    ]
    columns = ["Number", "Gate", "Approval", "By", "On", "Until", "State", "Note"]
    print_table("Approvals", columns, rows, empty="No approval yet. Give one: vendor-ai gate approve COMPONENT --gate GATE --approval NAME")


def incident(
    reference: RefArgument, note: Annotated[str, typer.Option("--note", help="What happened.")], as_json: JsonOption = False
) -> None:
    """Note an incident; the component must be assessed again.

    Example: vendor-ai component incident acme-ocr --note "Invoices of another customer were shown on 3 May"
    """
    from vendor_ai.services.reassessment import note_incident, reassessment_of

    app = open_session()
    with app.records.write() as session:
        name = note_incident(session, reference, note, by=acting(), at=app.clock.now())
        now = reassessment_of(session, reference, at=app.clock.now())
    answer_by = next((cause.answer_by for cause in now.causes if cause.reference == name), None)
    if as_json:
        until = answer_by.isoformat() if answer_by else None
        print_json({"incident": name, "component": reference, "answer_by": until, "assessment": now.assessment or None})
        return
    typer.echo(f"Incident {name} is noted{f', to be answered by a decision by {answer_by}' if answer_by else ''}.")
    typer.echo(_next_step(now))


def _next_step(now: "Reassessment") -> str:
    if now.assessment:
        return f"{now.assessment}, which is on its way, answers it."
    if now.due_on is None:
        return f"{now.component} has no decision to repeat, so nothing is prepared: vendor-ai assessment send {now.component}"
    return (
        "The job reassessment prepares a draft: within the hour where `vendor-ai serve` runs, or now with "
        "`vendor-ai job run reassessment`. Then: vendor-ai component reassessments"
    )


def reassessments(at: AtOption = None, as_json: JsonOption = False) -> None:
    """List the components whose next assessment is due or overdue, and why.

    Example: vendor-ai component reassessments
    """
    from vendor_ai.services.reassessment import reassessments as due_again

    app = open_session().at(read_instant(at))
    with app.records.read() as session:
        found = due_again(session, at=app.clock.now())
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [
            entry.component,
            entry.tier or "unknown",
            str(entry.due_on or ""),
            "; ".join(f"{cause.cause.value}: {cause.note}" for cause in entry.causes) or "by date",
            "overdue" if entry.overdue_sentences else "due",
            entry.assessment or ("to be prepared: job run reassessment" if entry.due_on else "none: assessment send"),
        ]
        for entry in found
    ]
    columns = ["Component", "Tier", "By date", "Why", "State", "Assessment"]
    print_table("Reassessments", columns, rows, empty="No component is due to be assessed again.")

"""Verbs of `vendor-ai assessment` for what passes between staff and vendor: messages, handing in, receipts, reminders."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli import assessment_link
from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError

RefArgument = Annotated[str, typer.Argument(help="The assessment's reference, e.g. acme-ocr-a1.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stands in the audit chain.")]
QuestionOption = Annotated[str, typer.Option("--question", help="Id of the question it is about; else the whole.")]
TextArgument = Annotated[str, typer.Argument(help="What to say, at most 5,000 characters.")]


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs to the noun."""
    assessment_link.add_verbs(group)
    group.command("submit")(submit)
    group.command("return")(return_)
    group.command("withdraw")(withdraw)
    group.command("message")(message)
    group.command("clarify")(clarify)
    group.command("settle")(settle)
    group.command("messages")(messages)
    group.command("receipt")(receipt)
    group.command("reminders")(reminders)


def submit(
    ref: RefArgument,
    signatory: Annotated[str, typer.Option("--signatory", help="Who attests the answers by name, e.g. in a returned letter.")] = "",
    role: Annotated[str, typer.Option("--role", help="Their position.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Hand in the answers as they stand, for a vendor who sent them another way.

    Example: vendor-ai assessment submit acme-ocr-a1 --signatory "Jane Doe" --role "Head of Security"
    """
    from vendor_ai.services.answering import submit as hand_in

    app = open_session()
    with app.records.write() as session:
        done = hand_in(session, ref, signatory=signatory, signatory_role=role, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"assessment": ref, "number": done.number, "sha256": done.sha256, "at": done.at.isoformat()})
        return
    typer.echo(f"{ref} is handed in as version {done.number}, SHA-256 {done.sha256}.")


def return_(ref: RefArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """Send answers back to be corrected; what was handed in stays as it was.

    Example: vendor-ai assessment return acme-ocr-a1 --reason "The test report is missing."
    """
    from vendor_ai.services.assessment import return_to_vendor

    app = open_session()
    with app.records.write() as session:
        return_to_vendor(session, ref, reason, by=acting(), at=app.clock.now())
    _say_state(ref, "in_progress", f"{ref} can be answered again by its links.", as_json)


def withdraw(ref: RefArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """End an assessment that nobody needs any more.

    Example: vendor-ai assessment withdraw acme-ocr-a1 --reason "No longer bought."
    """
    from vendor_ai.services.assessment import withdraw as end

    app = open_session()
    with app.records.write() as session:
        end(session, ref, reason, by=acting(), at=app.clock.now())
    _say_state(ref, "withdrawn", f"{ref} is withdrawn.", as_json)


def _say_state(ref: str, state: str, words: str, as_json: bool) -> None:
    if as_json:
        print_json({"assessment": ref, "state": state})
    else:
        typer.echo(words)


def message(
    ref: RefArgument,
    text: TextArgument,
    question: QuestionOption = "",
    internal: Annotated[bool, typer.Option("--internal", help="A note among staff, never shown to the vendor.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write to the vendor, or a note among staff.

    Example: vendor-ai assessment message acme-ocr-a1 "The report is from 2024." --question sec-pentest --internal
    """
    _write(ref, text, question, "comment", internal=internal, as_json=as_json)


def clarify(ref: RefArgument, text: TextArgument, question: QuestionOption = "", as_json: JsonOption = False) -> None:
    """Ask the vendor to clarify; it waits until it is settled.

    Example: vendor-ai assessment clarify acme-ocr-a1 "Which version was tested?" --question sec-pentest
    """
    _write(ref, text, question, "clarification", internal=False, as_json=as_json)


def _write(ref: str, text: str, question: str, kind: str, *, internal: bool, as_json: bool) -> None:
    from vendor_ai.domain.message import MessageKind, Side
    from vendor_ai.services.message import write

    app = open_session()
    with app.records.write() as session:
        done = write(
            session, ref, text, side=Side.STAFF, kind=MessageKind(kind), question=question, internal=internal,
            by=acting(), at=app.clock.now(),
        )  # fmt: skip
    if as_json:
        print_json(done.as_json())
        return
    typer.echo(f"Message {done.number} is {'kept among staff' if internal else 'on the page of the vendor'}.")


def settle(
    ref: RefArgument,
    number: Annotated[int, typer.Argument(min=1, max=2_147_483_647, help="The request's number.")],
    as_json: JsonOption = False,
) -> None:
    """Note that a clarification request was answered to satisfaction.

    Example: vendor-ai assessment settle acme-ocr-a1 4
    """
    from vendor_ai.services.message import settle as settle_request

    app = open_session()
    with app.records.write() as session:
        done = settle_request(session, ref, number, by=acting(), at=app.clock.now())
    if as_json:
        print_json(done.as_json())
        return
    typer.echo(f"Clarification request {number} is settled.")


def messages(ref: RefArgument, as_json: JsonOption = False) -> None:
    """List what was written about an assessment, internal notes among it.

    Example: vendor-ai assessment messages acme-ocr-a1
    """
    from vendor_ai.domain.message import Side
    from vendor_ai.services.message import messages as written_messages

    with open_session().records.read() as session:
        found = written_messages(session, ref, side=Side.STAFF)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = []
    for entry in found:
        kind = f"{entry.kind.words}{' (internal)' if entry.internal else ''}{' (open)' if entry.open else ''}"
        rows.append([str(entry.number), f"{entry.at:%Y-%m-%d %H:%M}", entry.person, kind, entry.question, entry.text])
    empty = f'Nothing was written yet. Write: vendor-ai assessment message {ref} "TEXT"'
    print_table(f"Messages of {ref}", ["No.", "At (UTC)", "From", "Kind", "Question", "Text"], rows, empty=empty)


def receipt(
    ref: RefArgument,
    number: Annotated[int | None, typer.Argument(help="The version; else the newest.")] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Write the hashed copy to this file.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was handed in, when, by whom and with which hash; or write the copy that anybody can hash again.

    Example: vendor-ai assessment receipt acme-ocr-a1 1 --file acme-ocr-a1-1.json
    """
    from vendor_ai.services.receipt import copy_of, receipt_of

    with open_session().records.read() as session:
        found = receipt_of(session, ref, number)
    if file is not None:
        if file.exists():
            raise InvalidInputError(f"{file} exists already. Choose another name.")
        file.write_bytes(copy_of(found))
    if as_json:
        head = {"assessment": ref, "number": found.number, "sha256": found.sha256, "at": found.at.isoformat(), "by": found.by}
        print_json({**head, "signatory": found.signatory or None, "role": found.signatory_role or None, "content": dict(found.content)})
        return
    who = f"attested by {found.signatory}, {found.signatory_role}" if found.signatory else "without an attestation"
    typer.echo(f"{ref}, version {found.number}: handed in {found.at:%Y-%m-%d %H:%M} UTC by {found.by}, {who}.")
    typer.echo(f"SHA-256 {found.sha256}{f'; the copy is {file}' if file else ''}")


def reminders(
    ref: Annotated[str, typer.Argument(help="The assessment's reference; else all.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the reminders that were made, and whether they went out by mail.

    Example: vendor-ai assessment reminders acme-ocr-a1
    """
    from vendor_ai.services.reminder import reminders as made_reminders

    with open_session().records.read() as session:
        found = made_reminders(session, noun="assessment" if ref else "", reference=ref)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = []
    for entry in found:
        state = f"sent {entry.sent_at:%Y-%m-%d %H:%M}" if entry.sent_at else entry.failure or "not sent"
        rows.append([entry.reference, f"{entry.due_at:%Y-%m-%d %H:%M}", str(entry.days), entry.recipient or "staff", state])
    empty = "No reminder yet: they are made 7, 3 and 1 days before something is due, by `vendor-ai job run reminder`."
    print_table("Reminders", ["About", "Due (UTC)", "Days before", "To", "Mail (UTC)"], rows, empty=empty)

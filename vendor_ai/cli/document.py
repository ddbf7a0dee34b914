"""`vendor-ai document`: pieces of evidence, what they stand for and who looked at them."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.evidence import Confidentiality, Document, DocumentTerms, EvidenceNoun

if TYPE_CHECKING:
    from sqlmodel import Session

    from vendor_ai.services.evidence_arrival import Arrival
    from vendor_ai.wiring import App

document = typer.Typer(no_args_is_help=True, help="Documents that answers and clauses rest on.")

RefArgument = Annotated[str, typer.Argument(help="The document's reference, e.g. acme-e1.")]
AssessmentOption = Annotated[str | None, typer.Option("--assessment", help="Reference of an assessment it stands for.")]
QuestionOption = Annotated[str | None, typer.Option("--question", help="The question of that assessment.")]
ContractOption = Annotated[str | None, typer.Option("--contract", help="Reference of a contract it stands for.")]
ClauseOption = Annotated[str | None, typer.Option("--clause", help="The clause of that contract.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(document, name="document")


@document.command("add")
def add(
    vendor: Annotated[str, typer.Option("--vendor", help="Reference or name of the vendor whose document it is.")],
    file: Annotated[Path | None, typer.Argument(help="pdf, png, jpeg, xlsx, docx, odt, ods, csv, txt, md, json, yaml or xml.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Its address, where it is not handed over.")] = None,
    name: Annotated[str, typer.Option("--name", help="As it is called; else the file's name.")] = "",
    issued: Annotated[str | None, typer.Option("--issued", help="Its own date.")] = None,
    expires: Annotated[str | None, typer.Option("--expires", help="The last day it holds.")] = None,
    confidentiality: Annotated[
        Confidentiality | None, typer.Option("--confidentiality", help="How it may be passed on; a new one is internal.")
    ] = None,
    viewer: Annotated[list[str] | None, typer.Option("--viewer", help="Who alone may look, e.g. alice; may be repeated.")] = None,
    delete_on: Annotated[str | None, typer.Option("--delete-on", help="When its content is removed.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Change the terms of a document that is known to those given here.")] = False,
    assessment: AssessmentOption = None,
    question: QuestionOption = None,
    contract: ContractOption = None,
    clause: ClauseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a document, or the address of one; a content that is known stays the one document it is.

    Example: vendor-ai document add soc2.pdf --vendor Acme --issued 2026-03-01 --assessment acme-ocr-a1 --question com-certificates
    """
    if (file is None) == (url is None):
        raise InvalidInputError("Give either a file or --url.")
    if file is not None and not file.is_file():
        raise InvalidInputError(f"There is no file {str(file)!r}. Check the path.")
    days = (_day(issued, "--issued"), _day(expires, "--expires"))
    terms = DocumentTerms(*days, confidentiality, tuple(viewer or ()), _day(delete_on, "--delete-on"))
    app = open_session()
    with app.records.write() as session:
        arrival = _handed_in(app, session, file or url or "", name, vendor, terms, update=update)
        arrival = replace(arrival, document=_linked(app, session, arrival.document, assessment, question, contract, clause))
    found, today = arrival.document, app.clock.now().date()
    if as_json:
        print_json(arrival.as_json(today))
        return
    holds = f", holds until {found.expires_on}" if found.expires_on else ""
    typer.echo(f"Document {found.ref}: {found.name}, {found.size} bytes{holds}.")
    for note in arrival.notes(today):
        typer.echo(note, err=True)


def _handed_in(
    app: "App", session: "Session", source: Path | str, name: str, vendor: str, terms: DocumentTerms, *, update: bool
) -> "Arrival":
    from vendor_ai.services.evidence import limits_of
    from vendor_ai.services.evidence_arrival import hand_in, hand_in_address

    by, at = acting(), app.clock.now()
    if isinstance(source, str):
        return hand_in_address(session, source, name=name, vendor_ref=vendor, terms=terms, update=update, by=by, at=at)
    with source.open("rb") as content:
        return hand_in(
            session,
            app.settings.home,
            content,
            name=name or source.name,
            vendor_ref=vendor,
            terms=terms,
            update=update,
            limits=limits_of(app.settings),
            by=by,
            at=at,
        )


@document.command("list")
def list_documents(
    vendor: Annotated[str, typer.Option("--vendor", help="Only those of this vendor.")] = "",
    assessment: Annotated[str, typer.Option("--assessment", help="Only those that stand for this assessment.")] = "",
    contract: Annotated[str, typer.Option("--contract", help="Only those that stand for this contract.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List documents, oldest first.

    Example: vendor-ai document list --assessment acme-ocr-a1
    """
    from vendor_ai.services.evidence import documents

    noun = EvidenceNoun.QUESTION if assessment else EvidenceNoun.CLAUSE if contract else None
    app = open_session()
    today = app.clock.now().date()
    with app.records.read() as session:
        found = documents(session, vendor_ref=vendor, noun=noun, reference=(assessment or contract).strip().lower())
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [entry.ref, entry.name, entry.confidentiality.value, str(entry.expires_on or ""), _state(entry, today), _uses(entry)]
        for entry in found
    ]
    empty = "No document yet. Add one: vendor-ai document add FILE --vendor VENDOR"
    print_table("Documents", ["Reference", "Name", "Confidentiality", "Holds until", "State", "Stands for"], rows, empty=empty)


@document.command("show")
def show(ref: RefArgument, as_json: JsonOption = False) -> None:
    """Show what is known of a document and where it is found; the look is noted.

    Example: vendor-ai document show acme-e1
    """
    from vendor_ai.services.evidence import look_at

    app = open_session()
    with app.records.write() as session:
        found = look_at(session, ref, by=acting(), at=app.clock.now())
    addresses = found.addresses(app.settings.address)
    if as_json:
        print_json({**found.as_json(), "addresses": addresses})
        return
    shown = found.as_json() | {"viewers": ", ".join(found.viewers), "uses": _uses(found), "pages": "\n".join(addresses["pages"])}
    facts = [[key.replace("_", " "), "" if value is None else str(value)] for key, value in shown.items()]
    print_table(f"Document {found.ref}", ["", ""], [*facts, ["API", "\n".join(addresses["api"])]])


@document.command("get")
def get(ref: RefArgument, file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write a document's content to a file; the look is noted.

    Example: vendor-ai document get acme-e1 soc2.pdf
    """
    from vendor_ai.services.evidence import open_document

    if file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name.")
    app = open_session()
    with app.records.write() as session:
        found, content = open_document(session, app.settings.home, ref, as_file=True, by=acting(), at=app.clock.now())
    file.write_bytes(content)
    typer.echo(f"{found.name} written to {file}.")


@document.command("link")
def link(
    ref: RefArgument,
    assessment: AssessmentOption = None,
    question: QuestionOption = None,
    contract: ContractOption = None,
    clause: ClauseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a document stands for.

    Example: vendor-ai document link acme-e1 --contract acme-2026 --clause fairness
    """
    from vendor_ai.services.evidence import document as one_document

    app = open_session()
    with app.records.write() as session:
        found = one_document(session, ref)
        linked = _linked(app, session, found, assessment, question, contract, clause)
    if linked is found:
        raise InvalidInputError("Name what it stands for: --assessment with --question, or --contract with --clause.")
    if as_json:
        print_json(linked.as_json())
        return
    typer.echo(f"{linked.ref} stands for: {_uses(linked)}.")


@document.command("views")
def views(ref: RefArgument, as_json: JsonOption = False) -> None:
    """List who looked at a document, and when.

    Example: vendor-ai document views acme-e1
    """
    from vendor_ai.services.evidence import views as document_views

    with open_session().records.read() as session:
        found = document_views(session, ref)
    if as_json:
        print_json([view.as_json() for view in found])
        return
    print_table("Looks", ["Who", "When"], [[view.by, f"{view.at:%Y-%m-%d %H:%M} UTC"] for view in found], empty="Nobody has looked at it.")


@document.command("delete")
def delete(ref: RefArgument, reason: Annotated[str, typer.Option("--reason", help="Why, for the audit chain.")]) -> None:
    """Remove a document's content; its hash, name and dates stay.

    Example: vendor-ai document delete acme-e1 --reason "The NDA has ended."
    """
    from vendor_ai.services.evidence import delete_document, remove_orphans

    app = open_session()
    with app.records.write() as session:
        deleted = delete_document(session, ref, reason, by=acting(), at=app.clock.now())
    with app.records.write() as session:  # a content goes only once its record is gone for good
        remove_orphans(session, app.settings.home)
    typer.echo(f"{ref} was deleted before." if not deleted else f"{ref} deleted; its hash, name and dates stay.")


def _linked(
    app: "App", session: "Session", found: Document, assessment: str | None, question: str | None, contract: str | None, clause: str | None
) -> Document:
    """The document with the links that the options ask for."""
    from vendor_ai.services.evidence import link_document

    if (assessment is None) != (question is None) or (contract is None) != (clause is None):
        raise InvalidInputError("--assessment goes with --question, and --contract with --clause. Give both of a pair.")
    for noun, reference, subject in ((EvidenceNoun.QUESTION, assessment, question), (EvidenceNoun.CLAUSE, contract, clause)):
        if reference and subject:
            found = link_document(session, found.ref, noun=noun, reference=reference, subject=subject, by=acting(), at=app.clock.now())
    return found


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError(f"{option}: {text!r} is not a date. Write it as 2026-10-05.") from None


def _state(entry: Document, today: date) -> str:
    if entry.deleted_at is not None:
        return f"deleted {entry.deleted_at:%Y-%m-%d}"
    if entry.expired(today):
        return "expired"
    return "kept" if entry.sha256 else "address"


def _uses(entry: Document) -> str:
    return ", ".join(f"{use.reference}:{use.subject}" for use in entry.uses)

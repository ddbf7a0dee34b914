"""`vendor-ai gate`: may we build on it, may it go live, may it keep running."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli import gate_waiver
from vendor_ai.cli.output import JsonOption, print_json
from vendor_ai.cli.session import AtOption, TokenOption, acting, deciding, open_session, read_instant
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from vendor_ai.domain.gate import GateResult

gate = typer.Typer(no_args_is_help=True, help="Approvals, and the gates they open.")

ComponentArgument = Annotated[str, typer.Argument(metavar="COMPONENT", help="Reference or name of the component.")]
GateOption = Annotated[str, typer.Option("--gate", help="use_case, deployment or continuation.")]
NoteOption = Annotated[str, typer.Option("--note", help="What it rests on.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    gate_waiver.add_verbs(gate)
    app.add_typer(gate, name="gate")


@gate.command("check")
def check(component: ComponentArgument, gate_name: GateOption, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Ask whether a gate lets the component through: exit code 0 open, 1 blocked. No token is needed.

    Example: vendor-ai gate check acme-ocr --gate deployment
    """
    from vendor_ai.services.gate import check_gate, read_gate

    wanted, app = read_gate(gate_name), open_session().at(read_instant(at))
    with app.records.read() as session:
        result = check_gate(session, component, wanted, at=app.clock.now())
    if as_json:
        print_json(result.as_json())
    else:
        _print(result)
    if not result.open:
        raise typer.Exit(1)


def _print(result: "GateResult") -> None:
    typer.echo(
        f"{result.component}: the {result.gate.words} gate is {'OPEN' if result.open else 'BLOCKED'} (tier {result.tier or 'unknown'})."
    )
    if result.missing_approvals:
        typer.echo(f"Missing approvals: {', '.join(result.missing_approvals)}")
    for obstacle in result.blocked_by:
        typer.echo(f"Blocked: {obstacle.detail}")
    for approval in result.approvals:
        until = f", until {approval.valid_until}" if approval.valid_until else ""
        other = f", given for {approval.gate}" if approval.gate != result.gate else ""
        typer.echo(f"Approved: {approval.approval} by {approval.by} on {approval.at:%Y-%m-%d}{other}{until}")
    for decision in result.decisions:
        typer.echo(f"Rests on: {decision.assessment} ({decision.pack}), {decision.decision} on {decision.at:%Y-%m-%d}")
    for waiver in result.waivers:
        typer.echo(f"Waived: {waiver.subject} until {waiver.until}, by {waiver.by} and {waiver.second_by}: {waiver.reason}")


@gate.command("approve")
def approve(
    component: ComponentArgument,
    gate_name: GateOption,
    approval: Annotated[
        str, typer.Option("--approval", help="technical_validation, fairness_audit, security_review, legal_approval or exec_sponsor.")
    ],
    note: NoteOption,
    valid_until: Annotated[
        str | None, typer.Option("--valid-until", help="Its last day, such as 2027-06-30; without it, until revoked.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Also write it as a signed file that `vendor-ai verify` checks anywhere.")
    ] = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give one approval at one gate, as an entry of the audit chain, signed.

    Example: vendor-ai gate approve acme-ocr --gate deployment --approval security_review --note "Test of 3 May" --token TOKEN
    """
    from vendor_ai.services import approval as service
    from vendor_ai.services.gate import check_gate, read_gate

    wanted, until, app = read_gate(gate_name), read_day(valid_until, "--valid-until"), open_session()
    _refuse_existing(file)
    by = deciding(app, token)
    with app.records.write() as session:
        given = service.approve(session, component, wanted, approval, note=note, valid_until=until, by=by, at=app.clock.now())
        document = service.approval_file(session, given.number)
        result = check_gate(session, component, wanted, at=app.clock.now())
    if file is not None:
        _write(file, document)
    if as_json:
        now = {
            name: value
            for name, value in result.as_json().items()
            if name in ("component", "gate", "open", "missing_approvals", "blocked_by")
        }
        print_json(given.as_json() | now | {"file": str(file) if file else None})
        return
    written = f" Written to {file}." if file else ""
    typer.echo(f"Approval {given.number}: {given.approval} at the {wanted.words} gate, by {given.by}.{written}")
    typer.echo(result.sentence if result.open else f"The {wanted.words} gate is still closed. {result.sentence}")


@gate.command("revoke")
def revoke(
    number: Annotated[int, typer.Argument(help="Number of the approval.")],
    reason: ReasonOption,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take an approval back; the gate is closed from now on.

    Example: vendor-ai gate revoke 12 --reason "The vendor withdrew the certificate" --token TOKEN
    """
    from vendor_ai.services import approval as service

    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        taken = service.revoke(session, number, reason, by=by, at=app.clock.now())
    if as_json:
        print_json(taken.as_json() | {"revoked": True})
        return
    typer.echo(f"Approval {number} ({taken.approval}) is revoked.")


@gate.command("export")
def export(
    number: Annotated[int, typer.Argument(help="Number of the approval.")], file: Annotated[Path, typer.Argument(help="Where to write it.")]
) -> None:
    """Write an approval as a signed file that `vendor-ai verify` checks anywhere.

    Example: vendor-ai gate export 12 approval-12.json
    """
    from vendor_ai.services.approval import approval_file

    _refuse_existing(file)
    with open_session().records.read() as session:
        document = approval_file(session, number)
    _write(file, document)
    typer.echo(f"Approval {number} is written to {file}. Check it anywhere: vendor-ai verify {file.name} --fingerprint FINGERPRINT")


@gate.command("key")
def key(as_json: JsonOption = False) -> None:
    """Show the public key that signs approvals, and its fingerprint; hand the fingerprint over by another way than the files.

    Example: vendor-ai gate key
    """
    from vendor_ai.services.signing import signing_key

    with open_session().records.write() as session:
        found = signing_key(session)
    if as_json:
        print_json({"public_key": found.public, "fingerprint": found.fingerprint})
        return
    typer.echo(f"Public key (Ed25519): {found.public}")
    typer.echo(f"Fingerprint (SHA-256): {found.fingerprint}")


@gate.command("fact")
def fact(
    component: ComponentArgument,
    name: Annotated[
        str,
        typer.Argument(
            metavar="FACT",
            help="failed_validation, inadequate_monitoring, unmitigated_vulnerability, fairness_failure, unmendable_drift "
            "or non_compliance.",
        ),
    ],
    note: Annotated[str, typer.Option("--note", help="What was seen.")],
    as_json: JsonOption = False,
) -> None:
    """Note a fact that closes a gate, whatever was approved.

    Example: vendor-ai gate fact acme-ocr failed_validation --note "Recall of 0.61 on our sample of May; 0.80 is needed"
    """
    from vendor_ai.services.waiver import note_fact

    app = open_session()
    with app.records.write() as session:
        number = note_fact(session, component, name, note, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"fact": number, "name": name, "component": component})
        return
    typer.echo(f"Fact {number} is noted: {name}. When it no longer stands: vendor-ai gate clear {number} --note TEXT --token TOKEN")


@gate.command("clear")
def clear(
    number: Annotated[int, typer.Argument(help="Number of the fact.")],
    note: Annotated[str, typer.Option("--note", help="Why it no longer stands.")],
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say that a fact no longer stands, and why.

    Example: vendor-ai gate clear 3 --note "Validated again: recall 0.86" --token TOKEN
    """
    from vendor_ai.services.waiver import clear_fact

    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        clear_fact(session, number, note, by=by, at=app.clock.now())
    if as_json:
        print_json({"fact": number, "cleared": True})
        return
    typer.echo(f"Fact {number} is cleared.")


def read_day(text: str | None, option: str) -> date | None:
    """A day such as 2027-06-30.

    Raises:
        InvalidInputError: When it is not one.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"{option} {text!r} is not a day. Write one such as 2027-06-30.") from None


def _refuse_existing(file: Path | None) -> None:
    if file is not None and file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name, so that nothing is lost.")


def _write(file: Path, document: dict[str, object]) -> None:
    import json

    file.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

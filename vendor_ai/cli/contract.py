"""`vendor-ai contract`: the promise as data."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError

contract = typer.Typer(no_args_is_help=True, help="Contracts and their clauses.")

FileArgument = Annotated[Path, typer.Argument(help="A contract file (YAML).")]
RefArgument = Annotated[str, typer.Argument(help="The contract's reference.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(contract, name="contract")


@contract.command("check")
def check(file: FileArgument, as_json: JsonOption = False) -> None:
    """Name every mistake in a contract file by line and field; exit code 1 when there is one.

    Example: vendor-ai contract check contracts/acme-2026.yaml
    """
    from vendor_ai.services.contract import read_contract_file

    parsed, _ = read_contract_file(file)
    if as_json:
        print_json(
            {
                "file": str(file),
                "ok": not parsed.problems,
                "problems": [problem.as_json() for problem in parsed.problems],
                "warnings": [problem.as_json() for problem in parsed.warnings],
            }
        )
    else:
        print_problems(parsed.problems, str(file), most=1_000)
        for warning in parsed.warnings:
            typer.echo(f"Warning: {warning.sentence(str(file))}", err=True)
        typer.echo(f"{file}: {'ok' if not parsed.problems else f'{len(parsed.problems)} mistakes'}")
    if parsed.problems:
        raise typer.Exit(1)


@contract.command("import")
def import_file(file: FileArgument, as_json: JsonOption = False) -> None:
    """Check a contract file and store it; its vendor and components must be in the inventory.

    Example: vendor-ai contract import contracts/acme-2026.yaml
    """
    from vendor_ai.services.contract import closed_verdicts, import_contract, read_contract_file

    parsed, text = read_contract_file(file)
    if parsed.contract is None or parsed.problems:
        first = parsed.problems[0].sentence(str(file))
        more = f" {len(parsed.problems) - 1} more: vendor-ai contract check {file}" if len(parsed.problems) > 1 else ""
        raise InvalidInputError(f"{first}{more}")
    app = open_session()
    with app.records.write() as session:
        state = import_contract(session, parsed.contract, text, by=acting(), at=app.clock.now())
        judged = closed_verdicts(session, parsed.contract.ref) if state == "changed" else 0
    if judged:
        typer.echo(
            f"{judged} verdicts of closed periods stand under the former text; evaluating those periods again adds revisions under this "
            "one. An amendment that holds from a later date needs a contract of its own, from that date.",
            err=True,
        )
    if as_json:
        print_json({"contract": parsed.contract.ref, "state": state, "warnings": [entry.as_json() for entry in parsed.warnings]})
        return
    for warning in parsed.warnings:
        typer.echo(f"Warning: {warning.sentence(str(file))}", err=True)
    typer.echo(f"Contract {parsed.contract.ref}: {state}, {len(parsed.contract.clauses)} clauses.")


@contract.command("show")
def show(reference: RefArgument, as_json: JsonOption = False) -> None:
    """Show every term of a contract, defaults marked.

    Example: vendor-ai contract show acme-2026
    """
    from vendor_ai.clauses import CLAUSE_KINDS
    from vendor_ai.domain.contract_description import describe_contract
    from vendor_ai.services.contract import definition, get_contract

    with open_session().records.read() as session:
        found = get_contract(session, reference)
        data = definition(session, reference)
    if as_json:
        print_json(data)
        return
    rows = [
        [entry.part, entry.term, entry.value, "default" if entry.is_default else ""] for entry in describe_contract(found, CLAUSE_KINDS)
    ]
    print_table(f"Contract {found.ref}", ["Clause", "Term", "Value", ""], rows)


@contract.command("list")
def list_contracts(as_json: JsonOption = False) -> None:
    """List the stored contracts.

    Example: vendor-ai contract list
    """
    from vendor_ai.services.contract import contracts

    with open_session().records.read() as session:
        found = contracts(session)
    if as_json:
        print_json(
            [
                {"contract": entry.ref, "vendor": entry.vendor, "starts": entry.starts.isoformat(), "ends": entry.ends.isoformat()}
                for entry in found
            ]
        )
        return
    rows = [[entry.ref, entry.vendor, f"{entry.starts} to {entry.ends}", str(len(entry.clauses))] for entry in found]
    print_table(
        "Contracts", ["Reference", "Vendor", "Term", "Clauses"], rows, empty="No contract yet. Add one: vendor-ai contract import FILE"
    )


@contract.command("template")
def template(file: Annotated[Path, typer.Argument(help="Where to write the default addendum.")]) -> None:
    """Write the default addendum, ready to be filled in.

    Example: vendor-ai contract template acme-2026.yaml
    """
    from vendor_ai.kit.data import data_folder

    if file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name.")
    file.write_text((data_folder("contracts") / "default-addendum.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    typer.echo(f"Written to {file}. Fill in vendor, components and dates, then: vendor-ai contract check {file}")

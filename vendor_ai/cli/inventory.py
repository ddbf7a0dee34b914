"""`vendor-ai inventory`: vendors and components in and out."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError

inventory = typer.Typer(no_args_is_help=True, help="Vendors and their AI components.")


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(inventory, name="inventory")


@inventory.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="xlsx, csv or json; one row a component.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Store the components of a file; a component with the same reference is updated, and a column the file lacks keeps what is stored.

    Columns: vendor and component are required; ref, kind, use_case, decision_type, affected_rights, regions, data_classes, status,
    business_owner, technical_owner, operations_owner, capabilities, positive_label, website and notes may be there, in any order.
    "Business owner" is business_owner. Several values of a cell are separated by a semicolon. `inventory template` explains each.

    Example: vendor-ai inventory import inventory.csv --dry-run
    """
    from vendor_ai.importers.inventory import read_inventory
    from vendor_ai.services.inventory import carry_out, plan_import

    app = open_session()
    now = app.clock.now()
    rows, problems, unknown = read_inventory(file)
    if dry_run:
        with app.records.read() as session:
            plan = plan_import(session, rows, problems, at=now)
    else:
        with app.records.write() as session:
            plan = plan_import(session, rows, problems, at=now)
            carry_out(session, plan, by=acting(), at=now)
    if as_json:
        print_json(plan.as_json() | {"dry_run": dry_run, "unknown_columns": unknown})
    else:
        shown = [[str(entry.row), entry.vendor, entry.ref, entry.change, ", ".join(entry.fields)] for entry in plan.changes]
        title = "Would be stored" if dry_run else "Stored"
        empty = "No row could be stored; each says why." if plan.problems else "The file holds no component."
        print_table(title, ["Row", "Vendor", "Component", "Change", "Fields"], shown, empty=empty)
        if unknown:
            typer.echo(f"Columns left out, the inventory has none of their name: {', '.join(unknown)}.", err=True)
        print_problems(plan.problems, str(file))
    if plan.problems:
        raise typer.Exit(1)


@inventory.command("template")
def template(
    file: Annotated[Path, typer.Argument(help="Target; its ending (.xlsx or .csv) chooses the format.")],
) -> None:
    """Write a file to fill in: every column, one example row and, in a workbook, allowed values and what each column holds.

    Example: vendor-ai inventory template inventory.xlsx
    """
    from vendor_ai.exporters.inventory_template import inventory_template

    if file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name, so that nothing is lost.")
    file.write_bytes(inventory_template(file.suffix))
    typer.echo(f"Written to {file}. Put your components in the place of the example row, then: vendor-ai inventory import {file}")


@inventory.command("export")
def export_file(file: Annotated[Path, typer.Argument(help="Target; its ending (.csv, .json, .xlsx) chooses the format.")]) -> None:
    """Write every component to a file that `inventory import` reads back.

    Example: vendor-ai inventory export inventory.xlsx
    """
    from vendor_ai.exporters.inventory import export_inventory
    from vendor_ai.services.inventory import listing

    with open_session().records.read() as session:
        entries = listing(session)
    file.write_bytes(export_inventory(entries, file.suffix))
    typer.echo(f"{len(entries)} components written to {file}.")


@inventory.command("list")
def list_components(as_json: JsonOption = False) -> None:
    """List every component with its vendor.

    Example: vendor-ai inventory list --json
    """
    from vendor_ai.services.inventory import listing

    with open_session().records.read() as session:
        entries = listing(session)
    if as_json:
        print_json(
            [
                {"vendor": vendor.name, "component": component.name, "ref": component.ref, "status": component.status.value}
                for vendor, component in entries
            ]
        )
        return
    rows = [[vendor.name, component.name, component.ref, component.status.value] for vendor, component in entries]
    empty = "The inventory is empty. Start with vendor-ai inventory template FILE.xlsx, then vendor-ai inventory import FILE.xlsx"
    print_table("Inventory", ["Vendor", "Component", "Reference", "Status"], rows, empty=empty)

"""`vendor-ai sample`: random samples whose labels stand for a period, drawn by the program and labelled blind."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError

if TYPE_CHECKING:
    from vendor_ai.services.audit_sample import Sample

sample = typer.Typer(no_args_is_help=True, help="Audit samples: committed before the labels come, drawn by the program, labelled blind.")

RefArgument = Annotated[str, typer.Argument(help="The sample's reference.")]
LabelOption = Annotated[
    list[str] | None, typer.Option("--label", help="A label allowed besides those the vendor was seen to answer; repeat as needed.")
]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(sample, name="sample")


@sample.command("commit")
def commit(
    contract: Annotated[str, typer.Option("--contract", help="The contract's reference.")],
    period: Annotated[str, typer.Option("--period", help="2026-Q3, 2026-07 or 2026.")],
    size: Annotated[int, typer.Option("--size", help="How many calls to label.")],
    twice: Annotated[int, typer.Option("--twice", help="How many of them a second person labels too.")] = 0,
    component: Annotated[str, typer.Option("--component", help="Which component, where the contract covers several.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Fix the size and a random seed before the period's labels come; the seed's hash enters the audit chain.

    Example: vendor-ai sample commit --contract acme-2026 --period 2026-Q3 --size 400 --twice 100
    """
    from vendor_ai.services.audit_sample import commit as service

    app = open_session()
    found = service(app.log, contract, period, component=component, size=size, twice=twice, by=acting(), at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"{found.ref} is committed; SHA-256 of its seed: {found.seed_sha256}")
    typer.echo(f"When the period is over, on {found.end:%Y-%m-%d %H:%M} UTC, run: vendor-ai sample draw {found.ref}")


@sample.command("draw")
def draw(ref: RefArgument, as_json: JsonOption = False) -> None:
    """Draw a committed sample from the calls of its period, and show its seed.

    Example: vendor-ai sample draw acme-ocr-2026-q3
    """
    from vendor_ai.services.audit_sample import draw as service

    app = open_session()
    found = service(app.log, ref, by=acting(), at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"{found.drawn:,} of {found.population:,} predicted calls are drawn with the seed {found.seed}.")
    typer.echo(f"Now write the workbook: vendor-ai sample export {found.ref} {found.ref}.xlsx")


@sample.command("export")
def export(
    ref: RefArgument,
    to: Annotated[Path, typer.Argument(help="The .xlsx to write.")],
    second: Annotated[bool, typer.Option("--second", help="For the second person: only the calls that are labelled twice.")] = False,
    label: LabelOption = None,
) -> None:
    """Write the blind labelling workbook: which calls to label, never what the vendor answered.

    Example: vendor-ai sample export acme-ocr-2026-q3 labels.xlsx
    """
    from vendor_ai.services.sample_labels import export as service

    if to.suffix.lower() != ".xlsx":
        raise InvalidInputError(f"The workbook is written as .xlsx, not {to.name!r}. Name a file such as {ref}.xlsx.")
    to.write_bytes(service(open_session().log, ref, second=second, labels=label or ()))
    typer.echo(f"{to} is written. Read it back with: vendor-ai sample import {to} --reviewer NAME")


@sample.command("import")
def read_back(
    file: Annotated[Path, typer.Argument(help="The filled workbook.")],
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who labelled.")],
    ref: Annotated[str | None, typer.Option("--sample", help="The sample it must belong to.")] = None,
    label: LabelOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a filled workbook back; good labels are stored as outcomes of the source audit, bad rows are named.

    Example: vendor-ai sample import labels.xlsx --reviewer "Jane Doe"
    """
    from vendor_ai.services.sample_labels import read_back as service

    app = open_session()
    result = service(app.log, file, reviewer=reviewer, ref=ref, labels=label or (), by=acting(), at=app.clock.now())
    if as_json:
        print_json(result.as_json())
    else:
        typer.echo(f"{result.read:,} labels read: {result.stored:,} stored, {result.duplicates:,} known, {result.rejected:,} rejected.")
        print_problems(result.problems, file.name)
    if result.rejected:
        raise typer.Exit(1)


@sample.command("show")
def show(ref: RefArgument, as_json: JsonOption = False) -> None:
    """Show one sample with how far its labels are and how its readers agree.

    Example: vendor-ai sample show acme-ocr-2026-q3
    """
    from vendor_ai.services.audit_sample import sample as find

    with open_session().records.read() as session:
        found = find(session, ref)
    if as_json:
        print_json(found.as_json())
        return
    rows = [[key.replace("_", " "), "" if value is None else str(value)] for key, value in found.as_json().items() if key != "label_error"]
    print_table(f"Sample {found.ref}", ["", ""], rows)
    typer.echo(_agreement(found))


@sample.command("list")
def list_samples(
    component: Annotated[str | None, typer.Argument(help="Only those of this component.")] = None, as_json: JsonOption = False
) -> None:
    """List audit samples by the beginning of their period.

    Example: vendor-ai sample list
    """
    from vendor_ai.services.audit_sample import samples

    with open_session().records.read() as session:
        found = samples(session, component)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [
        [
            entry.ref,
            entry.component,
            f"{entry.start:%Y-%m-%d %H:%M}",
            f"{entry.end:%Y-%m-%d %H:%M}",
            f"{entry.size:,}",
            entry.state,
            f"{entry.labelled:,} of {entry.drawn:,}" if entry.seed else "",
        ]
        for entry in found
    ]
    columns = ["Sample", "Component", "From (UTC)", "Until (UTC)", "Size", "State", "Labelled"]
    print_table("Audit samples", columns, rows, empty="No sample is committed. Begin with `vendor-ai sample commit`.")


def _agreement(found: "Sample") -> str:
    if not found.check.checked:
        return "No call has been labelled by two people yet."
    low, value, high = found.label_error
    differ = f"Two people labelled {found.check.checked:,} calls and differ on {found.check.disagreed:,}"
    return f"{differ}: {value:.1%} of the labels are wrong (95 % interval {low:.1%} to {high:.1%})."

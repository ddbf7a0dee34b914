"""`vendor-ai assessment compare` and `exceptions`: assessments side by side, and the list for internal audit."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import open_session
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.score import shown

if TYPE_CHECKING:
    from vendor_ai.services.assessment_comparison import AssessmentComparison


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs."""
    group.command("compare")(compare)
    group.command("exceptions")(exceptions)


def compare(
    refs: Annotated[list[str], typer.Argument(metavar="REF REF...", help="Two to five assessments; the differences are to the first.")],
    as_json: JsonOption = False,
) -> None:
    """Put assessments side by side: two years of a vendor, or up to five vendors for one need.

    Example: vendor-ai assessment compare acme-ocr-a1 acme-ocr-a2
    """
    from vendor_ai.services.assessment_comparison import compare as compared

    app = open_session()
    with app.records.read() as session:
        found = compared(session, refs, at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    _print_scores(found)
    columns = [column.assessment.ref for column in found.columns]
    dimensions = [[line.label, *map(_with_difference, map(_value, line.values), line.differences)] for line in found.dimensions]
    print_table(
        "By dimension: value, and difference of its part of the score", ["Dimension", *columns], dimensions, empty="No common dimension."
    )
    questions = [
        [
            line.text,
            *(
                f"{answer or 'unanswered'} {level.name if level else ''}".strip()
                for answer, level in zip(line.answers, line.levels, strict=True)
            ),
        ]
        for line in found.questions
        if line.differs
    ]
    if found.same_pack:
        print_table("Questions answered differently", ["Question", *columns], questions, empty="No question of the same wording differs.")
    for remark in found.notes:
        typer.echo(remark)


def _print_scores(found: "AssessmentComparison") -> None:
    rows = []
    for column, difference in zip(found.columns, found.differences, strict=True):
        entry = column.as_json()
        score = f"{entry['score'] or 'none'}{'' if column.verified else ' (claimed)'}"
        recommendation, decision = entry["recommendation"] or "", entry["decision"] or entry["state"]
        rows.append([column.assessment.ref, column.vendor, score, difference or "", recommendation, decision])
    print_table("Side by side (higher is worse)", ["Assessment", "Vendor", "Score", "Difference", "Recommendation", "Decision"], rows)


def _value(value: object) -> str:
    from fractions import Fraction

    return shown(value) if isinstance(value, Fraction) else "n/a"


def _with_difference(value: str, difference: str | None) -> str:
    return f"{value} ({difference})" if difference and float(difference) else value


def exceptions(
    form: Annotated[str, typer.Option("--format", help="csv, xlsx or json.")] = "csv",
    to: Annotated[Path | None, typer.Option("--to", help="Where to write it; without, csv and json are printed.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List milder decisions, changed levels and waivers beside the whole population, for internal audit.

    Example: vendor-ai assessment exceptions --format xlsx --to exceptions.xlsx
    """
    from vendor_ai.exporters.internal_audit import export_acts
    from vendor_ai.services.internal_audit import audited_acts

    form = "json" if as_json else form.lower()
    if form == "xlsx" and to is None:
        raise InvalidInputError("A workbook is not printed. Name its file with --to.")
    app = open_session()
    with app.records.read() as session:
        acts = audited_acts(session, at=app.clock.now())
    content = export_acts(acts, form)
    if to is None:
        sys.stdout.write(content.decode())
        return
    to.write_bytes(content)
    typer.echo(f"{sum(act.exception for act in acts)} exceptions among {len(acts)} acts written to {to}.")

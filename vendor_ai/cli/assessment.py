"""`vendor-ai assessment`: the claim about one component."""

from pathlib import Path
from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session
from vendor_ai.domain.errors import InvalidInputError

assessment = typer.Typer(no_args_is_help=True, help="Questionnaires about a component, with their answers and scores.")

RefArgument = Annotated[str, typer.Argument(help="The assessment's reference, e.g. acme-ocr-a1.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(assessment, name="assessment")


@assessment.command("send")
def send(
    component: Annotated[str, typer.Argument(help="Reference or name of the component.")],
    pack: Annotated[str, typer.Option("--pack", help="Id of a pack, or the path of a pack file.")] = "vendor-ai-due-diligence",
    as_json: JsonOption = False,
) -> None:
    """Start an assessment; it keeps its own copy of the pack.

    Example: vendor-ai assessment send acme-ocr --pack vendor-ai-due-diligence
    """
    from vendor_ai.services.assessment import send as send_assessment
    from vendor_ai.services.questionnaire import find_pack

    chosen = find_pack(pack)
    app = open_session()
    with app.records.write() as session:
        ref = send_assessment(session, component, chosen, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"assessment": ref, "pack": chosen.id, "version": chosen.version, "questions": len(chosen.questions)})
        return
    typer.echo(f"Assessment {ref} started. Next, the workbook for the vendor: vendor-ai assessment workbook {ref} {ref}.xlsx")


@assessment.command("workbook")
def workbook(ref: RefArgument, file: Annotated[Path, typer.Argument(help="Where to write the workbook (.xlsx).")]) -> None:
    """Write the workbook that the vendor fills in, with the answers so far.

    Example: vendor-ai assessment workbook acme-ocr-a1 acme-ocr.xlsx
    """
    from vendor_ai.services.assessment import answers_of, component_of, pack_of
    from vendor_ai.services.questionnaire import write_workbook

    with open_session().records.read() as session:
        about = component_of(session, ref)
        content = write_workbook(pack_of(session, ref), answers=answers_of(session, ref), component=about.name, reference=about.ref)
    if file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name, so that no filled workbook is lost.")
    file.write_bytes(content)
    typer.echo(f"Workbook written to {file}. When it comes back: vendor-ai assessment import {ref} {file.name}")


@assessment.command("import")
def import_answers(
    ref: RefArgument,
    file: Annotated[Path, typer.Argument(help="The filled workbook, or answers as json or yaml.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what the answers change, store them and score the assessment.

    Example: vendor-ai assessment import acme-ocr-a1 acme-ocr.xlsx --dry-run
    """
    from vendor_ai.services.assessment import difference, pack_of, refuse_other_component
    from vendor_ai.services.assessment import import_answers as store_answers
    from vendor_ai.services.questionnaire import read_answers

    app = open_session()
    with app.records.read() as session:
        given = read_answers(pack_of(session, ref), file)
        refuse_other_component(session, ref, given)
        changes = difference(session, ref, given)
    score = None
    if not dry_run:
        with app.records.write() as session:
            score = store_answers(session, ref, given, by=acting(), at=app.clock.now())
    if as_json:
        print_json(
            {
                "assessment": ref,
                "dry_run": dry_run,
                "changes": [{"question": entry.question, "before": entry.before, "after": entry.after} for entry in changes],
                "problems": [problem.as_json() for problem in given.problems],
                "score": None if score is None else score.as_json(),
            }
        )
    else:
        rows = [[entry.question, entry.before or "unanswered", entry.after] for entry in changes]
        print_table("Would change" if dry_run else "Changed", ["Question", "Before", "After"], rows, empty="Nothing changes.")
        print_problems(given.problems, file.name)
        if score is not None:
            shown = score.as_json()
            open_answers = f"; {len(shown['unanswered'])} questions open" if shown["unanswered"] else ""
            typer.echo(f"Score {shown['score']} (higher is worse): {shown['recommendation']}{open_answers}.")
            if shown["unanswered"] and shown["bounds"]["best"] is not None:
                best, worst = shown["bounds"]["best"], shown["bounds"]["worst"]
                reach = f"{best['score']} {best['recommendation']} to {worst['score']} {worst['recommendation']}"
                typer.echo(f"Open questions count as CRITICAL. Still possible: {reach}.")
    if given.problems:
        raise typer.Exit(1)


@assessment.command("list")
def list_assessments(as_json: JsonOption = False) -> None:
    """List every assessment, newest first.

    Example: vendor-ai assessment list
    """
    from vendor_ai.services.assessment import assessments

    with open_session().records.read() as session:
        found = assessments(session)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = []
    for entry in found:
        score = entry.score or {}
        rows.append(
            [
                entry.ref,
                entry.component,
                f"{entry.pack} {entry.version}",
                entry.state,
                score.get("score") or "",
                score.get("recommendation") or "",
            ]
        )
    empty = "No assessment yet. Start one: vendor-ai assessment send COMPONENT"
    print_table("Assessments", ["Reference", "Component", "Pack", "State", "Score (higher is worse)", "Recommendation"], rows, empty=empty)

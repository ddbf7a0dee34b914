"""`vendor-ai assessment`: the claim about one component."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendor_ai.cli import assessment_evidence, assessment_exchange, assessment_review, assessment_triage
from vendor_ai.cli.output import JsonOption, print_json, print_problems, print_table
from vendor_ai.cli.session import acting, open_session, read_due
from vendor_ai.domain.assessment import TRIAGE_PACK, AnswerSource
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Audience

if TYPE_CHECKING:
    from vendor_ai.domain.assessment import Assessment
    from vendor_ai.domain.score import Score
    from vendor_ai.services.answering import AnswerChange

assessment = typer.Typer(no_args_is_help=True, help="Questionnaires about a component, with their answers and scores.")

RefArgument = Annotated[str, typer.Argument(help="The assessment's reference, e.g. acme-ocr-a1.")]


def register(app: typer.Typer) -> None:
    """Add the noun, with the verbs that have files of their own."""
    for module in (assessment_exchange, assessment_evidence, assessment_review, assessment_triage):
        module.add_verbs(assessment)
    app.add_typer(assessment, name="assessment")


@assessment.command("send")
def send(
    component: Annotated[str, typer.Argument(help="Reference or name of the component.")],
    pack: Annotated[str, typer.Option("--pack", help="Id of a pack, or the path of a pack file.")] = "vendor-ai-due-diligence",
    draft: Annotated[bool, typer.Option("--draft", help="Prepare it; `assessment dispatch` sends it later.")] = False,
    contact: Annotated[str, typer.Option("--contact", help="E-mail address of the vendor's contact, for reminders.")] = "",
    due: Annotated[str | None, typer.Option("--due", help="When the answers are due: a date (its end in UTC), or ISO 8601.")] = None,
    language: Annotated[str, typer.Option("--language", help="Language of the questions, where the pack has it, e.g. de.")] = "",
    supersedes: Annotated[str, typer.Option("--supersedes", help="The earlier assessment that this one follows.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Start an assessment; it keeps its own copy of the pack, and takes over what the vendor answered for all its components.

    Example: vendor-ai assessment send acme-ocr --pack vendor-ai-due-diligence --due 2026-12-15
    """
    from vendor_ai.services import answering
    from vendor_ai.services import assessment as service
    from vendor_ai.services.questionnaire import find_pack

    chosen = find_pack(pack)
    app = open_session()
    with app.records.write() as session:
        at = app.clock.now()
        ref = service.send(
            session, component, chosen, draft=draft, contact=contact, language=language, due_at=read_due(due), supersedes=supersedes,
            by=acting(), at=at,
        )  # fmt: skip
        inherited = answering.inherit(session, ref, by=acting(), at=at)
        running = service.under_way(session, ref)
        asked = len(service.questions_of(session, ref))
    if as_json:
        document = {"assessment": ref, "pack": chosen.id, "version": chosen.version, "questions": asked, "inherited": inherited}
        print_json({**document, "state": "draft" if draft else "sent"})
        return
    known = f", {inherited} of them answered by the vendor before" if inherited else ""
    typer.echo(f"Assessment {ref} {'prepared' if draft else 'started'}: {asked} questions{known}.")
    if running:
        typer.echo(f"Under way with the same pack already: {', '.join(running)}.")
        typer.echo("What is not needed is withdrawn: vendor-ai assessment withdraw REF --reason TEXT")
    for step in _next_steps(ref, draft=draft, staff=chosen.audience is Audience.STAFF):
        typer.echo(step)


def _next_steps(ref: str, *, draft: bool, staff: bool) -> list[str]:
    """What comes after sending, by who is to answer."""
    if draft:
        return [f"Next: vendor-ai assessment dispatch {ref}"]
    workbook = f"vendor-ai assessment workbook {ref} {ref}.xlsx"
    if staff:
        return [
            f"Your own staff answers it. Next, the workbook: {workbook}",
            f"Then: vendor-ai assessment import {ref} {ref}.xlsx --source staff",
        ]
    return [f"Next, a link for the vendor: vendor-ai assessment link {ref} --name NAME", f"Or the workbook: {workbook}"]


@assessment.command("dispatch")
def dispatch(ref: RefArgument, as_json: JsonOption = False) -> None:
    """Send an assessment that was prepared as a draft.

    Example: vendor-ai assessment dispatch acme-ocr-a1
    """
    from vendor_ai.services.assessment import send_draft

    app = open_session()
    with app.records.write() as session:
        send_draft(session, ref, by=acting(), at=app.clock.now())
    if as_json:
        print_json({"assessment": ref, "state": "sent"})
        return
    typer.echo(f"Assessment {ref} is sent.")


@assessment.command("workbook")
def workbook(
    ref: RefArgument,
    file: Annotated[Path, typer.Argument(help="Where to write the workbook (.xlsx).")],
    language: Annotated[str, typer.Option("--language", help="Language of the questions; else the one it was sent in.")] = "",
) -> None:
    """Write the workbook that the vendor fills in, with the answers so far.

    Example: vendor-ai assessment workbook acme-ocr-a1 acme-ocr.xlsx
    """
    from vendor_ai.services.assessment_workbook import workbook_of

    app = open_session()
    if file.exists():
        raise InvalidInputError(f"{file} exists already. Choose another name, so that no filled workbook is lost.")
    with app.records.write() as session:  # the key that signs the file is made at first use
        content = workbook_of(session, ref, language=language, asker=app.settings.asker)
    file.write_bytes(content)
    typer.echo(f"Workbook written to {file}. When it comes back: vendor-ai assessment import {ref} {file.name}")


@assessment.command("import")
def import_answers(
    ref: RefArgument,
    file: Annotated[Path, typer.Argument(help="The filled workbook, or answers as json or yaml.")],
    source: Annotated[
        AnswerSource, typer.Option("--source", help="Whose answers these are: staff may answer for a vendor that never will.")
    ] = AnswerSource.VENDOR,
    origin: Annotated[str, typer.Option("--origin", help="The document or test the answers come from.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change and store nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what the answers change, store them and score the assessment.

    Example: vendor-ai assessment import acme-ocr-a1 acme-ocr.xlsx --dry-run
    """
    from vendor_ai.services import answering
    from vendor_ai.services.assessment import assessment as assessment_of
    from vendor_ai.services.assessment_workbook import read_returned

    app = open_session()
    with app.records.read() as session:
        given = read_returned(session, ref, file)
        answering.refuse_other_component(session, ref, given)
        changes = answering.difference(session, ref, given, source=source)
        emptied = answering.emptied(session, ref, given)
        kept = sorted(answering.ours(session, ref) & set(given.answers)) if source is AnswerSource.VENDOR else []
        remarks = [*given.remarks, *answering.dated_ahead(given, at=app.clock.now())]
        entry = assessment_of(session, ref)
    score = None
    if not dry_run:
        with app.records.write() as session:
            score = answering.import_answers(session, ref, given, source=source, origin=origin, by=acting(), at=app.clock.now())
            entry = assessment_of(session, ref)
    if as_json:
        print_json(
            {
                "assessment": ref,
                "dry_run": dry_run,
                "state": entry.state,
                "read": len(given.answers) + len(given.problems),
                "stored": 0 if dry_run else len(changes),
                "duplicates": len(given.answers) - len(changes),
                "rejected": len(given.problems),
                "changes": [{"question": entry.question, "before": entry.before, "after": entry.after} for entry in changes],
                "emptied": emptied,
                "kept": kept,
                "problems": [problem.as_json() for problem in given.problems],
                "remarks": [remark.as_json() for remark in remarks],
                "score": None if score is None else score.as_json(),
            }
        )
    else:
        _print_changes(changes, dry_run)
        if kept:
            typer.echo(f"Answered by your own staff, and kept as they answered: {', '.join(kept)}.")
        if emptied:
            typer.echo(f"Empty in the file, and kept as stored: {', '.join(emptied)}.")
        print_problems(given.problems, file.name)
        print_problems(remarks, file.name, lead="Note: ")
        if score is not None:
            _print_outcome(entry, score)
    if given.problems:
        raise typer.Exit(1)


def _print_changes(changes: list["AnswerChange"], dry_run: bool) -> None:
    rows = [[entry.question, entry.before or "unanswered", entry.after] for entry in changes]
    print_table("Would change" if dry_run else "Changed", ["Question", "Before", "After"], rows, empty="Nothing changes.")


def _print_outcome(entry: "Assessment", score: "Score") -> None:
    """What the answers come to, and what is to be done next."""
    if entry.pack == TRIAGE_PACK:
        typer.echo(f"What it leads to: vendor-ai assessment triage {entry.ref}")
        return
    shown = score.as_json()
    open_answers = f"; {len(shown['unanswered'])} questions open" if shown["unanswered"] else ""
    typer.echo(f"Score {shown['score']} (higher is worse): {shown['recommendation']}{open_answers}. As claimed, until it is reviewed.")
    if shown["unanswered"] and shown["bounds"] is not None:
        best, worst = shown["bounds"]["best"], shown["bounds"]["worst"]
        reach = f"{best['score']} {best['recommendation']} to {worst['score']} {worst['recommendation']}"
        typer.echo(f"Open questions count as CRITICAL. Still possible: {reach}.")
    steps = {
        "in_progress": f"Not handed in yet. When nothing more comes: vendor-ai assessment submit {entry.ref} --signatory NAME",
        "submitted": f"Complete, and handed in. Next: vendor-ai assessment review {entry.ref}",
    }
    if entry.state in steps:
        typer.echo(steps[entry.state])


@assessment.command("list")
def list_assessments(
    state: Annotated[str, typer.Option("--state", help="Only those in this state, e.g. submitted.")] = "",
    component: Annotated[str, typer.Option("--component", help="Only those about this component (its reference).")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the assessments, newest first.

    Example: vendor-ai assessment list --state submitted
    """
    from vendor_ai.services.assessment import assessments

    with open_session().records.read() as session:
        found = [
            entry
            for entry in assessments(session)
            if (not state or entry.state == state.strip().lower().replace(" ", "_")) and (not component or entry.component == component)
        ]
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [_row(entry.as_json()) for entry in found]
    empty = "No assessment yet. Start one: vendor-ai assessment send COMPONENT" if not (state or component) else "No assessment like that."
    title = "Assessments (scores: 1 is best, 4 is worst)"
    print_table(title, ["Reference", "Component", "Pack", "State", "Due", "Score and decision", "Messages"], rows, empty=empty)


def _row(entry: dict[str, Any]) -> list[str]:
    score = entry["score"] or {}
    result = [f"{score['score']} {score['recommendation']}"] if score.get("score") and entry["pack"] != TRIAGE_PACK else []
    decided = [f"decided {entry['decision']}"] if entry["decision"] else []
    waiting = f"{entry['waiting_messages']} waiting" if entry["waiting_messages"] else ""
    what = [entry["assessment"], entry["component"], f"{entry['pack']} {entry['version']}", entry["state"].replace("_", " ")]
    return [*what, (entry["due_at"] or "")[:10], "\n".join([*result, *decided]), waiting]


@assessment.command("show")
def show(ref: RefArgument, as_json: JsonOption = False) -> None:
    """Show where an assessment stands: its state, score, answers with their sources, and what is open.

    Example: vendor-ai assessment show acme-ocr-a1
    """
    from vendor_ai.services.assessment_sheet import sheet_of

    app = open_session()
    with app.records.read() as session:
        document = sheet_of(session, ref, at=app.clock.now()).as_json()
    if as_json:
        print_json(document)
        return
    state = document["state"].replace("_", " ")
    typer.echo(f"{document['assessment']}: {document['component']}, {document['pack']} {document['version']}, {state}")
    score = document["score"]
    if not any(line["answer"] for line in document["answers"]):
        typer.echo("Nothing is answered yet.")
    elif score["score"] is not None:
        kind = "verified" if document["verified"] else "claimed"
        typer.echo(f"Score {score['score']} (higher is worse), {kind}: {score['recommendation']}.")
        typer.echo(f"Decision: {document['decision'] or 'none yet'}.")
    rows = [_answer_row(line) for line in document["answers"]]
    print_table("Answers", ["Question", "Answer", "Level", "Reviewed level", "Source", "Verified"], rows)


def _answer_row(line: dict[str, Any]) -> list[str]:
    levels = [line["level"] or "", line["reviewed_level"] or ""]
    return [line["question"], line["answer"] or "unanswered", *levels, line["source"] or "", "yes" if line["verified"] else ""]

"""`vendor-ai oversight`: people beside the AI."""

from typing import Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import AtOption, acting, deciding, open_session, read_instant
from vendor_ai.domain.human_review import HumanReview, ReviewStage

oversight = typer.Typer(no_args_is_help=True, help="People beside the AI: reviews in two stages, and how often they overrule it.")

NumberArgument = Annotated[int, typer.Argument(help="Number of the review.")]
PersonOption = Annotated[
    str | None, typer.Option("--token", envvar="VENDOR_AI_TOKEN", help="Token of the person who decides; else it is you at this machine.")
]
DecisionArgument = Annotated[str, typer.Argument(help="The label you decide for.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(oversight, name="oversight")


@oversight.command("list")
def list_reviews(
    component: Annotated[str, typer.Option("--component", help="Only calls of this component.")] = "",
    most: Annotated[int, typer.Option("--most", min=1, help="Print so many at most; --json has all.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List the calls that wait for a person, oldest first; the AI's answer is not among what is shown.

    Example: vendor-ai oversight list --component acme-ocr
    """
    from vendor_ai.services import oversight as service

    app = open_session()
    with app.records.read() as session:
        found = service.waiting(session, component, most=None if as_json else most)
    if as_json:
        print_json([entry.as_json() for entry in found])
        return
    rows = [[str(it.number), it.component, it.prediction_id, f"{it.occurred_at:%Y-%m-%d %H:%M} UTC", _cause(it), _next(it)] for it in found]
    columns = ["Number", "Component", "Call", "When", "Why", "Next"]
    print_table("Waiting for a person", columns, rows, empty="No call waits for a person. The job `oversight` looks every day.")


def _cause(it: HumanReview) -> str:
    cause = it.cause.value.replace("_", " ")
    return f"{cause} ({it.confidence:.2f})" if it.confidence is not None and it.cause == "low_confidence" else cause


def _next(it: HumanReview) -> str:
    verb = "first" if it.stage is ReviewStage.OPEN else "final"
    return f"oversight {verb} {it.number} DECISION"


@oversight.command("first")
def first(
    number: NumberArgument,
    decision: DecisionArgument,
    unusual: Annotated[bool, typer.Option("--unusual", help="The word is meant, though no review of the component holds it.")] = False,
    token: PersonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide without the AI's answer; it is shown afterwards.

    Example: vendor-ai oversight first 12 invoice --token TOKEN
    """
    from vendor_ai.services import oversight as service

    app = open_session()
    by = deciding(app, token) if token else acting()
    with app.records.write() as session:
        found = service.decide_first(session, number, decision, unusual=unusual, by=by, at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    agree = "the same" if found.ai_decision == found.first_decision else f"{found.ai_decision!r}"
    typer.echo(f"You said {found.first_decision!r}, the AI said {agree}. Finish it: vendor-ai oversight final {number} DECISION")


@oversight.command("final")
def final(
    number: NumberArgument,
    decision: DecisionArgument,
    note: Annotated[str, typer.Option("--note", help="Why; needed where you overrule the AI.")] = "",
    token: PersonOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide finally, having seen the AI's answer.

    Example: vendor-ai oversight final 12 invoice --note "The total is on page 2"
    """
    from vendor_ai.services import oversight as service

    app = open_session()
    by = deciding(app, token) if token else acting()
    with app.records.write() as session:
        found = service.decide_finally(session, number, decision, note=note, by=by, at=app.clock.now())
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(f"Review {number} is finished: {found.final_decision!r}{', the AI was overruled' if found.overrode else ''}.")


@oversight.command("report")
def report(
    component: Annotated[str, typer.Argument(help="Reference or name of the component.")],
    days: Annotated[int, typer.Option("--days", min=1, max=3_650, help="How many days back.")] = 30,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how often people overrule the AI, and what is suspicious about it.

    Example: vendor-ai oversight report acme-ocr --days 90
    """
    from vendor_ai.services.oversight_report import report_of

    app = open_session().at(read_instant(at))
    found = report_of(app.log, component, days=days)
    if as_json:
        print_json(found.as_json())
        return
    typer.echo(found.sentence)
    for warning in found.warnings:
        typer.echo(f"- {warning}")

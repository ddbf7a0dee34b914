"""`vendor-ai assessment review` and `second`: what a reviewer verifies or rates otherwise, and who agrees to it."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendor_ai.cli import assessment_comparison, assessment_decision
from vendor_ai.cli.assessment_decision import ReasonOption, RefArgument, read_choice, read_day
from vendor_ai.cli.assessment_review_sheet import show_sheet
from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import TokenOption, acting, deciding, open_session
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Level
from vendor_ai.domain.review import Review, ReviewKind

if TYPE_CHECKING:
    from sqlmodel import Session

    from vendor_ai.domain.actor import Actor
    from vendor_ai.services.review import ReviewBatch


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs from review to decision to the noun ``assessment``."""
    group.command("review")(review)
    group.command("second")(second)
    assessment_decision.add_verbs(group)
    assessment_comparison.add_verbs(group)


def review(
    ref: RefArgument,
    question: Annotated[list[str] | None, typer.Option("--question", help="Id of a question; repeat as needed.")] = None,
    dimension: Annotated[str, typer.Option("--dimension", help="Id of a dimension.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Every answer that is not verified yet.")] = False,
    verify: Annotated[
        bool | None,
        typer.Option("--verify/--reject", help="The answers are right as they stand, or are not. For NA: its reason is accepted."),
    ] = None,
    level: Annotated[str, typer.Option("--level", help="LOW, MEDIUM, HIGH or CRITICAL, instead of the answer's own.")] = "",
    until: Annotated[str, typer.Option("--until", help="Last day on which the level counts, e.g. 2027-06-30.")] = "",
    including_remarks: Annotated[
        bool, typer.Option("--including-remarks", help="Verify, with a reason, also what should be looked at singly.")
    ] = False,
    reason: ReasonOption = "",
    to: Annotated[Path | None, typer.Option("--to", help="Write the review sheet to this .xlsx file; it is not read back.")] = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Review answers; without a choice of answers, show the review sheet.

    Verifying many leaves out what somebody must look at singly: not applicable without a reason, demanded evidence that is missing,
    evidence dated in the future or older than the question allows. Each is named with its reason.

    Example: vendor-ai assessment review acme-ocr-a1 --dimension security_robustness --verify
    """
    chosen = [*(question or []), *([dimension] if dimension else []), *(["all"] if everything else [])]
    if not chosen:
        if verify is not None or level or until or including_remarks:
            raise InvalidInputError("Say what is reviewed: --question ID, --dimension ID or --all.")
        show_sheet(ref, to, as_json=as_json)
        return
    if to is not None:
        raise InvalidInputError("--to writes the review sheet. Leave out --question, --dimension and --all, or leave out --to.")
    if len([kind for kind in (question, dimension, everything) if kind]) > 1:
        raise InvalidInputError("Review questions, one dimension, or all of them: give only one of --question, --dimension and --all.")
    app = open_session()
    by = deciding(app, token) if token else acting()
    wanted = _Wanted(verify, read_choice(Level, level), read_day(until, "--until"), reason, including_remarks)
    with app.records.write() as session:
        batch = _review(session, ref, question or [], dimension, wanted, by=by, at=app.clock.now())
    _print_acts(ref, batch, as_json=as_json)


class _Wanted:
    """What the options say about the chosen answers."""

    def __init__(self, verify: bool | None, level: Level | None, until: date | None, reason: str, including_remarks: bool) -> None:
        if verify is None and level is None:
            raise InvalidInputError("Say what is found: --verify, --reject, or another --level.")
        self.verified = verify is not False
        self.level, self.until, self.reason, self.including_remarks = level, until, reason, including_remarks


def _review(
    session: "Session", ref: str, questions: list[str], dimension: str, wanted: _Wanted, *, by: "Actor", at: datetime
) -> "ReviewBatch":
    from vendor_ai.services import review as service

    if questions or (dimension and (wanted.level or not wanted.verified)):
        kind = ReviewKind.QUESTION if questions else ReviewKind.DIMENSION
        found = {"verified": wanted.verified, "level": wanted.level, "reason": wanted.reason, "until": wanted.until}
        acts = [
            service.review(session, ref, kind=kind, subject=subject, by=by, at=at, **found)  # type: ignore[arg-type]
            for subject in questions or [dimension]
        ]
        return service.ReviewBatch(tuple(acts), ())
    if wanted.level:
        raise InvalidInputError("A level is set for a question or a dimension, not for all of them. Give --question or --dimension.")
    return service.review_answers(
        session, ref, dimension=dimension, verified=wanted.verified, including_remarks=wanted.including_remarks, reason=wanted.reason,
        by=by, at=at,
    )  # fmt: skip


def _print_acts(ref: str, batch: "ReviewBatch", *, as_json: bool) -> None:
    from vendor_ai.services.assessment_score import standing_of

    app = open_session()
    with app.records.read() as session:
        standing = standing_of(session, ref, at=app.clock.now())
    document: dict[str, Any] = {"assessment": ref, "reviews": [act.as_json() for act in batch.reviews], "left_out": list(batch.left_out)}
    document |= {"remarks": batch.remarks_as_json(), "score": standing.score.as_json()}
    document |= {"verified": standing.verified, "unverified": list(standing.unverified)}
    if as_json:
        print_json(document)
        return
    rows = [[str(act.number), act.subject, _found(act), "waits for a second person" if act.level else ""] for act in batch.reviews]
    nothing = "Nothing was verified." if batch.remarks else "Everything chosen was verified before."
    print_table("Reviewed", ["Number", "Subject", "Found", "Open"], rows, empty=nothing)
    _print_left_out(ref, batch)
    still = "every answer that carries it is verified" if standing.verified else f"{len(standing.unverified)} answers are not verified yet"
    score = document["score"]
    typer.echo(f"Score {score['score']} (higher is worse): {score['recommendation']}; {still}.")


def _print_left_out(ref: str, batch: "ReviewBatch") -> None:
    if batch.left_out:
        typer.echo(f"Left out, since the reviewer answered them: {', '.join(batch.left_out)}.", err=True)
    for question, reasons in batch.remarks:
        typer.echo(f"Left out, look at it: {question}: {'; '.join(reasons)}", err=True)
    if batch.remarks:
        example = f"vendor-ai assessment review {ref} --question {batch.remarks[0][0]} --verify --reason TEXT"
        typer.echo(f"Verify each with its reason: {example}; or all of them with --including-remarks --reason TEXT.", err=True)


def _found(act: Review) -> str:
    if act.level is not None:
        return f"{act.level.name} until {act.until}"
    return "verified" if act.verified else "rejected"


def second(
    ref: RefArgument,
    number: Annotated[int | None, typer.Option("--review", help="Number of the review whose level is agreed to.")] = None,
    decision: Annotated[bool, typer.Option("--decision", help="The proposed decision.")] = False,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse the proposed decision instead.")] = False,
    reason: ReasonOption = "",
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Agree, as another person, to a changed level or to a decision milder than recommended.

    Example: vendor-ai assessment second acme-ocr-a1 --review 12 --reason "saw the report" --token TOKEN
    """
    from vendor_ai.services import decision as decisions
    from vendor_ai.services import review as reviews

    if (number is None) is not decision:
        raise InvalidInputError("Say what is agreed to: --review NUMBER or --decision.")
    if refuse and not decision:
        raise InvalidInputError("--refuse goes with --decision. A level that nobody agrees to does not count.")
    app = open_session()
    by, at = deciding(app, token), app.clock.now()
    with app.records.write() as session:
        if number is not None:
            document = reviews.second(session, ref, number, reason=reason, by=by, at=at).as_json()
        else:
            act = decisions.refuse if refuse else decisions.agree
            document = act(session, ref, reason=reason, by=by, at=at).as_json()
    if as_json:
        print_json(document)
        return
    if number is not None:
        typer.echo(f"The level {document['level']} of {document['subject']} counts until {document['until']}.")
    else:
        typer.echo(f"The decision {document['decided']} about {document['assessment']} is {document['state']}.")

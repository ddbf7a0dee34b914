"""`vendor-ai assessment decide`, `decisions` and `reopen`: what an authorised person says, beside the recommendation."""

from datetime import date
from enum import Enum
from typing import Annotated, TypeVar

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import TokenOption, deciding, open_session
from vendor_ai.domain.decision import DecisionState, read_condition
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Recommendation

E = TypeVar("E", bound=Enum)

RefArgument = Annotated[str, typer.Argument(help="The assessment's reference, e.g. acme-ocr-a1.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for the record.")]


def read_day(text: str, option: str) -> date | None:
    """A day as 2027-06-30; None for "".

    Raises:
        InvalidInputError: When it is none.
    """
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(f"{option} {text!r} is not a day. Write it as 2027-06-30.") from None


def read_choice(kind: type[E], text: str) -> E | None:
    """A member by its name, whatever its case; None for "".

    Raises:
        InvalidInputError: When there is none of this name.
    """
    name = text.strip().upper()
    if not name:
        return None
    if name not in kind.__members__:
        raise InvalidInputError(f"{text!r} is not known. Write {', '.join(kind.__members__)}.")
    return kind[name]


def add_verbs(group: typer.Typer) -> None:
    """Add the verbs."""
    group.command("decide")(decide)
    group.command("decisions")(decisions)
    group.command("reopen")(reopen)


def decide(
    ref: RefArgument,
    decision: Annotated[str, typer.Option("--decision", help="APPROVED, APPROVED_WITH_CONDITIONS, REQUIRES_REMEDIATION or REJECTED.")],
    rationale: Annotated[str, typer.Option("--rationale", help="Why, for the record and for the vendor.")],
    valid_until: Annotated[str, typer.Option("--valid-until", help="Last day it holds; needed where it is milder than recommended.")] = "",
    condition: Annotated[
        list[str] | None, typer.Option("--condition", help="text|owner|days, beside those that the score raises; repeat as needed.")
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", help="question|reason: leave out the condition of a question; needs a second person.")
    ] = None,
    token: TokenOption = None,
    as_json: JsonOption = False,
) -> None:
    """Decide about a reviewed assessment; what is milder than recommended waits for a second person.

    Example: vendor-ai assessment decide acme-ocr-a1 --decision APPROVED_WITH_CONDITIONS --rationale "Closed by spring" --token TOKEN
    """
    from vendor_ai.services import decision as service

    wanted = read_choice(Recommendation, decision)
    if wanted is None:
        raise InvalidInputError(f"Say what is decided: {', '.join(Recommendation)}.")
    added, dropped = [read_condition(text) for text in condition or []], dict(_read_drop(text) for text in drop or [])
    until = read_day(valid_until, "--valid-until")
    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        made = service.decide(
            session, ref, wanted, rationale=rationale, added=added, dropped=dropped, valid_until=until, by=by, at=app.clock.now()
        )
    if as_json:
        print_json(made.as_json())
        return
    recommended = f"recommended: {made.recommendation or 'nothing'}"
    if made.state is DecisionState.PROPOSED:
        typer.echo(f"{made.decision} is proposed for {made.assessment} ({recommended}). It is milder, so another person has to agree:")
        typer.echo(f"vendor-ai assessment second {made.assessment} --decision --reason TEXT --token TOKEN")
        return
    conditions = (
        f", with {len(made.conditions)} conditions to be closed" if made.decision is Recommendation.APPROVED_WITH_CONDITIONS else ""
    )
    typer.echo(f"{made.assessment} is decided: {made.decision} ({recommended}){conditions}.")


def _read_drop(text: str) -> tuple[str, str]:
    question, separator, reason = text.partition("|")
    if not separator:
        raise InvalidInputError(f"--drop {text!r} lacks its reason. Write question|reason.")
    return question.strip(), reason.strip()


def decisions(ref: RefArgument, as_json: JsonOption = False) -> None:
    """List every decision about an assessment, and whether one holds now.

    Example: vendor-ai assessment decisions acme-ocr-a1
    """
    from vendor_ai.services.decision import decisions_of
    from vendor_ai.services.lapse import decision_in_force

    app = open_session()
    with app.records.read() as session:
        found, holding = decisions_of(session, ref), decision_in_force(session, ref, at=app.clock.now())
    if as_json:
        print_json([entry.as_json() | {"in_force": holding is not None and entry.number == holding.number} for entry in found])
        return
    rows = [
        [
            str(entry.number),
            entry.decision.value,
            entry.recommendation.value if entry.recommendation else "",
            entry.state.value if entry.state is not DecisionState.EFFECTIVE or entry == holding else "lapsed",
            f"{entry.by}, {entry.second_by}".rstrip(", "),
            f"{entry.at:%Y-%m-%d}",
            str(entry.valid_until or ""),
        ]
        for entry in found
    ]
    columns = ["Number", "Decision", "Recommendation", "State", "By", "On (UTC)", "Until"]
    print_table(f"Decisions about {ref}", columns, rows, empty="Nobody has decided yet.")


def reopen(ref: RefArgument, reason: ReasonOption, token: TokenOption = None, as_json: JsonOption = False) -> None:
    """End a decision: the assessment is answered and reviewed again.

    Example: vendor-ai assessment reopen acme-ocr-a1 --reason "The vendor was bought" --token TOKEN
    """
    from vendor_ai.services import decision as service

    app = open_session()
    by = deciding(app, token)
    with app.records.write() as session:
        service.reopen(session, ref, reason=reason, by=by, at=app.clock.now())
    if as_json:
        print_json({"assessment": ref, "state": "reopened"})
        return
    typer.echo(f"{ref} is reopened; its decision no longer holds.")

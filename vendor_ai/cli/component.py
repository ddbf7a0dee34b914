"""`vendor-ai component`: what the rules make of a component, and where it stands."""

from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli import component_status
from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import open_session
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.tier import ComponentUse, read_decision_type, read_right

if TYPE_CHECKING:
    from vendor_ai.domain.tier import Classification

_MINIMUM = "These are the minimum: the rules know only what is stated, and you may treat the component as of a higher tier."


def register(app: typer.Typer) -> None:
    """Add the noun."""
    component = typer.Typer(no_args_is_help=True, help="Single AI components: their risk tier, status and reassessment.")
    component.command("classify")(classify)
    component_status.add_verbs(component)
    app.add_typer(component, name="component")


def classify(
    reference: Annotated[str | None, typer.Argument(metavar="REF", help="A component of the inventory, by reference or name.")] = None,
    use_case: Annotated[str | None, typer.Option("--use-case", help="Free text, instead of REF: what the component is used for.")] = None,
    decision_type: Annotated[
        str | None, typer.Option("--decision-type", help="With --use-case: automated, human_in_the_loop or human_on_the_loop.")
    ] = None,
    right: Annotated[
        list[str] | None,
        typer.Option(
            "--right",
            help="With --use-case: an affected right, non-discrimination, privacy, fair-trial or freedom-of-expression; may be repeated.",
        ),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="With --use-case: where it is deployed, such as EU, DE or US; may be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say the risk tier, why, and what it asks for.

    Example: vendor-ai component classify acme-ocr

    Example: vendor-ai component classify --use-case "CV screening for hiring" --decision-type automated --right privacy --region EU
    """
    from vendor_ai.domain.tier import RiskTier
    from vendor_ai.services.tier import classify_component, classify_use, unstated

    described = [name for name, given in (("--use-case", use_case), ("--decision-type", decision_type)) if given is not None]
    described += [name for name, given in (("--right", right), ("--region", region)) if given]
    if reference is not None:
        if described:
            raise typer.BadParameter(f"A stored component brings its own use: leave out {', '.join(described)}, or leave out REF.")
        with open_session().records.read() as session:
            component, result = classify_component(session, reference)
        missing = unstated(component) if result.tier is not RiskTier.PROHIBITED else ()
        title = f"{component.name} ({component.ref})"
    else:
        if not (use_case or "").strip():
            raise typer.BadParameter("Name a component of the inventory, or describe a use with --use-case TEXT.")
        result = classify_use(_described(use_case or "", decision_type, right or [], region or []))
        title, missing = "Described use", ()
    if as_json:
        print_json(result.as_json())
    else:
        _print(title, result, missing)


def _described(use_case: str, decision_type: str | None, rights: list[str], regions: list[str]) -> ComponentUse:
    option = "--decision-type"
    try:
        decided = None if decision_type is None else read_decision_type(decision_type)
        option = "--right"
        affected = tuple(dict.fromkeys(map(read_right, rights)))
    except InvalidInputError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error
    return ComponentUse(use_case=use_case, decision_type=decided, affected_rights=affected, regions=tuple(regions))


def _print(title: str, result: "Classification", missing: tuple[str, ...]) -> None:
    from rich.markup import escape

    columns = " and ".join(missing)
    known = f"{result.tier}" if not missing else f"tier not known, at least {result.tier}"
    to_state = f"{columns}, in the inventory: vendor-ai inventory import FILE with the columns vendor, component, ref, {', '.join(missing)}"
    months = result.reassessment_months
    sections = (
        *((("To state", (to_state,)),) if missing else ()),
        ("Reasons", result.reasons),
        ("Regulations", result.regulations),
        ("Required controls", _sourced(result, result.required_controls)),
        ("Required documents", _sourced(result, result.required_documents)),
        ("Required approvals", result.required_approvals or ("none: no approval opens a prohibited use",)),
        ("Note", (_MINIMUM,)),
        ("Reassessed", (f"every {months} months" if months else "never: it may not be used",)),
    )
    rows = [[name, "\n".join(escape(f"• {entry}" if len(entries) > 1 else entry) for entry in entries)] for name, entries in sections]
    print_table(escape(f"{title}: {known}"), ["", "What the rules say"], rows)


def _sourced(result: "Classification", texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{text} ({result.sources[text]})" if text in result.sources else text for text in texts)

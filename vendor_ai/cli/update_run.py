"""`vendor-ai update`: a vendor's new version on trial."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import AtOption, acting, open_session, read_instant
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.update_run import RunFact, RunKind, UpdateRun

update = typer.Typer(
    no_args_is_help=True, help="A vendor's new version on trial: shadow and canary runs, decided by a rule written before."
)

RunArgument = Annotated[str, typer.Argument(help="Reference of the run.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(update, name="update")


@update.command("plan")
def plan(
    component: Annotated[str, typer.Argument(help="Reference or name of the component.")],
    kind: Annotated[RunKind, typer.Option("--kind", help="shadow: nobody acts on its answers; canary: it answers some keys.")],
    before: Annotated[str, typer.Option("--before", help="Served version.")],
    after: Annotated[str, typer.Option("--after", help="New version.")],
    starts: Annotated[str, typer.Option("--from", help="Start, in the future: a date in UTC or a time with an offset.")],
    until: Annotated[str, typer.Option("--until", help="End.")],
    percent: Annotated[int | None, typer.Option("--percent", help="Share of the keys; default: the rule's first share, or 100.")] = None,
    rule: Annotated[Path | None, typer.Option("--rule", help="JSON file with what differs from the usual rule.")] = None,
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write down a run and the rule that will decide it, before it starts.

    Example: vendor-ai update plan acme-ocr --kind canary --before v1 --after v2 --from 2026-12-01 --until 2026-12-15
    """
    from vendor_ai.change.rollout import RolloutRule
    from vendor_ai.services import update_run as service

    start, end = read_instant(starts), read_instant(until)
    assert start is not None
    assert end is not None
    app = open_session().at(read_instant(at))
    chosen = RolloutRule.from_json(_rule(rule))
    app.log.refresh([component])
    with app.records.write() as session:
        made = service.plan(
            session, component, kind=kind, before=before, after=after, percent=percent, starts_at=start, ends_at=end, rule=chosen,
            by=acting(), at=app.clock.now(),
        )  # fmt: skip
    if as_json:
        print_json(made.as_json())
        return
    typer.echo(f"{made.ref} is planned: {_span(made)}. Rule {made.rule_sha256[:12]} is in the audit chain.")
    if kind is RunKind.CANARY:
        typer.echo(f"Who gets the new version: vendor-ai update bucket {made.ref} KEY")
    else:
        typer.echo("Log the new version's answers with segment.traffic=shadow and the same input_id: they count for no clause.")


def _rule(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{path} cannot be read as JSON ({error}).") from error
    if not isinstance(document, dict):
        raise InvalidInputError(f"{path} holds no object with the rule's fields.")
    return document


def _span(run: UpdateRun) -> str:
    return f"{run.before} beside {run.after}, {run.percent} % of the keys, {run.starts_at:%Y-%m-%d} to {run.ends_at:%Y-%m-%d} UTC"


@update.command("list")
def list_runs(
    component: Annotated[str, typer.Option("--component", help="Only those of this component.")] = "",
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the runs.

    Example: vendor-ai update list
    """
    from vendor_ai.services import update_run as service

    app = open_session().at(read_instant(at))
    with app.records.read() as session:
        found = service.runs(session, component, at=app.clock.now())
    if as_json:
        print_json([run.as_json() for run in found])
        return
    rows = [[run.ref, run.state.value, _span(run), "" if run.result is None else str(run.result["decision"])] for run in found]
    print_table("Runs", ["Run", "State", "What", "Decision"], rows, empty="No run was planned. Plan one: vendor-ai update plan COMPONENT")


@update.command("status")
def status(ref: RunArgument, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Show what a run shows so far, and what its rule would decide on it.

    Example: vendor-ai update status acme-ocr-canary-v2-1
    """
    from vendor_ai.services import update_run as service

    app = open_session().at(read_instant(at))
    with app.records.read() as session:
        run = service.run_of(session, ref, at=app.clock.now())
    app.log.refresh([run.component])
    found = dict(run.result) if run.result is not None else service.figures(app.log, ref)
    if as_json:
        print_json(run.as_json() | {"so_far": found})
        return
    typer.echo(f"{run.ref}, {run.state.value}: {_span(run)}")
    _print_figures(found)


def _print_figures(found: dict[str, Any]) -> None:
    for side in ("before", "after"):
        it = found["comparison"][side]
        failed = found["failures"][side]["failed"]
        accuracy, p95 = (f"{float(it[name]):.5g}" if it[name] else "unknown" for name in ("accuracy", "latency_p95_ms"))
        typer.echo(f"  {it['version']}: {it['n']:,} answered calls, {failed:,} failed, accuracy {accuracy}, P95 {p95} ms")
    why = ", ".join(reason.replace("_", " ") for reason in found["reasons"])
    typer.echo(f"  by its rule: {found['decision']}{f' ({why})' if why else ''}")
    for obstacle in found.get("obstacles", ()):
        typer.echo(f"  not ready for a canary: {obstacle.replace('_', ' ')}")
    if found.get("next_percent") and found["decision"] == "PROCEED_TO_FULL_ROLLOUT":
        typer.echo(f"  next step: {found['next_percent']} % of the keys")


@update.command("bucket")
def bucket(ref: RunArgument, key: Annotated[str, typer.Argument(help="User, case or what else stays together.")]) -> None:
    """Say whether the new version serves a key; the answer never changes during an update, and who is in stays in.

    Example: vendor-ai update bucket acme-ocr-canary-v2-1 user-17
    """
    from vendor_ai.services import update_run as service

    app = open_session()
    with app.records.read() as session:
        inside = service.served_by_new(session, ref, key)
    typer.echo("new" if inside else "old")


@update.command("fact")
def fact(
    ref: RunArgument,
    kind: Annotated[RunFact, typer.Option("--kind", help="What happened, or which figure.")],
    value: Annotated[str, typer.Option("--value", help="yes, no or a number.")],
    as_json: JsonOption = False,
) -> None:
    """Add what no log shows: an incident, a critical unfairness, a business figure, the validated accuracy.

    Example: vendor-ai update fact acme-ocr-canary-v2-1 --kind security_incident --value yes
    """
    from vendor_ai.services import update_run as service

    app = open_session()
    with app.records.write() as session:
        run = service.say(session, ref, kind, value, by=acting(), at=app.clock.now())
    if as_json:
        print_json(run.as_json())
        return
    typer.echo(f"{run.ref}: {kind.value.replace('_', ' ')} is {value}.")


@update.command("decide")
def decide(ref: RunArgument, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Decide a run by its rule and store the figures; a rollback needs no waiting for the end.

    Example: vendor-ai update decide acme-ocr-canary-v2-1
    """
    from vendor_ai.services import update_run as service

    app = open_session().at(read_instant(at))
    with app.records.read() as session:
        component = service.run_of(session, ref, at=app.clock.now()).component
    app.log.refresh([component])
    run = service.settle(app.log, ref, by=acting())
    assert run.result is not None
    if as_json:
        print_json(run.as_json())
        return
    _print_figures(dict(run.result))


@update.command("stop")
def stop(ref: RunArgument, reason: Annotated[str, typer.Option("--reason", help="Why.")], as_json: JsonOption = False) -> None:
    """End a run without a decision by its rule.

    Example: vendor-ai update stop acme-ocr-canary-v2-1 --reason "The vendor withdrew the version"
    """
    from vendor_ai.services import update_run as service

    app = open_session()
    with app.records.write() as session:
        run = service.stop(session, ref, reason=reason, by=acting(), at=app.clock.now())
    if as_json:
        print_json(run.as_json())
        return
    typer.echo(f"{run.ref} is stopped.")

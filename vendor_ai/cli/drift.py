"""`vendor-ai drift`: what changed against the reference days."""

from datetime import timedelta
from typing import Annotated

import typer

from vendor_ai.cli.assessment_decision import read_day
from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import AtOption, acting, open_session, read_instant
from vendor_ai.domain.errors import InvalidInputError

drift = typer.Typer(no_args_is_help=True, help="Drift of inputs, answers, labels and accuracy against reference days.")

ComponentArgument = Annotated[str, typer.Argument(help="Reference or name of the component.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    app.add_typer(drift, name="drift")


@drift.command("show")
def show(
    component: ComponentArgument,
    first: Annotated[str, typer.Option("--from", help="First UTC day; default: the last week that is over.")] = "",
    until: Annotated[str, typer.Option("--until", help="First day after.")] = "",
    at: AtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure a component's drift over some days; nothing is stored.

    Example: vendor-ai drift show acme-ocr --from 2026-08-01 --until 2026-09-01
    """
    from vendor_ai.services import drift as service

    app = open_session().at(read_instant(at))
    start, end = read_day(first, "--from"), read_day(until, "--until")
    if (start is None) != (end is None):
        raise InvalidInputError("Give both days, --from and --until, or neither.")
    span = service.Span(start, end) if start is not None and end is not None else service.last_week(app.log)
    found = service.drifts(app.log, component, span)
    reference = service.reference_of(app.log, component)
    if as_json:
        days = None if reference is None else {"from": reference.first.isoformat(), "until": reference.end.isoformat()}
        span_json = {"from": span.first.isoformat(), "until": span.end.isoformat()}
        print_json({"component": component, "span": span_json, "reference": days, "drifts": [it.as_json() for it in found]})
        return
    rows = [
        [
            it.kind,
            it.subject,
            it.severity.value if it.severity else "unknown",
            it.why or ", ".join(f"{k} {v}" for k, v in it.figures.items()),
        ]
        for it in found
    ]
    print_table(
        f"{span.first} to {span.end - timedelta(days=1)} UTC", ["Drift", "Of", "Severity", "Figures"], rows, empty="Nothing to measure."
    )


@drift.command("set-reference")
def set_reference(
    component: ComponentArgument,
    first: Annotated[str, typer.Option("--from", help="First UTC day.")],
    until: Annotated[str, typer.Option("--until", help="First day after.")],
    at: AtOption = None,
) -> None:
    """Choose the days that drift is measured against; without it the first 28 days of the log are.

    Example: vendor-ai drift set-reference acme-ocr --from 2026-04-01 --until 2026-05-01
    """
    from vendor_ai.services import drift as service

    start, end = read_day(first, "--from"), read_day(until, "--until")
    if start is None or end is None:
        raise InvalidInputError("Give both days, --from and --until.")
    app = open_session().at(read_instant(at))
    with app.records.write() as session:
        service.set_reference(session, component, first=start, end=end, by=acting(), at=app.clock.now())
    typer.echo(f"Drift of {component} is measured against {start} to {end - timedelta(days=1)} (UTC) from now on.")


@drift.command("week")
def week(component: ComponentArgument, at: AtOption = None, as_json: JsonOption = False) -> None:
    """Show the last seven days of a component beside the four weeks before.

    Example: vendor-ai drift week acme-ocr
    """
    from vendor_ai.change.watch import WatchWarning
    from vendor_ai.services.rolling_watch import WORDS, rolling

    app = open_session().at(read_instant(at))
    found = rolling(app.log, component)
    if as_json:
        print_json(found)
        return
    typer.echo(
        f"{found['from']} to before {found['until']} (UTC): {found['state'].replace('_', ' ').lower()}, {found['labelled']} labelled calls."
    )
    typer.echo(f"  accuracy {found['accuracy'] or 'unknown'}, before {found['accuracy_before'] or 'unknown'}")
    typer.echo(f"  P95 {found['p95_ms'] or 'unknown'} ms, before {found['p95_before_ms'] or 'unknown'} ms")
    for warning in found["warnings"]:
        typer.echo(f"- {WORDS[WatchWarning(warning)]}")

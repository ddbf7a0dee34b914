"""`vendor-ai sla`: the promise against the fact."""

from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import AtOption, open_session, read_instant

if TYPE_CHECKING:
    from vendor_ai.domain.verdict import ClauseVerdict, ContractEvaluation

NoRefresh = Annotated[bool, typer.Option("--no-refresh", help="Answer from the counters as they are, and say how many rows wait.")]


def register(app: typer.Typer) -> None:
    """Add the noun."""
    sla = typer.Typer(no_args_is_help=True, help="Contracts against the prediction log.")
    sla.command("evaluate")(evaluate)
    sla.command("trend")(trend)
    app.add_typer(sla, name="sla")


def evaluate(
    contract: Annotated[str, typer.Option("--contract", help="The contract's reference.")],
    period: Annotated[str, typer.Option("--period", help="2026-Q3, 2026-07 or 2026.")],
    at: AtOption = None,
    no_refresh: NoRefresh = False,
    as_json: JsonOption = False,
) -> None:
    """Judge every clause of a contract over a period, with the strength of the evidence.

    Example: vendor-ai sla evaluate --contract acme-2026 --period 2026-Q3
    """
    from vendor_ai.domain.verdict_json import evaluation_json
    from vendor_ai.services.evaluation import evaluate as evaluate_contract

    app = open_session().at(read_instant(at))
    evaluation = evaluate_contract(app.log, contract, period, refresh=not no_refresh)
    if as_json:
        print_json(evaluation_json(evaluation))
        return
    _print(evaluation)


def trend(
    contract: Annotated[str, typer.Option("--contract", help="The contract's reference.")],
    as_json: JsonOption = False,
) -> None:
    """Show where each promise is heading over its last seven closed periods, and when its limit would be reached.

    Example: vendor-ai sla trend --contract acme-2026
    """
    from vendor_ai.services.trend import trends

    app = open_session()
    found = trends(app.log, contract)
    if as_json:
        print_json({"contract": contract, "trends": [it.as_json() for it in found]})
        return
    rows = []
    for it in found:
        values = ", ".join(_short(value) for value in it.values.values())
        course = f"{it.direction}{', worsening' if it.worsening else ''} (p = {it.p_value:.2g})" if it.enough else "too few periods to say"
        rows.append([it.clause, it.component, values, course, it.reaches.name if it.reaches else ""])
    columns = ["Clause", "Component", "Values, oldest first", "Direction", "Limit reached in"]
    print_table(contract, columns, rows, empty="No closed period was evaluated yet. Run: vendor-ai sla evaluate")


def _print(evaluation: "ContractEvaluation") -> None:
    from vendor_ai.domain.verdict_json import clause_json, is_provisional

    rows = []
    for verdict in evaluation.clauses:
        shown = clause_json(verdict)
        promise = f"{'at least' if verdict.is_floor else 'at most'} {shown['threshold']}"
        low, high = (bound or "unbounded" for bound in shown["interval"])
        rows.append(
            [
                shown["id"],
                shown["component"],
                promise if Fraction(shown["threshold"]) == verdict.limit else f"{promise} (limit {shown['limit']})",
                _short(shown["value"]),
                f"{_short(low)} to {_short(high)}" if verdict.measurement.n else "",
                f"{shown['n']:,}",
                shown["result"],
                _evidence(verdict),
                f"{verdict.consecutive} in a row" if verdict.consecutive else "",
                str(verdict.credit or ""),
            ]
        )
    state = "closed" if evaluation.period.closed(evaluation.at) else "running"
    title = f"{evaluation.contract}, {evaluation.period.name} ({evaluation.period.time_zone}, {state}): {evaluation.status}"
    columns = ["Clause", "Component", "Promise", "Measured", "Interval", "n", "Result", "Evidence", "Violated", "Credit"]
    lengths = {"month": "2026-09", "quarter": "2026-Q3", "year": "2026"}
    others = ", ".join(example for length, example in lengths.items() if length != evaluation.period.length)
    print_table(
        title,
        columns,
        rows,
        empty=f"No clause of {evaluation.contract} is judged by the {evaluation.period.length}. Try a period such as {others}.",
    )
    for change in evaluation.changes:
        told = change.reason or f"Announced {change.days_notice} days ahead."
        weight = {True: " Material.", False: " Not material.", None: " Not yet known whether it is material."}[change.material]
        broken = "VIOLATED, notice of changes: " if change.violated else ""
        typer.echo(
            f"{broken}{change.component}: {change.before} became {change.after} on {change.first_seen:%Y-%m-%d %H:%M} UTC. {told}{weight}"
        )
    provisional = {
        verdict.freezes_on for verdict in evaluation.clauses if is_provisional(verdict, evaluation.period.time_zone, evaluation.at)
    }
    if provisional:
        days = ", ".join(f"{day:%Y-%m-%d}" for day in sorted(day for day in provisional if day is not None))
        typer.echo(f"Provisional: labels that arrive up to {days} still change it; what comes later makes a revision.")
    if evaluation.credits_total is not None and evaluation.credits_total.amount:
        typer.echo(f"Credits due: {evaluation.credits_total}")
    if evaluation.stale:
        typer.echo(f"{evaluation.stale:,} rows are not counted yet; leave out --no-refresh to count them.")


def _evidence(verdict: "ClauseVerdict") -> str:
    """The strength of evidence, with the reason where nothing is proven."""
    figure = verdict.measurement
    if figure.evidence != "NOT_PROVEN" or not figure.reasons or figure.reasons[0] == "no_data":
        return str(figure.evidence)
    return f"{figure.evidence} ({str(figure.reasons[0]).replace('_', ' ')})"


def _short(text: str | None) -> str:
    """A figure cut to what a table needs; the JSON has every digit."""
    if text is None:
        return "no data"
    try:
        return f"{float(text):.5g}"
    except ValueError:
        return text

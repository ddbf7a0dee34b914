"""`vendor-ai model`: a vendor's update, measured."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vendor_ai.cli.output import JsonOption, print_json, print_table
from vendor_ai.cli.session import open_session
from vendor_ai.cli.sla import NoRefresh
from vendor_ai.domain.errors import NotFoundError

if TYPE_CHECKING:
    from vendor_ai.domain.comparison import Comparison


def register(app: typer.Typer) -> None:
    """Add the noun."""
    model = typer.Typer(no_args_is_help=True, help="Served model versions.")
    model.callback()(_noun)
    model.command("compare")(compare)
    app.add_typer(model, name="model")


def _noun() -> None:
    """Keep the verb: a noun with one verb would swallow it."""


def compare(
    component: Annotated[str, typer.Option("--component", help="Reference or name of the component.")],
    before: Annotated[str, typer.Option("--before", help="The earlier served version.")],
    after: Annotated[str, typer.Option("--after", help="The later served version.")],
    paired_by: Annotated[str, typer.Option("--paired-by", help="Field that names the same input in both versions.")] = "input_id",
    segment: Annotated[list[str] | None, typer.Option("--segment", help="Compare by this logged field too; repeatable.")] = None,
    no_refresh: NoRefresh = False,
    as_json: JsonOption = False,
) -> None:
    """Compare two served versions: accuracy, latency and outputs, each with its test.

    Example: vendor-ai model compare --component acme-ocr --before v1 --after v2 --segment segment.region
    """
    from vendor_ai.services.segment_comparison import compare_by_segment, segment_json
    from vendor_ai.services.version_change import compare_versions, versions

    app = open_session()
    if not no_refresh:
        app.log.refresh([component])
    served = [name for name, _, _ in versions(app.log, component)]
    for version in (before, after):
        if version not in served:
            raise NotFoundError("served version", version, f"The log of {component} has: {', '.join(served) or 'none'}.")
    comparison = compare_versions(app.log, component, before, after, pair_by=paired_by)
    tables = [segment_json(name, compare_by_segment(app.log, component, before, after, segment=name)) for name in segment or []]
    if as_json:
        print_json(comparison.as_json() | {"segments": tables})
        return
    _print(comparison, component)
    for table in tables:
        _print_segments(table)


def _print_segments(table: dict[str, Any]) -> None:
    rows = []
    for it in table["segments"]:
        sides = [f"{it[side]['correct']:,} of {it[side]['labelled']:,}" for side in ("before", "after")]
        told = f"{float(it['difference']):+.4f}, p = {float(it['p_adjusted']):.2g} (adjusted)" if it["compared"] else "too few to compare"
        rows.append([it["segment"], *sides, told])
    print_table(f"Right by {table['by']}", ["Segment", "Before", "After", "Before - after"], rows, empty="No labelled calls.")


def _print(comparison: "Comparison", component: str) -> None:
    data = comparison.as_json()
    rows = [
        [label, *(str(data[side][key]) if data[side][key] is not None else "no data" for side in ("before", "after"))]
        for label, key in (("Answered calls", "n"), ("Accuracy", "accuracy"), ("P50, ms", "latency_p50_ms"), ("P95, ms", "latency_p95_ms"))
    ]
    print_table(f"{component}", ["", comparison.before.version, comparison.after.version], rows)
    tests = []
    if comparison.accuracy is not None:
        low, high = comparison.accuracy.interval
        difference = float(comparison.accuracy.difference)
        tests.append(
            [
                "Accuracy, before - after",
                f"{difference:.4f} [{low:.4f}, {high:.4f}], z = {comparison.accuracy.z:.4f}, p = {comparison.accuracy.p_value:.2g}",
            ]
        )
    if comparison.paired is not None:
        tests.append(["Same inputs (McNemar)", f"{data['paired']['table']}, p = {comparison.paired.p_value:.2g}"])
    if comparison.latency is not None:
        change = comparison.latency
        tests.append(
            [
                "Latency (Mann-Whitney)",
                f"U = {change.u:.0f}, p = {change.p_value:.2g}, P95 before - after = {change.p95_difference_ms:.1f} ms",
            ]
        )
    if comparison.outputs is not None:
        outputs = comparison.outputs
        tests.append(
            [
                "Outputs",
                f"PSI {outputs.psi:.4f}, Jensen-Shannon {outputs.js_divergence:.5f}, "
                f"chi-squared {outputs.chi2:.3f}, p = {outputs.p_value:.2g}",
            ]
        )
    print_table("Tests", ["", "Result"], tests)
    typer.echo(comparison.recommendation)

"""Clauses about people, groups and minutes, from the command line to the verdict: what each figure may rest on."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories.command_line import CommandLine, accuracy_clause, contract_text
from tests.factories.plain_counting import days_of, expected, random_calls, random_labels, stored
from vendor_ai.domain.measure import Measure, total
from vendor_ai.predictions.duckdb import DuckDBEngine
from vendor_ai.services.recount import NEEDS

PARITY = (
    "  - {id: parity, kind: performance, metric: demographic_parity_difference, at_most: 0.1, period: quarter, positive: loan,"
    " by: segment.region}"
)
PEOPLE = "  - {{id: {metric}, kind: performance, metric: {metric}, at_most: 0.5, period: quarter, label_sources: [audit]}}"
MINUTES = '  - {{id: {metric}, kind: performance, metric: {metric}, at_least: "{limit}", period: quarter}}'


def verdicts(cli: CommandLine, *clauses: str) -> dict[str, dict[str, Any]]:
    cli.contract(contract_text(*clauses))
    found = cli.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05")["clauses"]
    return {clause["id"]: clause for clause in found}


def outcomes(cli: CommandLine, *rows: str) -> None:
    path = cli.home.parent / "outcomes.csv"
    path.write_text("\n".join(["prediction_id,actual,source", *rows]) + "\n")
    cli.ok("outcome", "import", path, "--component", "ocr")


def test_what_people_did_with_an_answer_is_no_truth_and_the_truth_is_no_decision(cli: CommandLine) -> None:
    cli.inventory("ocr")
    cli.predictions([f"p{number},2026-02-10T12:00:00Z,yes" for number in range(10)], header="prediction_id,occurred_at,prediction")
    # The truth of six calls is known, all right; people overruled three of four; one of two moderated answers was harmful.
    truth = [f"p{number},yes,audit" for number in range(6)]
    people = [f"p{number},{'yes' if number == 5 else 'no'},human_decision" for number in range(5, 9)]
    outcomes(cli, *truth, *people, "p0,harmful,moderation", "p9,fine,moderation")

    found = verdicts(cli, accuracy_clause(), *(PEOPLE.format(metric=metric) for metric in ("override_rate", "harmful_output_rate")))

    figures = {key: (clause["value"], clause["n"]) for key, clause in found.items()}
    assert figures == {"accuracy": ("1", 6), "override_rate": ("0.75", 4), "harmful_output_rate": ("0.5", 2)}


def test_parity_is_judged_over_all_answers_not_over_those_somebody_labelled(cli: CommandLine) -> None:
    cli.inventory("ocr")
    # North gets a loan in 300 of 500 calls, south in 100 of 500; the only labels are of loans in the north.
    rows = [
        f"{region}{number},2026-02-{number % 25 + 1:02d}T12:00:00Z,{'loan' if number < loans else 'none'},{region}"
        for region, loans in (("north", 300), ("south", 100))
        for number in range(500)
    ]
    cli.predictions(rows, header="prediction_id,occurred_at,prediction,segment.region")
    outcomes(cli, *(f"north{number},loan,audit" for number in range(40)))

    parity = verdicts(cli, PARITY)["parity"]

    assert (parity["value"], parity["n"], parity["evidence"]) == ("0.4", 1000, "PROVEN_BREACH")


def test_the_engine_counts_answers_by_label_in_every_group(tmp_path: Path) -> None:
    calls = random_calls(5, "UTC", date(2026, 5, 1), 300)
    engine = DuckDBEngine(tmp_path, threads=1)
    predictions, labels = stored(engine, calls, random_labels(5, calls, 100))
    names = ("answered:ja, 'sicher'", "answered_not:ja, 'sicher'")
    measure = Measure("ocr", "UTC", group_by="segment.region", needs=names)

    found = engine.count([measure], predictions=predictions, outcomes=labels, days=days_of(calls, "UTC"), needs=NEEDS)[measure.key]

    for region in ("EU", "US", "eu"):
        mine = [call for call in calls if call.value("segment.region") == region and call.excluded is None and call.status == "ok"]
        said = [call.prediction for call in mine if call.prediction is not None]
        counts = total(entry.counts.groups[region] for entry in found if region in entry.counts.groups)
        assert tuple(counts.sums.get(name, 0) for name in names) == (
            sum(answer == "ja, 'sicher'" for answer in said),
            sum(answer != "ja, 'sicher'" for answer in said),
        )
    assert total(expected(calls, [], Measure("ocr", "UTC")).values()).predicted == total(entry.counts for entry in found).predicted


@pytest.mark.parametrize(("fraction", "proven"), [("1", True), ("", True), ("0.1", False)])
def test_a_sample_of_the_calls_proves_nothing_about_minutes(cli: CommandLine, fraction: str, proven: bool) -> None:
    cli.inventory("ocr")
    # In 28 x 20 minutes one call each, all answered: of a log with one call in ten, nine in ten minutes were never seen.
    rows = [f"{day}-{minute},2026-02-{day:02d}T12:{minute:02d}:00Z,ok,{fraction}" for day in range(1, 29) for minute in range(20)]
    cli.predictions(rows, header="prediction_id,occurred_at,status,sampling_fraction")

    found = verdicts(cli, *(MINUTES.format(metric=metric, limit=limit) for metric, limit in (("uptime_time", "0.9"), ("throughput", "5"))))

    assert {key: clause["evidence"].startswith("PROVEN") for key, clause in found.items()} == {"uptime_time": proven, "throughput": proven}
    assert {"mixed_sampling" in clause["reasons"] for clause in found.values()} == {not proven}

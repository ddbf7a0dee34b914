"""The life of verdicts: stored once, revised beside the first, and never made of half the rows."""

import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows
from vendor_ai.db.verdict import VerdictRow, ViolationRow
from vendor_ai.domain.actor import Actor
from vendor_ai.services.evaluation import evaluate
from vendor_ai.services.ingest import Body, BodyFormat, ingest
from vendor_ai.wiring import open_app

CREDIT = {"persistence": "2", "credit": '{percent_of_monthly_fee: "5"}'}
UPTIME = '  - {id: uptime, kind: performance, metric: uptime, at_least: "0.9", period: %s, minimum_sample: 1}'


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    return cli


def at(cli: CommandLine, period: str, moment: str) -> Any:
    """The only clause's entry in the document."""
    (clause,) = cli.evaluate("acme-2026", period, "--at", moment)["clauses"]
    return clause


def revisions(cli: CommandLine) -> list[tuple[str, str, int, bool, int, str | None]]:
    """Every stored verdict: clause, period, revision, violated, run, credit."""
    with open_app(cli.home).records.read() as session:
        rows = session.exec(select(VerdictRow).order_by(col(VerdictRow.period), col(VerdictRow.clause), col(VerdictRow.revision))).all()
    return [
        (row.clause, row.period, row.revision, row.violated, row.figures["consecutive"], (row.figures["credit"] or {}).get("amount"))
        for row in rows
    ]


def violations(cli: CommandLine) -> dict[str, tuple[str, str | None]]:
    """State and credit of every violation by what it is about."""
    with open_app(cli.home).records.read() as session:
        rows = session.exec(select(ViolationRow)).all()
    return {row.subject: (row.state, (row.figures.get("credit") or {}).get("amount")) for row in rows}


def quarter(cli: CommandLine, day: str, right: int, wrong: int, prefix: str) -> None:
    cli.predictions(labelled_rows(day, right, wrong, prefix=prefix), header=HEADER, name=f"{prefix}.csv")


def test_no_credit_is_due_while_the_period_runs(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(credit='{percent_of_monthly_fee: "5"}')))
    acme.predictions(labelled_rows("2026-01-15", 51, 49), header=HEADER)
    running, closed = (acme.evaluate("acme-2026", "2026-Q1", "--at", at) for at in ("2026-02-01T00:00:00", "2026-04-02T00:00:00"))
    assert [entry["clauses"][0]["violated"] for entry in (running, closed)] == [True, True]
    assert (running["clauses"][0]["credit"], running["credits_total"]) == (None, {"amount": "0.00", "currency": "EUR"})
    assert closed["clauses"][0]["credit"] == closed["credits_total"] == {"amount": "600.00", "currency": "EUR"}


def test_late_labels_of_an_earlier_quarter_revise_the_run_and_the_credit_of_the_later_one_in_both_directions(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(**CREDIT)))
    quarter(acme, "2026-02-10", 90, 10, "first")
    quarter(acme, "2026-05-10", 50, 50, "second")
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    settled = [("accuracy", "2026-Q1", 0, False, 0, None), ("accuracy", "2026-Q2", 0, True, 1, None)]
    assert revisions(acme) == settled
    assert violations(acme) == {"2026-Q2": ("open", None)}

    quarter(acme, "2026-02-11", 0, 100, "late")  # the first quarter is at 45 % now
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-08-05")
    worse = [settled[0], ("accuracy", "2026-Q1", 1, True, 1, None), settled[1], ("accuracy", "2026-Q2", 1, True, 2, "600.00")]
    assert revisions(acme) == worse
    assert violations(acme) == {"2026-Q1": ("open", None), "2026-Q2": ("open", "600.00")}

    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-08-06")
    assert revisions(acme) == worse

    quarter(acme, "2026-02-12", 1_000, 0, "later")  # and at 91 % again
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-09-05")
    better = [*worse[:2], ("accuracy", "2026-Q1", 2, False, 0, None), *worse[2:], ("accuracy", "2026-Q2", 2, True, 1, None)]
    assert revisions(acme) == better
    assert violations(acme) == {"2026-Q1": ("closed", None), "2026-Q2": ("open", None)}

    quarter(acme, "2026-02-13", 0, 1_000, "latest")
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-10-05")
    assert revisions(acme)[-1] == ("accuracy", "2026-Q2", 3, True, 2, "600.00")
    assert violations(acme) == {"2026-Q1": ("open", None), "2026-Q2": ("open", "600.00")}
    assert acme("audit", "verify").code == 0


def test_a_revision_leaves_a_violation_that_was_paid_in_its_state(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    quarter(acme, "2026-02-10", 50, 50, "first")
    acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01")
    acme.ok("violation", "set", "1", "credited")
    quarter(acme, "2026-02-11", 1_000, 0, "late")
    acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-06-01")
    assert violations(acme) == {"2026-Q1": ("credited", None)}


def test_a_later_quarter_evaluated_first_stores_the_earlier_ones_too(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(insufficient_period="bridges", **CREDIT)))
    quarter(acme, "2026-01-10", 0, 100, "first")
    quarter(acme, "2026-09-10", 0, 100, "third")
    acme.evaluate("acme-2026", "2026-Q3", "--at", "2026-10-15")
    assert revisions(acme) == [
        ("accuracy", "2026-Q1", 0, True, 1, None),
        ("accuracy", "2026-Q2", 0, False, 1, None),
        ("accuracy", "2026-Q3", 0, True, 2, "600.00"),
    ]


def test_a_contract_imported_again_revises_only_what_its_new_text_changes(acme: CommandLine) -> None:
    text = contract_text(accuracy_clause())
    acme.contract(text)
    quarter(acme, "2026-02-10", 84, 16, "first")
    quarter(acme, "2026-05-10", 90, 10, "second")
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    settled = [("accuracy", "2026-Q1", 0, False, 0, None), ("accuracy", "2026-Q2", 0, False, 0, None)]
    assert revisions(acme) == settled

    acme.contract(text + "# signed\n")
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-06")
    assert revisions(acme) == settled

    acme.contract(contract_text(accuracy_clause(tolerance='{amount: "0", kind: absolute, meaning: allowance}'), UPTIME % "quarter"))
    document = acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-07")
    assert [(clause["id"], clause["limit"], clause["revision"]) for clause in document["clauses"]] == [
        ("accuracy", "0.85", 1),
        ("uptime", "0.9", 0),
    ]
    assert revisions(acme) == [
        ("accuracy", "2026-Q1", 0, False, 0, None),
        ("accuracy", "2026-Q1", 1, True, 1, None),
        ("uptime", "2026-Q1", 0, False, 0, None),
        ("accuracy", "2026-Q2", 0, False, 0, None),
        ("accuracy", "2026-Q2", 1, False, 0, None),
        ("uptime", "2026-Q2", 0, False, 0, None),
    ]


def test_the_first_and_the_last_period_are_clipped_to_the_term(acme: CommandLine) -> None:
    acme.contract(contract_text(UPTIME % "quarter", starts="2026-02-10", ends="2026-08-20", zone="Europe/Berlin"))
    rows = {
        "day before": "2026-02-09T23:59:59.999999+01:00",
        "first day": "2026-02-10T00:00:00+01:00",
        "end of the quarter": "2026-03-31T23:59:59.6+02:00",
        "last day": "2026-08-20T23:59:59.999999+02:00",
        "day after": "2026-08-21T00:00:00+02:00",
    }
    acme.predictions([f"{name},{moment}" for name, moment in rows.items()], header="prediction_id,occurred_at")
    first = acme.evaluate("acme-2026", "2026-Q1")
    assert (first["period"]["start"], first["period"]["end"]) == ("2026-02-10T00:00:00+01:00", "2026-04-01T00:00:00+02:00")
    assert first["clauses"][0]["n"] == 2
    third = acme.evaluate("acme-2026", "2026-Q3", "--at", "2026-08-21T00:00:00+02:00")
    assert (third["period"]["start"], third["period"]["end"]) == ("2026-07-01T00:00:00+02:00", "2026-08-21T00:00:00+02:00")
    assert (third["period"]["closed"], third["clauses"][0]["n"]) == (True, 1)
    running = acme.evaluate("acme-2026", "2026-Q3", "--at", "2026-08-20T23:59:59+02:00")
    assert running["period"]["closed"] is False
    for outside in ("2025-Q4", "2026-Q4"):
        refused = acme("sla", "evaluate", "--contract", "acme-2026", "--period", outside)
        assert refused.code == 3
        assert "outside the term" in refused.err
        assert "2026-02-10" in refused.err


def test_a_version_that_changed_before_the_contract_began_breaks_no_promise(acme: CommandLine) -> None:
    notice = "  - {id: change-notice, kind: change_notice, notice_days: 60, covers: any}"
    acme.contract(contract_text(UPTIME % "quarter", notice, starts="2026-02-10"))
    moments = {"v1": "2026-01-05", "v2": "2026-02-09", "v3": "2026-02-11"}
    acme.predictions(
        [f"{version},{day}T12:00:00Z,{version}" for version, day in moments.items()], header="prediction_id,occurred_at,model_version"
    )
    document = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-02")
    assert [(change["before"], change["after"]) for change in document["changes"]] == [("v2", "v3")]
    assert [subject for subject in violations(acme) if subject.startswith("version:")] == ["version:v3"]


def test_years_and_quarters_count_from_the_month_the_contracts_year_starts(acme: CommandLine) -> None:
    text = contract_text(
        UPTIME % "year", (UPTIME % "quarter").replace("id: uptime", "id: quarterly"), starts="2025-04-01", ends="2027-03-31"
    )
    acme.contract(text + "year_starts: 4\n")
    days = ["2025-03-31", "2025-04-01", "2026-03-31", "2026-04-01", "2026-06-30", "2026-07-01", "2027-01-01", "2027-03-31", "2027-04-01"]
    acme.predictions([f"{day},{day}T12:00:00Z" for day in days], header="prediction_id,occurred_at")
    counts = {}
    for name in ("2025", "2026", "2026-Q1", "2026-Q2", "2026-Q4"):
        document = acme.evaluate("acme-2026", name, "--at", "2027-05-01")
        counts[name] = (document["period"]["start"][:10], document["period"]["end"][:10], [clause["n"] for clause in document["clauses"]])
    assert counts == {
        "2025": ("2025-04-01", "2026-04-01", [2]),
        "2026": ("2026-04-01", "2027-04-01", [5]),
        "2026-Q1": ("2026-04-01", "2026-07-01", [2]),
        "2026-Q2": ("2026-07-01", "2026-10-01", [1]),
        "2026-Q4": ("2027-01-01", "2027-04-01", [2]),
    }
    assert [entry[:3] for entry in revisions(acme) if entry[0] == "uptime"] == [("uptime", "2025", 0), ("uptime", "2026", 0)]
    assert acme("sla", "evaluate", "--contract", "acme-2026", "--period", "2027").code == 3


def test_a_running_period_counts_the_days_up_to_that_of_the_question(acme: CommandLine) -> None:
    acme.contract(contract_text(UPTIME % "quarter", zone="Europe/Berlin"))
    acme.predictions([f"{day},2026-02-{day:02d}T12:00:00+01:00" for day in range(1, 11)], header="prediction_id,occurred_at")
    counts = {
        moment: at(acme, "2026-Q1", moment)["n"] for moment in ("2026-01-01T01:00:00Z", "2026-02-03T23:00:00Z", "2026-02-03T23:00:01Z")
    }
    assert counts == {"2026-01-01T01:00:00Z": 0, "2026-02-03T23:00:00Z": 3, "2026-02-03T23:00:01Z": 4}
    assert revisions(acme) == []


def inbox(cli: CommandLine, rows: Sequence[str]) -> None:
    """Acknowledge rows without folding them, as the HTTP way in does."""
    lines = "\n".join(json.dumps(dict(zip(HEADER.split(","), row.split(","), strict=True))) for row in rows)
    body = Body(lines.encode(), BodyFormat.NDJSON, 1 << 20)
    ingest(open_app(cli.home).log, body, component="ocr", outcomes_only=False, by=Actor("test"))


def test_without_refresh_the_answer_says_how_many_rows_it_lacks_and_stores_nothing(acme: CommandLine) -> None:
    quarter(acme, "2026-02-10", 0, 100, "before the contract")
    acme.contract(contract_text(accuracy_clause()))
    lacking = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05", "--no-refresh")
    assert lacking["rows_not_yet_counted"] == 200  # a hundred calls and their outcomes
    assert (lacking["clauses"][0]["n"], revisions(acme), violations(acme)) == (0, [], {})

    assert acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05")["clauses"][0]["n"] == 100
    assert [entry[2] for entry in revisions(acme)] == [0]
    full = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05", "--no-refresh")
    assert (full["rows_not_yet_counted"], full["clauses"][0]["n"]) == (0, 100)


def test_rows_that_wait_in_the_inbox_are_said_and_counted_by_the_next_question(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    quarter(acme, "2026-02-10", 90, 10, "first")
    assert at(acme, "2026-Q1", "2026-04-05")["n"] == 100
    inbox(acme, labelled_rows("2026-02-11", 0, 100, prefix="late"))
    waiting = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05", "--no-refresh")
    assert (waiting["rows_not_yet_counted"], waiting["clauses"][0]["n"], waiting["clauses"][0]["result"]) == (200, 100, "MET")
    shown = acme.ok("sla", "evaluate", "--contract", "acme-2026", "--period", "2026-Q1", "--at", "2026-04-05", "--no-refresh").out
    assert "200 rows are not counted yet" in shown
    assert len(revisions(acme)) == 1
    assert at(acme, "2026-Q1", "2026-04-05")["n"] == 200
    assert [entry[2] for entry in revisions(acme)] == [0, 1]


def judge(home: Path, period: str) -> list[tuple[str, int, int]]:
    """What each process does."""
    app = open_app(home)
    found = [(entry.clause, entry.measurement.n, entry.revision) for entry in evaluate(app.log, "acme-2026", period).clauses]
    app.records.close()
    return found


def test_processes_that_evaluate_the_same_contract_at_once_store_one_verdict_for_each_clause(
    acme: CommandLine, processes: ProcessPoolExecutor
) -> None:
    clauses = [accuracy_clause(**CREDIT), UPTIME % "quarter", accuracy_clause(id="monthly", period="month")]
    acme.contract(contract_text(*clauses, starts="2025-01-01", ends="2025-12-31"))
    quarter(acme, "2025-02-10", 50, 50, "first")
    quarter(acme, "2025-05-10", 50, 50, "second")
    inbox(acme, labelled_rows("2025-05-11", 0, 100, prefix="waiting"))
    answers = list(processes.map(judge, [acme.home] * 4, ["2025-Q2", "2025-Q2", "2025-Q2", "2025-Q1"]))
    assert answers[0] == answers[1] == answers[2] == [("accuracy", 200, 0), ("uptime", 200, 0)]
    assert revisions(acme) == [
        ("accuracy", "2025-Q1", 0, True, 1, None),
        ("uptime", "2025-Q1", 0, False, 0, None),
        ("accuracy", "2025-Q2", 0, True, 2, "600.00"),
        ("uptime", "2025-Q2", 0, False, 0, None),
    ]
    assert violations(acme) == {"2025-Q1": ("open", None), "2025-Q2": ("open", "600.00")}
    assert acme("audit", "verify").code == 0


def test_nothing_is_evaluated_that_has_no_clause_of_that_length(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    document = acme.evaluate("acme-2026", "2026-02", "--at", "2026-03-02")
    assert (document["clauses"], revisions(acme)) == ([], [])

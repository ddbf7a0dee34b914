"""How we count: what may be called proven.

A miss is a figure. A proven breach is a claim, and it has to survive the vendor's statistician and lawyer. Proven is only what the
adjusted test shows in a closed period with a complete log, whose labels are all there, or are a random sample that was committed before
they came, or whose missing labels could not change anything.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows
from vendor_ai.domain.actor import Actor
from vendor_ai.services.completeness import enter_billed
from vendor_ai.wiring import open_app

UPTIME = '  - {{id: uptime, kind: performance, metric: uptime, at_least: "0.9", period: quarter{more}}}'


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    return cli


def only(cli: CommandLine, at: str = "2026-04-05") -> dict[str, Any]:
    """The single clause of the first quarter."""
    (clause,) = cli.evaluate("acme-2026", "2026-Q1", "--at", at)["clauses"]
    return dict(clause)


def outcomes(cli: CommandLine, rows: Sequence[str], header: str, name: str = "outcomes.csv") -> None:
    path = cli.home.parent / name
    path.write_text("\n".join([header, *rows]) + "\n")
    cli.ok("outcome", "import", path, "--component", "ocr")


def label_blind(cli: CommandLine, ref: str, truth: dict[str, str], *options: str, reviewer: str) -> None:
    """Export the workbook, fill in what a reader finds, and read it back."""
    path: Path = cli.home.parent / f"{reviewer}.xlsx"
    cli.ok("sample", "export", ref, path, *options)
    book = openpyxl.load_workbook(path)
    sheet = book["Calls"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, sheet.max_column).value = truth[str(sheet.cell(row, 1).value)]
    book.save(path)
    cli.ok("sample", "import", path, "--reviewer", reviewer)


def mostly_right(cli: CommandLine, size: int, *, every: int) -> dict[str, str]:
    """Log calls answered yes and no in turn, of which every so many is wrong; returns the truth."""
    truth, rows = {}, []
    for number in range(size):
        said, other = ("yes", "no") if number % 2 else ("no", "yes")
        truth[f"call-{number}"] = other if number % every == 0 else said
        rows.append(f"call-{number},2026-02-{number % 10 + 1:02d}T12:00:00Z,{said}")
    cli.predictions(rows, header="prediction_id,occurred_at,prediction")
    return truth


def test_a_sample_committed_before_the_labels_came_stands_for_the_whole_period(acme: CommandLine) -> None:
    """The vendor is right in 90 % of the calls. Complaints label wrong answers ten times as often, which reads as 47 %."""
    acme.contract(contract_text(accuracy_clause(label_sources="[audit, complaint]")))
    acme.ok("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", "400")
    truth = mostly_right(acme, 3_000, every=10)
    complaints = [f"call-{number},{truth[f'call-{number}']},complaint" for number in range(0, 3_000, 10)]
    praise = [f"call-{number},{truth[f'call-{number}']},complaint" for number in range(300) if number % 10]
    outcomes(acme, [*complaints, *praise], "prediction_id,actual,source")
    selected = only(acme)
    assert (selected["value"], selected["n"], selected["evidence"], selected["reasons"][0]) == ("0.473684", 570, "NOT_PROVEN", "unlabelled")

    acme.ok("sample", "draw", "ocr-2026-q1")
    label_blind(acme, "ocr-2026-q1", truth, reviewer="Jane Doe")
    found = only(acme)
    assert (found["n"], found["result"], found["evidence"]) == (400, "MET", "PROVEN_COMPLIANT")
    assert 0.85 < float(found["value"]) < 0.95
    assert "audit_sample" in found["reasons"]
    assert found["audit_sample"] == 400


def test_calls_that_came_into_the_log_after_the_draw_are_held_against_the_claim(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.ok("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", "300")
    truth = mostly_right(acme, 1_000, every=10)
    acme.ok("sample", "draw", "ocr-2026-q1")
    label_blind(acme, "ocr-2026-q1", truth, reviewer="Jane Doe")
    assert only(acme)["evidence"] == "PROVEN_COMPLIANT"
    late = [f"late-{number},2026-02-20T12:00:00Z,yes" for number in range(250)]
    acme.predictions(late, header="prediction_id,occurred_at,prediction", name="late.csv")
    found = only(acme)
    assert (found["n"], found["evidence"], found["reasons"][0]) == (300, "NOT_PROVEN", "unlabelled")


def test_a_breach_must_survive_the_errors_that_two_readers_measure(acme: CommandLine) -> None:
    """The vendor misses a floor of 83 % by three points, and the readers differ on 8 of 100 calls: wrong labels can explain it."""
    acme.contract(contract_text(accuracy_clause()))
    acme.ok("sample", "commit", "--contract", "acme-2026", "--period", "2026-Q1", "--size", "2000", "--twice", "100")
    truth = mostly_right(acme, 2_000, every=5)
    acme.ok("sample", "draw", "ocr-2026-q1")
    label_blind(acme, "ocr-2026-q1", truth, reviewer="Jane Doe")
    assert (only(acme)["value"], only(acme)["evidence"]) == ("0.8", "PROVEN_BREACH")
    path = acme.home.parent / "count.xlsx"
    acme.ok("sample", "export", "ocr-2026-q1", path, "--second")
    twice = [str(row[0].value) for row in openpyxl.load_workbook(path)["Calls"].iter_rows(min_row=2)]
    differing = {identity: "yes" if truth[identity] == "no" else "no" for identity in twice[:8]}
    label_blind(acme, "ocr-2026-q1", truth | differing, "--second", reviewer="John Roe")
    found = only(acme)
    assert (found["result"], found["evidence"], found["reasons"][0]) == ("MISSED", "NOT_PROVEN", "labels_uncertain")
    assert (found["labels_checked_twice"], found["labels_in_disagreement"]) == (100, 8)


def bill(cli: CommandLine, calls: int) -> None:
    """What the vendor's invoice of the quarter names."""
    with open_app(cli.home).records.write() as session:
        enter_billed(
            session, "ocr", first=date(2026, 1, 1), last=date(2026, 3, 31), calls=calls, source="invoice 7", by=Actor("cli:test"),
            at=datetime(2026, 4, 1, tzinfo=UTC),
        )  # fmt: skip


def test_a_log_that_lacks_calls_proves_nothing(acme: CommandLine) -> None:
    """The clause needs 99 % of the calls; the invoice names 1,000, of which the log holds 600."""
    acme.contract(contract_text(accuracy_clause(completeness='"0.99"')))
    acme.predictions(labelled_rows("2026-02-10", 300, 300), header=HEADER)
    assert only(acme)["reasons"][0] == "completeness_unknown"
    bill(acme, 1_000)
    found = only(acme)
    assert (found["result"], found["evidence"], found["reasons"][0]) == ("MISSED", "NOT_PROVEN", "log_incomplete")
    assert found["completeness"] == "0.6"
    bill(acme, 606)
    assert (only(acme)["completeness"], only(acme)["evidence"]) == ("0.990099", "PROVEN_BREACH")


@pytest.mark.parametrize(
    ("fractions", "reason"), [(("0.1", "0.5"), "mixed_sampling"), (("0.1", ""), "mixed_sampling"), (("1", ""), ""), (("0.1", "0.1"), "")]
)
def test_a_log_whose_parts_hold_different_shares_of_the_calls_proves_nothing(
    acme: CommandLine, fractions: tuple[str, str], reason: str
) -> None:
    acme.contract(contract_text(accuracy_clause()))
    rows = [
        f"{row},{fraction}"
        for prefix, fraction in zip("ab", fractions, strict=True)
        for row in labelled_rows("2026-02-10", 50, 100, prefix=prefix)
    ]
    acme.predictions(rows, header=HEADER + ",sampling_fraction")
    found = only(acme)
    assert (found["evidence"], reason in found["reasons"]) == ("NOT_PROVEN" if reason else "PROVEN_BREACH", bool(reason))


def test_a_measurement_less_precise_than_agreed_is_insufficient_data(acme: CommandLine) -> None:
    """With 200 calls at 80 % the interval is 11.6 points wide, with 2,000 it is 3.6; the parties agreed on 2 either way."""
    acme.contract(contract_text(accuracy_clause(tolerance='{amount: "0.02", kind: absolute, meaning: precision}')))
    acme.predictions(labelled_rows("2026-02-10", 160, 40), header=HEADER)
    found = only(acme)
    assert (found["result"], found["violated"], "imprecise" in found["reasons"]) == ("INSUFFICIENT_DATA", False, True)
    acme.predictions(labelled_rows("2026-02-11", 1_440, 360, prefix="more"), header=HEADER, name="more.csv")
    found = only(acme)
    assert (found["n"], found["result"], "imprecise" in found["reasons"]) == (2_000, "MISSED", False)


def test_calls_of_the_same_user_are_not_independent(acme: CommandLine) -> None:
    """14 of 60 users fail in every call. The calls alone would prove a breach, the users do not."""
    acme.contract(contract_text(accuracy_clause(cluster="cluster")))
    rows = [
        f"u{user}-{call},2026-02-10T12:00:00Z,{'no' if user < 14 else 'yes'},yes,user-{user}" for user in range(60) for call in range(10)
    ]
    acme.predictions(rows, header="prediction_id,occurred_at,prediction,actual,cluster")
    found = only(acme)
    assert (found["value"], found["evidence"]) == ("0.766667", "NOT_PROVEN")
    assert float(found["p_value"]) < 1e-3
    assert float(found["p_adjusted"]) > 0.05
    assert "clusters_by_key" in found["reasons"]


def test_an_audit_outranks_a_proxy_whatever_came_last(acme: CommandLine) -> None:
    rows = labelled_rows("2026-02-10", 100, 0)
    clauses = [accuracy_clause(label_sources="[audit, click]"), accuracy_clause(id="any")]
    acme.contract(contract_text(*clauses))
    acme.predictions([row.replace(",yes,100", ",,100") for row in rows], header=HEADER)
    header = "prediction_id,actual,source,observed_at"
    outcomes(acme, [f"p{number},yes,audit,2026-02-11T00:00:00Z" for number in range(100)], header, "audit.csv")
    outcomes(acme, [f"p{number},no,click,2026-02-20T00:00:00Z" for number in range(100)], header, "clicks.csv")
    ranked, alike = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-05")["clauses"]
    assert (ranked["value"], alike["value"]) == ("1", "0")


def test_announced_maintenance_counts_for_nobody_and_is_shown(acme: CommandLine) -> None:
    acme.contract(contract_text(UPTIME.format(more=", minimum_sample: 1")))
    hours = [("21", "ok", 40), ("22", "error", 20)]
    rows = [f"{hour}-{number},2026-02-10T{hour}:{number:02d}:00Z,{status}" for hour, status, count in hours for number in range(count)]
    acme.predictions(rows, header="prediction_id,occurred_at,status")
    assert (only(acme)["result"], only(acme)["excluded"]) == ("MISSED", {})
    span = ["--from", "2026-02-10T22:00:00Z", "--until", "2026-02-10T23:00:00Z"]
    acme.ok("maintenance", "add", "ocr", *span, "--announced", "2026-02-01")
    found = only(acme)
    assert (found["result"], found["n"], found["excluded"]) == ("MET", 40, {"maintenance": 20})


def test_maintenance_announced_when_it_had_begun_excludes_nothing(acme: CommandLine) -> None:
    acme.contract(contract_text(UPTIME.format(more=", minimum_sample: 1")))
    acme.predictions(["a,2026-02-10T22:00:00Z,error"], header="prediction_id,occurred_at,status")
    span = ["--from", "2026-02-10T22:00:00Z", "--until", "2026-02-10T23:00:00Z"]
    acme.ok("maintenance", "add", "ocr", *span, "--announced", "2026-02-10T22:00:00Z")
    assert (only(acme)["result"], only(acme)["excluded"]) == ("MISSED", {})

"""How we count: a contract's clause over a period, from the customer's own log."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows

CREDIT = {"persistence": "2", "credit": '{percent_of_monthly_fee: "5"}'}


def only(document: dict) -> dict:
    """The single clause of an evaluation."""
    (clause,) = document["clauses"]
    return clause


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    return cli


def test_ninety_nine_labelled_calls_are_too_few_and_a_hundred_are_judged(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(labelled_rows("2026-01-15", 50, 49), header=HEADER)
    assert only(acme.evaluate("acme-2026", "2026-Q1"))["result"] == "INSUFFICIENT_DATA"

    acme.predictions(labelled_rows("2026-01-16", 0, 1, prefix="q"), header=HEADER, name="more.csv")
    clause = only(acme.evaluate("acme-2026", "2026-Q1"))
    assert (clause["n"], clause["result"], clause["evidence"]) == (100, "MISSED", "PROVEN_BREACH")


def test_exactly_at_the_limit_is_met(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(labelled_rows("2026-01-15", 83, 17), header=HEADER)
    clause = only(acme.evaluate("acme-2026", "2026-Q1"))
    assert (clause["limit"], clause["value"], clause["result"], clause["violated"]) == ("0.83", "0.83", "MET", False)


def test_a_miss_within_chance_counts_under_point_and_not_under_proven(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(), accuracy_clause(id="proven", rule="proven")))
    acme.predictions(labelled_rows("2026-01-15", 82, 18), header=HEADER)
    point, proven = acme.evaluate("acme-2026", "2026-Q1")["clauses"]
    assert (point["result"], point["evidence"], point["violated"]) == ("MISSED", "NOT_PROVEN", True)
    assert (proven["result"], proven["evidence"], proven["violated"]) == ("MISSED", "NOT_PROVEN", False)


def test_the_second_violated_quarter_is_persistent_and_costs_five_percent_of_one_monthly_fee(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(**CREDIT)))
    acme.predictions(labelled_rows("2026-02-10", 50, 50, prefix="a"), header=HEADER)
    acme.predictions(labelled_rows("2026-05-10", 50, 50, prefix="b"), header=HEADER, name="b.csv")
    first = only(acme.evaluate("acme-2026", "2026-Q1"))
    second = acme.evaluate("acme-2026", "2026-Q2")
    assert (first["consecutive"], first["persistent"], first["credit"]) == (1, False, None)
    clause = only(second)
    assert (clause["consecutive"], clause["persistent"]) == (2, True)
    assert clause["credit"] == {"amount": "600.00", "currency": "EUR"}
    assert second["credits_total"] == {"amount": "600.00", "currency": "EUR"}


def test_each_violated_clause_earns_its_own_credit(acme: CommandLine) -> None:
    latency = "  - {id: p95, kind: performance, metric: latency_p95, at_most: 50, period: quarter, credit: {percent_of_monthly_fee: 5}}"
    acme.contract(contract_text(accuracy_clause(credit="{percent_of_monthly_fee: 5}"), latency))
    acme.predictions(labelled_rows("2026-02-10", 50, 50), header=HEADER)
    document = acme.evaluate("acme-2026", "2026-Q1")
    assert [clause["credit"]["amount"] for clause in document["clauses"]] == ["600.00", "600.00"]
    assert document["credits_total"]["amount"] == "1200.00"


@pytest.mark.parametrize(
    ("policy", "consecutive", "credit"), [("breaks", 1, None), ("bridges", 2, {"amount": "600.00", "currency": "EUR"})]
)
def test_an_empty_quarter_between_breaks_the_run_or_bridges_it(
    acme: CommandLine, policy: str, consecutive: int, credit: dict | None
) -> None:
    acme.contract(contract_text(accuracy_clause(insufficient_period=policy, **CREDIT)))
    acme.predictions(labelled_rows("2026-02-10", 50, 50, prefix="a"), header=HEADER)
    acme.predictions(labelled_rows("2026-08-10", 50, 50, prefix="b"), header=HEADER, name="b.csv")
    empty = only(acme.evaluate("acme-2026", "2026-Q2"))
    assert (empty["result"], empty["value"], empty["credit"]) == ("INSUFFICIENT_DATA", None, None)
    third = only(acme.evaluate("acme-2026", "2026-Q3"))
    assert (third["consecutive"], third["credit"]) == (consecutive, credit)


def test_where_filters_by_version_and_by_segment(acme: CommandLine) -> None:
    acme.contract(
        contract_text(
            accuracy_clause(id="eu", where="{segment.region: EU}"),
            accuracy_clause(id="either", where="{segment.region: [EU, US]}"),
            accuracy_clause(id="v2-eu", where="{segment.region: EU, model_version: v2}"),
            accuracy_clause(id="nowhere", where="{segment.language: de}"),
        )
    )
    rows = [
        f"{region}{version}{n},2026-01-10T00:00:00Z,yes,yes,1,{version},{region}"
        for region in ("EU", "US", "")
        for version in ("v1", "v2")
        for n in range(5)
    ]
    acme.predictions(rows, header=HEADER + ",segment.region")
    counts = {clause["id"]: clause["n"] for clause in acme.evaluate("acme-2026", "2026-Q1")["clauses"]}
    assert counts == {"eu": 10, "either": 20, "v2-eu": 5, "nowhere": 0}


def test_a_running_period_is_not_stored_and_proves_nothing(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(labelled_rows("2026-02-10", 0, 300), header=HEADER)
    running = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-03-01")
    assert running["period"]["closed"] is False
    assert only(running)["evidence"] == "NOT_PROVEN"
    assert acme.ok("violation", "list", "--json").json == []
    closed = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-04-01")
    assert (closed["period"]["closed"], only(closed)["evidence"]) == (True, "PROVEN_BREACH")
    assert [entry["subject"] for entry in acme.ok("violation", "list", "--json").json] == ["2026-Q1"]


def test_evaluating_twice_gives_the_same_verdict_and_opens_one_violation(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(labelled_rows("2026-02-10", 0, 300), header=HEADER)
    first = acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01")
    assert acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01") == first
    assert len(acme.ok("violation", "list", "--json").json) == 1


def test_late_labels_make_a_dated_revision_beside_the_first_verdict(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(labelled_rows("2026-02-10", 90, 10), header=HEADER)
    before = only(acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-05-01"))
    acme.predictions(labelled_rows("2026-02-11", 0, 100, prefix="late"), header=HEADER, name="late.csv")
    after = only(acme.evaluate("acme-2026", "2026-Q1", "--at", "2026-06-01"))
    assert (before["result"], before["revision"], before["value"]) == ("MET", 0, "0.9")
    assert (after["result"], after["revision"], after["value"]) == ("MISSED", 1, "0.45")
    actions = [entry["action"] for entry in acme.ok("audit", "list", "--json").json if entry["noun"] == "verdict"]
    assert actions == ["verdict.stored", "verdict.revised"]


def test_unlabelled_calls_that_could_turn_the_verdict_leave_it_unproven(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    unlabelled = [row.replace(",yes,100", ",,100").replace(",no,yes", ",no,") for row in labelled_rows("2026-02-10", 700, 0, prefix="u")]
    acme.predictions([*labelled_rows("2026-02-10", 100, 100), *unlabelled], header=HEADER)
    clause = only(acme.evaluate("acme-2026", "2026-Q1"))
    assert (clause["labelled"], clause["value"], clause["result"]) == (200, "0.5", "MISSED")
    assert (clause["evidence"], clause["bounds"][0]) == ("NOT_PROVEN", "0.111111")
    assert "unlabelled" in clause["reasons"]


def test_what_the_customer_caused_is_excluded_and_shown(acme: CommandLine) -> None:
    uptime = '  - {id: uptime, kind: performance, metric: uptime, at_least: "0.9", period: quarter, minimum_sample: 1}'
    acme.contract(contract_text(uptime))
    rows = [
        "1,2026-01-01T00:00:00Z,ok,",
        "2,2026-01-01T00:00:00Z,error,",
        "3,2026-01-01T00:00:00Z,timeout,",
        "4,2026-01-01T00:00:00Z,client_error,",
        "5,2026-01-01T00:00:00Z,client_error,vendor",
        "6,2026-01-01T00:00:00Z,rate_limited,",
        "7,2026-01-01T00:00:00Z,rate_limited,vendor",
        "8,2026-01-01T00:00:00Z,cancelled,",
        "9,2026-01-01T00:00:00Z,error,customer",
    ]
    acme.predictions(rows, header="prediction_id,occurred_at,status,fault")
    clause = only(acme.evaluate("acme-2026", "2026-Q1"))
    assert (clause["n"], clause["value"]) == (5, "0.2")
    assert clause["excluded"] == {"cancelled": 1, "customer_fault": 1, "client_error": 1, "rate_limited": 1}


def test_the_percentile_is_the_smallest_latency_that_enough_calls_do_not_exceed(acme: CommandLine) -> None:
    p95 = '  - {id: p95, kind: performance, metric: latency_p95, at_most: "95", period: quarter}'
    acme.contract(contract_text(p95))
    rows = [f"{ms},2026-01-01T00:00:00Z,{ms},ok" for ms in range(1, 101)] + ["failed,2026-01-01T00:00:00Z,0,error"]
    acme.predictions(rows, header="prediction_id,occurred_at,latency_ms,status")
    clause = only(acme.evaluate("acme-2026", "2026-Q1"))
    assert (clause["n"], clause["value"], clause["result"], clause["unit"]) == (100, "95", "MET", "ms")


def test_quarters_are_cut_at_midnight_of_the_contracts_zone(acme: CommandLine) -> None:
    uptime = '  - {id: uptime, kind: performance, metric: uptime, at_least: "0.9", period: quarter, minimum_sample: 1}'
    acme.contract(contract_text(uptime, zone="Europe/Berlin"))
    rows = ["last,2026-03-31T21:59:59Z", "first,2026-03-31T22:00:00Z"]
    acme.predictions(rows, header="prediction_id,occurred_at")
    document = acme.evaluate("acme-2026", "2026-Q1")
    assert only(document)["n"] == 1
    assert document["period"]["end"] == "2026-04-01T00:00:00+02:00"


def test_clauses_of_another_period_length_are_left_out(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(), accuracy_clause(id="monthly", period="month")))
    assert [clause["id"] for clause in acme.evaluate("acme-2026", "2026-02")["clauses"]] == ["monthly"]


def test_the_status_joins_the_clauses(acme: CommandLine) -> None:
    p95 = '  - {id: p95, kind: performance, metric: latency_p95, at_most: "200", period: quarter}'
    acme.contract(contract_text(accuracy_clause(), p95))
    assert acme.evaluate("acme-2026", "2026-Q1")["status"] == "INSUFFICIENT_DATA"
    rows = [f"n{n},2026-01-01T00:00:00Z,100" for n in range(100)]
    acme.predictions(rows, header="prediction_id,occurred_at,latency_ms")
    assert acme.evaluate("acme-2026", "2026-Q1")["status"] == "PARTIAL"
    acme.predictions(labelled_rows("2026-01-15", 100, 0), header=HEADER, name="good.csv")
    assert acme.evaluate("acme-2026", "2026-Q1")["status"] == "COMPLIANT"


def test_an_unannounced_material_change_is_found_and_a_notice_in_time_clears_it(acme: CommandLine) -> None:
    notice = "  - {id: change-notice, kind: change_notice, notice_days: 60}"
    acme.contract(contract_text(accuracy_clause(), notice))
    acme.predictions(labelled_rows("2026-01-15", 300, 0), header=HEADER)
    acme.predictions(labelled_rows("2026-05-20", 150, 150, prefix="b", version="v2"), header=HEADER, name="b.csv")
    (change,) = acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-06-01")["changes"]
    assert (change["before"], change["after"], change["first_seen"][:10]) == ("v1", "v2", "2026-05-20")
    assert (change["unannounced"], change["material"], change["violated"]) == (True, True, True)

    acme.ok("notice", "add", "--component", "ocr", "--version", "v2", "--received", "2026-03-01")
    (change,) = acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-06-01")["changes"]
    assert (change["days_notice"], change["unannounced"], change["violated"]) == (80, False, False)


def test_a_month_without_data_yields_a_report_that_says_so(acme: CommandLine, tmp_path: Path) -> None:
    acme.contract(contract_text(accuracy_clause()))
    built = acme.ok("report", "build", "--vendor", "Acme AI", "--month", "2026-02", "--to", tmp_path / "out", "--json").json
    endings = {Path(file["path"]).suffix for file in built["files"]}
    assert endings == {".html", ".json", ".pdf", ".xlsx"}
    text = (tmp_path / "out" / "acme-ai-2026-02.html").read_text()
    assert "No call of ocr was logged in 2026-02. That is no good news and no bad news." in text


def test_amounts_keep_the_currencys_digits(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(credit='{percent_of_monthly_fee: "3.333"}')))
    acme.predictions(labelled_rows("2026-02-10", 0, 100), header=HEADER)
    amount = only(acme.evaluate("acme-2026", "2026-Q1"))["credit"]["amount"]
    assert (amount, Decimal(amount)) == ("399.96", Decimal("399.96"))


def test_people_are_told_why_nothing_is_proven(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    acme.predictions(labelled_rows("2026-01-15", 84, 16), header=HEADER)
    said = acme.ok("sla", "evaluate", "--contract", "acme-2026", "--period", "2026-Q1").out
    assert "NOT_PROVEN" in said
    assert "significant)" in said
    wrong_length = acme.ok("sla", "evaluate", "--contract", "acme-2026", "--period", "2026-01").out
    assert "No clause of acme-2026 is judged by the month." in wrong_length


def test_time_outs_alone_are_no_sample_of_response_times(acme: CommandLine) -> None:
    p95 = '  - {id: p95, kind: performance, metric: latency_p95, at_most: "200", period: quarter}'
    acme.contract(contract_text(p95))
    rows = [f"t{n},2026-01-01T00:00:00Z,,timeout" for n in range(150)] + [f"a{n},2026-01-01T00:00:00Z,50,ok" for n in range(99)]
    acme.predictions(rows, header="prediction_id,occurred_at,latency_ms,status")
    assert only(acme.evaluate("acme-2026", "2026-Q1"))["result"] == "INSUFFICIENT_DATA"
    acme.predictions(["one-more,2026-01-01T00:00:00Z,50,ok"], header="prediction_id,occurred_at,latency_ms,status", name="more.csv")
    clause = only(acme.evaluate("acme-2026", "2026-Q1"))
    assert (clause["n"], clause["result"], clause["evidence"]) == (250, "MET", "NOT_PROVEN")

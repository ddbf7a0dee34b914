"""The demo walks the whole way: real services, real calls, our own server, and verdicts that follow from them alone."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from vendor_ai.demo.folder import clean_folder
from vendor_ai.demo.plan import plan_quarter
from vendor_ai.demo.schedule import call_times, weekdays
from vendor_ai.demo.vendor import CLEARWATER, HARBOUR, NORTHWIND, QUARTERS, TIME_ZONE, DemoVendor
from vendor_ai.domain.errors import ConflictError, InvalidInputError

SIZE = 0.2  # 240 calls a quarter to Northwind, 400 to Clearwater, 120 to Harbour
CALLS = {"digit-reader": 240, "report-triage": 400, "lot-sorter": 120}

# As the two sample logs were written: only names that end with a service's own, cut at a dot.
SIGHTED = {"chatgpt": 33, "github-copilot": 17, "deepl": 12, "claude": 11, "perplexity": 8, "grammarly": 7, "otter": 5, "elevenlabs": 4}


def run(*arguments: str, home: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """The command line in a process of its own, with settings of the installation that the demo must not touch."""
    trap = {"VENDOR_AI_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none", "VENDOR_AI_PREDICTION_STORE": "/nowhere"}
    settings = {**trap, "PYTHONPATH": str(ROOT)} if home is None else {"VENDOR_AI_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "vendor_ai", *arguments]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "played"


@pytest.fixture(scope="module")
def told(folder: Path) -> Mapping[str, Any]:
    """What a shortened demo found out."""
    done = run("demo", "--to", str(folder), "--size", str(SIZE), "--json")
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found


def of(told: Mapping[str, Any], vendor: DemoVendor) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(entry for entry in told["vendors"] if entry["vendor"] == vendor.vendor)
    return found


def clause(told: Mapping[str, Any], vendor: DemoVendor, quarter: int, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(entry for entry in of(told, vendor)["evaluations"][quarter]["clauses"] if entry["id"] == name)
    return found


def test_northwind_keeps_its_accuracy_in_the_second_quarter_and_breaks_it_in_the_third(told: Mapping[str, Any]) -> None:
    before, after = (clause(told, NORTHWIND, quarter, "accuracy") for quarter in (0, 1))
    assert (before["result"], before["evidence"], before["n"]) == ("MET", "PROVEN_COMPLIANT", 240)
    assert (after["result"], after["evidence"], after["n"]) == ("MISSED", "PROVEN_BREACH", 240)
    assert (after["consecutive"], after["persistent"], after["credit"]) == (1, False, None)
    assert [entry["status"] for entry in of(told, NORTHWIND)["evaluations"]] == ["COMPLIANT", "VIOLATED"]


@pytest.mark.parametrize("vendor", [NORTHWIND, CLEARWATER], ids=lambda vendor: vendor.component)
def test_the_accuracy_reported_is_that_of_the_models_on_the_inputs_sent(told: Mapping[str, Any], vendor: DemoVendor) -> None:
    task = vendor.task()
    models = [deployment.model().fit(*task.learn) for deployment in vendor.deployments]
    for number, quarter in enumerate(QUARTERS):
        plan = plan_quarter(vendor, quarter, task.cases(), CALLS[vendor.component])
        right = sum(task.answer(models[call.deployment], call.case.payload) == call.case.actual for call in plan)
        measured = clause(told, vendor, number, "accuracy")
        assert measured["n"] == measured["labelled"] == len(plan)
        assert round(Fraction(measured["value"]) * len(plan)) == right


def test_the_silent_change_is_found_with_both_versions_and_its_effect(told: Mapping[str, Any]) -> None:
    (change,) = of(told, NORTHWIND)["changes"]
    assert (change["before"], change["after"]) == ("digit-reader-2026.1", "digit-reader-2026.2")
    assert datetime.fromisoformat(change["first_seen"]).date() == date(2026, 7, 20)
    assert (change["unannounced"], change["material"], change["violated"], change["notice"]) == (True, True, True, None)
    compared = change["comparison"]
    assert Decimal(compared["after"]["accuracy"]) < Decimal(compared["before"]["accuracy"])
    assert Decimal(compared["after"]["latency_p50_ms"]) < Decimal(compared["before"]["latency_p50_ms"])
    assert compared["recommendation"] == "ROLLBACK_IMMEDIATELY"
    assert compared["paired"] is not None


def test_clearwater_is_approved_keeps_every_promise_and_announced_its_change(told: Mapping[str, Any]) -> None:
    found = of(told, CLEARWATER)
    assert found["score"]["recommendation"] == "APPROVED"
    assert found["score"]["complete"]
    for evaluation in found["evaluations"]:
        assert evaluation["status"] == "COMPLIANT"
        assert {entry["result"] for entry in evaluation["clauses"]} == {"MET"}
    (change,) = found["changes"]
    # From 25 May to 3 August are 6 + 30 + 31 + 3 days.
    assert (change["days_notice"], change["unannounced"], change["violated"]) == (70, False, False)


def test_harbour_is_slow_twice_in_a_row_and_owes_exactly_five_percent_of_a_monthly_fee(told: Mapping[str, Any]) -> None:
    first, second = (clause(told, HARBOUR, quarter, "latency-p95") for quarter in (0, 1))
    assert (first["result"], first["consecutive"], first["credit"]) == ("MISSED", 1, None)
    assert (second["result"], second["consecutive"], second["persistent"]) == ("MISSED", 2, True)
    assert second["credit"] == {"amount": "420.00", "currency": "EUR"}  # 5 % of 8,400.00
    assert of(told, HARBOUR)["evaluations"][1]["credits_total"] == {"amount": "420.00", "currency": "EUR"}


def test_harbours_overload_is_counted_from_its_files_and_is_no_credit_yet(told: Mapping[str, Any]) -> None:
    # Every 40th call fails in the third quarter: of numbers 121 to 240 these are 160, 200 and 240.
    before, after = (clause(told, HARBOUR, quarter, "uptime") for quarter in (0, 1))
    assert (before["result"], before["value"]) == ("MET", "1")
    assert (after["result"], after["n"], Fraction(after["value"])) == ("MISSED", 120, Fraction(117, 120))
    assert (after["consecutive"], after["credit"]) == (1, None)


def test_too_few_labels_are_no_verdict(told: Mapping[str, Any]) -> None:
    for quarter in (0, 1):
        accuracy = clause(told, HARBOUR, quarter, "accuracy")
        assert (accuracy["result"], accuracy["violated"]) == ("INSUFFICIENT_DATA", False)
        assert accuracy["n"] <= 60


def test_recommendations_differ_as_the_answers_do(told: Mapping[str, Any]) -> None:
    found = {entry["vendor"]: entry["score"]["recommendation"] for entry in told["vendors"]}
    assert found == {
        "northwind-vision": "APPROVED_WITH_CONDITIONS",
        "clearwater-text": "APPROVED",
        "harbour-crm": "REQUIRES_REMEDIATION",
    }


def test_shadow_findings_are_those_of_the_sample_logs_and_no_look_alike(told: Mapping[str, Any]) -> None:
    findings = told["shadow"]["findings"]
    assert {finding["service"]: finding["calls"] for finding in findings} == SIGHTED
    assert {file["name"]: file["skipped"] for file in told["shadow"]["files"]} == {"squid-access.log": 0, "zeek-dns.log": 0}
    without = [finding["service"] for finding in findings if not finding["alternatives"]]
    assert without == ["elevenlabs"]


def test_the_report_lies_where_the_demo_says(told: Mapping[str, Any], folder: Path) -> None:
    files = [Path(file["path"]) for report in told["reports"] for file in report["files"]]
    assert sorted({path.suffix for path in files}) == [".html", ".json", ".pdf", ".xlsx"]
    assert all(path.stat().st_size and folder in path.parents for path in files)


def test_everything_lies_in_the_folder_and_can_be_opened_again(told: Mapping[str, Any], folder: Path) -> None:
    home = folder / "home"
    assert told["home"] == str(home)
    assert run("audit", "verify", home=home).returncode == 0
    listed = json.loads(run("violation", "list", "--json", home=home).stdout)
    broken = {(entry["clause"], entry["component"], entry["subject"]) for entry in listed}
    assert broken == {
        ("accuracy", "digit-reader", "2026-Q3"),
        ("change-notice", "digit-reader", "version:digit-reader-2026.2"),
        ("latency-p95", "lot-sorter", "2026-Q2"),
        ("latency-p95", "lot-sorter", "2026-Q3"),
        ("uptime", "lot-sorter", "2026-Q3"),
    }
    assert not list((folder / "spool").rglob("*.ndjson"))


def test_a_folder_with_something_else_in_it_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    refused = run("demo", "--to", str(tmp_path))
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "is not empty and no demo made it" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(InvalidInputError, match="is a file"):
        clean_folder(tmp_path / "demo")


def test_running_again_removes_what_the_demo_made_and_nothing_else(tmp_path: Path) -> None:
    made = clean_folder(tmp_path / "demo")
    (made.home / "vendor-ai.db").write_text("old")
    (made.root / "notes.txt").write_text("mine")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").write_text("mine")
    made.spool.rmdir()
    made.spool.symlink_to(elsewhere)
    again = clean_folder(tmp_path / "demo")
    assert not list(again.home.iterdir())
    assert (again.root / "notes.txt").read_text() == (elsewhere / "kept.txt").read_text() == "mine"
    assert not again.spool.is_symlink()


def test_a_folder_only_the_demo_marked_is_used_again(tmp_path: Path) -> None:
    clean_folder(tmp_path)
    with pytest.raises(ConflictError, match="Name another folder"):
        (tmp_path / ".vendor-ai-demo").unlink()
        clean_folder(tmp_path)


def test_calls_fall_on_weekdays_in_office_hours_in_order() -> None:
    second, third = QUARTERS
    assert len(weekdays(second.first, second.end)) == 65
    assert len(weekdays(third.first, third.end)) == 66
    times = call_times(third.first, third.end, 1_000, time_zone=TIME_ZONE)
    assert times == sorted(times)
    assert {at.weekday() for at in times} == {0, 1, 2, 3, 4}
    assert all(8 <= at.hour < 18 for at in times)
    assert len({at.date() for at in times}) == 66


def test_a_plan_is_the_same_every_time_and_asks_everything_once_before_anything_twice() -> None:
    cases = NORTHWIND.task().cases()
    plan = plan_quarter(NORTHWIND, QUARTERS[0], cases, len(cases))
    assert plan == plan_quarter(NORTHWIND, QUARTERS[0], cases, len(cases))
    assert sorted(map(id, (call.case for call in plan))) == sorted(map(id, cases))
    assert {call.deployment for call in plan} == {0}
    assert all(call.labelled_at is not None and 2 <= (call.labelled_at - call.at).days <= 9 for call in plan)
    changed = [call.deployment for call in plan_quarter(NORTHWIND, QUARTERS[1], cases, 660)]
    assert changed == sorted(changed)
    assert changed.count(0) == 13 * 10  # weekdays from 1 to 19 July, ten calls each

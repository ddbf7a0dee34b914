"""The daily alarm of running periods."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlmodel import col, select

from tests.factories.command_line import CommandLine, accuracy_clause, contract_text
from vendor_ai.db.risk_day import RiskDayRow
from vendor_ai.db.signal import signals
from vendor_ai.inference.sequential import log_e_process
from vendor_ai.jobs.scheduler import run_job
from vendor_ai.services.at_risk import Alarm, watch
from vendor_ai.services.standing import standing
from vendor_ai.wiring import open_app

HEADER = "prediction_id,occurred_at,prediction,actual,latency_ms,status"
FIRST = date(2026, 7, 1)


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    return cli


def day(number: int, right: int, wrong: int, *, open_calls: int = 0, latency: int = 100) -> list[str]:
    """The calls of one day of July, from the first on."""
    labels = ["yes"] * right + ["no"] * wrong + [""] * open_calls
    at = FIRST + timedelta(days=number)
    return [f"{number}-{index},{at}T{index % 24:02d}:00:00Z,yes,{label},{latency},ok" for index, label in enumerate(labels)]


def load(cli: CommandLine, *days: list[str], name: str = "log.csv") -> None:
    cli.predictions([row for rows in days for row in rows], header=HEADER, name=name)


def look(cli: CommandLine, moment: str) -> list[Alarm]:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return watch(open_app(cli.home).at(at).log, "acme-2026", at=at)


def taken(cli: CommandLine) -> list[tuple[str, int, int]]:
    with open_app(cli.home).records.read() as session:
        rows = session.exec(select(RiskDayRow).order_by(col(RiskDayRow.clause), col(RiskDayRow.day)))
        return [(row.day, row.hits, row.trials) for row in rows]


def evidence(cli: CommandLine, moment: str) -> tuple[str, str]:
    (clause,) = cli.evaluate("acme-2026", "2026-Q3", "--at", moment)["clauses"]
    return clause["evidence"], clause["reasons"][0]


def test_days_far_below_the_floor_raise_one_alarm_by_the_process_over_days(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 6, 4) for number in range(20)))
    (alarm,) = look(acme, "2026-07-21T12:00:00")
    log_e = log_e_process(np.full(20, 0.6), 0.83, is_floor=True)
    first = int(np.argmax(log_e >= np.log(20)))
    assert (alarm.clause, alarm.component, alarm.period, alarm.days) == ("accuracy", "ocr", "2026-Q3", first + 1)
    assert alarm.day == (FIRST + timedelta(days=first)).isoformat()
    assert alarm.log_e == pytest.approx(log_e[first])
    assert look(acme, "2026-07-22T12:00:00") == []
    with open_app(acme.home).records.read() as session:
        (signal,) = signals(session, kind="at_risk")
    assert (signal.subject, signal.severity) == ("acme-2026/accuracy/2026-Q3", "high")
    assert "A hint to look, not a claim" in signal.text


def test_a_vendor_at_the_floor_raises_none(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 83, 17) for number in range(10)))
    assert look(acme, "2026-07-11T12:00:00") == []
    assert taken(acme) == [((FIRST + timedelta(days=number)).isoformat(), 83, 100) for number in range(10)]


def test_the_running_clause_is_at_risk_while_the_alarm_stands_and_the_closed_period_is_not(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 6, 4) for number in range(20)))
    assert evidence(acme, "2026-07-21T12:00:00Z") == ("NOT_PROVEN", "running_period")
    look(acme, "2026-07-21T12:00:00")
    assert evidence(acme, "2026-07-21T12:00:00Z") == ("AT_RISK", "running_period")
    shown = acme.ok("sla", "evaluate", "--contract", "acme-2026", "--period", "2026-Q3", "--at", "2026-07-21T12:00:00Z").out
    assert "AT_RISK" in shown
    assert evidence(acme, "2026-10-05")[0] != "AT_RISK"


@pytest.mark.parametrize("amended", [{"at_least": '"0.5"'}, {"where": "{segment.region: [EU]}"}, {"metric": "uptime"}])
def test_an_amended_clause_does_not_keep_the_alarm_of_the_old_one(acme: CommandLine, amended: dict[str, str]) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 6, 4) for number in range(20)))
    look(acme, "2026-07-21T12:00:00")
    assert evidence(acme, "2026-07-21T12:00:00") == ("AT_RISK", "running_period")
    acme.contract(contract_text(accuracy_clause(**amended)))
    assert evidence(acme, "2026-07-21T12:00:00")[0] == "NOT_PROVEN"
    assert look(acme, "2026-07-22T12:00:00") == []
    assert evidence(acme, "2026-07-22T12:00:00")[0] == "NOT_PROVEN"
    # 60 % of each day lie below 98 % as they lie below 83 %: the days taken in are weighed by today's limit.
    acme.contract(contract_text(accuracy_clause(at_least='"0.98"')))
    assert evidence(acme, "2026-07-22T12:00:00")[0] == "AT_RISK"


def test_pages_show_the_running_clause_at_risk_too(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 6, 4) for number in range(20)))
    look(acme, "2026-07-21T12:00:00")
    found = standing(open_app(acme.home).at(datetime(2026, 7, 21, 12, tzinfo=UTC)).log, "acme-2026")
    assert [clause.measurement.evidence for entry in found.running for clause in entry.clauses] == ["AT_RISK"]


def test_a_day_enters_when_it_is_over_and_its_rows_have_settled(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, day(0, 9, 1), day(1, 9, 1))
    look(acme, "2026-07-02T05:59:59")
    assert taken(acme) == []
    look(acme, "2026-07-02T06:00:00")
    assert taken(acme) == [("2026-07-01", 9, 10)]


def test_days_are_local_to_the_contract(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(), zone="America/New_York"))
    load(acme, day(1, 9, 1))  # from 20:00 to 05:00 of New York's clock, on two days
    look(acme, "2026-07-03T09:59:59")
    assert taken(acme) == [("2026-07-01", 4, 4)]
    look(acme, "2026-07-03T10:00:00")
    assert taken(acme) == [("2026-07-01", 4, 4), ("2026-07-02", 5, 6)]


def test_a_day_with_calls_left_to_label_holds_back_the_days_after_it(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, day(0, 9, 1), day(1, 2, 4, open_calls=4), day(2, 9, 1))
    look(acme, "2026-07-20T12:00:00")
    assert taken(acme) == [("2026-07-01", 9, 10)]


def test_past_the_maturity_window_a_day_enters_with_the_labels_it_has(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause(maturity_days="10")))
    load(acme, day(0, 9, 1), day(1, 2, 4, open_calls=4), day(2, 9, 1))
    look(acme, "2026-07-12T23:59:59")
    assert taken(acme) == [("2026-07-01", 9, 10)]
    look(acme, "2026-07-13T00:00:00")
    assert taken(acme) == [("2026-07-01", 9, 10), ("2026-07-02", 2, 6), ("2026-07-03", 9, 10)]


def test_what_has_entered_is_never_restated(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, day(0, 9, 1))
    look(acme, "2026-07-02T12:00:00")
    load(acme, [row.replace("0-", "late-", 1) for row in day(0, 0, 50)], name="late.csv")
    load(acme, day(1, 8, 2), name="next.csv")
    look(acme, "2026-07-03T12:00:00")
    assert taken(acme) == [("2026-07-01", 9, 10), ("2026-07-02", 8, 2 + 8)]


def test_a_day_without_calls_changes_nothing_and_stops_nothing(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, day(0, 6, 4), day(2, 6, 4))
    look(acme, "2026-07-04T12:00:00")
    with open_app(acme.home).records.read() as session:
        rows = session.exec(select(RiskDayRow).order_by(col(RiskDayRow.day))).all()
    assert [(row.day, row.trials) for row in rows] == [("2026-07-01", 10), ("2026-07-02", 0), ("2026-07-03", 10)]
    expected = log_e_process([0.6, 0.6], 0.83, is_floor=True)
    assert [row.log_e for row in rows] == pytest.approx([expected[0], expected[0], expected[1]])


def test_days_after_the_last_one_with_calls_wait_for_what_may_still_be_imported(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, day(0, 9, 1))
    look(acme, "2026-07-10T12:00:00")
    assert taken(acme) == [("2026-07-01", 9, 10)]
    load(acme, day(1, 6, 4), name="next.csv")
    look(acme, "2026-07-11T12:00:00")
    assert taken(acme) == [("2026-07-01", 9, 10), ("2026-07-02", 6, 10)]


def test_a_percentile_is_watched_as_the_share_of_slow_calls(acme: CommandLine) -> None:
    acme.contract(contract_text('  - {id: p95, kind: performance, metric: latency_p95, at_most: "200", period: quarter}'))
    load(acme, *(day(number, 10, 0, latency=900 if number % 2 else 100) for number in range(12)))
    (alarm,) = look(acme, "2026-07-13T12:00:00")
    assert (alarm.clause, taken(acme)[:2]) == ("p95", [("2026-07-01", 0, 10), ("2026-07-02", 10, 10)])


def test_only_a_running_period_is_watched(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 6, 4) for number in range(20)))
    assert look(acme, "2026-10-05T12:00:00") == []
    assert taken(acme) == []


def test_the_job_looks_once_a_day_at_each_running_contract(acme: CommandLine) -> None:
    acme.contract(contract_text(accuracy_clause()))
    load(acme, *(day(number, 6, 4) for number in range(20)))

    def run(moment: str) -> list[tuple[str, str]]:
        at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        return [(entry.period, entry.message) for entry in run_job(open_app(acme.home).at(at), "at_risk")]

    assert run("2026-07-21T05:00:00") == [("acme-2026/2026-07-21", "new alarms: 1")]
    assert run("2026-07-21T05:30:00") == []
    assert run("2026-07-21T06:00:01") == [("acme-2026/2026-07-22", "new alarms: 0")]
    assert run("2027-03-01T12:00:00") == []

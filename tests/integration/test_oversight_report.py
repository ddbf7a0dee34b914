"""How often people overrule the AI, from reviews made here and decisions brought in."""

from typing import Any

import pytest

from tests.factories.command_line import CommandLine

HEADER = "prediction_id,occurred_at,prediction,confidence,model_version"
AT = "2026-07-21T06:00:00+00:00"


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.home.parent.joinpath("inventory.csv").write_text(
        "vendor,component,decision_type,status\nAcme AI,OCR,automated,in_use\nAcme AI,Quiet,,in_use\n"
    )
    cli.ok("inventory", "import", cli.home.parent / "inventory.csv")
    return cli


def calls(day: str, number: int, *, confidence: str = "0.9") -> list[str]:
    return [f"{day}-{n},{day}T{n % 24:02d}:00:00Z,yes,{confidence},v1" for n in range(number)]


def decide(cli: CommandLine, *decisions: tuple[str, str, str]) -> None:
    """Bring in decisions as (prediction, what the person decided, reviewer)."""
    path = cli.home.parent / "decisions.csv"
    lines = [f"{call},{actual},human_decision,{who},{call[:10]}T23:30:00Z" for call, actual, who in decisions]
    path.write_text("\n".join(["prediction_id,actual,source,reviewer,observed_at", *lines]) + "\n")
    cli.ok("outcome", "import", path, "--component", "ocr")


def report(cli: CommandLine, *options: str) -> Any:
    return cli.ok("oversight", "report", "ocr", "--at", AT, "--json", *options).json


def test_nobody_reviewed_is_not_good_news(acme: CommandLine) -> None:
    acme.predictions(calls("2026-07-10", 10), header=HEADER)
    assert report(acme)["overall"] == {"reviewed": 0, "overridden": 0, "rate": None}
    assert "nothing is known about human oversight" in acme.ok("oversight", "report", "ocr", "--at", AT).out


def test_reviewers_who_only_nod_are_warned_of(acme: CommandLine) -> None:
    """One of 120 reviews overruled: 0.83 %; of two reviewers with 60 each one never does."""
    acme.predictions(calls("2026-07-10", 120), header=HEADER)
    decide(acme, *((f"2026-07-10-{n}", "no" if n == 0 else "yes", "ann" if n % 2 else "bob") for n in range(120)))
    found = report(acme)
    assert (found["overall"]["reviewed"], found["overall"]["overridden"]) == (120, 1)
    assert found["warnings"] == ["overall_rate_low", "reviewers_seldom_override"]
    assert len(found["by_reviewer"]) == 2
    assert found["by_hour_utc"] == {"23": {"reviewed": 120, "overridden": 1, "rate": found["overall"]["rate"]}}


def test_busy_days_on_which_people_nod_are_warned_of(acme: CommandLine) -> None:
    """Quiet days: 6 of 20 overruled; busy days: 4 of 40, a third of that rate."""
    quiet, busy = ["2026-07-06", "2026-07-07"], ["2026-07-08", "2026-07-09"]
    acme.predictions([row for day in quiet for row in calls(day, 20)] + [row for day in busy for row in calls(day, 200)], header=HEADER)
    overruled = {**dict.fromkeys(quiet, 3), **dict.fromkeys(busy, 2)}
    reviewed = {**dict.fromkeys(quiet, 10), **dict.fromkeys(busy, 20)}
    decide(acme, *((f"{day}-{n}", "no" if n < overruled[day] else "yes", "ann") for day in reviewed for n in range(reviewed[day])))
    found = report(acme)
    assert (found["busy_days"]["rate"], found["quiet_days"]["rate"]) == ("0.1", "0.3")
    assert found["warnings"] == ["busy_days_waved_through"]


def test_few_reviews_warn_of_nothing(acme: CommandLine) -> None:
    acme.predictions(calls("2026-07-10", 49), header=HEADER)
    decide(acme, *((f"2026-07-10-{n}", "yes", "ann") for n in range(49)))
    assert (report(acme)["enough"], report(acme)["warnings"]) == (False, [])


def test_a_later_decision_of_a_person_replaces_the_earlier_one(acme: CommandLine) -> None:
    acme.predictions(calls("2026-07-10", 1), header=HEADER)
    decide(acme, ("2026-07-10-0", "no", "ann"))
    path = acme.home.parent / "later.csv"
    path.write_text("prediction_id,actual,source,reviewer,observed_at\n2026-07-10-0,yes,human_decision,ann,2026-07-11T10:00:00Z\n")
    acme.ok("outcome", "import", path, "--component", "ocr")
    assert report(acme)["overall"] == {"reviewed": 1, "overridden": 0, "rate": "0"}


def test_the_job_queues_calls_of_low_confidence_and_warns_once_a_month(acme: CommandLine) -> None:
    acme.predictions([*calls("2026-07-20", 3, confidence="0.5"), *calls("2026-07-10", 120)], header=HEADER)
    decide(acme, *((f"2026-07-10-{n}", "yes", "ann") for n in range(120)))
    acme.ok("job", "run", "oversight", "--at", AT)
    acme.ok("job", "run", "oversight", "--at", "2026-07-22T06:00:00+00:00")
    waiting = acme.ok("oversight", "list", "--component", "ocr", "--json").json
    assert {it["prediction_id"] for it in waiting if it["cause"] == "low_confidence"} == {"2026-07-20-0", "2026-07-20-1", "2026-07-20-2"}
    signals = acme.ok("signal", "list", "--kind", "oversight", "--json").json
    assert {it["subject"] for it in signals} == {"overall_rate_low@2026-07", "reviewers_seldom_override@2026-07"}


def test_components_that_decide_nothing_are_left_alone(acme: CommandLine) -> None:
    acme.predictions([row.replace("0.9", "0.1") for row in calls("2026-07-20", 3)], header=HEADER, component="quiet")
    acme.ok("job", "run", "oversight", "--at", AT)
    assert acme.ok("oversight", "list", "--json").json == []

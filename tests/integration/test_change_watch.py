"""A change nobody announced, found in the log itself; and the last seven days."""

from typing import Any

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.days import HEADER, day_rows

FIRST, DAYS = "2026-06-01", 60
LOOK = "2026-07-31T06:00:00+00:00"  # the day after the last one


def noisy(day: int, number: int) -> str:
    """Answers that vary from day to day around a quarter of "no"."""
    return "no" if (number * 7 + day * 13) % 20 < 5 + (day % 3 - 1) else "yes"


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("OCR")
    return cli


def look(cli: CommandLine, rows: list[str], *, at: str = LOOK) -> list[Any]:
    cli.predictions(rows, header=HEADER)
    cli.ok("job", "run", "change_watch", "--at", at)
    return list(cli.ok("signal", "list", "--kind", "change", "--json").json)


def test_a_component_that_stays_the_same_raises_nothing(acme: CommandLine) -> None:
    assert look(acme, day_rows(FIRST, DAYS, answer=noisy)) == []


def test_answers_that_change_behind_the_same_version_are_found_with_their_day(acme: CommandLine) -> None:
    changed = day_rows(FIRST, DAYS, answer=lambda day, number: "no" if day >= 30 and number < 12 else noisy(day, number))
    (only,) = look(acme, changed)
    assert only["figures"]["signal"] == "answers"
    assert only["figures"]["day"] == "2026-07-01"
    assert only["severity"] == "high"
    assert "the served version stayed the same, and no notice covers the day" in only["text"]
    assert "at most 5% of components without a change" in only["figures"]["false_alarms"]
    assert float(only["figures"]["after"]["no"]) > float(only["figures"]["before"]["no"]) + 0.3


def test_slower_answers_are_found_by_their_latency(acme: CommandLine) -> None:
    slower = day_rows(FIRST, DAYS, answer=noisy, latency=lambda day, number: (100 if day < 40 else 160) + (day * 5 + number * 3) % 13)
    (only,) = look(acme, slower)
    assert (only["figures"]["signal"], only["figures"]["day"]) == ("latency", "2026-07-11")
    assert float(only["figures"]["after"]["typical median in ms"]) == pytest.approx(166, abs=3)


def test_wrong_answers_are_found_once_their_labels_are_mature(acme: CommandLine) -> None:
    worse = day_rows(FIRST, DAYS, answer=noisy, right=lambda day, number: (number + day) % 10 != 0 and (day < 25 or number % 2 == 0))
    acme.predictions(worse, header=HEADER)
    acme.ok("job", "run", "change_watch", "--at", "2026-08-05T06:00:00+00:00")
    found = {it["figures"]["signal"]: it["figures"] for it in acme.ok("signal", "list", "--kind", "change", "--json").json}
    assert set(found) == {"correctness"}
    assert found["correctness"]["day"] == "2026-06-26"


def test_a_notice_for_the_day_leaves_no_signal(acme: CommandLine) -> None:
    acme.predictions(
        day_rows(FIRST, DAYS, answer=lambda day, number: "no" if day >= 30 and number < 12 else noisy(day, number)), header=HEADER
    )
    acme.ok(
        "notice", "add", "--component", "ocr", "--version", "v2", "--received", "2026-04-01", "--effective", "2026-07-02",
    )  # fmt: skip
    acme.ok("job", "run", "change_watch", "--at", LOOK)
    assert acme.ok("signal", "list", "--kind", "change", "--json").json == []


def test_another_served_version_makes_it_a_lesser_signal(acme: CommandLine) -> None:
    changed = day_rows(
        FIRST,
        DAYS,
        answer=lambda day, number: "no" if day >= 30 and number < 12 else noisy(day, number),
        version=lambda day: "v2" if day >= 30 else "v1",
    )
    (only,) = look(acme, changed)
    assert (only["severity"], "became v2" in only["text"]) == ("medium", True)


def test_one_change_is_found_once(acme: CommandLine) -> None:
    changed = day_rows(FIRST, DAYS, answer=lambda day, number: "no" if day >= 30 and number < 12 else noisy(day, number))
    assert len(look(acme, changed)) == 1
    acme.ok("job", "run", "change_watch", "--at", "2026-08-07T06:00:00+00:00")
    assert len(acme.ok("signal", "list", "--kind", "change", "--json").json) == 1


def test_the_last_week_is_held_against_the_four_weeks_before(acme: CommandLine) -> None:
    """20 calls a day: 140 labelled in the week, 126 - 14 = 0.80 right instead of 0.90; P95 doubled."""
    worse = day_rows(
        "2026-07-01",
        35,
        right=lambda day, number: number % 10 != 0 if day < 28 else number % 5 != 0,
        latency=lambda day, _number: 100.0 if day < 28 else 200.0,
    )
    acme.predictions(worse, header=HEADER)
    found = acme.ok("drift", "week", "ocr", "--at", "2026-08-05T01:00:00+00:00", "--json").json
    assert (found["state"], found["warnings"]) == ("WARNING", ["accuracy", "latency_p95"])
    assert (found["labelled"], found["accuracy"], found["accuracy_before"]) == (140, "0.8", "0.9")
    assert (found["p95_ms"], found["p95_before_ms"]) == ("200", "100")
    acme.ok("job", "run", "change_watch", "--at", "2026-08-05T01:00:00+00:00")
    subjects = {it["subject"] for it in acme.ok("signal", "list", "--kind", "watch", "--json").json}
    assert subjects == {"accuracy@2026-W32", "latency_p95@2026-W32"}


def test_below_a_hundred_labelled_calls_accuracy_is_not_judged(acme: CommandLine) -> None:
    few = day_rows("2026-07-01", 35, calls=10, right=lambda day, _number: day < 28)
    acme.predictions(few, header=HEADER)
    found = acme.ok("drift", "week", "ocr", "--at", "2026-08-05T01:00:00+00:00", "--json").json
    assert (found["state"], found["warnings"], found["labelled"]) == ("INSUFFICIENT_DATA", [], 70)

"""Drift of inputs, answers, labels and accuracy, and what each severity starts."""

from typing import Any

import pytest

from tests.factories.command_line import CommandLine
from tests.factories.days import HEADER, day_rows

FIRST = "2026-06-01"  # a Monday; the reference ends before Monday, 29 June
WEEK = ["--from", "2026-07-06", "--until", "2026-07-13", "--at", "2026-07-14"]


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("OCR")
    return cli


def measured(cli: CommandLine, rows: list[str], *options: str) -> dict[tuple[str, str], Any]:
    cli.predictions(rows, header=HEADER)
    document = cli.ok("drift", "show", "ocr", *(options or WEEK), "--json").json
    return {(it["kind"], it["subject"]): it for it in document["drifts"]}


def test_what_stays_the_same_is_stable_in_every_kind(acme: CommandLine) -> None:
    found = measured(acme, day_rows(FIRST, 42))
    assert {kind: it["severity"] for (kind, _), it in found.items()} == {"input": "low", "output": "low", "label": "low", "concept": "low"}
    assert {subject for kind, subject in found if kind == "input"} == {"feature.pages", "feature.kind"}


def test_inputs_drift_as_numbers_and_as_categories(acme: CommandLine) -> None:
    rows = day_rows(FIRST, 42, pages=lambda day, n: n % 5 + (10 if day >= 35 else 0), kind=lambda day, _n: "fax" if day >= 35 else "mail")
    found = measured(acme, rows)
    pages, kind = found["input", "feature.pages"], found["input", "feature.kind"]
    assert (pages["severity"], pages["figures"]["ks"], pages["figures"]["bucketing"]) == ("critical", "1", "equal_width")
    # mail 1 -> 0.0001 and fax 0.0001 -> 1: 2 (1 - 0.0001) ln 10,000
    assert float(kind["figures"]["psi"]) == pytest.approx(18.4188, abs=1e-3)
    assert kind["responses"] == ["alert_at_once", "human_review", "ask_vendor_urgent_fix"]


def test_answers_and_labels_drift(acme: CommandLine) -> None:
    """ "no" rises from 5 of 20 to 12 of 20: PSI = (0.6 - 0.25) ln 2.4 + (0.4 - 0.75) ln (0.4 / 0.75) = 0.5265."""
    rows = day_rows(FIRST, 42, answer=lambda day, n: "no" if n < (12 if day >= 35 else 5) else "yes", right=lambda _day, _n: True)
    found = measured(acme, rows)
    assert float(found["output", "answers"]["figures"]["psi"]) == pytest.approx(0.5265, abs=1e-4)
    assert found["label", "actual labels"]["severity"] == "critical"
    assert found["concept", "accuracy"]["severity"] == "low"


def test_accuracy_that_drops_by_a_fifth_proposes_the_rollback(acme: CommandLine) -> None:
    rows = day_rows(FIRST, 42, right=lambda day, n: n % 10 != 0 if day < 35 else n % 10 > 2)
    concept = measured(acme, rows)["concept", "accuracy"]
    assert (concept["severity"], concept["figures"]["drop"]) == ("critical", "0.2")
    assert concept["responses"][-1] == "propose_rollback"


def test_too_few_calls_are_said_and_not_judged(acme: CommandLine) -> None:
    found = measured(acme, day_rows(FIRST, 42, calls=10))
    assert {it["severity"] for it in found.values()} == {None}
    assert found["output", "answers"]["why"] == "Fewer than 100 calls on one side."
    assert found["output", "answers"]["figures"] == {"n_reference": 280, "n": 70}


def test_days_of_the_reference_itself_are_not_measured(acme: CommandLine) -> None:
    found = measured(acme, day_rows(FIRST, 42), "--from", "2026-06-22", "--until", "2026-06-29", "--at", "2026-07-14")
    assert "overlap the reference" in found["output", "answers"]["why"]


def test_a_person_may_choose_the_reference(acme: CommandLine) -> None:
    acme.predictions(day_rows(FIRST, 42, pages=lambda day, n: n % 5 + (10 if day >= 28 else 0)), header=HEADER)
    acme.ok("drift", "set-reference", "ocr", "--from", "2026-06-29", "--until", "2026-07-06", "--at", "2026-07-14")
    document = acme.ok("drift", "show", "ocr", *WEEK, "--json").json
    assert document["reference"] == {"from": "2026-06-29", "until": "2026-07-06"}
    pages = next(it for it in document["drifts"] if it["subject"] == "feature.pages")
    assert pages["severity"] == "low"
    assert acme("drift", "set-reference", "ocr", "--from", "2026-07-06", "--until", "2026-07-06").code == 3


def test_an_empty_log_says_so(acme: CommandLine) -> None:
    (only,) = acme.ok("drift", "show", "ocr", *WEEK, "--json").json["drifts"]
    assert only["why"] == "The log holds no calls of this component."


def test_the_job_keeps_what_is_medium_or_worse_once_and_critical_drift_turns_on_human_review(acme: CommandLine) -> None:
    acme.predictions(day_rows(FIRST, 42, kind=lambda day, _n: "fax" if day >= 35 else "mail"), header=HEADER)
    acme.ok("job", "run", "drift", "--at", "2026-07-14T03:00:00+00:00")
    acme.ok("job", "run", "drift", "--at", "2026-07-15T03:00:00+00:00")
    (only,) = acme.ok("signal", "list", "--kind", "drift", "--json").json
    assert only["subject"] == "input/feature.kind@2026-07-06/2026-07-13"
    assert "human_review" in only["responses"]

"""A verdict is provisional until its labels freeze; what comes later makes one dated revision, in both directions."""

from typing import Any

import pytest

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows

CREDIT = {"credit": '{percent_of_monthly_fee: "5"}'}


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("ocr")
    cli.contract(contract_text(accuracy_clause(**CREDIT)))
    return cli


def calls(cli: CommandLine, prefix: str, right: int, wrong: int) -> None:
    cli.predictions(labelled_rows("2026-02-10", right, wrong, prefix=prefix), header=HEADER, name=f"{prefix}.csv")


def at(cli: CommandLine, moment: str) -> tuple[str, int, bool, str | None]:
    """Result, revision, whether provisional, credit."""
    (clause,) = cli.evaluate("acme-2026", "2026-Q1", "--at", moment)["clauses"]
    return clause["result"], clause["revision"], clause["provisional"], (clause["credit"] or {}).get("amount")


def history(cli: CommandLine) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli.ok("verdict", "list", "--contract", "acme-2026", "--json").json
    return found


def adjustments(cli: CommandLine) -> list[tuple[str | None, str | None]]:
    """Credits before and after, as the audit chain has them."""
    return [
        tuple((entry["data"][side] or {}).get("amount") for side in ("before", "after"))  # type: ignore[misc]
        for entry in cli.ok("audit", "list", "--json").json
        if entry["action"] == "credit.adjusted"
    ]


def test_labels_before_and_after_the_freeze_revise_in_both_directions_and_adjust_the_credit(acme: CommandLine) -> None:
    calls(acme, "first", 90, 10)
    assert at(acme, "2026-04-05") == ("MET", 0, True, None)
    calls(acme, "bad", 0, 100)  # 90 of 200
    assert at(acme, "2026-04-20") == ("MISSED", 1, True, "600.00")
    assert at(acme, "2026-05-01T23:59:59Z") == ("MISSED", 1, True, "600.00")
    assert at(acme, "2026-05-02T00:00:00Z") == ("MISSED", 1, False, "600.00")

    calls(acme, "good", 1_000, 0)  # 1,090 of 1,200
    assert at(acme, "2026-06-01") == ("MET", 2, False, None)
    assert at(acme, "2026-06-02") == ("MET", 2, False, None)
    calls(acme, "worse", 0, 1_000)  # 1,090 of 2,200
    assert at(acme, "2026-06-15") == ("MISSED", 3, False, "600.00")
    assert adjustments(acme) == [(None, "600.00"), ("600.00", None), (None, "600.00")]
    (violation,) = acme.ok("violation", "list", "--json").json
    assert (violation["state"], violation["figures"]["credit"]["amount"]) == ("open", "600.00")
    assert acme("audit", "verify").code == 0


def test_every_stored_verdict_stays_with_its_date_and_says_what_it_changed(acme: CommandLine) -> None:
    calls(acme, "first", 90, 10)
    at(acme, "2026-04-05")
    calls(acme, "bad", 0, 100)
    at(acme, "2026-06-01")
    first, second = history(acme)
    assert (first["revision"], first["at"][:10], first["provisional"], first["changed"]) == (0, "2026-04-05", True, {})
    assert (second["revision"], second["at"][:10], second["provisional"]) == (1, "2026-06-01", False)
    assert first["freezes_on"] == second["freezes_on"] == "2026-05-01"
    changed = second["changed"]
    assert (changed["value"], changed["n"], changed["result"]) == (["0.9", "0.45"], [100, 200], ["MET", "MISSED"])
    assert (changed["violated"], changed["credit"]) == ([False, True], [None, {"amount": "600.00", "currency": "EUR"}])
    assert first["verdict"]["value"] == "0.9"
    shown = " ".join(acme.ok("verdict", "list", "--contract", "acme-2026", "--period", "2026-Q1").out.split())
    assert "violated no to yes" in shown.replace("│ ", "").replace("│", "")
    (event,) = [entry for entry in acme.ok("audit", "list", "--json").json if entry["action"] == "verdict.revised"]
    assert event["data"]["changed"]["n"] == [100, 200]


def test_an_amendment_that_moves_the_freeze_does_not_move_what_was_said_of_earlier_verdicts(acme: CommandLine) -> None:
    calls(acme, "first", 90, 10)
    at(acme, "2026-04-05")
    acme.contract(contract_text(accuracy_clause(freeze_days="60", **CREDIT)))
    calls(acme, "bad", 0, 100)
    at(acme, "2026-05-10")
    assert [(entry["freezes_on"], entry["provisional"]) for entry in history(acme)] == [("2026-05-01", True), ("2026-05-31", True)]


def test_a_running_period_is_neither_provisional_nor_final(acme: CommandLine) -> None:
    calls(acme, "first", 90, 10)
    assert at(acme, "2026-03-01")[2] is None
    assert history(acme) == []
    assert "No verdict is stored yet." in acme.ok("verdict", "list", "--contract", "acme-2026").out


def test_history_is_narrowed_to_a_period_and_refuses_an_unknown_contract(acme: CommandLine) -> None:
    calls(acme, "first", 90, 10)
    acme.evaluate("acme-2026", "2026-Q2", "--at", "2026-07-05")
    listed = acme.ok("verdict", "list", "--contract", "acme-2026", "--period", "2026-Q2", "--json").json
    assert [(entry["period"], entry["verdict"]["result"]) for entry in listed] == [("2026-Q2", "INSUFFICIENT_DATA")]
    assert acme("verdict", "list", "--contract", "other").code == 3

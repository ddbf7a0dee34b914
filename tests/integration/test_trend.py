"""Where a promise is heading, from its closed periods alone."""

from typing import Any

import pytest

from tests.factories.command_line import HEADER, CommandLine, accuracy_clause, contract_text, labelled_rows

MONTHS = [f"2026-{month:02d}" for month in range(1, 8)]
AT = "2026-11-20"


@pytest.fixture
def acme(cli: CommandLine) -> CommandLine:
    cli.inventory("OCR")
    cli.contract(contract_text(accuracy_clause(period="month", tolerance='{amount: "0.00", kind: absolute, meaning: allowance}')))
    return cli


def measured(cli: CommandLine, *right: int) -> Any:
    """Months with so many right of a hundred calls each, evaluated."""
    rows = [
        row
        for month, good in zip(MONTHS, right, strict=False)
        for row in labelled_rows(f"{month}-10", good, 100 - good, prefix=f"{month}-")
    ]
    cli.predictions(rows, header=HEADER)
    cli.evaluate("acme-2026", MONTHS[len(right) - 1], "--at", AT)
    (only,) = cli.ok("sla", "trend", "--contract", "acme-2026", "--json").json["trends"]
    return only


def test_seven_falling_months_are_worsening_and_name_the_month_in_which_the_limit_falls(acme: CommandLine) -> None:
    """A point a month from 98 % to 92 %: two orders of 5,040 are this extreme; 92 % - 7 points is 85 % in month 14."""
    found = measured(acme, 98, 97, 96, 95, 94, 93, 92)
    assert (found["direction"], found["worsening"]) == ("falling", True)
    assert float(found["p_value"]) == pytest.approx(2 / 5040)
    assert float(found["slope_per_period"]) == pytest.approx(-0.01)
    assert (found["limit_reached_in"], found["limit_reached_by"][:10]) == ("2027-02", "2027-03-01")


def test_four_falling_months_are_too_few_to_call_it_a_trend(acme: CommandLine) -> None:
    """The smallest p-value four months can have is 2 / 24."""
    found = measured(acme, 98, 95, 92, 89)
    assert (found["direction"], found["enough"], found["worsening"], found["limit_reached_in"]) == (None, False, False, None)
    assert "too few periods to say" in acme.ok("sla", "trend", "--contract", "acme-2026").out


def test_getting_better_is_no_warning(acme: CommandLine) -> None:
    found = measured(acme, 90, 91, 92, 93, 94, 95, 96)
    assert (found["direction"], found["worsening"], found["limit_reached_in"]) == ("rising", False, None)


def test_a_slow_decline_far_from_the_limit_says_so(acme: CommandLine) -> None:
    rows = [1000, 999, 998, 997, 996, 995, 994]
    lines = [
        row for month, good in zip(MONTHS, rows, strict=True) for row in labelled_rows(f"{month}-10", good, 1000 - good, prefix=f"{month}-")
    ]
    acme.predictions(lines, header=HEADER)
    acme.evaluate("acme-2026", "2026-07", "--at", AT)
    acme.ok("job", "run", "trend", "--at", AT)
    (only,) = acme.ok("signal", "list", "--kind", "trend", "--json").json
    assert (only["severity"], only["responses"]) == ("low", ["log"])
    assert "stays within the limit for seven periods" in only["text"]


def test_the_job_warns_once_for_a_last_period(acme: CommandLine) -> None:
    measured(acme, 98, 97, 96, 95, 94, 93, 92)
    acme.ok("job", "run", "trend", "--at", AT)
    acme.ok("job", "run", "trend", "--at", "2026-11-21")
    (only,) = acme.ok("signal", "list", "--kind", "trend", "--json").json
    assert (only["severity"], only["subject"]) == ("high", "acme-2026/accuracy@2026-07")
    assert "reaches the limit in 2027-02" in only["text"]


def test_without_closed_periods_there_is_nothing_to_show(acme: CommandLine) -> None:
    assert acme.ok("sla", "trend", "--contract", "acme-2026", "--json").json["trends"] == []
    assert "No closed period was evaluated yet." in acme.ok("sla", "trend", "--contract", "acme-2026").out
    assert acme("sla", "trend", "--contract", "nobody").code == 3

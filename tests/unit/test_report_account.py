"""The month's account: one report value, worded for a procurement officer and a lawyer."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.factories.account import account, empty_account, third_quarter, verdict
from tests.factories.report_dump import dump
from vendor_ai.domain.account import AccountFacts, ComponentMonth
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.report import Cell, Figure, Figures, Paragraph, Points, Report, TableBlock, Tone
from vendor_ai.domain.verdict import ClauseVerdict, Evidence, Result, VersionChange
from vendor_ai.kit.money import Money
from vendor_ai.reports import build_account
from vendor_ai.reports.account import SECTIONS

GOLDEN = Path(__file__).resolve().parent.parent / "golden" / "report_account.txt"


def judged(*verdicts: ClauseVerdict, changes: tuple[VersionChange, ...] = ()) -> Report:
    """The report of a closed quarter with just these verdicts."""
    facts = account()
    quarter = replace(third_quarter(), clauses=verdicts, changes=changes)
    return build_account(replace(facts, contracts=(replace(facts.contracts[0], evaluations=(quarter,)),), changes=()))


def headline(report: Report) -> Paragraph:
    first = report.sections[0].blocks[0]
    assert isinstance(first, Paragraph)
    return first


def figures(report: Report) -> dict[str, Figure]:
    return {it.label: it for block in report.sections[0].blocks if isinstance(block, Figures) for it in block.items}


def table(report: Report, sheet: str) -> TableBlock:
    return next(block for section in report.sections for block in section.blocks if isinstance(block, TableBlock) and block.sheet == sheet)


def column(report: Report, sheet: str, key: str) -> list[Cell]:
    found = table(report, sheet)
    index = [it.key for it in found.columns].index(key)
    return [row[index] for row in found.rows]


def sentences(report: Report, section: str) -> str:
    blocks = next(it.blocks for it in report.sections if it.key == section)
    said = [block.text for block in blocks if isinstance(block, Paragraph)]
    said += [item for block in blocks if isinstance(block, Points) for item in block.items]
    return "\n".join(said)


def test_the_report_value_reads_as_agreed() -> None:
    assert dump(build_account(account())) == GOLDEN.read_text()


def test_the_sections_stand_in_their_order() -> None:
    keys = [section.key for section in build_account(account()).sections]
    assert keys == ["summary", "clauses", "trend", "changes", "violations", "claims", "findings", "coverage", "limits", "provenance"]
    assert set(keys) == set(SECTIONS)


def test_every_row_has_a_cell_for_every_column() -> None:
    for report in (build_account(account()), build_account(empty_account())):
        for section in report.sections:
            for block in section.blocks:
                if isinstance(block, TableBlock):
                    assert {len(row) for row in block.rows} == {len(block.columns)}, block.caption


def test_a_month_without_data_still_gives_every_section_and_says_so() -> None:
    report = build_account(empty_account())
    assert len(report.sections) == len(SECTIONS)
    assert headline(report).text == "No contract with Acme AI is on record, so no promise can be judged."
    assert {it.tone for it in figures(report).values()} <= {Tone.UNKNOWN, Tone.NEUTRAL}
    assert "No call of acme-ocr was logged in 2026-10." in sentences(report, "coverage")
    assert "No contract is on record" in sentences(report, "limits")
    assert "would not have been seen" in sentences(report, "changes")


def test_a_vendor_without_components_still_gets_a_report() -> None:
    report = build_account(replace(empty_account(), components=()))
    assert "No component of this vendor is on record." in sentences(report, "coverage")


def test_no_closed_period_is_not_judged() -> None:
    facts = account()
    running = replace(facts.contracts[0], evaluations=tuple(it for _, it in facts.running()))
    report = build_account(replace(facts, contracts=(running,), changes=()))
    assert headline(report).text == "No contract period with Acme AI has closed yet, so no promise is judged."
    assert figures(report)["Kept or broken?"].tone is Tone.UNKNOWN


def test_too_little_data_everywhere_is_neither_kept_nor_broken() -> None:
    report = judged(verdict("accuracy", "acme-ocr", Fraction(9, 10), "0.85", n=10, result=Result.INSUFFICIENT_DATA))
    assert headline(report).text == "Whether Acme AI kept its 1 promise in 2026-Q3 cannot be said: none has enough data."
    assert figures(report)["Kept or broken?"].value == "Not judged"


def test_one_broken_promise_is_named_with_its_figures() -> None:
    broken = verdict("accuracy", "acme-ocr", Fraction(511, 1000), "0.85", limit="0.83", result=Result.MISSED,
                     evidence=Evidence.PROVEN_BREACH, consecutive=1)  # fmt: skip
    report = judged(broken, verdict("uptime", "acme-ocr", Fraction(1), "0.995"))
    assert (
        headline(report).text == "Acme AI broke 1 of the 2 promises judged in 2026-Q3: accuracy of acme-ocr (51.1 % against at least 83 %)."
    )
    assert figures(report)["How sure?"].value == "Proven"
    assert figures(report)["What is due?"].value == "Nothing"


def test_all_kept_and_proven_is_good() -> None:
    report = judged(verdict("uptime", "acme-ocr", Fraction(1), "0.995", evidence=Evidence.PROVEN_COMPLIANT))
    assert headline(report).text == "Acme AI kept the one measured promise judged in 2026-Q3."
    assert headline(report).tone is Tone.GOOD
    assert figures(report)["How sure?"].tone is Tone.GOOD


def test_kept_but_not_proven_says_so() -> None:
    report = judged(verdict("uptime", "acme-ocr", Fraction(1), "0.995", n=120))
    assert figures(report)["How sure?"].value == "Not proven"
    assert "keeps the promise, but that is not proven" in sentences(report, "clauses")


def test_a_miss_that_had_to_be_proven_and_is_not_breaks_nothing() -> None:
    missed = replace(verdict("accuracy", "acme-ocr", Fraction(82, 100), "0.83", result=Result.MISSED), violated=False)
    report = judged(missed)
    assert "the contract counts a miss only when it is proven, and it is not" in headline(report).text
    assert figures(report)["Kept or broken?"].value == "Missed, not proven"


def test_a_material_change_without_notice_breaks_the_contract_even_when_all_else_is_kept() -> None:
    (change,) = third_quarter().changes
    report = judged(verdict("uptime", "acme-ocr", Fraction(1), "0.995"), changes=(change,))
    assert headline(report).tone is Tone.BAD
    assert figures(report)["Kept or broken?"].note == "the notice of a material change"
    assert figures(report)["Model changed?"].value == "1 without notice"


def test_a_running_period_decides_nothing() -> None:
    rows = table(build_account(account()), "Clauses")
    assert rows.caption == "Promises of acme-2026, 2026-Q3"
    report = build_account(account())
    running = next(
        block
        for section in report.sections
        for block in section.blocks
        if isinstance(block, TableBlock) and "still running" in block.caption
    )
    words = {cell.text for row in running.rows for cell in row if hasattr(cell, "text")}
    assert "Broken" not in words
    assert "Off course" in words


def test_the_third_broken_period_in_a_row_is_spelled_out() -> None:
    broken = verdict("accuracy", "acme-ocr", Fraction(1, 2), "0.85", limit="0.83", result=Result.MISSED, consecutive=3,
                     credit=Money(Decimal("600.00"), "EUR"))  # fmt: skip
    assert "This is the third broken period in a row; a credit of 600.00 EUR is due." in sentences(judged(broken), "clauses")


def test_credits_add_up_by_currency_and_an_earlier_one_counts_once() -> None:
    euros, dollars = Money(Decimal("10.50"), "EUR"), Money(Decimal("3.00"), "USD")
    same = ("2026-Q3", "accuracy", "acme-ocr", Money(Decimal("600.00"), "EUR"))
    facts = replace(account(), earlier_credits=(("2026-Q1", "uptime", "acme-ocr", euros), ("2026-Q2", "uptime", "acme-ocr", dollars), same))
    report = build_account(facts)
    assert figures(report)["What is due?"].value == "610.50 EUR and 3.00 USD"
    assert len(table(report, "Credits").rows) == 3


def test_a_credit_names_the_day_by_which_it_must_be_claimed() -> None:
    """Sixty days after 30 September."""
    assert column(build_account(account()), "Credits", "claim_by") == [date(2026, 11, 29)]


def test_a_figure_claimed_too_well_is_said_with_the_difference() -> None:
    report = build_account(account())
    readings = [cell.text for cell in column(report, "Claims and facts", "reading") if hasattr(cell, "text")]
    assert readings == ["Worse than claimed", "As claimed or better", "Not measured"]
    differences = [cell.value for cell in column(report, "Claims and facts", "difference") if hasattr(cell, "value")]
    assert differences == [Decimal("-0.439"), Decimal("-2")]


def test_a_finding_due_yesterday_is_overdue_and_one_due_today_is_not() -> None:
    facts = account()
    first, second = facts.findings
    report = build_account(replace(facts, findings=(replace(first, due=date(2026, 11, 2)), replace(second, due=date(2026, 11, 3)))))
    assert [cell.text for cell in column(report, "Findings", "state") if hasattr(cell, "text")] == ["Overdue", "Open"]


def test_promises_that_excluded_the_same_calls_share_a_row() -> None:
    scopes = column(build_account(account()), "Exclusions", "scope")
    assert scopes.count("2026-Q3: accuracy and latency-p95") == 2


def test_a_metric_without_words_is_spelled_out() -> None:
    facts: AccountFacts = replace(account(), metric_labels={})
    assert "Latency p95" in column(build_account(facts), "At a glance", "promise")


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(), "No calls of acme-ocr were logged in 2026-10"),
        (Counts(attempted=5, answered=5, predicted=5), "No outcome has arrived for acme-ocr in 2026-10"),
    ],
)
def test_silence_and_missing_outcomes_are_limits(counts: Counts, said: str) -> None:
    facts = empty_account()
    report = build_account(replace(facts, components=(ComponentMonth(facts.components[0].component, counts),)))
    assert said in sentences(report, "limits")


def test_a_clause_that_is_not_measured_is_a_limit() -> None:
    assert "acme-2026: fairness is agreed, but not measured here." in sentences(build_account(account()), "limits")

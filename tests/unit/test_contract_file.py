"""A contract file is read whole; terms that contradict each other are warnings."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.domain.contract import ChangeNotice, Contract, InsufficientPeriod, Performance, Rule
from vendor_ai.domain.measure import Counts
from vendor_ai.domain.metric import Metric, MetricOptions, Reading
from vendor_ai.importers.contract import ParsedContract, parse_contract
from vendor_ai.kit.money import Money
from vendor_ai.kit.period import PeriodLength


def _nothing(_counts: Counts, _options: MetricOptions) -> Reading:
    return Reading(0, 0)


METRICS: Mapping[str, Metric] = {
    "accuracy": Metric("accuracy", "Accuracy", "share", "higher", True, _nothing),
    "precision": Metric("precision", "Precision", "share", "higher", True, _nothing, needs_positive=True, averages=("binary", "micro")),
    "latency_p95": Metric("latency_p95", "P95", "ms", "lower", False, _nothing, quantile=Fraction(95, 100)),
    "error_rate": Metric("error_rate", "Errors", "share", "lower", False, _nothing),
}

# The example of the interface description, as it stands there.
EXAMPLE = """\
contract: acme-2026            # the reference
vendor: Acme AI
components: [acme-ocr]
starts: 2026-01-01
ends: 2027-12-31
time_zone: Europe/Berlin
monthly_fee: {amount: "12000.00", currency: EUR}
significance: 0.05
clauses:
  - id: accuracy
    kind: performance
    metric: accuracy           # a key of vendor_ai/metrics
    at_least: "0.85"           # or at_most
    tolerance: {amount: "0.02", kind: absolute, meaning: allowance}   # kind: absolute | relative; meaning: allowance | noise | precision
    period: quarter            # month | quarter | year, from the anchor `contract.year_starts` (January)
    minimum_sample: 100
    rule: point                # point | proven
    persistence: 2             # consecutive violated periods
    insufficient_period: breaks    # breaks (default) | bridges
    credit: {percent_of_monthly_fee: "5"}   # of one monthly fee per violated clause and period once persistent; months: 3 multiplies
    where: {segment.region: EU}    # optional filter, model_version too
  - id: latency-p95
    kind: performance
    metric: latency_p95
    at_most: "200"             # ms
    period: quarter            # all that is left out takes the stated default, and `contract show` prints it
  - id: change-notice
    kind: change_notice
    notice_days: 60
    emergency_hours: 48
    deferral_days: 90
"""

HEAD = """\
contract: acme-2026
vendor: Acme AI
components: [acme-ocr, acme-chat]
starts: 2026-01-01
ends: 2027-12-31
monthly_fee: {amount: "12000.00", currency: EUR}
"""

CLAUSE = """\
  - id: first
    kind: performance
    metric: accuracy
    at_least: "0.85"
    period: quarter
"""

GOOD = HEAD + "clauses:\n" + CLAUSE


def read(text: str) -> ParsedContract:
    return parse_contract(text, metrics=METRICS, clause_kinds=CLAUSE_KINDS)


def sound(text: str) -> Contract:
    parsed = read(text)
    assert parsed.problems == ()
    assert parsed.contract is not None
    return parsed.contract


def performance(text: str, index: int = 0) -> Performance:
    terms = sound(text).clauses[index].terms
    assert isinstance(terms, Performance)
    return terms


def instead(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1
    return text.replace(old, new)


def also(lines: str) -> str:
    """The good file with more fields in its one clause."""
    return GOOD + "".join(f"    {line}\n" for line in lines.splitlines())


def test_the_example_of_the_interface_description_is_read_as_it_stands() -> None:
    contract = sound(EXAMPLE)
    assert (contract.ref, contract.vendor, contract.components) == ("acme-2026", "Acme AI", ("acme-ocr",))
    assert (contract.starts, contract.ends, contract.time_zone) == (date(2026, 1, 1), date(2027, 12, 31), "Europe/Berlin")
    assert contract.monthly_fee == Money(Decimal("12000.00"), "EUR")
    assert contract.significance == Decimal("0.05")
    assert [clause.id for clause in contract.clauses] == ["accuracy", "latency-p95", "change-notice"]
    accuracy = contract.clauses[0].terms
    assert isinstance(accuracy, Performance)
    assert accuracy.limit == Fraction(83, 100)
    assert accuracy.where == {"segment.region": ("EU",)}
    assert accuracy.credit is not None
    assert (accuracy.credit.percent_of_monthly_fee, accuracy.credit.months) == (Decimal(5), 1)
    assert contract.clauses[2].terms == ChangeNotice(60, 48, 90, "material", True)


def test_what_a_clause_leaves_out_takes_the_stated_default() -> None:
    terms = performance(EXAMPLE, 1)
    assert (terms.rule, terms.persistence, terms.minimum_sample) == (Rule.POINT, 1, 100)
    assert (terms.insufficient_period, terms.freeze_days) == (InsufficientPeriod.BREAKS, 30)
    assert (terms.tolerance, terms.credit, terms.claim_days, terms.completeness) == (None, None, None, None)
    assert (terms.period, terms.where) == (PeriodLength.QUARTER, {})


def test_the_definitions_of_a_contract_are_complete_even_where_the_file_is_silent() -> None:
    definitions = sound(GOOD).definitions
    assert definitions["latency_measured_at"] == "client"
    assert definitions["label_freeze_days"] == 30
    assert definitions["claim_days"] is None


def test_a_contract_without_zone_and_significance_takes_utc_and_five_percent() -> None:
    contract = sound(GOOD)
    assert (contract.time_zone, contract.significance, contract.year_starts) == ("UTC", Decimal("0.05"), 1)


@pytest.mark.parametrize("written", ["0.85", '"0.85"', "'0.85'"])
def test_a_threshold_is_exact_with_and_without_quotes(written: str) -> None:
    assert performance(instead('"0.85"', written)).at_least == Decimal("0.85")


def test_an_amount_is_exact_with_and_without_quotes() -> None:
    assert sound(instead('"12000.00"', "12000.10")).monthly_fee == Money(Decimal("12000.10"), "EUR")


def test_deadlines_and_completeness_of_the_definitions_reach_the_clauses_and_a_clause_may_differ() -> None:
    definitions = "definitions: {label_freeze_days: 20, claim_days: 45, completeness: '0.9'}\nclauses:\n"
    text = instead("clauses:\n", definitions) + "    freeze_days: 10\n    completeness: '0.99'\n" + CLAUSE.replace("first", "second")
    first, second = performance(text, 0), performance(text, 1)
    assert (first.freeze_days, first.claim_days, first.completeness) == (10, 45, Decimal("0.99"))
    assert (second.freeze_days, second.claim_days, second.completeness) == (20, 45, Decimal("0.9"))


def test_a_filter_takes_one_text_or_a_list() -> None:
    where = performance(also("where: {segment.region: [EU, UK], model_version: 2024}")).where
    assert where == {"segment.region": ("EU", "UK"), "model_version": ("2024",)}


def test_a_clause_may_cover_some_of_the_components_and_name_its_page() -> None:
    contract = sound(also("components: [acme-chat]\npage: 12\ntext: Right in 85 of 100 calls."))
    clause = contract.clauses[0]
    assert (contract.components_of(clause), clause.page, clause.text) == (("acme-chat",), 12, "Right in 85 of 100 calls.")


def test_precision_takes_a_positive_label_or_an_average() -> None:
    precise = instead("metric: accuracy", "metric: precision")
    assert performance(precise + "    positive: 'yes'\n").positive == "yes"
    assert performance(precise + "    average: micro\n").average == "micro"


def test_tiers_that_meet_the_limit_and_each_other_are_read_in_order() -> None:
    tiers = "credit: {tiers: [{at_least: '0.8', below: '0.85', percent: '5'}, {below: '0.8', percent: '10'}]}"
    credit = performance(also(tiers)).credit
    assert credit is not None
    assert [(tier.at_least, tier.below, tier.percent) for tier in credit.tiers] == [
        (None, Decimal("0.8"), Decimal(10)),
        (Decimal("0.8"), Decimal("0.85"), Decimal(5)),
    ]


EXIT = """\
  - {id: api, kind: transition}
  - {id: export, kind: data_export}
  - id: delete
    kind: deletion
    within_days: 60
"""


def test_an_interface_that_outlives_the_data_is_a_warning_and_no_refusal() -> None:
    parsed = read(GOOD + EXIT)
    assert parsed.contract is not None
    assert [(problem.row, problem.column) for problem in parsed.warnings] == [(17, "clauses[3].within_days")]
    assert "60 days" in parsed.warnings[0].message
    assert "90" in parsed.warnings[0].message


def test_an_export_after_the_deletion_is_a_warning_too() -> None:
    parsed = read(GOOD + EXIT.replace("60", "29"))
    assert [problem.message.split(":")[0] for problem in parsed.warnings] == ["contradicts the transition", "contradicts the export"]


@pytest.mark.parametrize("mended", ["    counts_from: end_of_api\n", ""])
def test_a_deletion_after_the_end_of_the_interface_contradicts_nothing(mended: str) -> None:
    text = GOOD + EXIT + mended
    assert read(text if mended else text.replace("60", "90")).warnings == ()


def test_retries_that_the_program_counts_otherwise_are_a_warning() -> None:
    parsed = read(instead("clauses:\n", "definitions: {retries: last_attempt}\nclauses:\n"))
    assert [problem.column for problem in parsed.warnings] == ["definitions.retries"]


def test_without_known_metrics_a_clause_is_taken_as_it_is_named() -> None:
    text = instead("metric: accuracy", "metric: my_own")
    assert parse_contract(text, metrics=None, clause_kinds=CLAUSE_KINDS).contract is not None

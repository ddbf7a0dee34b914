"""Every mistake in a contract file is named by line and field, all of them in one run."""

import pytest

from tests.unit.test_contract_file import CLAUSE, GOOD, HEAD, also, instead, performance, read


def marked_line(text: str) -> int:
    """The line that carries ``# here``."""
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.endswith("# here")]
    assert len(lines) == 1
    return lines[0]


WRONG_AT_THE_TOP = [
    ("vendor: Acme AI", "vendors: Acme AI # here", "vendors", "Did you mean 'vendor'?"),
    ("contract: acme-2026", "contract: acme 2026 # here", "contract", "not a reference"),
    ("components: [acme-ocr, acme-chat]", "components: acme-ocr # here", "components", "write [acme-ocr]"),
    ("components: [acme-ocr, acme-chat]", "components: [acme-ocr, acme-ocr] # here", "components[1]", "named twice"),
    ("components: [acme-ocr, acme-chat]", "components: [] # here", "components", "empty list"),
    ("starts: 2026-01-01", "starts: 2026-02-30 # here", "starts", "not a date of the calendar"),
    ("starts: 2026-01-01", "starts: 01.02.2026 # here", "starts", "year-month-day"),
    ("starts: 2026-01-01", "starts: 1026-01-01 # here", "starts", "out of range"),
    ("ends: 2027-12-31", "ends: 9999-12-31 # here", "ends", "from 1970 to 2199"),
    ("starts: 2026-01-01", "starts: # here", "starts", "is empty"),
    ("ends: 2027-12-31", "ends: 2025-12-31 # here", "ends", "before the start"),
    ('monthly_fee: {amount: "12000.00", currency: EUR}', "monthly_fee: 12000.00 # here", "monthly_fee", "currency: EUR"),
    ('"12000.00", currency: EUR}', "1.2e4, currency: EUR} # here", "monthly_fee.amount", "plain digits"),
    ('"12000.00", currency: EUR}', ".inf, currency: EUR} # here", "monthly_fee.amount", "not a number"),
    ('"12000.00", currency: EUR}', '"12.000,00", currency: EUR} # here', "monthly_fee.amount", "1234.56"),
    ('"12000.00", currency: EUR}', "12000.005, currency: EUR} # here", "monthly_fee.amount", "more digits"),
    ('"12000.00", currency: EUR}', '"0", currency: EUR} # here', "monthly_fee.amount", "not above 0"),
    ('"12000.00", currency: EUR}', '"12000", currency: Euro} # here', "monthly_fee.currency", "EUR"),
    ('"12000.00", currency: EUR}', '"12000"} # here', "monthly_fee.currency", "missing"),
    ("clauses:\n", "time_zone: Europe/Berln # here\nclauses:\n", "time_zone", "Did you mean 'Europe/Berlin'?"),
    ("clauses:\n", "significance: 5 # here\nclauses:\n", "significance", "out of range"),
    ("clauses:\n", "year_starts: 13 # here\nclauses:\n", "year_starts", "from 1 to 12"),
    ("clauses:\n", "document_sha256: abc # here\nclauses:\n", "document_sha256", "64"),
    ("clauses:\n", "definitions: {uptime_by: time} # here\nclauses:\n", "definitions.uptime_by", "write calls"),
    ("clauses:\n", "definitions: {latency_at: client} # here\nclauses:\n", "definitions.latency_at", "latency_to"),
    ("clauses:\n", "definitions: {claim_days: 20} # here\nclauses:\n", "definitions.claim_days", "before the labels freeze"),
]


@pytest.mark.parametrize(("old", "new", "field", "says"), WRONG_AT_THE_TOP)
def test_a_mistake_at_the_top_is_named_by_line_and_field(old: str, new: str, field: str, says: str) -> None:
    text = instead(old, new)
    parsed = read(text)
    assert parsed.contract is None
    found = [problem for problem in parsed.problems if problem.column == field]
    assert [problem.row for problem in found] == [marked_line(text)]
    assert says in found[0].message


WRONG_IN_A_CLAUSE = [
    ("kind: performance", "kind: performence # here", "kind", "Did you mean 'performance'?"),
    ("metric: accuracy", "metric: acuracy # here", "metric", "Did you mean 'accuracy'?"),
    ("metric: accuracy", "metric: speed # here", "metric", "There are accuracy, error_rate"),
    ("metric: accuracy", "metric: latency_p95", "at_least", "wrong direction"),
    ('at_least: "0.85"', 'at_most: "0.85" # here', "at_most", "wrong direction"),
    ('at_least: "0.85"', 'at_least: "85" # here', "at_least", "85 % is written 0.85"),
    ('at_least: "0.85"', "at_least: 85 % # here", "at_least", "percent sign"),
    ('at_least: "0.85"', "at_least: 0,85 # here", "at_least", "decimal point"),
    ('at_least: "0.85"', "at_least: [0.85] # here", "at_least", "not a number"),
    ('at_least: "0.85"', "at_least: 0.8500000000000000001 # here", "at_least", "more than 18 digits"),
    ('at_least: "0.85"', 'at_least: "0" # here', "at_least", "no value can miss"),
    ("period: quarter", "period: quarterly # here", "period", "Did you mean 'quarter'?"),
    ("id: first", "id: the first # here", "id", "not a reference"),
]


@pytest.mark.parametrize(("old", "new", "field", "says"), WRONG_IN_A_CLAUSE)
def test_a_mistake_in_a_clause_is_named_by_line_and_field(old: str, new: str, field: str, says: str) -> None:
    text = instead(old, new)
    line = marked_line(text) if "# here" in text else 11
    found = [problem for problem in read(text).problems if problem.column == f"clauses[0].{field}"]
    assert [problem.row for problem in found] == [line]
    assert says in found[0].message


WRONG_ADDITIONS = [
    ("persistance: 2", "persistance", "Did you mean 'persistence'?"),
    ("persistence: 0", "persistence", "from 1 to 120"),
    ("persistence: two", "persistence", "whole number"),
    ("minimum_sample: 0", "minimum_sample", "at least 1"),
    ("rule: strict", "rule", "point or proven"),
    ("insufficient_period: ends", "insufficient_period", "breaks or bridges"),
    ('at_most: "0.9"', "at_most", "has one threshold"),
    ('tolerance: "0.02"', "tolerance", "meaning: allowance"),
    ('tolerance: {amount: "0.02", meaning: allowance}', "tolerance.kind", "missing; write absolute or relative"),
    ('tolerance: {amount: "0.02", kind: absolute}', "tolerance.meaning", "missing; write allowance or noise or precision"),
    ("tolerance: {kind: absolute, meaning: noise}", "tolerance.amount", "missing"),
    ('tolerance: {amount: "2", kind: absolute, meaning: allowance}', "tolerance.amount", "Two points are written 0.02"),
    ('tolerance: {amount: "0.9", kind: absolute, meaning: allowance}', "tolerance", "no value can miss"),
    ('tolerance: {amount: "-0.02", kind: absolute, meaning: allowance}', "tolerance.amount", "out of range"),
    ('tolerance: {amount: "0.02", kind: absolute, meaning: allowance, unit: points}', "tolerance.unit", "not a field"),
    ("credit: 5", "credit", "percent_of_monthly_fee"),
    ("credit: {percent_of_monthly_fee: 105}", "credit.percent_of_monthly_fee", "from 0 to 100"),
    ("credit: {months: 3}", "credit.percent_of_monthly_fee", "missing"),
    ("where: {region: EU}", "where.region", "segment.NAME"),
    ("where: {segment.region: []}", "where.segment.region", "empty list"),
    ("where: {segment.vip: true}", "where.segment.vip", "write it in quotes"),
    ("where: EU", "where", "segment.region"),
    ("positive: fraud", "positive", "no meaning for accuracy"),
    ("average: macro", "average", "no meaning for accuracy"),
    ("components: [acme-ocr, acme-chatt]", "components[1]", "Did you mean 'acme-chat'?"),
    ("page: 0", "page", "at least 1"),
    ("claim_days: 20", "claim_days", "labels freeze 30 days"),
    ("freeze_days: ''", "freeze_days", "whole number"),
    ("completeness: 95", "completeness", "from 0 to 1"),
    ("label_sources: audit", "label_sources", "write [audit]"),
    ("text: true", "text", "in quotes"),
]


@pytest.mark.parametrize(("line", "field", "says"), WRONG_ADDITIONS)
def test_a_wrong_addition_to_a_clause_is_named_by_line_and_field(line: str, field: str, says: str) -> None:
    parsed = read(also(line))
    assert parsed.contract is None
    assert [(problem.row, problem.column) for problem in parsed.problems] == [(13, f"clauses[0].{field}")]
    assert says in parsed.problems[0].message


WRONG_TIERS = [
    ("[{below: '0.8', percent: 10}]", "gap: missed values from 0.8 to 0.85"),
    ("[{below: '0.99', percent: 10}, {at_least: '0.995', below: '0.999', percent: 5}]", "gap: values from 0.99 to 0.995"),
    ("[{below: '0.8', percent: 10}, {at_least: '0.7', below: '0.85', percent: 5}]", "overlap: the tier from 0.7"),
    ("[{below: '0.8', percent: 10}, {below: '0.85', percent: 5}]", "overlap: the tier from the lowest value"),
    ("[{at_least: '0.5', below: '0.85', percent: 10}]", "gap: values below 0.5"),
]


@pytest.mark.parametrize(("tiers", "says"), WRONG_TIERS)
def test_a_tier_table_with_a_gap_or_an_overlap_is_refused(tiers: str, says: str) -> None:
    problems = read(also(f"credit: {{tiers: {tiers}}}")).problems
    assert [(problem.row, problem.column) for problem in problems] == [(13, "clauses[0].credit.tiers")]
    assert says in problems[0].message


def test_the_tiers_of_a_ceiling_begin_at_the_limit_and_stay_open_above() -> None:
    slow = instead("metric: accuracy", "metric: latency_p95").replace('at_least: "0.85"', 'at_most: "200"')
    good = slow + "    credit: {tiers: [{at_least: 200, below: 400, percent: 5}, {at_least: 400, percent: 10}]}\n"
    assert performance(good).credit is not None
    late = read(slow + "    credit: {tiers: [{at_least: 300, below: 400, percent: 5}]}\n").problems
    assert [problem.message for problem in late] == [
        "leave a gap: missed values from 200 to 300 lie in no tier.",
        "leave a gap: values from 400 up lie in no tier.",
    ]


def test_a_tier_without_values_and_a_credit_of_both_forms_are_refused() -> None:
    problems = read(also("credit: {percent_of_monthly_fee: 5, tiers: [{at_least: '0.9', below: '0.9', percent: 5}]}")).problems
    assert [problem.column for problem in problems] == ["clauses[0].credit.percent_of_monthly_fee", "clauses[0].credit.tiers[0].below"]


def test_a_missing_field_is_named_at_the_line_where_its_clause_begins() -> None:
    text = HEAD + "clauses:\n  - kind: performance\n"
    assert {(problem.row, problem.column) for problem in read(text).problems} == {
        (8, "clauses[0].id"),
        (8, "clauses[0].metric"),
        (8, "clauses[0].at_least"),
        (8, "clauses[0].period"),
    }


def test_every_missing_field_at_the_top_is_named_in_one_run() -> None:
    problems = read("year_starts: 4\n").problems
    assert {problem.column for problem in problems} == {"contract", "vendor", "components", "starts", "ends", "clauses"}
    assert {problem.row for problem in problems} == {1}


def test_mistakes_all_over_the_file_come_in_one_run_in_the_order_of_their_lines() -> None:
    text = instead("ends: 2027-12-31", "ends: 2025-12-31") + "    colour: red\n" + CLAUSE.replace("accuracy", "tolerance")
    problems = read(text).problems
    assert [(problem.row, problem.column) for problem in problems] == [
        (5, "ends"),
        (13, "clauses[0].colour"),
        (14, "clauses[1].id"),
        (16, "clauses[1].metric"),
    ]


def test_two_clauses_of_one_name_are_refused_at_the_second() -> None:
    problems = read(GOOD + CLAUSE).problems
    assert [(problem.row, problem.column) for problem in problems] == [(13, "clauses[1].id")]


def test_a_credit_without_a_monthly_fee_is_refused() -> None:
    text = instead('monthly_fee: {amount: "12000.00", currency: EUR}\n', "") + "    credit: {percent_of_monthly_fee: 5}\n"
    problems = read(text).problems
    assert [(problem.row, problem.column) for problem in problems] == [(12, "clauses[0].credit")]
    assert "monthly_fee" in problems[0].message


@pytest.mark.parametrize(
    ("lines", "field", "says"),
    [
        ("", "positive", "or, for more classes, an average (average: micro)"),
        ("    positive: a\n    average: micro\n", "average", "exactly one"),
        ("    average: macro\n", "average", "'macro' is no average of precision; write micro."),
        ("    average: fraud\n", "average", "by its label (positive: fraud)"),
        ("    average: binary\n", "average", "positive: LABEL"),
        ("    average: mirco\n", "average", "Did you mean 'micro'?"),
    ],
)
def test_precision_without_exactly_one_of_positive_and_average_is_refused(lines: str, field: str, says: str) -> None:
    problems = read(instead("metric: accuracy", "metric: precision") + lines).problems
    assert [problem.column for problem in problems] == [f"clauses[0].{field}"]
    assert says in problems[0].message


def test_an_error_rate_of_at_most_one_can_never_be_missed_and_is_refused() -> None:
    text = instead("metric: accuracy", "metric: error_rate").replace('at_least: "0.85"', 'at_most: "1"')
    assert [problem.column for problem in read(text).problems] == ["clauses[0].at_most"]


def test_a_clause_that_freezes_after_the_claim_deadline_of_the_contract_is_refused() -> None:
    text = instead("clauses:\n", "definitions: {claim_days: 45}\nclauses:\n") + "    freeze_days: 46\n"
    assert [(problem.row, problem.column) for problem in read(text).problems] == [(14, "clauses[0].freeze_days")]
    assert read(text.replace("46", "45")).problems == ()


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "just words\n"])
def test_a_file_that_is_no_contract_at_all_is_one_problem(text: str) -> None:
    parsed = read(text)
    assert parsed.contract is None
    assert len(parsed.problems) == 1


def test_broken_yaml_is_named_by_its_line() -> None:
    problems = read("contract: acme\nvendor: [Acme\nstarts: 2026-01-01\n").problems
    assert len(problems) == 1
    assert "YAML" in problems[0].message
    assert problems[0].row in (2, 3)


def test_a_repeated_field_is_a_problem_beside_the_others() -> None:
    text = GOOD.replace("vendor: Acme AI", "vendor: Acme AI\nvendor: Other") + "    colour: red\n"
    assert [(problem.row, problem.column) for problem in read(text).problems] == [(3, "vendor"), (14, "clauses[0].colour")]


def test_a_clause_that_is_no_group_of_fields_is_a_problem() -> None:
    problems = read(HEAD + "clauses: [accuracy]\n").problems
    assert [(problem.row, problem.column) for problem in problems] == [(7, "clauses[0]")]

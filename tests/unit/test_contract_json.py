"""A contract goes into plain JSON and comes back the same; people can read what was agreed."""

import json
from dataclasses import replace

import pytest

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.domain.contract import Contract
from vendor_ai.domain.contract_description import describe_contract
from vendor_ai.domain.contract_json import clause_from_json, clause_json, contract_from_json, contract_json
from vendor_ai.importers.contract import parse_contract

FULL = """\
contract: acme-2026
vendor: Acme AI
components: [acme-ocr, acme-chat]
starts: 2026-01-31
ends: 2027-12-31
time_zone: Europe/Berlin
monthly_fee: {amount: "12000.50", currency: EUR}
significance: 0.010
year_starts: 4
document_sha256: "0000000000000000000000000000000000000000000000000000000000000ABC"
definitions: {latency_to: first_token, claim_days: 60, completeness: "0.90"}
clauses:
  - id: recall
    kind: performance
    metric: recall
    at_least: "0.850"
    tolerance: {amount: "0.02", kind: relative, meaning: noise}
    period: month
    minimum_sample: 50
    rule: proven
    persistence: 3
    insufficient_period: bridges
    credit: {months: 2, tiers: [{below: "0.8", percent: "10"}, {at_least: "0.8", below: "0.85", percent: "2.5"}]}
    where: {segment.region: [EU, UK], model_version: v2}
    positive: fraud
    label_sources: [audit, user]
    freeze_days: 10
    maturity_days: 14
    components: [acme-chat]
    page: 7
    text: Found in 85 of 100 cases.
  - {id: slow, kind: performance, metric: latency_p95, at_most: 200, period: year, average: micro}
  - {id: notice, kind: change_notice, notice_days: 30, covers: any, impact_assessment: false}
  - {id: bias, kind: fairness, attributes: [age, gender], at_most: "0.050"}
  - {id: bye, kind: deletion}
"""


@pytest.fixture
def contract() -> Contract:
    parsed = parse_contract(FULL, metrics=None, clause_kinds=CLAUSE_KINDS)
    assert parsed.problems == ()
    assert parsed.contract is not None
    return parsed.contract


def test_a_contract_comes_back_from_json_text_as_it_went(contract: Contract) -> None:
    assert contract_from_json(json.loads(json.dumps(contract_json(contract)))) == contract


def test_a_contract_without_fee_and_definitions_comes_back_too(contract: Contract) -> None:
    bare = replace(contract, monthly_fee=None, definitions={}, clauses=())
    assert contract_from_json(json.loads(json.dumps(contract_json(bare)))) == bare


def test_every_clause_comes_back_alone(contract: Contract) -> None:
    for clause in contract.clauses:
        assert clause_from_json(json.loads(json.dumps(clause_json(clause)))) == clause


def test_digits_stay_as_they_were_written(contract: Contract) -> None:
    data = contract_json(contract)
    assert data["significance"] == "0.010"
    assert data["monthly_fee"] == {"amount": "12000.50", "currency": "EUR"}
    assert data["clauses"][0]["terms"]["at_least"] == "0.850"


def test_the_text_of_the_json_is_the_same_however_the_mappings_were_filled(contract: Contract) -> None:
    turned = replace(contract, definitions=dict(reversed(list(contract.definitions.items()))))
    assert json.dumps(contract_json(turned)) == json.dumps(contract_json(contract))
    data = contract_json(contract)
    assert list(data) == sorted(data)


def test_a_description_tells_what_was_agreed_from_what_is_a_default(contract: Contract) -> None:
    lines = {(line.part, line.term): (line.value, line.is_default) for line in describe_contract(contract, CLAUSE_KINDS)}
    assert lines["contract", "monthly_fee"] == ("12,000.50 EUR", False)
    assert lines["contract", "year_starts"] == ("month 4", False)
    assert lines["definitions", "latency_to"] == ("first_token", False)
    assert lines["definitions", "latency_measured_at"] == ("client", True)
    assert lines["recall", "components"] == ("acme-chat", False)
    assert lines["recall", "page"] == ("7", False)
    assert lines["recall", "text"] == ("Found in 85 of 100 cases.", False)
    assert lines["slow", "components"] == ("acme-ocr, acme-chat", True)
    assert lines["slow", "limit"] == ("not above 200", False)
    assert lines["notice", "notice_days"] == ("30", False)
    assert lines["notice", "deferral_days"] == ("90", True)
    assert lines["notice", "impact_assessment"] == ("no", False)
    assert lines["bias", "attributes"] == ("age, gender", False)
    assert lines["bye", "within_days"] == ("60", True)


def test_a_description_of_an_unknown_kind_still_names_the_clause(contract: Contract) -> None:
    lines = describe_contract(contract, {})
    assert ("bye", "kind", "deletion", False) in lines

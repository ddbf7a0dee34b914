"""The shipped contract templates, their schema and their manual agree with what the program reads."""

import json
import re
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.domain.clause import Surroundings
from vendor_ai.domain.contract import ChangeNotice, Contract, Performance
from vendor_ai.domain.definition import DEFINITIONS
from vendor_ai.domain.term import TermReader
from vendor_ai.importers.contract import parse_contract
from vendor_ai.kit.data import data_folder
from vendor_ai.metrics import METRICS

FOLDER = data_folder("contracts")
TEMPLATES = sorted(FOLDER.glob("*.yaml"))
SCHEMA: dict[str, Any] = json.loads((FOLDER / "contract.schema.json").read_text(encoding="utf-8"))
BASE_FIELDS = {"id", "kind", "components", "page", "text"}
MANUAL = (FOLDER / "README.md").read_text(encoding="utf-8")


def addendum() -> Contract:
    parsed = parse_contract((FOLDER / "default-addendum.yaml").read_text(encoding="utf-8"), metrics=METRICS, clause_kinds=CLAUSE_KINDS)
    assert parsed.contract is not None
    return parsed.contract


def as_editors_see_it(text: str) -> Any:
    """YAML with its numbers, but dates as text, as JSON Schema has no dates."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [plain(entry) for entry in value]
        return value.isoformat() if isinstance(value, date) else value

    return plain(yaml.safe_load(text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_mistakes_and_fits_the_schema(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert parse_contract(text, metrics=METRICS, clause_kinds=CLAUSE_KINDS).problems == ()
    jsonschema.Draft202012Validator(SCHEMA).validate(as_editors_see_it(text))
    assert text.startswith("# yaml-language-server: $schema=contract.schema.json\n")


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_default_addendum_promises_what_the_domain_says() -> None:
    contract = addendum()
    terms = {clause.id: clause.terms for clause in contract.clauses}
    measured = {name: term for name, term in terms.items() if isinstance(term, Performance)}
    assert {name: term.limit for name, term in measured.items()} == {
        "accuracy": Fraction(83, 100),
        "latency-p95": 200,
        "latency-p99": 500,
        "uptime": Fraction(995, 1000),
    }
    assert {term.persistence for term in measured.values()} == {2}
    assert {term.credit.percent_of_monthly_fee for term in measured.values() if term.credit} == {Decimal(5)}
    assert terms["change-notice"] == ChangeNotice(60, 48, 90, "material", True)
    assert {clause.kind for clause in contract.clauses} == set(CLAUSE_KINDS)


def test_the_addendum_s_contradiction_between_interface_and_deletion_is_said() -> None:
    text = (FOLDER / "default-addendum.yaml").read_text(encoding="utf-8")
    warnings = parse_contract(text, metrics=METRICS, clause_kinds=CLAUSE_KINDS).warnings
    assert [warning.message.split(":")[0] for warning in warnings] == ["contradicts the transition"]
    mended = text.replace("counts_from: termination ", "counts_from: end_of_api ")
    assert parse_contract(mended, metrics=METRICS, clause_kinds=CLAUSE_KINDS).warnings == ()


def test_the_commented_clauses_of_the_addendum_are_sound_once_they_are_taken_in() -> None:
    text = (FOLDER / "default-addendum.yaml").read_text(encoding="utf-8")
    taken = re.sub(r"(?m)^  # (  |- id: (?:precision|recall))", r"  \1", text)
    parsed = parse_contract(taken, metrics=METRICS, clause_kinds=CLAUSE_KINDS)
    assert parsed.problems == ()
    assert parsed.contract is not None
    assert {"precision", "recall"} <= {clause.id for clause in parsed.contract.clauses}


def fields_asked(key: str) -> set[str]:
    """The fields that the kind's reader asks for."""
    reader = TermReader({})
    CLAUSE_KINDS[key].read(reader, Surroundings())
    return set(reader.asked)


@pytest.mark.parametrize("key", list(CLAUSE_KINDS))
def test_the_schema_has_the_fields_that_a_kind_reads(key: str) -> None:
    assert set(SCHEMA["$defs"][key]["properties"]) - BASE_FIELDS == fields_asked(key)
    assert key in SCHEMA["$defs"]["clause"]["properties"]["kind"]["enum"]


@pytest.mark.parametrize("key", list(CLAUSE_KINDS))
def test_the_manual_names_every_field_of_a_kind(key: str) -> None:
    assert f"`{key}`" in MANUAL or f"kind: {key}`" in MANUAL
    assert {field for field in fields_asked(key) if f"`{field}`" not in MANUAL} == set()


def test_the_schema_and_the_manual_have_every_definition() -> None:
    names = {definition.name for definition in DEFINITIONS}
    assert set(SCHEMA["properties"]["definitions"]["properties"]) == names
    assert {name for name in names if f"`{name}`" not in MANUAL} == set()


def test_the_manual_names_every_field_of_the_contract() -> None:
    assert {name for name in SCHEMA["properties"] if f"`{name}`" not in MANUAL} == set()


def test_the_schema_s_defaults_are_the_program_s() -> None:
    for key, kind in CLAUSE_KINDS.items():
        least: dict[str, dict[str, Any]] = {
            "performance": {"metric": "accuracy", "at_least": "1", "period": "year"},
            "fairness": {"attributes": ["age"]},
        }
        terms, _ = kind.parse(least.get(key, {}))
        for name, field in SCHEMA["$defs"][key]["properties"].items():
            if "default" in field:
                value = terms[name] if isinstance(terms, dict) else getattr(terms, name)
                assert (key, name, list(value) if isinstance(value, tuple) else value) == (key, name, field["default"])


WRONG = [
    ("vendor: Example Vendor", "vendors: Example Vendor"),
    ("ends: 2027-12-31 ", "ends: soon "),
    ('amount: "10000.00"', 'amount: "ten"'),
    ("significance: 0.05", "significance: 5"),
    ("uptime_by: calls", "uptime_by: time"),
    ('    at_least: "0.85"\n', ""),
    ('    at_least: "0.85"\n', '    at_least: "0.85"\n    at_most: "0.85"\n'),
    (", meaning: allowance}   # the", "}   # the"),
    ("rule: point ", "rule: strict "),
    ("covers: material ", "covers: all "),
    ("attributes: [age, gender] ", "attributes: [] "),
    ("kind: audit_right", "kind: audit"),
    ("api_days: 90", "api_day: 90"),
]


@pytest.mark.parametrize(("old", "new"), WRONG)
def test_what_the_schema_marks_in_an_editor_the_program_refuses_too(old: str, new: str) -> None:
    text = (FOLDER / "default-addendum.yaml").read_text(encoding="utf-8")
    assert text.count(old) >= 1
    wrong = text.replace(old, new, 1)
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(as_editors_see_it(wrong)))
    assert parse_contract(wrong, metrics=METRICS, clause_kinds=CLAUSE_KINDS).problems

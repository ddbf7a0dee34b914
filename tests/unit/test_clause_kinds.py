"""Every kind of clause: its examples hold, its defaults are stated, its dates fall due."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.domain.clause import Deed, Example, obligations_of
from vendor_ai.domain.contract import ChangeNotice, Clause, Contract

EXAMPLES = [(key, example) for key, kind in CLAUSE_KINDS.items() for example in kind.examples]
LEAST: dict[str, Mapping[str, Any]] = {
    "performance": {"metric": "accuracy", "at_least": "0.85", "period": "quarter"},
    "fairness": {"attributes": ["gender"]},
}


def contract(*clauses: tuple[str, Mapping[str, Any]], starts: date = date(2026, 1, 1), ends: date = date(2027, 12, 31)) -> Contract:
    read = tuple(Clause(f"{key}-{index}", key, CLAUSE_KINDS[key].parse(terms)[0]) for index, (key, terms) in enumerate(clauses))
    return Contract("acme-2026", "Acme AI", ("acme-ocr",), starts, ends, "UTC", None, Decimal("0.05"), read)


def test_the_kinds_of_the_default_addendum_are_found() -> None:
    assert set(CLAUSE_KINDS) >= {
        "performance",
        "change_notice",
        "fairness",
        "documentation",
        "audit_right",
        "data_export",
        "transition",
        "deletion",
        "incident_notification",
    }


@pytest.mark.parametrize(("key", "example"), EXAMPLES, ids=[f"{key}: {example.name}" for key, example in EXAMPLES])
def test_the_examples_of_a_kind_come_out_as_they_say(key: str, example: Example) -> None:
    kind = CLAUSE_KINDS[key]
    terms, mistakes = kind.parse(example.agreed)
    assert mistakes == []
    assert kind.is_kept(terms, example.happened) is example.kept


@pytest.mark.parametrize("key", list(CLAUSE_KINDS))
def test_every_kind_carries_a_kept_and_a_broken_example(key: str) -> None:
    assert {example.kept for example in CLAUSE_KINDS[key].examples} == {True, False}


@pytest.mark.parametrize("key", list(CLAUSE_KINDS))
def test_every_kind_reads_its_least_and_shows_the_defaults(key: str) -> None:
    kind = CLAUSE_KINDS[key]
    terms, mistakes = kind.parse(LEAST.get(key, {}))
    assert mistakes == []
    lines = kind.describe(terms)
    assert any(line.is_default for line in lines)
    assert all(line.term and line.value for line in lines)
    assert kind.label


@pytest.mark.parametrize("key", list(CLAUSE_KINDS))
def test_every_kind_refuses_a_field_it_does_not_know(key: str) -> None:
    _, mistakes = CLAUSE_KINDS[key].parse({**LEAST.get(key, {}), "colour": "red"})
    assert [mistake.path for mistake in mistakes] == [("colour",)]


@pytest.mark.parametrize(
    ("key", "terms", "path", "says"),
    [
        ("fairness", {}, ("attributes",), "missing"),
        ("fairness", {"attributes": ["age"], "at_most": "10"}, ("at_most",), "from 0 to 1"),
        ("fairness", {"attributes": ["age"], "every_months": "0"}, ("every_months",), "from 1 to 120"),
        ("documentation", {"documents": ["model_card", "model_crad"]}, ("documents", 1), "Did you mean 'model_card'?"),
        ("data_export", {"formats": "csv"}, ("formats",), "write [csv]"),
        ("deletion", {"counts_from": "end"}, ("counts_from",), "termination or end_of_api"),
        ("transition", {"tuning_documentation": "maybe"}, ("tuning_documentation",), "true or false"),
        ("change_notice", {"notice_days": "sixty"}, ("notice_days",), "whole number"),
        ("change_notice", {"covers": "all"}, ("covers",), "material or any"),
        ("incident_notification", {"within_hours": None}, ("within_hours",), "is empty"),
    ],
)
def test_a_wrong_term_is_named_with_its_path(key: str, terms: Mapping[str, Any], path: tuple[str | int, ...], says: str) -> None:
    _, mistakes = CLAUSE_KINDS[key].parse(terms)
    assert [mistake.path for mistake in mistakes] == [path]
    assert says in mistakes[0].message


def test_a_binary_float_is_never_taken_for_an_exact_number() -> None:
    _, mistakes = CLAUSE_KINDS["performance"].parse({"metric": "accuracy", "at_least": 0.85, "period": "quarter"})
    assert [mistake.path for mistake in mistakes] == [("at_least",)]


def test_notice_terms_that_are_left_out_are_60_days_48_hours_and_90_days() -> None:
    terms, _ = CLAUSE_KINDS["change_notice"].parse({})
    assert terms == ChangeNotice(60, 48, 90, "material", True)


def test_promises_that_recur_fall_due_on_the_last_day_of_each_stretch() -> None:
    found = obligations_of(contract(("fairness", {"attributes": ["age"]}), ("documentation", {})), CLAUSE_KINDS)
    assert [(obligation.due, obligation.what) for obligation in found] == [
        (date(2026, 12, 31), "Documents: model card, training data, validation method"),
        (date(2026, 12, 31), "Bias test over age"),
        (date(2027, 1, 30), "Results of the bias test over age"),
        (date(2027, 12, 31), "Documents: model card, training data, validation method"),
        (date(2027, 12, 31), "Bias test over age"),
        (date(2028, 1, 30), "Results of the bias test over age"),
    ]


def test_promises_at_the_end_count_from_the_last_day_of_the_term() -> None:
    found = obligations_of(contract(("data_export", {}), ("transition", {}), ("deletion", {})), CLAUSE_KINDS)
    assert [(obligation.due, obligation.clause) for obligation in found] == [
        (date(2028, 1, 30), "data_export-0"),
        (date(2028, 2, 29), "deletion-2"),
        (date(2028, 3, 30), "transition-1"),
        (date(2028, 3, 30), "transition-1"),
    ]


def test_a_deletion_after_the_end_of_the_interface_counts_from_there() -> None:
    # 31 December 2027 + 90 days is 30 March 2028, + 60 days is 29 May 2028.
    agreed = contract(("transition", {"tuning_documentation": False}), ("deletion", {"counts_from": "end_of_api"}))
    assert [obligation.due for obligation in obligations_of(agreed, CLAUSE_KINDS)] == [date(2028, 3, 30), date(2028, 5, 29)]


def test_a_stretch_that_begins_on_the_31st_ends_before_a_shorter_month_s_last() -> None:
    monthly = contract(starts=date(2026, 1, 31), ends=date(2026, 4, 29))
    assert monthly.every(1) == (date(2026, 2, 27), date(2026, 3, 30), date(2026, 4, 29))
    assert contract(ends=date(2026, 12, 30)).every(12) == ()


@pytest.mark.parametrize(("done", "kept"), [(date(2026, 3, 31), True), (date(2026, 4, 1), False), (None, False)])
def test_thirty_days_end_with_the_thirtieth_day(done: date | None, kept: bool) -> None:
    assert Deed(date(2026, 3, 1), done).within(30) is kept

"""Pack files and their mistakes."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.factories.pack import SMALL_PACK_YAML
from vendor_ai.domain.pack import Level, Recommendation, Scope
from vendor_ai.kit.data import data_folder
from vendor_ai.services.questionnaire import check_pack_text, find_pack, load_pack, pack_files


def mistakes(old: str, new: str, count: int = 1) -> list[tuple[int | None, str | None, str]]:
    """The problems of the small pack after one change."""
    assert old in SMALL_PACK_YAML
    parsed = check_pack_text(SMALL_PACK_YAML.replace(old, new, count))
    assert (parsed.pack is None) == bool(parsed.problems)
    return [(problem.row, problem.column, problem.message) for problem in parsed.problems]


def test_a_small_pack_is_read_with_its_defaults() -> None:
    pack = check_pack_text(SMALL_PACK_YAML).pack

    assert pack is not None
    assert [(d.id, d.label, d.weight) for d in pack.dimensions] == [("safety", "Safety", Fraction("0.6")), ("law", "Law", Fraction("0.4"))]
    lawful = pack.questions[2]
    assert (lawful.weight, lawful.scope, lawful.not_applicable) == (1, Scope.COMPONENT, False)
    assert (lawful.floors[0].answers, lawful.floors[0].at_least) == (("bad",), Recommendation.REJECTED)
    assert (lawful.conditions[0].level, lawful.conditions[0].severity, lawful.conditions[0].days) == (Level.MEDIUM, None, 30)
    assert pack.questions[1].applies_when[0].values == ("good",)


def test_weights_that_miss_one_are_refused_with_the_exact_difference() -> None:
    assert mistakes("weight: 0.4}", "weight: 0.39999999999}") == [
        (4, "dimensions.weight", "The weights of the dimensions add up to 0.99999999999, not to exactly 1. Change them by +0.00000000001.")
    ]


def test_weights_in_thirds_add_up_to_one() -> None:
    text = SMALL_PACK_YAML.replace("weight: 0.6", "weight: 1/3").replace("weight: 0.4", "weight: 2/3")

    assert check_pack_text(text).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "part"),
    [
        ("id: law,", "id: safety,", 6, "dimensions[1].id", "used before, on line 5"),
        ("id: lawful", "id: tested", 21, "questions[2].id", "used before, on line 8"),
        ("id: lawful", "id: law", 21, "questions[2].id", "the id of a dimension"),
        ("dimension: law", "dimension: laws", 22, "questions[2].dimension", "is not in this pack"),
        ("level: CRITICAL}", "level: AWFUL}", 13, "questions[0].options[1].level", "one of LOW, MEDIUM, HIGH, CRITICAL"),
        ("weight: 0.6", "weight: lots", 5, "dimensions[0].weight", "a decimal number above 0"),
        ("weight: 0.6", "weight: 0", 5, "dimensions[0].weight", "a decimal number above 0"),
        ("question: tested,", "question: rested,", 17, "questions[1].applies_when", "is not in this pack"),
        ("question: tested,", "question: lawful,", 17, "questions[1].applies_when", "does not stand before this one"),
        ("answer: good}", "answer: great}", 17, "questions[1].applies_when", "has no answer 'great'"),
        ("{question: tested, answer: good}", "{property: colour, is: red}", 17, "questions[1].applies_when", "no property 'colour'"),
        (
            "{question: tested, answer: good}",
            "{question: tested}",
            17,
            "questions[1].applies_when",
            "question and answer, or property and is",
        ),
        ("floor: {answer: bad", "floor: {answer: worse", 28, "questions[2].floor", "has no answer 'worse'"),
        ("at_least: REJECTED", "at_least: REFUSED", 28, "questions[2].floor.at_least", "one of APPROVED_WITH_CONDITIONS"),
        ("days: 30", "days: soon", 29, "questions[2].condition.days", "a whole number of days"),
        ("title: Small pack\n", "", 1, "title", "is missing"),
        ("    text: Was it tested?", "    txet: Was it tested?", 10, "questions[0].txet", "Did you mean 'text'?"),
        ("value: bad, label: Not", "value: n/a, label: Not", 13, "questions[0].options[1].value", "not_applicable"),
        ("label: Not tested", "label: good", 12, "questions[0].options[0].value", "names two answers"),
        ("pack: small", "pack: Small Pack", 1, "pack", "lower-case letters"),
        ("title: Small pack", "title: Small pack\ntitle: Two", 4, "title", "second time"),
    ],
)
def test_a_mistake_is_named_with_line_and_field(old: str, new: str, line: int, column: str, part: str) -> None:
    found = mistakes(old, new)

    assert any((row, name) == (line, column) and part in message for row, name, message in found), found


def test_a_question_without_options_is_refused() -> None:
    text = (
        SMALL_PACK_YAML.split("  - id: retested", maxsplit=1)[0]
        .replace("weight: 0.6", "weight: 1.0")
        .replace("  - {id: law, group: legal, weight: 0.4}\n", "")
    )
    head, _, _ = text.partition("    options:")

    missing = check_pack_text(head).problems
    empty = check_pack_text(head + "    options: []\n").problems

    assert [(problem.row, problem.column) for problem in missing] == [(7, "questions[0].options")]
    assert [(problem.row, problem.column) for problem in empty] == [(10, "questions[0].options")]


def test_a_dimension_without_questions_is_refused() -> None:
    head, _, _ = SMALL_PACK_YAML.partition("  - id: lawful")

    assert [(problem.row, problem.column) for problem in check_pack_text(head).problems] == [(6, "dimensions[1].id")]


def test_what_stands_at_its_default_leaves_the_digest_of_packs_stored_before_as_it_was() -> None:
    pack = check_pack_text(SMALL_PACK_YAML).pack

    # As computed before questions knew other types than choice.
    assert pack is not None and pack.digest() == "b6d196ea29db3de525e605d7eb29b0856ce44908eb31896ce3d0365f2dbadc49"


def test_every_mistake_is_named_at_once() -> None:
    text = SMALL_PACK_YAML.replace("level: CRITICAL", "level: AWFUL").replace("days: 30", "days: x")

    assert [problem.row for problem in check_pack_text(text).problems] == [13, 27, 29]


def test_an_empty_file_and_a_list_are_refused_in_one_sentence() -> None:
    assert [problem.message for problem in check_pack_text("").problems] == ["The file is empty. Write a pack as in questionnaires/."]
    assert len(check_pack_text("- a\n- b\n").problems) == 1


def test_a_pack_that_would_need_too_many_trials_is_refused() -> None:
    options = "[{value: a, level: LOW}, {value: b, level: HIGH}]"
    starters = [f"  - {{id: s{n}, dimension: safety, text: S, options: {options}}}" for n in range(13)]
    steered = [
        f"  - {{id: t{n}, dimension: law, text: T, applies_when: {{question: s{n}, answer: b}}, options: {options}}}" for n in range(13)
    ]
    head, _, _ = SMALL_PACK_YAML.partition("  - id: tested")

    problems = check_pack_text(head + "\n".join([*starters, *steered])).problems

    assert [problem.column for problem in problems] == ["questions.applies_when"]


@pytest.mark.parametrize("path", pack_files(), ids=lambda path: path.stem)
def test_a_shipped_pack_reads_back_from_its_own_json(path: Path) -> None:
    pack = load_pack(path)

    copy = check_pack_text(json.dumps(pack.as_json(), ensure_ascii=False)).pack

    assert copy == pack
    assert copy is not None and copy.digest() == pack.digest()


@pytest.mark.parametrize("path", pack_files(), ids=lambda path: path.stem)
def test_a_shipped_pack_fits_the_schema_in_an_ordinary_editor_too(path: Path) -> None:
    schema = json.loads((data_folder("questionnaires") / "pack.schema.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_the_default_pack_has_the_twelve_agreed_dimensions_and_enough_questions() -> None:
    pack = find_pack("vendor-ai-due-diligence")

    assert [(d.group, d.id, str(d.as_json()["weight"])) for d in pack.dimensions] == [
        ("technical", "model_documentation_quality", "0.10"),
        ("technical", "training_data_transparency", "0.10"),
        ("technical", "performance_validation_rigor", "0.15"),
        ("technical", "bias_testing_adequacy", "0.15"),
        ("technical", "security_robustness", "0.10"),
        ("operational", "monitoring_capabilities", "0.10"),
        ("operational", "update_notification_process", "0.05"),
        ("operational", "incident_response_maturity", "0.10"),
        ("operational", "data_portability", "0.05"),
        ("legal", "liability_allocation", "0.05"),
        ("legal", "compliance_coverage", "0.03"),
        ("legal", "audit_rights", "0.02"),
    ]
    assert len(pack.questions) >= 48
    assert min(Counter(question.dimension for question in pack.questions).values()) >= 4

"""Answers and levels from JSON and YAML."""

import pytest

from tests.factories.pack import SMALL_PACK_YAML
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import Level
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.services.questionnaire import check_pack_text

PACK = check_pack_text(SMALL_PACK_YAML).pack
assert PACK is not None
READER = AnswerReader(PACK)


@pytest.mark.parametrize(
    "text", ['{"safety": "HIGH", "law": "na"}', '{"Safety": "high", "LAW": "N/A"}', '{"safety": 3, "law": {"value": "NA", "reason": "x"}}']
)
def test_levels_are_read_in_any_case_and_as_numbers(text: str) -> None:
    assert READER.read_json(text).levels == {"safety": Level.HIGH, "law": None}


def test_an_absent_or_empty_dimension_is_unanswered() -> None:
    assert READER.read_yaml("safety: 3\nlaw:\n").levels == {"safety": Level.HIGH}


def test_an_answer_is_found_by_value_and_by_label() -> None:
    found = READER.read_yaml("tested: ' WELL  tested'\nlawful: Bad\n")

    assert (found.levels, found.problems) == (None, ())
    assert found.answers == {"tested": Answer("tested", "good"), "lawful": Answer("lawful", "bad")}


def test_an_answer_may_carry_reason_evidence_and_date() -> None:
    found = READER.read_json(
        """
        {"tested": {"value": "NA", "reason": "nothing to test"},
         "lawful": {"answer": "good", "note": "n", "evidence": "e", "date": "2026-05-01"}}
        """
    )

    assert found.answers["tested"] == Answer("tested", "NA", comment="nothing to test")
    assert found.answers["lawful"] == Answer("lawful", "good", "n", "e", "2026-05-01")


@pytest.mark.parametrize(
    ("text", "row", "column", "part"),
    [
        ("tested: good\nlawfull: good\n", 2, "lawfull", "Did you mean 'lawful'?"),
        ("tested: excellent\n", 1, "tested", "Choose one of: good (Well tested), bad (Not tested)."),
        ("lawful: NA\n", 1, "lawful", "must be answered"),
        ("tested: [good]\n", 1, "tested", "A list cannot be an answer"),
        ("tested: {value: good, colour: red}\n", 1, "tested", "'colour' is unknown"),
        ("tested: {reason: none}\n", 1, "tested", "Write the answer once"),
        ("tested: {value: good, date: soon}\n", 1, "tested", "not a date"),
        ("tested: {value: {a: b}}\n", 1, "tested", "plain values"),
        ("tested: good\nTESTED: bad\n", 2, "TESTED", "answered twice"),
        ("safety: AWFUL\n", 1, "safety", "no risk level"),
        ("safety: 3\nlow: 1\n", 2, "low", "no dimension"),
        ("safety: 3\nSAFETY: 2\n", 2, "SAFETY", "given twice"),
        ("safety: [3]\n", 1, "safety", "A list"),
    ],
)
def test_a_refused_row_is_named_beside_the_good_ones(text: str, row: int, column: str, part: str) -> None:
    found = READER.read_yaml(text)

    assert not found.refused
    assert [(problem.row, problem.column) for problem in found.problems] == [(row, column)]
    assert part in found.problems[0].message


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "not valid JSON"),
        ("[1]", "one mapping"),
        ('{"safety": 1, "tested": "good"}', "mixes"),
        ('{"safety": 1, "safety": 2}', "stands here twice"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_file_that_says_nothing_usable_is_refused_whole(text: str, part: str) -> None:
    found = READER.read_json(text)

    assert found.refused
    assert part in found.problems[0].message


def test_a_yaml_file_with_a_repeated_key_is_refused_whole() -> None:
    assert READER.read_yaml("safety: 1\nsafety: 2\n").refused


def test_a_json_mistake_knows_its_line() -> None:
    assert READER.read_json('{\n  "tested": "good",\n  "lawful": "x"\n}').problems[0].row == 3
    assert READER.read_json('{"lawful": "x"}', 17).problems[0].row == 17


def test_true_and_false_answer_questions_of_yes_and_no() -> None:
    text = SMALL_PACK_YAML.replace("value: good, label: Well tested", "value: yes, label: Well tested").replace(
        "answer: good}", "answer: yes}"
    )
    pack = check_pack_text(text).pack
    assert pack is not None

    assert AnswerReader(pack).read_json('{"tested": true}').answers["tested"].value == "yes"

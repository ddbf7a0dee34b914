"""Crosswalks: foreign answers become suggestions only where place and words both fit, and mistakes are named by line and field."""

from typing import Any

import pytest

from tests.factories.pack import SMALL_PACK_YAML
from vendor_ai.domain.crosswalk import Crosswalk, CrosswalkRule, CrosswalkSuggestion
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.sighting import Confidence
from vendor_ai.importers.crosswalk import read_crosswalk
from vendor_ai.services.questionnaire import check_pack_text

CROSSWALK_YAML = """\
crosswalk: foreign-1
version: "1.0"
title: Foreign to small
questionnaire: Foreign 1
pack: small
source: Invented for the tests.
spellings:
  "yes": ["Yes", "y", sí]
  "no": ["No", "n"]
rules:
  - id: tests
    ids: [TST-04]
    words: [penetration, [independent, outside part]]
    without: [internal team]
    question: tested
    answers: {"yes": good, "no": bad}
    confidence: high
    note: Ask for the date.
  - id: law
    domains: [LEG, Legal matters]
    words: [lawful]
    question: lawful
    answers: {"yes": good}
    confidence: low
"""
PENETRATION = "Do independent firms carry out penetration tests?"


def crosswalk() -> Crosswalk:
    parsed = read_crosswalk(CROSSWALK_YAML)
    assert parsed.crosswalk is not None, parsed.problems
    return parsed.crosswalk


def small_pack() -> Pack:
    pack = check_pack_text(SMALL_PACK_YAML).pack
    assert pack is not None
    return pack


def a_rule(rule_id: str = "r", question: str = "q", **fields: Any) -> CrosswalkRule:
    """A rule that leads to ``q``: yes → v."""
    given = {"words": (("lawful",),), "answers": {"yes": "v"}, "confidence": Confidence.LOW, **fields}
    return CrosswalkRule(id=rule_id, question=question, **given)


def fits(text: str, *words: tuple[str, ...]) -> bool:
    """Whether a rule that asks for these words is about ``text``."""
    return a_rule(words=words).holds("", text, "")


# --- suggestions --------------------------------------------------------------------------------------------------------


def test_a_question_with_the_id_and_the_words_suggests_our_value_with_its_source() -> None:
    assert crosswalk().suggest("TST-04.1", PENETRATION, "Testing", "Yes") == (
        CrosswalkSuggestion("tested", "good", Confidence.HIGH, "tests", "Foreign 1, TST-04.1: yes", "Ask for the date."),
    )


def test_an_id_that_is_reused_for_another_question_suggests_nothing() -> None:
    assert crosswalk().suggest("TST-04.1", "Do independent firms count the chairs in your offices?", "Testing", "Yes") == ()


def test_the_words_under_another_id_suggest_nothing() -> None:
    assert crosswalk().suggest("TST-05.1", PENETRATION, "Testing", "Yes") == ()


def test_a_longer_number_is_not_a_question_of_the_control() -> None:
    assert crosswalk().suggest("TST-041", PENETRATION, "Testing", "Yes") == ()


@pytest.mark.parametrize("question_id", ["TST-04", "tst-04.2", " TST - 04.1 "])
def test_an_id_is_compared_without_case_and_blanks(question_id: str) -> None:
    assert crosswalk().suggest(question_id, PENETRATION, "", "yes") != ()


def test_a_word_that_rules_out_suggests_nothing() -> None:
    text = "Does an internal team, rather than independent firms, carry out penetration tests?"

    assert crosswalk().suggest("TST-04.1", text, "", "Yes") == ()


@pytest.mark.parametrize(("answer", "value"), [("Yes", "good"), (" y ", "good"), ("SÍ", "good"), ("No", "bad"), ("N", "bad")])
def test_an_answer_is_known_by_all_its_spellings(answer: str, value: str) -> None:
    assert [each.value for each in crosswalk().suggest("TST-04.1", PENETRATION, "", answer)] == [value]


@pytest.mark.parametrize("answer", ["", "NA", "N/A", "Partly", "Yes, since 2019", "=YES()"])
def test_an_answer_that_no_rule_names_suggests_nothing(answer: str) -> None:
    assert crosswalk().suggest("TST-04.1", PENETRATION, "", answer) == ()


def test_a_domain_is_known_by_its_title_or_by_the_code_in_the_id() -> None:
    by_title = crosswalk().suggest("17", "Is the processing lawful?", "Legal Matters and contracts", "yes")
    by_code = crosswalk().suggest("LEG-02.1", "Is the processing lawful?", "", "yes")

    assert [each.question for each in (*by_title, *by_code)] == ["lawful", "lawful"]


@pytest.mark.parametrize(("question_id", "domain"), [("17", ""), ("17", "Illegal matters"), ("LEGAL-02", ""), ("X-LEG-02", "")])
def test_another_domain_or_none_suggests_nothing(question_id: str, domain: str) -> None:
    assert crosswalk().suggest(question_id, "Is the processing lawful?", domain, "yes") == ()


def test_a_row_without_id_names_the_questionnaire_alone_as_its_source() -> None:
    (suggestion,) = crosswalk().suggest("", "Is the processing lawful?", "Legal matters", "yes")

    assert suggestion.source == "Foreign 1: yes"


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("Are tests LAWFUL?", "lawful", True),
        ("Is lawfulness checked?", "lawful", True),
        ("Is it unlawful?", "lawful", False),
        ("Is multi-factor sign-in used?", "multi factor", True),
        ("Is multi\nfactor sign-in used?", "multi-factor", True),
        ("Is AI used?", "ai", True),
        ("Are AIs used?", "ai", True),
        ("What do you aim at?", "ai", False),
        ("Is data provided by API_keys?", "api", True),
        ("Is version 3x5 used?", "3.5", False),
    ],
)
def test_words_match_at_the_start_of_words_and_short_ones_whole(text: str, word: str, expected: bool) -> None:
    assert fits(text, (word,)) is expected


def test_every_word_must_stand_there_and_one_of_several_alternatives() -> None:
    words = (("encrypt",), ("rest", "storage"))

    assert fits("Is data encrypted at rest?", *words)
    assert fits("Is storage encrypted?", *words)
    assert not fits("Is data encrypted?", *words)
    assert not fits("Is data kept in storage?", *words)


def test_a_question_of_ours_is_suggested_once_by_the_first_rule_that_fits() -> None:
    rules = (
        a_rule(answers={"yes": "first"}),
        a_rule("r2", answers={"yes": "second"}),
        a_rule("r3", "q2", answers={"yes": "third"}),
    )
    both = Crosswalk("c", "1", "C", "Foreign", "p", rules)

    assert [(each.question, each.value) for each in both.suggest("", "Is it lawful?", "", "yes")] == [("q", "first"), ("q2", "third")]


# --- files --------------------------------------------------------------------------------------------------------------


def mistakes(old: str, new: str, pack: Pack | None = None) -> list[tuple[int | None, str | None, str]]:
    """The problems of the crosswalk after one change."""
    assert old in CROSSWALK_YAML
    parsed = read_crosswalk(CROSSWALK_YAML.replace(old, new, 1), pack)
    assert (parsed.crosswalk is None) == bool(parsed.problems)
    return [(problem.row, problem.column, problem.message) for problem in parsed.problems]


def test_a_crosswalk_is_read_with_all_it_says() -> None:
    read = crosswalk()

    assert (read.id, read.version, read.questionnaire, read.pack) == ("foreign-1", "1.0", "Foreign 1", "small")
    assert read.spellings == {"yes": ("Yes", "y", "sí"), "no": ("No", "n")}
    assert read.rules[0] == CrosswalkRule(
        id="tests",
        question="tested",
        words=(("penetration",), ("independent", "outside part")),
        answers={"yes": "good", "no": "bad"},
        confidence=Confidence.HIGH,
        ids=("TST-04",),
        without=("internal team",),
        note="Ask for the date.",
    )


def test_it_is_read_the_same_beside_the_pack_it_leads_to() -> None:
    assert read_crosswalk(CROSSWALK_YAML, small_pack()).crosswalk == crosswalk()


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "part"),
    [
        ("confidence: high", "confidence: sure", 17, "rules[0].confidence", "high, medium or low"),
        ("id: law", "id: tests", 19, "rules[1].id", "stands before, on line 11"),
        ('"yes": good, "no": bad', '"maybe": good', 16, "rules[0].answers.maybe", "has no spellings"),
        ("    domains: [LEG, Legal matters]\n", "", 20, "rules[1].words", "needs at least 2 words"),
        ("words: [lawful]", "words: []", 21, "rules[1].words", "An empty list"),
        ("words: [lawful]", "word: [lawful]", 19, "rules[1].words", "is missing"),
        ("words: [lawful]", "word: [lawful]", 21, "rules[1].word", "Did you mean 'words'"),
        ("pack: small\n", "", 1, "pack", "is missing"),
        ("words: [lawful]", "words: [lawful", None, None, "not valid YAML"),
    ],
)
def test_a_mistake_is_named_by_line_and_field(old: str, new: str, row: int | None, column: str | None, part: str) -> None:
    found = mistakes(old, new)

    if column is None:
        assert len(found) == 1 and part in found[0][2]
    else:
        assert any((line, name) == (row, column) and part in message for line, name, message in found), found


def test_an_empty_file_is_refused_with_a_sentence() -> None:
    assert [problem.message for problem in read_crosswalk("").problems] == ["The file is empty. Write a crosswalk with its rules."]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "question: tested",
            "question: tasted",
            (15, "rules[0].question", "The pack 'small' has no question 'tasted'. Use an id of its questions."),
        ),
        (
            '"no": bad',
            '"no": awful',
            (16, "rules[0].answers.no", "The question 'tested' has no answer 'awful'. Its answers: good, bad."),
        ),
        ("pack: small", "pack: large", (5, "pack", "The crosswalk is for the pack 'large', not for 'small'.")),
    ],
)
def test_a_rule_that_leads_out_of_the_pack_is_named(old: str, new: str, expected: tuple[int, str, str]) -> None:
    assert mistakes(old, new, small_pack()) == [expected]

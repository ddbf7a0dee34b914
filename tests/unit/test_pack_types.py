"""Packs with every type of question, and the mistakes that can be made with each."""

import json
import re
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
import yaml

from tests.factories.pack import EVERY_TYPE_YAML
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import NOT_APPLICABLE, Combine, Level, Pack, QuestionType
from vendor_ai.kit.data import data_folder
from vendor_ai.services.questionnaire import check_pack_text

TODAY = date(2026, 7, 1)


def every_type() -> Pack:
    parsed = check_pack_text(EVERY_TYPE_YAML)
    assert parsed.pack is not None, parsed.problems
    return parsed.pack


def mistakes(old: str, new: str) -> list[tuple[int | None, str | None, str]]:
    """The problems of the pack after one change."""
    assert old in EVERY_TYPE_YAML
    parsed = check_pack_text(EVERY_TYPE_YAML.replace(old, new, 1))
    assert (parsed.pack is None) == bool(parsed.problems)
    return [(problem.row, problem.column, problem.message) for problem in parsed.problems]


def test_every_type_is_read_with_what_belongs_to_it() -> None:
    pack = every_type()
    questions = {question.id: question for question in pack.questions}

    assert [question.type for question in pack.questions] == [QuestionType(name) for name in (
        "yes_no", "multi", "multi", "scale", "number", "date", "text", "file"
    )]  # fmt: skip
    assert [option.label for option in questions["tested"].options] == ["Yes", "No"]
    assert questions["checks"].combine is Combine.COUNT
    assert (questions["notice"].minimum, questions["notice"].maximum, questions["notice"].unit) == (Decimal(0), Decimal("365.5"), "days")
    assert (questions["notice"].evidence, questions["notice"].evidence_required, questions["notice"].evidence_months) == (
        "The clause.",
        True,
        12,
    )
    assert [question.id for question in pack.questions if not question.scored] == ["remark"]
    assert questions["remark"].required is False


def test_a_pack_with_every_type_reads_back_from_its_own_json_with_the_same_digest() -> None:
    pack = every_type()

    copy = check_pack_text(json.dumps(pack.as_json(), ensure_ascii=False)).pack

    assert copy == pack and copy.digest() == pack.digest()


def test_a_pack_without_description_and_groups_reads_back_too() -> None:
    pack = check_pack_text(EVERY_TYPE_YAML.replace("group: technical, ", "")).pack
    assert pack is not None

    assert check_pack_text(json.dumps(pack.as_json(), ensure_ascii=False)).pack == pack


def test_every_type_fits_the_schema_in_an_ordinary_editor_too() -> None:
    schema = json.loads((data_folder("questionnaires") / "pack.schema.json").read_text(encoding="utf-8"))

    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(EVERY_TYPE_YAML))


@pytest.mark.parametrize(
    ("question", "value", "level"),
    [
        ("tested", "yes", Level.LOW),
        ("channels", "chat; mail", Level.HIGH),
        ("channels", "none", Level.LOW),
        ("checks", "fuzz", Level.HIGH),
        ("checks", "lint; fuzz", Level.MEDIUM),
        ("checks", "lint; unit; fuzz", Level.LOW),
        ("grade", "2", Level.MEDIUM),
        ("notice", "29.5", Level.CRITICAL),
        ("notice", "29.500000000001", Level.MEDIUM),
        ("notice", "90", Level.MEDIUM),
        ("notice", "90.1", Level.LOW),
        ("audited", "2025-07-01", Level.LOW),  # 365 days before
        ("audited", "2025-06-30", Level.HIGH),  # 366 days before
        ("audited", "2026-08-01", Level.LOW),  # 31 days ahead: an age of -31
        ("remark", "Much.", None),
        ("policy", "policy.pdf", Level.LOW),
        ("notice", NOT_APPLICABLE, None),
    ],
)
def test_an_answer_carries_the_level_of_its_options_or_its_band(question: str, value: str, level: Level | None) -> None:
    found = every_type().question(question)

    assert found is not None and found.level_of(value, TODAY) == level


def test_the_best_chosen_option_counts_where_the_pack_says_so() -> None:
    pack = check_pack_text(
        EVERY_TYPE_YAML.replace("    type: multi\n    options:", "    type: multi\n    combine: best\n    options:", 1)
    ).pack
    assert pack is not None
    question = pack.question("channels")

    assert question is not None and question.level_of("chat; mail") is Level.MEDIUM


def test_the_age_of_a_date_is_not_guessed_without_a_day_to_count_to() -> None:
    question = every_type().question("audited")

    assert question is not None
    with pytest.raises(ValueError, match="as_of"):
        question.level_of("2026-01-01")


def test_a_pack_is_shown_in_another_language_with_the_same_ids_and_values() -> None:
    pack = every_type()

    german = pack.in_language("DE")

    assert (pack.languages, german.title, german.dimensions[1].label) == (("en", "de"), "Alle Arten", "Recht")
    notice = german.question("notice")
    assert notice is not None and (notice.text, notice.evidence) == ("Wie viele Tage Vorlauf?", "Die Klausel.")
    assert [(option.value, option.label) for option in german.questions[0].options] == [("yes", "Ja"), ("no", "Nein")]
    assert [question.id for question in german.questions] == [question.id for question in pack.questions]
    assert pack.in_language("en") is pack


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidInputError, match="Choose one of: en, de"):
        every_type().in_language("fr")


NOTICE_BANDS = "bands: [{up_to: 29.5, level: CRITICAL}, {up_to: 90, level: MEDIUM}, {level: LOW}]"


@pytest.mark.parametrize(
    ("old", "new", "on", "column", "part"),
    [
        # what belongs to a type
        ("    options: [{value: yes, level: LOW}, {value: no, level: CRITICAL}]\n", "", "- id: tested",
         "q[0].options", "type yes_no needs options"),
        ("    minimum: 0\n", "    options: [{value: a, level: LOW}]\n", "options: [{value: a",
         "q[4].options", "A question of type number has no options"),
        ("    unit: days\n", "    floor: {answer: a, at_least: REJECTED}\n", "floor: {answer: a", "q[4].floor", "has no floor"),
        ("    required: false", "    bands: [{level: LOW}]", "bands: [{level: LOW}]", "q[6].bands", "type text has no bands"),
        ("    answered: LOW", "    unit: files", "unit: files", "q[7].unit", "to one that has it: number"),
        ("    type: yes_no", "    combine: best\n    type: yes_no", "combine: best", "q[0].combine", "to one that has it: multi"),
        ("    type: text", "    type: essay", "type: essay", "q[6].type", "one of choice, yes_no, multi"),
        # options
        ("{value: no, level", "{value: maybe, level", "options: [{value: yes",
         "q[0].options", "has the options yes and no, not yes, maybe"),
        ("{value: 3, label", "{value: 4, label", "options: [{value: 1", "q[3].options", "are 1, 2, 3 and so on in this order, not 1, 2, 4"),
        ("value: chat, label", "value: chat;voice, label", "- {value: chat;", "q[1].options[0].value", "holds a semicolon"),
        ("answer: mail, at", "answer: fax, at", "floor: {answer: fax", "q[1].floor", "has no answer 'fax'"),
        # bands
        ("{up_to: 90, level", "{up_to: 29.5, level", "bands: [{up_to: 29.5", "q[4].bands[1].up_to", "does not lie above 29.5"),
        ("{level: LOW}]\n    evidence", "{up_to: 99, level: LOW}]\n    evidence", "bands: [{up_to: 29.5",
         "q[4].bands[2].up_to", "has no up_to"),
        ("{up_to: 90, level", "{level", "bands: [{up_to: 29.5", "q[4].bands[1]", "Only the last band has none"),
        ("{up_to: 365, level", "{up_to: 365.5, level", "bands: [{up_to: 365.5", "q[5].bands[0].up_to", "not a whole number"),
        ("{up_to: 29.5, level", "{up_to: many, level", "bands: [{up_to: many", "q[4].bands[0].up_to", "a decimal number such as 30"),
        ("{up_to: 29.5, level", "{up_to: -0.5, level", "bands: [{up_to: -0.5", "q[4].bands[0]", "at least 0 and at most 365.5"),
        ("maximum: 365.5", "maximum: 90", "bands: [{up_to: 29.5", "q[4].bands[2]", "No answer can fall into this band"),
        ("{up_to: 1, level: HIGH}", "{up_to: 3, level: HIGH}", "bands: [{up_to: 3", "q[2].bands[1].up_to", "does not lie above 3"),
        ("{up_to: 1, level: HIGH}", "{up_to: 0, level: HIGH}", "bands: [{up_to: 0", "q[2].bands[0]", "at least 1 and at most 3"),
        ("    combine: count\n", "", "bands: [{up_to: 1", "q[2].bands", "Add combine: count"),
        ("    bands: [{up_to: 1, level: HIGH}, {up_to: 2, level: MEDIUM}, {level: LOW}]\n", "", "- id: checks",
         "q[2].bands", "how many options"),
        ("minimum: 0", "minimum: 400", "maximum", "q[4].maximum", "lies below the minimum 400"),
        # scored or not
        ("    type: file", "    type: file\n    required:  false", "required:  false", "q[7].required", "must be answered"),
        ("    required: false", "    condition: {text: X., days: 1}", "condition: {text: X", "q[6].condition", "Add answered"),
        # evidence
        ("ask: The clause., ", "", "evidence: {required", "q[4].evidence.ask", "is missing"),
        ("valid_months: 12", "valid_months: soon", "evidence: {ask", "q[4].evidence.valid_months", "a whole number of months"),
        # triggers
        ("question: tested, answer: yes", "question: notice, answer: yes", "applies_when: {question: notice",
         "q[5].applies_when", "of type number, so it has no answers"),
        ("is: [MEDIUM, HIGH]", "is: [MEDIUM, TOP]", "applies_when: [{property",
         "q[7].applies_when", "'TOP' is no tier. Use one of: LOW, MEDIUM, HIGH"),
        ("property: tier, is: [MEDIUM, HIGH]", "property: decision_type, is: auto", "applies_when: [{property",
         "q[7].applies_when", "human_in_the_loop"),
        # translations
        ("  de:", "  en:", "en:", "translations.en", "is there already"),
        ("  de:", "  German:", "German:", "translations.German", "not the code of a language"),
        ("law: Recht}", "lwa: Recht}", "dimensions: {safety: Sicherheit", "translations.de.dimensions.lwa", "no dimension 'lwa'"),
        (", law: Recht}", "}", "dimensions: {safety: Sicherheit", "translations.de.dimensions", "lacks the dimension law"),
        ("      remark: {text: \"Was noch?\"}\n", "", "questions:  # by id", "translations.de.questions", "lacks the question remark"),
        ("      remark: {text", "      remarks: {text", "remarks:", "translations.de.questions.remarks", "no question 'remarks'"),
        (", evidence: Die Klausel.", "", "notice: {text", "translations.de.questions.notice.evidence", "lacks the evidence"),
        (", fuzz: Zufallstests", "", "checks: {text", "translations.de.questions.checks.options", "lacks the option fuzz"),
        ("fuzz: Zufallstests", "fuzz: Stil", "checks: {text", "translations.de.questions.checks.options.lint", "names two answers"),
        ("1: Schlecht", "1: N/A", "grade: {text", "translations.de.questions.grade.options.1", "reserved"),
        ("title: Alle Arten", "title: ~", "title: ~", "translations.de.title", "one line"),
        # sources
        ("    text: Was it tested?", "    text: T\n    source: {NIST AI RMF: ''}", "source", "q[0].source.NIST AI RMF", "one line"),
        ("    text: Was it tested?", "    text: T\n    source: {' ': MAP 1.1}", "source", "q[0].source", "name of the framework is empty"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_line_and_field(old: str, new: str, on: str, column: str, part: str) -> None:
    """``on`` is how the line begins that must be named, ``q`` is short for questions."""
    lines = EVERY_TYPE_YAML.replace(old, new, 1).splitlines()
    line = next(number for number, text in enumerate(lines, start=1) if text.strip().startswith(on))

    found = mistakes(old, new)

    assert any((row, name) == (line, re.sub("^q(?=\\[)", "questions", column)) and part in message for row, name, message in found), found


def test_a_multi_question_has_at_most_twenty_options() -> None:
    options = ", ".join(f"{{value: v{number}, level: LOW}}" for number in range(21))
    fault = mistakes("[{value: lint, level: LOW}, {value: unit, level: LOW}, {value: fuzz, level: LOW}]", f"[{options}]")

    assert any("at most 20 options, not 21" in message for _, _, message in fault)


def test_many_missing_translations_are_told_in_one_sentence() -> None:
    head, _, _ = EVERY_TYPE_YAML.partition("    questions:  # by id")

    problems = check_pack_text(head + "    questions: {tested: {text: Wurde?, options: {yes: Ja, no: Nein}}}\n").problems

    assert [problem.message for problem in problems] == [
        "The translation lacks the question channels, checks, grade, notice, audited and 2 more. Add it."
    ]


def test_a_question_whose_answers_steer_in_too_many_ways_is_refused_at_once() -> None:
    options = ", ".join(f"{{value: v{number}, level: LOW}}" for number in range(20))
    steered = "".join(
        f"  - {{id: s{n}, dimension: law, text: S, type: text, applies_when: {{question: checks, answer: v{n}}}}}\n" for n in range(20)
    )
    text = EVERY_TYPE_YAML.replace("{value: lint, level: LOW}, {value: unit, level: LOW}, {value: fuzz, level: LOW}", options)
    text = text.partition("translations:")[0] + steered

    assert [problem.column for problem in check_pack_text(text).problems] == ["questions.applies_when"]

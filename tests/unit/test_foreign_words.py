"""What headings and answers mean, in the languages questionnaires come in."""

import pytest

from vendor_ai.domain.level import Level
from vendor_ai.domain.question import QuestionType
from vendor_ai.importers.foreign.answer_word import Meaning, level_of, meaning_of, opening_meaning
from vendor_ai.importers.foreign.choice import choices_in, graded
from vendor_ai.importers.foreign.column import EXACT, INSIDE, Role, heading_role
from vendor_ai.importers.foreign.column_content import number_of, question_type
from vendor_ai.importers.foreign.language import language_of


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("Yes YES y Sí si Ja Oui Sim Implemented", Meaning.YES),
        ("No NO n Nein Non Não nao Nee", Meaning.NO),
        ("Partial Parcial Teilweise Partiel Parcialmente Partially", Meaning.PARTIAL),
        ("Alternate Alternativa Compensating", Meaning.ALTERNATE),
        ("Planned Geplant Previsto", Meaning.PLANNED),
        ("N/A NA n.a. N/a", Meaning.NOT_APPLICABLE),
    ],
)
def test_single_words_are_known_in_seven_languages_whatever_their_case_and_accents(words: str, meaning: Meaning) -> None:
    assert {word: meaning_of(word) for word in words.split()} == dict.fromkeys(words.split(), meaning)


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("Not applicable", Meaning.NOT_APPLICABLE),
        ("No aplica", Meaning.NOT_APPLICABLE),
        ("Nicht zutreffend", Meaning.NOT_APPLICABLE),
        ("Sans objet", Meaning.NOT_APPLICABLE),
        ("Não aplicável", Meaning.NOT_APPLICABLE),
        ("Compensating control", Meaning.ALTERNATE),
        ("Not implemented", Meaning.NO),
        ("In progress", Meaning.PLANNED),
        ("Don't know", Meaning.UNKNOWN),
    ],
)
def test_phrases_mean_what_their_first_word_alone_would_not(phrase: str, meaning: Meaning) -> None:
    assert meaning_of(phrase) is meaning


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("Yes, since 2021", Meaning.YES),
        ("No - never", Meaning.NO),
        ("Yes - partially", Meaning.PARTIAL),
        ("Yes (planned for May)", Meaning.PLANNED),
        ("No longer in use", None),
        ("Nothing of the kind", None),
        ("Yes, we keep a ledger of all badges in the hall", None),
        ("", None),
    ],
)
def test_a_longer_answer_is_read_by_its_opening_only_where_that_is_plain(answer: str, meaning: Meaning | None) -> None:
    assert opening_meaning(answer) is meaning


def test_yes_and_no_change_places_where_no_is_the_good_answer() -> None:
    assert (level_of(Meaning.YES), level_of(Meaning.NO)) == (Level.LOW, Level.HIGH)
    assert (level_of(Meaning.YES, compliant=Meaning.NO), level_of(Meaning.NO, compliant=Meaning.NO)) == (Level.HIGH, Level.LOW)
    assert level_of(Meaning.PARTIAL, compliant=Meaning.NO) is Level.MEDIUM


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("Yes\nNo\nN/A", ("Yes", "No", "N/A")),
        ("Yes/No/N/A", ("Yes", "No", "N/A")),
        ("Si; No; Parcial; N/A", ("Si", "No", "Parcial", "N/A")),
        ("• Ja\n• Nein", ("Ja", "Nein")),
        ("Please select, Yes, No", ("Yes", "No")),
        ("Yes, No, yes", ("Yes", "No")),
        ("", ()),
    ],
)
def test_a_cell_that_lists_answers_is_cut_into_them(cell: str, labels: tuple[str, ...]) -> None:
    assert choices_in(cell) == labels


def test_yes_no_and_not_applicable_become_a_yes_no_question() -> None:
    found = graded(("Yes", "No", "N/A"))

    assert found is not None
    assert (found.type, found.not_applicable) == (QuestionType.YES_NO, True)
    assert [(option.value, option.label, option.level.name) for option in found.options] == [("yes", "Yes", "LOW"), ("no", "No", "HIGH")]


def test_a_scale_with_alternate_becomes_a_choice_and_keeps_its_words() -> None:
    found = graded(("Sí", "Alternativa", "No"))

    assert found is not None
    assert (found.type, found.not_applicable) == (QuestionType.CHOICE, False)
    assert [(option.value, option.label, option.level.name) for option in found.options] == [
        ("yes", "Sí", "LOW"),
        ("alternate", "Alternativa", "MEDIUM"),
        ("no", "No", "HIGH"),
    ]


def test_a_qualified_yes_beside_a_plain_one_is_less_than_it() -> None:
    found = graded(("Yes", "Yes, with exceptions", "No"))

    assert found is not None
    assert [(option.value, option.level.name) for option in found.options] == [
        ("option-1", "LOW"),
        ("yes-with-exceptions", "MEDIUM"),
        ("no", "HIGH"),
    ]


def test_an_unknown_label_beside_yes_and_no_is_medium_and_named() -> None:
    found = graded(("Yes", "No", "Ask the keeper"))

    assert found is not None
    assert found.unsure == ("Ask the keeper",)
    assert found.options[2].level is Level.MEDIUM


@pytest.mark.parametrize("labels", [("Weekly", "Monthly"), ("1", "2", "3"), ("Yes",), ("Yes", "N/A"), ()])
def test_labels_that_say_nothing_about_risk_are_not_graded(labels: tuple[str, ...]) -> None:
    assert graded(labels) is None


@pytest.mark.parametrize(
    ("heading", "role", "strength"),
    [
        ("Question ID", Role.ID, EXACT),
        ("#", Role.ID, EXACT),
        ("Ques Num", Role.ID, EXACT),
        ("Question/Request", Role.TEXT, EXACT),
        ("Pregunta", Role.TEXT, EXACT),
        ("CSP CAIQ Answer", Role.ANSWER, INSIDE),
        ("Service Provider AI-CAIQ Answer", Role.ANSWER, INSIDE),
        ("CSP Implementation Description (Optional/Recommended)", Role.COMMENT, INSIDE),
        ("CCM Domain Title", Role.SECTION, INSIDE),
        ("CCM Control ID", Role.CONTROL, INSIDE),
        ("Compliant Response", Role.COMPLIANT, EXACT),
        ("Default Weight", Role.WEIGHT, EXACT),
        ("Max Score", Role.MAXIMUM, EXACT),
    ],
)
def test_headings_name_their_role(heading: str, role: Role, strength: int) -> None:
    assert heading_role(heading) == (role, strength)


@pytest.mark.parametrize(
    "heading", ["SSRM Control Ownership", "Analyst Answer", "Reviewer response", "CCM Control Title", "Is there a question?", "Q" * 100, ""]
)
def test_headings_of_other_columns_name_none(heading: str) -> None:
    assert heading_role(heading) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", "5"),
        ("2,5", "2.5"),
        ("12.50 %", "12.50"),
        ("-1", "-1"),
        ("five", None),
        ("", None),
        ("NaN", None),
        ("1e400", None),
        ("1,2,3", None),
    ],
)
def test_numbers_are_read_with_point_or_comma(text: str, number: str | None) -> None:
    found = number_of(text)
    assert (None if found is None else str(found)) == number


def test_words_for_question_types_are_known() -> None:
    words = ["unique_choice", "Free text", "Yes/No", "fecha", "Govern"]
    assert [question_type(word) for word in words] == ["choice", "text", "yes_no", "date", None]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Are the badges of the hall counted by your keepers?", "en"),
        ("¿Dispone el proveedor de los faroles y de las cuerdas para la casa?", "es"),
        ("Werden die Laternen und die Seile mit der Hand gezählt?", "de"),
        ("Les lanternes et les cordes sont comptées par vous avec soin?", "fr"),
        ("Os faróis e as cordas são contados para uma lista dos anexos?", "pt"),
        ("12 34", "en"),
    ],
)
def test_the_language_is_told_by_common_words(text: str, language: str) -> None:
    assert language_of([text]) == language

"""What the workbook asks, in which language, and what it says about itself."""

import io
from typing import Any

import openpyxl
import pytest

from tests.factories.pack import EVERY_TYPE_YAML, SMALL_PACK_YAML, a_pack, a_question
from tests.factories.workbook import edited
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.form_origin import FormChangedError, FormOrigin
from vendor_ai.domain.form_word import HEADINGS, NOT_APPLICABLE_LABELS, Column, cleaned, says_not_applicable, says_yes_or_no
from vendor_ai.domain.pack import Pack, Question, QuestionType
from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook
from vendor_ai.exporters.workbook_form import Form
from vendor_ai.exporters.workbook_rule import answer_rule
from vendor_ai.exporters.workbook_text import FORM_TEXTS
from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook
from vendor_ai.services.questionnaire import check_pack_text

KEY = b"a key of this installation"


def every_type() -> Pack:
    pack = check_pack_text(EVERY_TYPE_YAML).pack
    assert pack is not None
    return pack


def book_of(**arguments: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(questionnaire_workbook(every_type(), {}, **arguments)))


def column_of(book: Any, column: Column) -> list[Any]:
    return [cell.value for cell in book["Questionnaire"][openpyxl.utils.get_column_letter(column + 1)][4:]]


def test_a_german_workbook_is_german_throughout() -> None:
    book = book_of(language="de", component="Harbour CRM")

    assert [sheet.title for sheet in book][:2] == ["Anleitung", "Questionnaire"]
    assert [cell.value for cell in book["Questionnaire"][4]] == list(HEADINGS["de"])
    assert [row[0].value for row in book["Anleitung"].iter_rows(max_row=2)] == ["Alle Arten 1.0", "Betrifft: Harbour CRM"]
    assert column_of(book, Column.QUESTION)[5] == (
        "Wann war die letzte Prüfung?\n[Ein Datum wie 2026-07-31]\n[Nur wenn die Antwort auf Frage 1 lautet: \u201eJa\u201c]"
    )
    assert [cell.value for cell in book["_lists"]["A"][:3]] == ["Ja", "Nein", "Nicht zutreffend"]
    assert column_of(book, Column.AREA)[0] == "Sicherheit"
    assert book["Questionnaire"]["D2"].value.endswith('&" unbeantwortet"')


def test_every_language_has_all_the_words() -> None:
    assert list(FORM_TEXTS) == list(HEADINGS) == list(NOT_APPLICABLE_LABELS)
    assert {len(text.steps) for text in FORM_TEXTS.values()} == {9}
    assert {len(labels) for labels in HEADINGS.values()} == {len(Column)}
    assert all(says_not_applicable(label) for label in NOT_APPLICABLE_LABELS.values())


def test_headings_of_two_languages_never_mean_two_columns() -> None:
    meant: dict[str, set[int]] = {}
    for labels in HEADINGS.values():
        for place, label in enumerate(labels):
            meant.setdefault(cleaned(label), set()).add(place)
    assert all(len(places) == 1 for places in meant.values())


def test_where_only_the_instructions_are_translated_the_questions_stay_in_the_packs_language() -> None:
    book = book_of(language="es")

    assert book.sheetnames[0] == "Instrucciones"
    assert column_of(book, Column.QUESTION)[0] == "Was it tested?"


def test_a_language_that_nobody_wrote_is_refused_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError, match=r"not there in the language 'pl'\. Choose one of: en, de"):
        book_of(language="pl")


def test_questions_that_are_ruled_out_are_left_out_and_the_others_numbered_anew() -> None:
    book = book_of(questions=["channels", "audited", "policy"])

    assert column_of(book, Column.ID) == ["channels", "audited", "policy"]
    assert column_of(book, Column.NUMBER) == [1, 2, 3]
    assert (
        "[Only if the answer to question 1 is: \u201cChat; also by voice\u201d or \u201cE-mail\u201d]"
        in column_of(book, Column.QUESTION)[2]
    )


def test_a_condition_that_is_known_to_hold_is_not_spoken_of() -> None:
    asked = [question.id for question in every_type().questions]

    assert "[Only if the component's tier is: MEDIUM or HIGH]" in column_of(book_of(), Column.QUESTION)[7]
    assert "tier" not in column_of(book_of(questions=asked), Column.QUESTION)[7]


def test_a_workbook_without_questions_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="No question of the pack 'every-type' is left"):
        book_of(questions=[])


def test_every_question_says_how_it_is_answered() -> None:
    texts = column_of(book_of(), Column.QUESTION)

    assert texts[1] == (
        "Where is it open to abuse?\nOne or several of these, separated by semicolons:"
        "\n\u2022 Chat; also by voice\n\u2022 E-mail\n\u2022 Nowhere"
    )
    assert texts[4] == "How many days of notice?\n[A number in days, from 0 to 365.5]"
    assert texts[6] == "What else?\n[In your own words, at most 5000 characters]\n[Optional]"
    assert column_of(book_of(), Column.ASKED_FOR)[4] == "The clause.\nRequired. Not older than 12 months."
    assert "von 0 bis 365,5" in column_of(book_of(language="de"), Column.QUESTION)[4]


def test_every_type_has_its_own_rule_for_what_may_be_entered() -> None:
    rules = {str(rule.sqref): rule for rule in book_of()["Questionnaire"].data_validations.dataValidation}

    assert {place: rules[place].type for place in ("E5", "E8", "E9", "E10", "E11", "E12")} == {
        **dict.fromkeys(("E5", "E8"), "list"),
        "E9": "decimal",
        "E10": "date",
        **dict.fromkeys(("E11", "E12"), "textLength"),
    }
    assert (rules["E9"].formula1, rules["E9"].formula2, rules["E9"].promptTitle) == ("0.0", "365.5", "days")
    assert rules["E9"].prompt == "A number in days, from 0 to 365.5"
    assert rules["E9"].errorStyle == "warning", "not applicable may be written there"
    assert rules["E11"].formula1 == "5000"


def test_a_number_that_must_be_given_lets_nothing_else_stand() -> None:
    question = Question("q", "d1", "How many?", type=QuestionType.NUMBER, not_applicable=False)

    assert "error_type" not in answer_rule(Form.of(a_pack([question]), None, ""), question, "answers_1")


def test_an_answer_that_rules_a_question_out_is_known_before_anything_computes() -> None:
    content = questionnaire_workbook(every_type(), {"tested": Answer("tested", "no")})

    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Questionnaire"]

    assert [sheet.cell(row, Column.APPLIES + 1).value for row in range(5, 13)] == [1, 1, 1, 1, 1, 0, 2, 1]
    assert sheet["D2"].value == "5 unanswered"


def test_no_formula_needs_indirect() -> None:
    sheet = book_of()["Questionnaire"]

    formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas and not any("INDIRECT" in formula for formula in formulas)


def signed(**arguments: Any) -> bytes:
    return questionnaire_workbook(every_type(), {}, reference="harbour", assessment="A-7", key=KEY, **arguments)


def test_a_signed_workbook_names_its_component_and_assessment() -> None:
    found = read_questionnaire_workbook(every_type(), signed(language="de", questions=["tested"]), name="back.xlsx", key=KEY)

    assert (found.component, found.assessment) == ("harbour", "A-7")


def test_a_workbook_that_was_readdressed_is_refused() -> None:
    def readdress(book: Any) -> None:
        cells = {row[0].value: row[1] for row in book["_meta"].iter_rows()}
        cells["vendor_ai_assessment"].value = "A-8"

    with pytest.raises(FormChangedError, match="its signature does not fit"):
        read_questionnaire_workbook(every_type(), edited(signed(), readdress), name="back.xlsx", key=KEY)


def test_a_workbook_of_another_installation_is_refused() -> None:
    with pytest.raises(FormChangedError):
        read_questionnaire_workbook(every_type(), signed(), name="back.xlsx", key=b"another key")


def without_signature(book: Any) -> None:
    """As somebody would do who wants to readdress the file: the signature is gone from the hidden sheet and the properties."""
    sheet = book["_meta"]
    sheet.delete_rows(next(row[0].row for row in sheet.iter_rows() if row[0].value == "vendor_ai_hmac"))
    del book.custom_doc_props["vendor_ai_hmac"]


@pytest.mark.parametrize("key", [None, KEY])
def test_a_workbook_of_an_assessment_whose_signature_was_deleted_is_refused(key: bytes | None) -> None:
    content = edited(signed(), without_signature)

    with pytest.raises(FormChangedError, match="its signature is missing"):
        read_questionnaire_workbook(every_type(), content, name="back.xlsx", key=key)


@pytest.mark.parametrize("gone", [("vendor_ai_assessment",), ("vendor_ai_assessment", "vendor_ai_schema")])
def test_a_workbook_that_lost_its_assessment_with_its_signature_is_refused(gone: tuple[str, ...]) -> None:
    stated = FormOrigin.of(every_type(), component="harbour", assessment="A-7").properties()
    kept = {word: text for word, text in stated.items() if word not in gone}

    with pytest.raises(FormChangedError, match="its signature is missing"):
        FormOrigin.read(kept, name="back.xlsx", key=KEY)


def test_an_assessment_needs_a_signature_whatever_the_file_calls_its_form() -> None:
    stated = FormOrigin.of(every_type(), component="harbour", assessment="A-7").properties()

    with pytest.raises(FormChangedError):
        FormOrigin.read(stated | {"vendor_ai_schema": "vendor-ai-questionnaire-1"}, name="back.xlsx", key=KEY)


def test_a_file_of_the_first_form_is_believed_about_its_component_without_signature() -> None:
    stated = FormOrigin.of(every_type(), component="harbour").properties() | {"vendor_ai_schema": "vendor-ai-questionnaire-1"}

    read = FormOrigin.read(stated, name="back.xlsx", key=KEY)

    assert read is not None and (read.component, read.assessment) == ("harbour", "")


@pytest.mark.parametrize("key", [None, KEY])
def test_the_workbook_of_a_blank_pack_needs_no_signature(key: bytes | None) -> None:
    blank = questionnaire_workbook(every_type(), {})

    found = read_questionnaire_workbook(every_type(), blank, name="back.xlsx", key=key)

    assert (found.component, found.assessment, found.problems) == ("", "", ())


def test_a_file_is_read_without_the_key_it_was_signed_with() -> None:
    assert read_questionnaire_workbook(every_type(), signed(), name="back.xlsx").assessment == "A-7"


def test_the_signature_is_there_in_the_properties_when_the_hidden_sheet_is_gone() -> None:
    def remove(book: Any) -> None:
        del book["_meta"]

    assert read_questionnaire_workbook(every_type(), edited(signed(), remove), name="back.xlsx", key=KEY).assessment == "A-7"


def test_an_empty_property_is_no_text() -> None:
    def remove(book: Any) -> None:
        del book["_meta"]

    unsent = edited(questionnaire_workbook(every_type(), {}), remove)

    found = read_questionnaire_workbook(every_type(), unsent, name="back.xlsx", key=KEY)

    assert (found.component, found.assessment) == ("", "")


def test_what_a_file_says_about_itself_fits_into_properties_for_two_thousand_questions() -> None:
    pack = a_pack([a_question(f"q{number}") for number in range(2_000)])
    every_third = [f"q{number}" for number in range(0, 2_000, 3)]

    stated = FormOrigin.of(pack, questions=every_third).properties(KEY)

    assert max(map(len, stated.values())) <= 255
    read = FormOrigin.read(stated, name="x", key=KEY)
    assert read is not None and list(read.sent(pack)) == every_third


def test_a_file_of_the_first_format_is_taken_to_hold_every_question() -> None:
    stated = {"vendor_ai_schema": "vendor-ai-questionnaire-1", "vendor_ai_pack": "small", "vendor_ai_version": "1.0"}
    pack = check_pack_text(SMALL_PACK_YAML).pack
    assert pack is not None

    origin = FormOrigin.read(stated, name="x", key=KEY)

    assert origin is not None and origin.sent(pack) == ("tested", "retested", "lawful")


@pytest.mark.parametrize(("word", "meaning"), [("Sì", "yes"), ("OUI!", "yes"), ("nein", "no"), ("Não", "no"), ("perhaps", ""), ("", "")])
def test_yes_and_no_are_known_in_six_languages(word: str, meaning: str) -> None:
    assert says_yes_or_no(word) == meaning

"""What goes into a workbook comes back identical, also after LibreOffice saved the file."""

import io
import random
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.pack import EVERY_TYPE_YAML, a_pack
from tests.factories.workbook import awkward_text, edited, kept_by_libreoffice, saved_by_libreoffice
from vendor_ai.domain.answer import Answer
from vendor_ai.domain.band import number_text
from vendor_ai.domain.pack import NOT_APPLICABLE, Pack, Question, QuestionType
from vendor_ai.exporters.questionnaire_workbook import questionnaire_workbook
from vendor_ai.exporters.workbook_cell import TextDoesNotFitError
from vendor_ai.importers.answers import AnswerSet
from vendor_ai.importers.questionnaire_workbook import read_questionnaire_workbook
from vendor_ai.scoring.applicability import Asked, asked_questions
from vendor_ai.services.questionnaire import check_pack_text, find_pack

CELLS_A_ROW = 4  # answer, evidence, date, comment


def every_type() -> Pack:
    pack = check_pack_text(EVERY_TYPE_YAML).pack
    assert pack is not None
    return pack


def texts(count: int) -> Pack:
    """A pack of questions that are answered in words."""
    return a_pack([Question(f"q{number}", "d1", f"What about {number}?", type=QuestionType.TEXT) for number in range(count)])


def read(pack: Pack, content: bytes) -> AnswerSet:
    return read_questionnaire_workbook(pack, content, name="back.xlsx")


def generated(pack: Pack, seed: int, *, libreoffice: bool = False) -> dict[str, Answer]:
    """An answer to every question of ``pack`` with any texts and dates."""
    chance = random.Random(seed)

    def text() -> str:
        written = awkward_text(chance)
        return kept_by_libreoffice(written) if libreoffice else written

    def day() -> str:
        return f"{chance.randint(1901, 9998):04}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"

    return {
        question.id: Answer(question.id, value_of(question, chance, text(), day()), text(), text(), day()) for question in pack.questions
    }


def value_of(question: Question, chance: random.Random, text: str, day: str) -> str:
    """Any answer the question takes."""
    match question.type:
        case QuestionType.TEXT:
            return text
        case QuestionType.FILE:
            return f"https://example.org/{chance.randint(1, 10**6)}"
        case QuestionType.DATE:
            return day
        case QuestionType.NUMBER:
            low, high = question.minimum or Decimal(0), question.maximum or Decimal(1_000_000)
            return number_text(low + (high - low) * chance.randint(0, 1000) / 1000)
        case QuestionType.MULTI:
            return question.joined([option.value for option in question.options if chance.random() < 0.5] or [question.options[0].value])
        case _:
            return chance.choice([option.value for option in question.options] + [NOT_APPLICABLE] * question.not_applicable)


def test_generated_cells_come_back_identical(soak: bool) -> None:
    pack = texts(2_500 if soak else 250)
    answers = generated(pack, seed=7)

    found = read(pack, questionnaire_workbook(pack, answers))

    assert CELLS_A_ROW * len(answers) >= (10_000 if soak else 1_000)
    assert found.problems == ()
    assert found.answers == answers


def test_generated_cells_come_back_identical_after_libreoffice_saved_them(soak: bool, tmp_path: Path) -> None:
    pack = texts(2_500 if soak else 250)
    answers = generated(pack, seed=8, libreoffice=True)

    found = read(pack, saved_by_libreoffice(questionnaire_workbook(pack, answers, component="Harbour", reference="harbour"), tmp_path))

    assert found.problems == ()
    assert found.answers == answers
    assert found.component == "harbour"


def test_all_kinds_of_answers_to_the_default_pack_come_back_after_libreoffice_saved_them(tmp_path: Path) -> None:
    pack = find_pack("vendor-ai-due-diligence")
    answers = generated(pack, seed=9, libreoffice=True)

    found = read(pack, saved_by_libreoffice(questionnaire_workbook(pack, answers, key=b"key"), tmp_path))

    assert found.problems == ()
    assert found.answers == answers


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40), min_size=8, max_size=8)
)
def test_any_text_of_unicode_comes_back_identical(written: list[str]) -> None:
    pack = texts(8)
    answers = {f"q{number}": Answer(f"q{number}", "x", f"|{text}|", f"|{text}") for number, text in enumerate(written)}

    assert read(pack, questionnaire_workbook(pack, answers)).answers == answers


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_type_of_answer_comes_back_in_every_language(language: str) -> None:
    pack = every_type()
    for seed in range(3):
        answers = generated(pack, seed)

        found = read(pack, questionnaire_workbook(pack, answers, language=language))

        assert (found.problems, found.answers) == ((), answers)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_not_applicable_comes_back_for_every_type_in_every_language(language: str) -> None:
    pack = every_type()
    answers = {question.id: Answer(question.id, NOT_APPLICABLE, "why") for question in pack.questions if question.not_applicable}

    assert read(pack, questionnaire_workbook(pack, answers, language=language)).answers == answers


@pytest.mark.parametrize("number", ["0", "-0.5", "0.1", "999999999999999", "123456789012345.123456789012", "0.000000000001"])
def test_numbers_come_back_to_the_last_digit(number: str) -> None:
    pack = a_pack([Question("q", "d1", "How many?", type=QuestionType.NUMBER)])

    assert read(pack, questionnaire_workbook(pack, {"q": Answer("q", number)})).answers == {"q": Answer("q", number)}


@pytest.mark.parametrize("day", ["1899-12-31", "1900-02-28", "1900-03-01", "2024-02-29", "9999-12-31"])
def test_dates_come_back_also_where_programs_count_days_differently(day: str) -> None:
    pack = a_pack([Question("q", "d1", "When?", type=QuestionType.DATE)])

    assert read(pack, questionnaire_workbook(pack, {"q": Answer("q", day, dated=day)})).answers == {"q": Answer("q", day, dated=day)}


def test_the_longest_text_a_cell_holds_comes_back_whole() -> None:
    pack, longest = texts(1), "é" * 32_767

    assert read(pack, questionnaire_workbook(pack, {"q0": Answer("q0", "x", longest)})).answers["q0"].comment == longest


@pytest.mark.parametrize(
    ("comment", "part"),
    [
        ("x" * 32_768, r"comment of the question 'q0' has 32768 characters; a workbook's cell holds 32767"),
        ("\U0001f600" * 16_384, "has 32768 characters"),
        ("half \ud83d", r"cannot keep \(U\+D83D\)"),
        ("_x0041\x07", r"U\+005F U\+0078 .* U\+0007"),
        ("<r>\x07</r>", r"U\+0007"),
    ],
)
def test_what_no_workbook_can_hold_is_refused_by_name_instead_of_cut(comment: str, part: str) -> None:
    with pytest.raises(TextDoesNotFitError, match=part):
        questionnaire_workbook(texts(1), {"q0": Answer("q0", "x", comment)})


@pytest.mark.parametrize("text", ["<r>x</r>", "<r><t>x</t></r>", "<r>_x0041_x0042_</r>", "_x0041_x0042_x0043_", "_x005F_x005F_", "_X0041_"])
def test_text_that_looks_like_the_inside_of_the_file_stays_text(text: str) -> None:
    assert read(texts(1), questionnaire_workbook(texts(1), {"q0": Answer("q0", text, text, text)})).answers["q0"].value == text


def test_programs_count_and_grey_out_as_the_score_does(tmp_path: Path) -> None:
    pack = every_type()
    sets = [
        {"tested": "No", "channels": "Nowhere", "grade": "2 \u2013 Fair"},
        {"tested": "Yes", "channels": "E-mail; Nowhere", "audited": "2026-01-02"},
        {"channels": "Nowhere; Chat; also by voice", "notice": "12"},
    ]
    for place, labels in enumerate(sets):
        folder = tmp_path / str(place)
        folder.mkdir()
        blank = questionnaire_workbook(pack, {}, questions=[question.id for question in pack.questions])
        rows = {question.id: row for row, question in enumerate(pack.questions, start=5)}

        def fill(book: openpyxl.Workbook, rows: dict[str, int] = rows, labels: dict[str, str] = labels) -> None:
            for question, label in labels.items():
                book["Questionnaire"].cell(rows[question], 5, label)

        content = saved_by_libreoffice(edited(blank, fill), folder)

        asked = asked_questions(pack.questions, read(pack, content).answers)
        sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Questionnaire"]
        shown = {question: sheet.cell(row, 11).value for question, row in rows.items()}
        assert {question for question, state in shown.items() if state == 0} == {
            question for question in asked if asked[question] is Asked.NO
        }
        left = [q.id for q in pack.questions if q.required and q.id not in labels and asked[q.id] is not Asked.NO]
        assert sheet["D2"].value == f"{len(left)} unanswered"

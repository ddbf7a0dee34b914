"""The pack that a foreign questionnaire becomes: ids, dimensions, weights, types, levels, texts; and its YAML."""

from fractions import Fraction
from typing import Any

import pytest

from tests.factories.foreign import converted, question, simple, workbook
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.question import Question
from vendor_ai.exporters.pack_yaml import pack_yaml
from vendor_ai.importers.foreign.answer_word import Meaning
from vendor_ai.importers.foreign.conversion import Conversion
from vendor_ai.importers.foreign.sheet_choice import Wanted
from vendor_ai.services.questionnaire import check_pack_text

HEAD = ("ID", "Question", "Answer")
Q = [question(number) for number in range(200)]


def tabs(**sheets: list[tuple[Any, ...]]) -> bytes:
    """A workbook with these rows by sheet."""

    def write(book: Any) -> None:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name.replace("_", " "))
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)

    return workbook(write)


def read_back(conversion: Conversion) -> Pack | None:
    parsed = check_pack_text(pack_yaml(conversion.pack))
    assert parsed.problems == ()
    return parsed.pack


def first(conversion: Conversion) -> Question:
    return conversion.pack.questions[0]


def levels(entry: Question) -> dict[str, str]:
    return {option.label: option.level.name for option in entry.options}


def said(conversion: Conversion) -> str:
    return " ".join((*conversion.assumed, *(entry.sentence() for entry in conversion.unplaced)))


# --- ids ---


def test_ids_of_the_file_are_kept_and_made_fit_where_a_pack_cannot_hold_them() -> None:
    found = converted(simple(HEAD, ("A-1", Q[0]), ("A&A-01.1", Q[1]), ("GOVERN 1.1", Q[2])))

    assert [entry.id for entry in found.pack.questions] == ["A-1", "A-A-01.1", "GOVERN-1.1"]
    assert [dict(entry.source) for entry in found.pack.questions] == [{}, {"Original id": "A&A-01.1"}, {"Original id": "GOVERN 1.1"}]
    assert "2 ids hold signs that a pack's cannot: 'A&A-01.1' became A-A-01.1" in said(found)


def test_a_question_without_id_gets_one_that_depends_on_sheet_and_text_only() -> None:
    alone = converted(simple(HEAD, ("", Q[0]), ("", Q[1])))
    among = converted(simple(HEAD, ("", Q[5]), ("", f"  {Q[0].upper()} ")))
    elsewhere = converted(simple(HEAD, ("", Q[0]), name="Other"))

    assert first(alone).id == among.pack.questions[1].id != first(elsewhere).id
    assert "2 questions have no id of their own; it was derived from sheet and text" in said(alone)


def test_one_id_on_two_sheets_is_two_questions() -> None:
    found = converted(tabs(Doors=[HEAD, ("A1", Q[0], "Yes")], Roof_side=[HEAD, ("A1", Q[1], "No"), ("a1", Q[2], "No")]))

    assert [(entry.id, entry.text) for entry in found.pack.questions] == [("A1", Q[0]), ("A1-roof-side", Q[1]), ("a1-roof-side-2", Q[2])]
    assert [answer.value for answer in found.answers.values()] == ["yes", "no", "no"]
    assert "2 ids stand at several different questions and were made unique: A1 became A1-roof-side" in said(found)


def test_one_id_twice_on_a_sheet_is_two_questions_too() -> None:
    found = converted(simple(HEAD, ("A1", Q[0]), ("A1", Q[1]), ("A1", Q[2])))
    assert [entry.id for entry in found.pack.questions] == ["A1", "A1-2", "A1-3"]


def test_the_same_question_with_the_same_id_is_read_once_and_named() -> None:
    found = converted(simple(HEAD, ("A1", Q[0], "Yes"), ("A2", Q[1], "No"), ("A1", Q[0], "No")))

    assert [entry.id for entry in found.pack.questions] == ["A1", "A2"]
    assert found.answers["A1"].value == "yes"
    assert [(entry.row, "was read once" in entry.message) for entry in found.unplaced] == [(4, True)]


def test_no_question_gets_the_id_of_a_dimension() -> None:
    found = converted(simple(["Domain", *HEAD], ["Doors", "doors", Q[0]], ["Doors", "doors-2", Q[1]]))

    assert [dimension.id for dimension in found.pack.dimensions] == ["doors-3"]
    assert read_back(found) == found.pack


# --- dimensions and weights ---


def test_without_weights_all_dimensions_count_equally_and_exactly() -> None:
    rows = [("Domain", *HEAD)] + [(f"Room {number % 3}", f"A{number}", Q[number]) for number in range(7)]
    found = converted(simple(*rows))

    assert [dimension.weight for dimension in found.pack.dimensions] == [Fraction(1, 3)] * 3
    assert "states no weights" in said(found)


def test_a_dimension_weighs_what_its_questions_weigh() -> None:
    found = converted(
        simple(["Domain", *HEAD, "Weight"], ["X", "1", Q[0], "", 5], ["X", "2", Q[1], "", 10], ["Y", "3", Q[2], "", 2.5], ["Y", "4", Q[3]])
    )

    assert [entry.weight for entry in found.pack.questions] == [5, 10, Fraction(5, 2), 1]
    assert [dimension.weight for dimension in found.pack.dimensions] == [Fraction(30, 37), Fraction(7, 37)]
    assert "1 questions state no weight and weigh 1" in said(found)
    assert read_back(found) == found.pack


def test_a_question_that_weighs_nothing_is_asked_and_not_scored() -> None:
    found = converted(simple([*HEAD, "Weight"], ["1", Q[0], "Yes", 0], ["2", Q[1], "Yes", 3]))

    assert [(str(entry.type), entry.scored, entry.guidance) for entry in found.pack.questions] == [
        ("text", False, "Answers offered: Yes; No; N/A."),
        ("yes_no", True, ""),
    ]
    assert found.answers["1"].value == "Yes"
    assert "1 questions weigh 0" in said(found)


def test_a_weight_that_is_none_is_named() -> None:
    found = converted(
        simple([*HEAD, "Weight"], *([str(row), Q[row], "", 1] for row in range(9)), ["10", Q[10], "", -2], ["11", Q[11], "", "much"])
    )
    assert [(entry.row, entry.message.split(" is ")[0]) for entry in found.unplaced] == [(11, "'-2'"), (12, "'much'")]


def test_binary_dust_in_a_weight_is_swept_off() -> None:
    found = converted(simple([*HEAD, "Weight"], ["1", Q[0], "", 0.1 + 0.2], ["2", Q[1], "", 0.7]))
    assert [entry.weight for entry in found.pack.questions] == [Fraction(3, 10), Fraction(7, 10)]


def test_a_tab_a_domain_makes_a_dimension_a_tab() -> None:
    found = converted(tabs(Doors=[HEAD, ("A1", Q[0])], Roofs=[HEAD, ("B1", Q[1])]))
    assert [(dimension.label, dimension.group) for dimension in found.pack.dimensions] == [("Doors", ""), ("Roofs", "")]


def test_sections_of_the_same_name_on_two_tabs_stay_apart() -> None:
    found = converted(tabs(Doors=[HEAD, ("General",), ("A1", Q[0])], Roofs=[HEAD, ("General",), ("B1", Q[1])]))
    assert [(dimension.label, dimension.group) for dimension in found.pack.dimensions] == [
        ("General (Doors)", "Doors"),
        ("General (Roofs)", "Roofs"),
    ]


def test_more_sections_than_a_pack_has_dimensions_give_way_to_the_tabs() -> None:
    rows = [
        entry for number in range(101) for entry in ((f"Room {chr(97 + number % 26)}{'x' * (number // 26)}",), (f"A{number}", Q[number]))
    ]
    found = converted(tabs(Doors=[HEAD, *rows], Roofs=[HEAD, ("B1", question(999))]))

    assert [dimension.label for dimension in found.pack.dimensions] == ["Doors", "Roofs"]
    assert "102 sections are more than a pack's 100 dimensions" in said(found)


def test_without_sections_the_beginnings_of_the_ids_are_the_dimensions() -> None:
    found = converted(simple(HEAD, ("IAM-1", Q[0]), ("IAM-2", Q[1]), ("LOG-1", Q[2]), ("LOG-2", Q[3])))

    assert [dimension.label for dimension in found.pack.dimensions] == ["IAM", "LOG"]
    assert "the dimensions are the beginnings of the ids" in said(found)


# --- how questions are answered ---


def test_lists_in_a_cell_a_column_of_types_and_a_list_sheet_say_how_a_question_is_answered() -> None:
    found = converted(
        tabs(
            Q=[
                ("id", "question", "type", "answer options"),
                ("1", Q[0], "", "Yes/No/Alternate/N-A"),
                ("2", Q[1], "free text", ""),
                ("3", Q[2], "", "SET1"),
                ("4", Q[3], "yes/no", ""),
                ("5", Q[4], "date", ""),
            ],
            Lists=[("id", "question_choices"), ("SET1", "Ja\nTeilweise\nNein")],
        )
    )

    assert [str(entry.type) for entry in found.pack.questions] == ["choice", "text", "choice", "yes_no", "date"]
    assert levels(found.pack.questions[0]) == {"Yes": "LOW", "No": "HIGH", "Alternate": "MEDIUM"}
    assert levels(found.pack.questions[2]) == {"Ja": "LOW", "Teilweise": "MEDIUM", "Nein": "HIGH"}
    assert [entry.not_applicable for entry in found.pack.questions] == [True, True, False, True, True]
    assert read_back(found) == found.pack


def test_an_answer_column_that_names_a_list_holds_no_answers() -> None:
    found = converted(
        tabs(
            Q=[HEAD, ("1", Q[0], "R1"), ("2", Q[1], "R1"), ("3", Q[2], "T")],
            answers=[("id", "question_type", "question_choices"), ("R1", "unique_choice", "Si\nNo\nN/A"), ("T", "text", "")],
        )
    )

    assert [str(entry.type) for entry in found.pack.questions] == ["yes_no", "yes_no", "text"]
    assert (found.answers, found.domains[0].score) == ({}, None)


def test_a_list_that_says_nothing_about_risk_becomes_text_with_its_answers_as_guidance() -> None:
    found = converted(simple(["id", "question", "options"], ["1", Q[0], "Daily; Weekly; Monthly"], ["2", Q[1], "Yes; No"]))

    assert (str(first(found).type), first(found).scored, first(found).guidance) == (
        "text",
        False,
        "Answers offered: Daily; Weekly; Monthly.",
    )
    assert "1 questions offer 'Daily; Weekly; Monthly', which says nothing about risk" in said(found)


def test_questions_that_ask_for_a_description_are_text_where_no_list_is_offered() -> None:
    found = converted(
        simple(
            ["id", "question"],
            ["1", "Describe the ropes"],
            ["2", "Which lanterns burn?"],
            ["3", "Contact e-mail"],
            ["4", Q[3]],
            ["5", "¿De qué cuerdas dispone la casa?"],
        )
    )

    assert [str(entry.type) for entry in found.pack.questions] == ["text", "text", "text", "yes_no", "text"]
    assert "4 questions offer no answers and ask for a description" in said(found)


def test_a_question_without_a_list_among_those_with_one_is_text() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row("A1", HEAD)
        for row in range(5):
            sheet.write_row(row + 1, 0, [f"A{row}", Q[row]])
        sheet.data_validation("C2:C5", {"validate": "list", "source": ["Yes", "No"]})

    assert [str(entry.type) for entry in converted(workbook(write)).pack.questions] == ["yes_no"] * 4 + ["text"]


def test_the_words_that_answers_are_given_in_are_the_options_where_no_list_is_offered() -> None:
    found = converted(simple(HEAD, ("1", Q[0], "Oui"), ("2", Q[1], "Partiel"), ("3", Q[2], "Non"), ("4", Q[3], "Non")))

    assert levels(first(found)) == {"Oui": "LOW", "Partiel": "MEDIUM", "Non": "HIGH"}
    assert "no list is offered, so the answers were taken to be Oui LOW, Partiel MEDIUM, Non HIGH" in said(found)


def test_a_blank_file_without_lists_is_answered_with_yes_and_no_in_its_language() -> None:
    found = converted(
        simple(
            ["id", "pregunta"],
            ["1", "¿Dispone la casa de los faroles para el patio?"],
            ["2", "¿Cuenta el patio con las cuerdas de la casa?"],
        )
    )

    assert found.pack.language == "es"
    assert levels(first(found)) == {"Sí": "LOW", "No": "HIGH"}


def test_a_list_that_cannot_be_read_is_named_once() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row("A1", HEAD)
        sheet.write_row("A2", ["A1", Q[0]])
        sheet.write_row("A3", ["A2", Q[1]])
        sheet.data_validation("C2:C3", {"validate": "list", "source": '=INDIRECT("lists")'})

    found = converted(workbook(write))

    assert str(first(found).type) == "yes_no"
    assert [(entry.row, "of 2 questions is computed or missing" in entry.message) for entry in found.unplaced] == [(2, True)]


# --- where No is the good answer ---


def test_a_column_of_expected_answers_says_where_no_is_good() -> None:
    found = converted(
        simple([*HEAD, "Compliant Answer"], ["1", Q[0], "", "Yes"], ["2", Q[1], "", "No"], ["3", Q[2], "", "Maybe"], ["4", Q[3], "", "Yes"])
    )

    assert [levels(entry)["No"] for entry in found.pack.questions] == ["HIGH", "LOW", "HIGH", "HIGH"]
    assert "1 questions are answered well with No: 2." in said(found)
    assert [(entry.row, entry.column) for entry in found.unplaced] == [(4, "compliant")]


def test_wording_alone_never_turns_a_question_round_but_is_pointed_out() -> None:
    asked = [
        "Have you had a breach of the lantern room within the last year?",
        "Is customer data shared with third parties for their own parties?",
        "Do you have a plan for incidents in the lantern room?",
        Q[3],
    ]
    found = converted(simple(HEAD, *([f"A{row}", text] for row, text in enumerate(asked))))

    assert [levels(entry)["Yes"] for entry in found.pack.questions] == ["LOW"] * 4
    assert (
        "2 questions read as if No were the good answer, but Yes was taken. Where No is good, add: --compliant no=A0 --compliant no=A1"
        in said(found)
    )


def test_the_user_says_where_no_is_good_by_the_id_of_file_or_pack() -> None:
    content = simple(HEAD, ("A&1", Q[0], "No"), ("A2", Q[1], "No"), ("A3", Q[2], "No"))
    found = converted(content, compliant={"a&1": Meaning.NO, "a3": Meaning.NO})

    assert [levels(entry)["No"] for entry in found.pack.questions] == ["LOW", "HIGH", "LOW"]
    assert found.domains[0].score is not None


@pytest.mark.parametrize(("name", "part"), [("Z9", "is the id of no one question"), ("A1", "Several questions of the file have it")])
def test_an_id_that_names_no_one_question_is_refused(name: str, part: str) -> None:
    content = tabs(Doors=[HEAD, ("A-1", Q[0])], Roofs=[HEAD, ("A 1", Q[1]), ("A1", Q[2])], More=[HEAD, ("A1", Q[3])])
    if name == "A1":
        assert [entry.id for entry in converted(content).pack.questions] == ["A-1", "A-1-roofs", "A1", "A1-more"]
        content = tabs(Doors=[HEAD, ("A&1", Q[0])], Roofs=[HEAD, ("A&1", Q[1])])
        name = "A&1"
    with pytest.raises(InvalidInputError, match=part):
        converted(content, compliant={name: Meaning.NO})


# --- texts, sources, copies ---


def test_guidance_evidence_and_references_come_along() -> None:
    content = simple(
        [*HEAD, "Guidance", "Evidence required", "Control ID"],
        ["1", Q[0], "", "Count  twice", "The ledger", "X.1"],
        ["2", Q[1], "", "", "", ""],
    )
    entry = first(converted(content))

    assert (entry.guidance, entry.evidence, entry.source) == ("Count twice", "The ledger", (("Control ID", "X.1"),))


def test_a_column_of_evidence_asks_in_a_blank_file_and_gives_in_a_filled_one() -> None:
    blank = converted(simple([*HEAD, "Evidence"], ["1", Q[0], "", "The ledger"], ["2", Q[1], "", ""]))
    filled = converted(simple([*HEAD, "Evidence"], ["1", Q[0], "Yes", "ledger.pdf"], ["2", Q[1], "No", ""]))

    assert (first(blank).evidence, blank.answers) == ("The ledger", {})
    assert (first(filled).evidence, filled.answers["1"].evidence) == ("", "ledger.pdf")


def test_a_text_too_long_for_a_pack_is_cut_and_named() -> None:
    found = converted(simple(HEAD, ("1", "word " * 900), ("2", Q[1])))

    assert (len(first(found).text), first(found).text[-1]) == (4000, "…")
    assert [(entry.row, entry.column) for entry in found.unplaced] == [(2, "text")]
    assert read_back(found) == found.pack


def test_a_sheet_that_repeats_the_questions_gives_weights_and_expected_answers_only() -> None:
    found = converted(
        tabs(
            Vendor=[HEAD, ("A1", Q[0], "Yes"), ("A2", Q[1], "No")],
            Scoring=[("ID", "Question", "Compliant Answer", "Weight"), ("A1", Q[0], "Yes", 5), ("A2", Q[1], "No", 15)],
        )
    )

    assert [(entry.id, entry.weight, levels(entry)["No"]) for entry in found.pack.questions] == [("A1", 5, "HIGH"), ("A2", 15, "LOW")]
    assert "It repeats questions of other sheets" in found.sheets[1].reason


def test_values_by_id_are_joined_only_where_one_question_has_the_id() -> None:
    found = converted(
        tabs(
            Doors=[HEAD, ("A1", Q[0]), ("A2", Q[1])],
            Roofs=[HEAD, ("A1", Q[2])],
            Weights=[("ID", "Weight"), ("A1", 7), ("A2", 5), ("A9", 1)],
        )
    )

    assert [entry.weight for entry in found.pack.questions] == [1, 5, 1]
    assert [(entry.sheet, entry.row) for entry in found.unplaced] == [("Weights", 2), ("Weights", 4)]
    assert "2 questions have the id 'A1'" in found.unplaced[0].message and "No question has the id 'A9'" in found.unplaced[1].message


def test_id_version_and_title_are_as_wished() -> None:
    found = converted(simple(HEAD, ("1", Q[0])), id="house-check", version="4.1", title="House check")
    assert (found.pack.id, found.pack.version, found.pack.title) == ("house-check", "4.1", "House check")


def test_an_id_that_no_pack_can_have_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="cannot be the id of a pack"):
        converted(simple(HEAD, ("1", Q[0])), id="House Check")


def test_the_layout_is_told_by_the_user_in_one_place() -> None:
    assert converted(simple(HEAD, ("1", Q[0])), layout=Wanted(sheet="Questions")).sheets[0].used


def test_questions_that_depend_on_the_one_before_are_pointed_out() -> None:
    found = converted(simple(HEAD, ("1", Q[0]), ("2", "If yes, are the ropes counted too?"), ("3", "En caso afirmativo, ¿se cuentan?")))
    assert "2 questions begin like 'If yes, ...'; they are always asked" in said(found)

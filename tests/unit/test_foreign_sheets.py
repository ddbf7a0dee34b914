"""Finding the questions of a file: header rows, columns, sections, footers, and which sheets hold any."""

import json
from typing import Any

import pytest

from tests.factories.foreign import converted, question, simple, workbook
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.conversion import Conversion
from vendor_ai.importers.foreign.sheet_choice import Wanted

HEAD = ("ID", "Question", "Answer")
Q = [question(number) for number in range(30)]


def texts(conversion: Conversion) -> list[str]:
    return [entry.text for entry in conversion.pack.questions]


def sections(conversion: Conversion) -> list[tuple[str, str]]:
    labels = {dimension.id: (dimension.group, dimension.label) for dimension in conversion.pack.dimensions}
    return [labels[entry.dimension] for entry in conversion.pack.questions]


def said(conversion: Conversion) -> str:
    return " ".join((*conversion.assumed, *(entry.sentence() for entry in conversion.unplaced)))


@pytest.mark.parametrize("above", [[], [["The house"]], [["The house"], ["Please fill in by May"]], [["The house"], [], ["Name:", "Acme"]]])
def test_the_header_is_found_below_title_rows(above: list[list[str]]) -> None:
    found = converted(simple(*above, HEAD, ("A1", Q[0], "Yes"), ("A2", Q[1], "No")))

    assert texts(found) == [Q[0], Q[1]]
    assert found.sheets[0].header_row == len(above) + 1
    assert ("was taken as the header" in said(found)) == bool(above)


def test_the_line_above_the_header_is_the_title_of_the_pack() -> None:
    assert converted(simple(["The house check"], HEAD, ("A1", Q[0]))).pack.title == "The house check"
    assert converted(simple(HEAD, ("A1", Q[0])), "house-check_2.xlsx").pack.title == "house check 2"


def test_a_header_of_two_rows_with_merged_cells_is_read_from_its_lower_row() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.merge_range("A1:A2", "ID")
        sheet.merge_range("B1:B2", "Question")
        sheet.merge_range("C1:D1", "To be filled in by the vendor")
        sheet.write_row("C2", ["Response", "Comments"])
        sheet.write_row("A3", ["A1", Q[0], "Yes", "We do"])

    found = converted(workbook(write))

    assert found.sheets[0].header_row == 2
    assert found.sheets[0].columns == {"id": "ID", "text": "Question", "answer": "Response", "comment": "Comments"}
    assert found.answers["A1"].comment == "We do"


def test_columns_are_found_by_their_headings_in_any_order() -> None:
    found = converted(simple(["Kommentar", "Antwort", "Frage", "Nr."], ["gut", "Ja", Q[0], "1"], ["", "Nein", Q[1], "2"]))

    assert texts(found) == [Q[0], Q[1]]
    assert [(answer.value, answer.comment) for answer in found.answers.values()] == [("yes", "gut"), ("no", "")]


def test_a_row_that_says_yes_and_no_is_not_taken_for_the_header() -> None:
    found = converted(simple(["No", "Question"], ["1", "No?"], ["2", Q[1]]))
    assert found.sheets[0].header_row == 1


def test_section_rows_between_questions_become_dimensions() -> None:
    rows = [HEAD, ("Doors",), ("A1", Q[0]), ("A2", Q[1]), ("Roofs",), ("A3", Q[2])]
    found = converted(simple(*rows))

    assert sections(found) == [("", "Doors"), ("", "Doors"), ("", "Roofs")]


def test_section_titles_in_the_column_of_texts_need_no_merged_cells() -> None:
    rows = [HEAD, ("", "Doors and windows"), ("A1", Q[0]), ("", "Roofs"), ("A2", Q[1])]
    assert sections(converted(simple(*rows))) == [("", "Doors and windows"), ("", "Roofs")]


def test_two_titles_in_a_row_are_group_and_section() -> None:
    rows = [HEAD, ("PART ONE",), ("Doors",), ("A1", Q[0]), ("Roofs",), ("A2", Q[1]), ("PART TWO",), ("Gardens",), ("A3", Q[2])]
    assert sections(converted(simple(*rows))) == [("PART ONE", "Doors"), ("PART ONE", "Roofs"), ("PART TWO", "Gardens")]


def test_a_column_of_depths_says_which_titles_are_groups() -> None:
    rows = [
        ("depth", "ref_id", "name", "questions"),
        ("1", "P1", "Part one"),
        ("2", "", "Doors"),
        ("3", "A1", "", Q[0]),
        ("2", "", "Roofs"),
        ("3", "A2", "", Q[1]),
        ("1", "P2", "Part two"),
        ("2", "", "Gardens"),
        ("3", "A3", "", Q[2]),
    ]
    assert sections(converted(simple(*rows))) == [("Part one", "Doors"), ("Part one", "Roofs"), ("Part two", "Gardens")]


def test_a_merged_column_of_sections_holds_for_all_its_rows() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row("A1", ["Domain", "ID", "Question"])
        sheet.merge_range("A2:A4", "Doors")
        sheet.merge_range("A5:A6", "Roofs")
        for row in range(5):
            sheet.write_row(row + 1, 1, [f"A{row}", Q[row]])

    found = converted(workbook(write))

    assert [label for _, label in sections(found)] == ["Doors"] * 3 + ["Roofs"] * 2
    assert "named above them" not in said(found)


def test_a_section_written_only_at_its_first_question_holds_until_the_next_and_is_said() -> None:
    found = converted(simple(["Domain", "ID", "Question"], ["Doors", "A1", Q[0]], ["", "A2", Q[1]], ["Roofs", "A3", Q[2]]))

    assert [label for _, label in sections(found)] == ["Doors", "Doors", "Roofs"]
    assert "1 questions without 'Domain' belong to the section named above them" in said(found)


def test_footers_and_totals_are_no_questions() -> None:
    rows = [
        ("ID", "Question", "Answer", "Weight"),
        ("A1", Q[0], "Yes", 2),
        ("A2", Q[1], "No", 3),
        ("", "Total", "", 5),
        ("End of questionnaire",),
        ("© Nobody",),
    ]
    found = converted(simple(*rows))

    assert texts(found) == [Q[0], Q[1]]
    assert [entry.row for entry in found.unplaced] == [4, 5, 6]
    assert found.unplaced[0].message == "Read as a total and left out of the questions: 'Total | 5'"
    assert not any(entry.refused for entry in found.unplaced)


def test_a_title_that_no_question_follows_is_a_footer() -> None:
    found = converted(simple(HEAD, ("A1", Q[0]), ("A2", Q[1]), ("A3", Q[2]), ("", "Thanks to all the keepers")))
    assert [(entry.row, "footer" in entry.message) for entry in found.unplaced] == [(5, True)]


def test_a_header_repeated_for_each_section_is_not_a_question() -> None:
    rows = [
        ("Doors", "", "Answer", "Comments"),
        ("A-01", Q[0]),
        ("A-02", Q[1]),
        (),
        ("Roofs", "", "Answer", "Comments"),
        ("B-01", Q[2]),
        ("ID", "Question", "Answer"),
    ]
    found = converted(simple(*rows))

    assert [entry.id for entry in found.pack.questions] == ["A-01", "A-02", "B-01"]
    assert [label for _, label in sections(found)] == ["Doors", "Doors", "Roofs"]


def test_an_id_without_a_question_is_named_with_its_row() -> None:
    found = converted(simple(HEAD, ("A1", Q[0], "Yes"), ("A2", "", "No"), ("A3", Q[2], "No")))

    assert [(entry.sheet, entry.row, entry.column) for entry in found.unplaced] == [("Questions", 3, "ID")]
    assert "an id but no question text" in found.unplaced[0].message and found.unplaced[0].refused


def test_an_answer_without_a_question_is_named_with_its_row() -> None:
    found = converted(simple(HEAD, ("A1", Q[0], "Yes"), ("", "", "No"), ("A3", Q[2], "No")))
    assert [(entry.row, "no question text" in entry.message) for entry in found.unplaced] == [(3, True)]


def test_a_second_answer_to_a_merged_question_is_named() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row("A1", HEAD)
        sheet.merge_range("A2:A3", "A1")
        sheet.merge_range("B2:B3", Q[0])
        sheet.write_column("C2", ["Yes", "No"])

    found = converted(workbook(write))

    assert found.answers["A1"].value == "yes"
    assert [(entry.row, entry.column, entry.message) for entry in found.unplaced] == [
        (3, "Answer", "A second answer to the merged question above was left out: 'No'")
    ]


def test_short_topics_in_a_list_without_ids_are_the_questions() -> None:
    topics = ["Badges", "Ropes", "Lanterns", "Saddles", "Barrels"]
    found = converted(
        simple(["Requirement", "Answer"], ["DOORS"], *([topic] for topic in topics[:3]), ["ROOFS"], *([topic] for topic in topics[3:]))
    )

    assert texts(found) == topics
    assert [label for _, label in sections(found)] == ["DOORS"] * 3 + ["ROOFS"] * 2


def test_hidden_and_instruction_and_empty_sheets_are_not_used_and_say_why() -> None:
    def write(book: Any) -> None:
        book.add_worksheet("Read me").write_column("A1", ["How to answer this", "Every question needs an answer. " * 9])
        book.add_worksheet("Blank")
        changes = book.add_worksheet("Changes")
        changes.write_row("A1", ["Version", "Date", "Description"])
        changes.write_row("A2", ["1.0", "2026-01-01", "First edition of this questionnaire"])
        book.add_worksheet("Q").write_row("A1", HEAD)
        book.get_worksheet_by_name("Q").write_row("A2", ["A1", Q[0]])
        old = book.add_worksheet("Old")
        old.write_row("A1", HEAD)
        old.write_row("A2", ["Z1", Q[9]])
        old.hide()

    found = converted(workbook(write))
    reasons = {sheet.name: sheet.reason for sheet in found.sheets}

    assert texts(found) == [Q[0]]
    assert [sheet.name for sheet in found.sheets if sheet.used] == ["Q"]
    assert "No header row" in reasons["Read me"] and reasons["Blank"] == "The sheet is empty."
    assert "name it with --sheet" in reasons["Changes"] and "hidden" in reasons["Old"]


def test_the_sheet_that_was_asked_for_is_the_only_one_even_when_it_is_hidden() -> None:
    def write(book: Any) -> None:
        for name in ("One", "Two"):
            book.add_worksheet(name).write_row("A1", HEAD)
            book.get_worksheet_by_name(name).write_row("A2", [name, Q[len(name + name[0])]])
        book.get_worksheet_by_name("Two").hide()

    found = converted(workbook(write), layout=Wanted(sheet="two"))

    assert [entry.id for entry in found.pack.questions] == ["Two"]
    assert found.sheets[0].reason == "Only the sheet 'two' was asked for."


def test_a_row_and_columns_that_were_given_win() -> None:
    content = simple(["Ref", "What we ask", "Reply"], ["x", "y", "z"], ["A1", Q[0], "Yes"], ["A2", Q[1], "No"])
    found = converted(content, layout=Wanted(header_row=1, mapped={Role.TEXT: "what we ask", Role.ANSWER: "C"}))

    assert texts(found) == ["y", Q[0], Q[1]]
    assert found.sheets[0].columns == {"text": "What we ask", "answer": "Reply", "id": "Ref"}


def test_columns_given_by_letters_need_no_header() -> None:
    found = converted(
        simple(["A1", Q[0], "Yes"], ["A2", Q[1], "No"]), layout=Wanted(mapped={Role.ID: "A", Role.TEXT: "B", Role.ANSWER: "C"})
    )

    assert (texts(found), [answer.value for answer in found.answers.values()]) == ([Q[0], Q[1]], ["yes", "no"])
    assert found.sheets[0].header_row is None


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        (Wanted(sheet="Nowhere"), "has no sheet 'Nowhere'. Its sheets: 'Questions'"),
        (Wanted(header_row=99), "has no row 99"),
        (Wanted(mapped={Role.ANSWER: "Verdict"}), "has no column 'Verdict'. Its headings: 'ID', 'Question', 'Answer'"),
    ],
)
def test_a_wish_that_names_what_is_not_there_is_refused(wanted: Wanted, part: str) -> None:
    with pytest.raises(InvalidInputError, match=part):
        converted(simple(HEAD, ("A1", Q[0])), layout=wanted)


def test_a_file_without_questions_says_so_for_each_sheet() -> None:
    with pytest.raises(InvalidInputError, match=r"No questions were found. Questions: No header row .* --map text=COLUMN"):
        converted(simple(["Name", "Price"], ["Rope", "5"]))


def test_columns_without_a_place_are_named_once() -> None:
    found = converted(simple([*HEAD, "Shoe size", "Unused"], ["A1", Q[0], "Yes", "44"], ["A2", Q[1], "No", "45"]))
    assert [(entry.row, entry.column, entry.refused) for entry in found.unplaced] == [(None, "Shoe size", False)]


def test_a_formula_as_text_is_taken_as_shown_but_never_as_id_or_answer() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row("A1", HEAD)
        sheet.write_formula("A2", '="A"&1', None, "A1")
        sheet.write_formula("B2", "=Other!A1", None, Q[0])
        sheet.write_formula("C2", '=IF(1,"Yes","No")', None, "Yes")
        sheet.write_row("A3", ["A2", Q[1], "No"])

    found = converted(workbook(write))

    assert texts(found) == [Q[0], Q[1]]
    assert [answer.question for answer in found.answers.values()] == ["A2"]
    assert [(entry.row, entry.column) for entry in found.unplaced] == [(2, "ID"), (2, "Answer")]
    assert all("is not evaluated" in entry.message for entry in found.unplaced)
    assert "the text of 1 questions is a formula" in said(found)


def test_a_json_list_whose_headings_are_weak_is_read_when_it_is_all_there_is() -> None:
    records = [{"title": f"PART {number // 4}.{number}", "description": Q[number], "type": f"Kind {number // 4}"} for number in range(12)]
    found = converted(json.dumps(records).encode(), "book.json")

    assert [entry.id for entry in found.pack.questions][:2] == ["PART-0.0", "PART-0.1"]
    assert [dimension.label for dimension in found.pack.dimensions] == ["Kind 0", "Kind 1", "Kind 2"]
    assert "'title' was taken as the id column by its content" in said(found)

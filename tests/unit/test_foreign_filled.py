"""Filled questionnaires: answers, compliance by domain, and the totals that the file states itself."""

from fractions import Fraction
from typing import Any

import pytest

from tests.factories.foreign import converted, question, simple, workbook
from vendor_ai.importers.foreign.conversion import Conversion
from vendor_ai.importers.foreign.tally import Missing, Rule, points, rules

HEAD = ("Domain", "ID", "Question", "Answer")
Q = [question(number) for number in range(40)]


def filled(*answers: str, more: tuple[str, ...] = (), rows: list[tuple[Any, ...]] | None = None) -> Conversion:
    """Questions of two domains, two each, answered in order; ``rows`` stand below."""
    body = [(f"Room {number // 2}", f"A{number}", Q[number], answer) for number, answer in enumerate(answers)]
    return converted(simple((*HEAD, *more), *body, *(rows or [])))


def values(conversion: Conversion) -> dict[str, str]:
    return {name: answer.value for name, answer in conversion.answers.items()}


def test_answers_are_read_with_comment_and_evidence() -> None:
    found = converted(
        simple(
            ["ID", "Question", "Answer", "Comments", "Evidence"],
            ["1", Q[0], "Yes", "counted", "ledger.pdf"],
            ["2", Q[1], "N/A", "no room", ""],
            ["3", Q[2], "", "", ""],
        )
    )

    assert [(a.question, a.value, a.comment, a.evidence) for a in found.answers.values()] == [
        ("1", "yes", "counted", "ledger.pdf"),
        ("2", "NA", "no room", ""),
    ]
    assert found.answers["2"].not_applicable


def test_an_answer_that_says_more_keeps_its_words_as_comment() -> None:
    found = converted(simple(["ID", "Question", "Answer", "Notes"], ["1", Q[0], "Yes, since 2021", "in the hall"], ["2", Q[1], "No", ""]))
    assert (found.answers["1"].value, found.answers["1"].comment) == ("yes", "Yes, since 2021; in the hall")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Si", "No", "Parcial", "N/A"), ["yes", "no", "partial", "NA"]),
        (("Ja", "Nein", "Teilweise", "Entfällt"), ["yes", "no", "partial", "NA"]),
        (("Oui", "Non", "Partiel", "Sans objet"), ["yes", "no", "partial", "NA"]),
        (("Sim", "Não", "Parcialmente", "Não aplicável"), ["yes", "no", "partial", "NA"]),
        (("Yes", "No", "Alternate", "NA"), ["yes", "no", "alternate", "NA"]),
        (("YES", "n", "Planned", "not applicable"), ["yes", "no", "planned", "NA"]),
    ],
)
def test_answers_in_other_languages_mean_the_same(words: tuple[str, ...], expected: list[str]) -> None:
    assert list(values(filled(*words)).values()) == expected


def test_an_answer_that_the_list_does_not_offer_is_named_and_stays_open() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row("A1", ["ID", "Question", "Answer"])
        for row, answer in enumerate(["Yes", "Perhaps", "N/A", "no", "Partial"]):
            sheet.write_row(row + 1, 0, [f"A{row}", Q[row], answer])
        sheet.data_validation("C2:C6", {"validate": "list", "source": ["Yes", "No"]})

    found = converted(workbook(write))

    assert values(found) == {"A0": "yes", "A3": "no"}
    assert [(entry.row, entry.message.split(" is ")[0]) for entry in found.unplaced] == [(3, "'Perhaps'"), (4, "'N/A'"), (6, "'Partial'")]
    assert all(entry.refused for entry in found.unplaced)


def test_a_placeholder_is_no_answer_and_a_comment_alone_is_named() -> None:
    found = converted(
        simple(
            ["ID", "Question", "Answer", "Comments"], ["1", Q[0], "Select an answer", ""], ["2", Q[1], "Yes", ""], ["3", Q[2], "", "later"]
        )
    )

    assert values(found) == {"2": "yes"}
    assert [(entry.row, entry.column) for entry in found.unplaced] == [(4, "comment")]


def test_free_answers_make_text_questions() -> None:
    found = converted(
        simple(["ID", "Question", "Answer"], ["1", Q[0], "Acme keeps a ledger of every badge in the hall"], ["2", Q[1], "Yes"])
    )

    assert [str(entry.type) for entry in found.pack.questions] == ["text", "yes_no"]
    assert values(found)["1"] == "Acme keeps a ledger of every badge in the hall"


def test_dates_and_numbers_are_read_as_such_or_named() -> None:
    rows = [("1", Q[0], "date", "2026-05-04"), ("2", Q[1], "date", "May"), ("3", Q[2], "number", "2,50"), ("4", Q[3], "number", "many")]
    rows += [("5", Q[4], "number", "1.500"), ("6", Q[5], "number", "1,500"), ("7", Q[6], "number", "0.125")]
    found = converted(simple(["ID", "Question", "Type", "Answer"], *rows))

    assert values(found) == {"1": "2026-05-04", "3": "2.5", "7": "0.125"}
    assert [entry.row for entry in found.unplaced] == [3, 5, 6, 7]


# --- compliance ---


def test_each_domain_counts_its_answers_and_says_its_compliance() -> None:
    found = filled("Yes", "No", "Partial", "N/A", "Yes", "")

    assert [(d.label, d.questions, d.answered, dict(d.by_answer), d.as_json()["score"]) for d in found.domains] == [
        ("Room 0", 2, 2, {"no": 1, "yes": 1}, "50.00"),
        ("Room 1", 2, 2, {"NA": 1, "partial": 1}, "50.00"),
        ("Room 2", 2, 1, {"yes": 1}, "50.00"),
    ]


def test_weights_count_in_the_compliance() -> None:
    rows = [("X", "1", Q[0], "Yes", 5), ("X", "2", Q[1], "No", 10), ("X", "3", Q[2], "Partial", 2)]
    found = converted(simple((*HEAD, "Weight"), *rows))

    # (5 + 1) of 17
    assert found.domains[0].score == Fraction(600, 17)
    assert found.domains[0].as_json()["score"] == "35.294118"


def test_where_no_is_good_a_no_earns_all() -> None:
    rows = [("X", "1", Q[0], "No", "No"), ("X", "2", Q[1], "Yes", "No"), ("X", "3", Q[2], "Yes", "Yes"), ("X", "4", Q[3], "Yes", "Yes")]
    assert converted(simple((*HEAD, "Expected answer"), *rows)).domains[0].score == 75


def test_a_domain_without_answers_has_no_score() -> None:
    assert [domain.score for domain in filled("Yes", "Yes", "", "").domains] == [100, None]


def test_points_by_every_rule_are_as_counted_by_hand() -> None:
    from vendor_ai.domain.answer import Answer
    from vendor_ai.importers.foreign.tally import Counted

    found = filled("Yes", "No", "Partial", "N/A", "Yes", "")
    counted = [Counted(entry, found.answers.get(entry.id), None, "", "", 0, Fraction(1)) for entry in found.pack.questions]
    assert isinstance(counted[0].answer, Answer)

    # yes 1, no 0, partial 1/2, not applicable, yes 1, unanswered
    assert points(counted, Rule()).percent == Fraction(250, 5)
    assert points(counted, Rule(unanswered=Missing.LEFT_OUT)).percent == Fraction(250, 4)
    assert points(counted, Rule(not_applicable=Missing.EARNS_NOTHING)).percent == Fraction(250, 6)
    assert points(counted, Rule(not_applicable=Missing.EARNS_ALL)).percent == Fraction(350, 6)
    assert len(set(rules())) == 12


# --- totals ---


def totals(conversion: Conversion) -> list[tuple[str, str, str, bool]]:
    return [(total.where, total.stated, total.computed, total.equal) for total in conversion.totals]


def test_counts_of_answers_below_the_questions_are_reproduced() -> None:
    rows = [
        ("", "", "Total Yes", 2),
        ("", "", "Total No", 1),
        ("", "", "Total N/A", 1),
        ("", "", "Total answered", 5),
        ("", "", "Total questions", 6),
    ]
    found = filled("Yes", "No", "Partial", "N/A", "Yes", "", rows=rows)

    assert totals(found) == [
        ("Questions, D8: Total Yes", "2", "2", True),
        ("Questions, D9: Total No", "1", "1", True),
        ("Questions, D10: Total N/A", "1", "1", True),
        ("Questions, D11: Total answered", "5", "5", True),
        ("Questions, D12: Total questions", "6", "6", True),
    ]
    assert len(found.pack.questions) == 6


def test_sums_of_weights_and_scores_are_reproduced_and_a_wrong_one_is_shown() -> None:
    rows = [("X", "1", Q[0], "Yes", 5, 5, 5), ("X", "2", Q[1], "No", 10, 0, 10), ("", "", "Total", "", 15, 5, 16)]
    found = converted(simple((*HEAD, "Weight", "Score", "Max score"), *rows))

    assert totals(found) == [
        ("Questions, E4: Total", "15", "15", True),
        ("Questions, F4: Total", "5", "5", True),
        ("Questions, G4: Total", "16", "15", False),
    ]


def test_subtotals_count_their_section_alone() -> None:
    rows = [
        ("X", "1", Q[0], "Yes", 5),
        ("X", "2", Q[1], "No", 10),
        ("", "", "Subtotal", "", 15),
        ("Y", "3", Q[2], "No", 3),
        ("", "", "Subtotal", "", 3),
        ("", "", "Grand total", "", 18),
    ]
    found = converted(simple((*HEAD, "Weight"), *rows))

    assert [(stated, computed, equal) for _, stated, computed, equal in totals(found)] == [
        ("15", "15", True),
        ("3", "3", True),
        ("18", "18", True),
    ]


@pytest.mark.parametrize(
    ("stated", "computed", "equal", "rule"),
    [
        (5, "5", True, "number of questions"),
        (4, "4", True, "number of answered questions"),
        (2, "2", True, "number of answers that mean yes"),
        (9, "5", False, "number of questions"),
    ],
)
def test_a_bare_total_is_held_against_what_can_be_counted_and_named(stated: int, computed: str, equal: bool, rule: str) -> None:
    found = filled("Yes", "No", "Yes", "No", "", rows=[("", "", "Total", stated)])

    assert [(total.stated, total.computed, total.equal, total.rule) for total in found.totals] == [(str(stated), computed, equal, rule)]
    assert [(entry.row, entry.message, entry.refused) for entry in found.unplaced] == [
        (7, f"Read as a total and left out of the questions: 'Total | {stated}'", False)
    ]


def test_a_bare_total_below_figures_is_held_against_their_sum() -> None:
    rows = [("X", "1", Q[0], "Yes", 3), ("X", "2", Q[1], "No", 4), ("", "", "Total", "", 7)]
    found = converted(simple((*HEAD, "Rooms"), *rows))

    assert [(total.stated, total.computed, total.equal, total.rule) for total in found.totals] == [("7", "7", True, "sum of the column")]


def test_a_total_without_a_figure_is_named() -> None:
    found = filled("Yes", "No", rows=[("", "", "Total of all rooms", "many")])

    assert found.totals == ()
    assert [entry.message for entry in found.unplaced] == ["Read as a total and left out of the questions: 'Total of all rooms | many'"]


def in_percent(*rows: tuple[Any, ...]) -> Conversion:
    """Questions with a column of weights whose cells are formatted as percentages."""

    def write(book: Any) -> None:
        sheet, percent = book.add_worksheet("Questions"), book.add_format({"num_format": "0.0%"})
        sheet.write_row(0, 0, (*HEAD, "Weight"))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row[:-1])
            sheet.write_number(number, len(HEAD), row[-1], percent)

    return converted(workbook(write))


def test_weights_in_percent_are_read_as_they_are_shown_and_their_total_is_reproduced() -> None:
    found = in_percent(("X", "1", Q[0], "Yes", 0.1), ("X", "2", Q[1], "No", 0.9), ("", "", "Total", "", 1))

    assert [entry.weight for entry in found.pack.questions] == [Fraction(1, 10), Fraction(9, 10)]
    assert found.domains[0].score == 10
    assert [(total.stated, total.computed, total.equal) for total in found.totals] == [("100%", "1", True)]


def test_a_percentage_sign_in_text_means_the_same() -> None:
    found = converted(simple((*HEAD, "Weight"), ("X", "1", Q[0], "Yes", "25%"), ("X", "2", Q[1], "No", "75 %")))

    assert [entry.weight for entry in found.pack.questions] == [Fraction(1, 4), Fraction(3, 4)]


def test_a_score_stated_in_percent_is_compliance() -> None:
    found = filled("Yes", "No", "Yes", "Yes", rows=[("", "", "Total score", "75%")])

    assert [(total.stated, total.computed, total.equal) for total in found.totals] == [("75%", "75", True)]


def with_summary(*summary: tuple[Any, ...], answers: tuple[str, ...] = ("Yes", "No", "Yes", "N/A", "Partial", "")) -> Conversion:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("Q")
        sheet.write_row(0, 0, HEAD)
        for number, answer in enumerate(answers):
            sheet.write_row(number + 1, 0, (f"Room {number // 2}", f"A{number}", Q[number], answer))
        results = book.add_worksheet("Results")
        for row, cells in enumerate(summary):
            for column, cell in enumerate(cells):
                if isinstance(cell, float):
                    results.write_formula(row, column, "=1", None, cell)
                else:
                    results.write(row, column, cell)

    return converted(workbook(write))


def test_a_summary_sheet_is_reproduced_domain_by_domain() -> None:
    found = with_summary(
        ("Domain", "Questions", "Yes", "No", "N/A", "Compliance %"),
        ("Room 0", 2, 1, 1, 0, 50.0),
        ("Room 1", 2, 1, 0, 1, 100.0),
        ("Room 2", 2, 0, 0, 0, 25.0),
        ("Total", 6, 2, 1, 1, 50.0),
    )

    assert len(found.totals) == 20
    assert found.sheets[1].reason == "It holds no questions; its totals were held against the answers."
    assert [total.where for total in found.totals if not total.equal] == []


@pytest.mark.parametrize(
    ("stated", "rule"),
    [
        (0.5, "not applicable left out, unanswered earns nothing, partial earns half"),  # 2.5 of 5
        (62.5, "not applicable left out, unanswered left out, partial earns half"),  # 2.5 of 4
        (0.333333333333333, "not applicable earns nothing, unanswered earns nothing, partial earns nothing"),  # 2 of 6
        (60.0, "not applicable earns all, unanswered left out, partial earns nothing"),  # 3 of 5
    ],
)
def test_the_files_own_way_of_computing_is_found_and_named(stated: float, rule: str) -> None:
    found = with_summary(("Overall compliance", stated))
    assert [(total.equal, total.rule) for total in found.totals] == [(True, rule)]


def test_a_stated_percentage_that_no_rule_gives_is_shown_beside_ours() -> None:
    (total,) = with_summary(("Overall compliance", 99.0)).totals
    assert (total.stated, total.computed, total.equal) == ("99", "50", False)


def test_a_figure_is_equal_when_ours_rounds_to_it() -> None:
    answers = ("Yes", "Yes", "No")
    assert [
        with_summary(("Overall compliance", text), answers=answers).totals[0].equal for text in ("66.67%", "66.7 %", "67%", "66.6%")
    ] == [True, True, True, False]


def test_a_blank_questionnaire_states_no_results() -> None:
    found = with_summary(("Overall compliance", 0.0), ("Number of questions", 6), answers=("",) * 6)
    assert totals(found) == [("Results, B2: Number of questions", "6", "6", True)]


def test_ticks_below_answers_are_answers_and_two_of_them_are_named() -> None:
    rows = [
        ("1", Q[0], "x", "", "", "counted"),
        ("2", Q[1], "", "X", "", ""),
        ("3", Q[2], "", "", "x", ""),
        ("4", Q[3], "x", "x", "", ""),
        ("5", Q[4], "", "", "", ""),
    ]
    found = converted(simple(["Nr.", "Question", "Yes", "No", "N/A", "Comments"], *rows))

    assert values(found) == {"1": "yes", "2": "no", "3": "NA"}
    assert [(entry.row, entry.message) for entry in found.unplaced] == [(5, "Yes and No are ticked both; the question stays unanswered.")]
    assert {str(entry.type) for entry in found.pack.questions} == {"yes_no"}


def test_totals_of_a_section_that_stands_on_several_tabs_and_of_a_tab_are_reproduced() -> None:
    def write(book: Any) -> None:
        for tab, answers in (("Doors", ("Yes", "No")), ("Roofs", ("Yes", "Yes"))):
            sheet = book.add_worksheet(tab)
            sheet.write_row(0, 0, HEAD)
            for number, answer in enumerate(answers):
                sheet.write_row(number + 1, 0, ("Access", f"{tab}{number}", question(number, tab), answer))
        results = book.add_worksheet("Results")
        results.write_row(0, 0, ["Part", "Yes", "Unanswered", "Score %"])
        results.write_row(1, 0, ["Access", 3, 0, 75])
        results.write_row(2, 0, ["Doors", 1, 0, 50])
        results.write_row(3, 0, ["Cellar", 9, 9, 9])

    found = converted(workbook(write))

    assert [(total.stated, total.equal) for total in found.totals] == [
        ("3", True),
        ("0", True),
        ("75", True),
        ("1", True),
        ("0", True),
        ("50", True),
    ]


def test_a_score_of_questions_that_carry_none_is_shown_as_not_computed() -> None:
    rows = [("X", "1", Q[0], "text", "kept"), ("X", "2", Q[1], "text", "kept"), ("", "", "Total compliance", "", 50)]
    (total,) = converted(simple(("Domain", "ID", "Question", "Type", "Answer"), *rows)).totals

    assert (total.computed, total.equal, total.rule) == ("", False, "nothing here can be scored")


@pytest.mark.parametrize(
    ("stated", "equal"), [(0.67, True), (0.7, False), (0.666666666666667, True), (66.7, True), (67.0, True), (66.0, False)]
)
def test_a_share_is_held_to_whole_percents_however_few_digits_it_shows(stated: float, equal: bool) -> None:
    assert with_summary(("Overall compliance", stated), answers=("Yes", "Yes", "No")).totals[0].equal is equal


def test_points_are_never_rounded_to_fit() -> None:
    rows = [("X", "1", Q[0], "Partial", 5), ("X", "2", Q[1], "Yes", 10), ("", "", "Total score", "", 12), ("", "", "Total score", "", 12.5)]
    found = converted(simple((*HEAD, "Weight"), *rows))

    assert [(total.stated, total.computed, total.equal) for total in found.totals] == [("12", "12.5", False), ("12.5", "12.5", True)]

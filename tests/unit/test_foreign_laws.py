"""Laws of the conversion: it always ends in a valid pack or one sentence, and does not depend on how a file is laid out."""

import csv
import io
import json
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.factories.foreign import converted, question, simple
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.exporters.pack_yaml import pack_yaml
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.importers.foreign.conversion import Conversion
from vendor_ai.importers.foreign.grid import Area, Grid
from vendor_ai.services.questionnaire import check_pack_text

HEADINGS = [
    "ID",
    "Question",
    "Answer",
    "Comments",
    "Domain",
    "Weight",
    "Compliant Answer",
    "Type",
    "Options",
    "Score",
    "Guidance",
    "Evidence",
]
CELLS = [
    "",
    "",
    "A-1",
    "B&B 2.1",
    "Yes",
    "No",
    "N/A",
    "Parcial",
    "5",
    "0",
    "-1",
    "Total",
    "End of list",
    "Doors",
    "Yes; No",
    "free text",
    "=1+1",
]
TEXTS = [
    "Are the ropes counted by the keepers of the hall?",
    "Describe the ropes",
    "Have you had a breach?",
    "日本語の質問ですか",
    "a\nb",
    "☃",
]
rows = st.lists(st.lists(st.sampled_from([*CELLS, *TEXTS]) | st.text(max_size=12), max_size=8), max_size=15)


def as_csv(lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(lines)
    return text.getvalue().encode("utf-8", "replace")


def outcome(content: bytes) -> Conversion | None:
    try:
        return converted(content, "file.csv")
    except InvalidInputError as error:
        assert "\n" not in str(error)
        return None


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(HEADINGS), min_size=2, max_size=8, unique=True), rows)
def test_any_file_gives_a_valid_pack_with_readable_answers_or_one_sentence(head: list[str], body: list[list[str]]) -> None:
    found = outcome(as_csv([head, *body]))
    assume(found is not None)
    assert found is not None

    parsed = check_pack_text(pack_yaml(found.pack))
    read = AnswerReader(found.pack).read_json(json.dumps({name: {"value": answer.value} for name, answer in found.answers.items()}))

    assert (parsed.problems, parsed.pack, read.problems) == ((), found.pack, ())
    assert sum(dimension.weight for dimension in found.pack.dimensions) == 1


ANSWERS = st.lists(st.sampled_from(["Yes", "No", "N/A", "Partial", ""]), min_size=2, max_size=12)


def body(answers: Sequence[str]) -> list[tuple[str, str, str, str]]:
    return [(f"A{number}", question(number), answer, f"Room {number % 2}") for number, answer in enumerate(answers)]


@settings(max_examples=50, deadline=None)
@given(ANSWERS, st.permutations(range(4)), st.integers(0, 4))
def test_neither_the_order_of_columns_nor_lines_above_change_what_is_read(answers: list[str], order: list[int], above: int) -> None:
    table = [("ID", "Question", "Answer", "Domain"), *body(answers)]
    plainly = converted(as_csv(table), "file.csv", title="T")
    turned = converted(as_csv([["A title"]] * above + [[row[column] for column in order] for row in table]), "file.csv", title="T")

    assert (turned.pack, turned.answers, turned.domains) == (plainly.pack, plainly.answers, plainly.domains)


@settings(max_examples=50, deadline=None)
@given(ANSWERS)
def test_every_answer_that_was_given_is_read_or_named(answers: list[str]) -> None:
    found = converted(as_csv([("ID", "Question", "Answer", "Domain"), *body(answers)]), "file.csv")

    refused = sum(entry.refused for entry in found.unplaced)
    assert len(found.answers) + refused == sum(bool(answer) for answer in answers)
    assert sum(domain.answered for domain in found.domains) == len(found.answers)


# --- files that mean harm ---


def test_more_questions_than_a_pack_holds_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="holds 5001 questions; a pack holds 5000 at most"):
        converted(as_csv([("ID", "Question"), *(("same", question(number)) for number in range(5001))]), "file.csv")


def test_more_rows_than_any_questionnaire_has_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="more than 50000 rows"):
        converted(b"a\n" * 50_002, "file.csv")
    with pytest.raises(InvalidInputError, match="more than 50000 rows"):
        converted(json.dumps([{"q": "a"}] * 50_001).encode(), "file.json")


def test_thousands_of_areas_merged_over_the_whole_sheet_stay_bearable() -> None:
    grid = Grid("Q", [["a"] * 20] * 5_000, merged=(Area(1, 1, 5_000, 20),) * 100_000)
    assert grid.merged_text(3, 3) == "a"


def test_columns_far_to_the_right_are_not_looked_at_and_that_is_said() -> None:
    found = converted(simple(["ID", "Question", *["x"] * 300], ["1", question(1), *["y"] * 300]))
    assert "Sheet Questions: only its first 256 columns were read." in found.assumed

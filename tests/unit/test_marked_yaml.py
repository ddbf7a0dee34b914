"""YAML with lines."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vendor_ai.importers.marked_yaml import load_marked, path_text

TEXT = """\
weight: 0.10
starts: 2026-01-01
answers:
  - value: Yes
    right: true
  - null
  - "null"
empty:
inline: {a: 1, b: [x, 2]}
"""


def test_numbers_dates_and_yes_stay_text_and_true_and_null_do_not() -> None:
    assert load_marked(TEXT).data == {
        "weight": "0.10",
        "starts": "2026-01-01",
        "answers": [{"value": "Yes", "right": True}, None, "null"],
        "empty": None,
        "inline": {"a": "1", "b": ["x", "2"]},
    }


@pytest.mark.parametrize(
    ("path", "line"),
    [([], 1), (["weight"], 1), (["answers", 0, "right"], 5), (["answers", 2], 7), (["inline", "b", 1], 9), (["answers", 0, "missing"], 4)],
)
def test_every_field_knows_its_line_and_a_missing_one_that_of_its_parent(path: list[str | int], line: int) -> None:
    assert load_marked(TEXT).line_of(path) == line


def test_an_empty_text_has_no_data_and_no_line() -> None:
    document = load_marked("")

    assert (document.data, document.problems, document.line_of(["a"])) == (None, (), None)


def test_a_repeated_key_is_named_with_both_lines_and_the_first_one_stays() -> None:
    document = load_marked("a: 1\nb: {c: 2}\na: {d: 3, d: 4}\n")

    assert document.data == {"a": "1", "b": {"c": "2"}}
    assert [(problem.row, problem.column) for problem in document.problems] == [(3, "a")]
    assert "first on line 1" in document.problems[0].message


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("a: 1\nb: c: d\n", 2, "not valid YAML"),
        ("a: [1,\n", 2, "not valid YAML"),
        ("a: &x 1\nb: *x\n", 2, "reference *x"),
        ("a: !!python/object:os.system x\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("[" * 200, 1, "nesting"),
        ("? [a]\n: b\n", 1, "field's name"),
        ("a: 1\nb: \x07\n", 2, "U+0007"),
        ("x" * 2_000_001, None, "at most"),
    ],
)
def test_what_cannot_be_read_is_one_problem_with_its_line(text: str, line: int | None, part: str) -> None:
    document = load_marked(text)

    assert document.data is None
    assert [problem.row for problem in document.problems] == [line]
    assert part in document.problems[0].message


def test_a_byte_order_mark_is_passed_over() -> None:
    assert load_marked("\ufeffa: 1").data == {"a": "1"}


_texts = st.text(st.characters(blacklist_categories=["Cs", "Cc"], max_codepoint=0xFFFD), max_size=10)


@given(
    st.recursive(st.none() | st.booleans() | _texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3))
)
def test_json_of_texts_reads_as_itself(data: object) -> None:
    assert load_marked(json.dumps({"data": data}, ensure_ascii=False)).data == {"data": data}


def test_a_path_is_written_as_people_write_it() -> None:
    assert path_text(["questions", 3, "options", 0, "level"]) == "questions[3].options[0].level"

"""A pack file with several mistakes: all are named in one go, and none that only follows from another."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories.pack import EVERY_TYPE_YAML, SMALL_PACK_YAML
from vendor_ai.importers.marked_yaml import load_marked
from vendor_ai.services.questionnaire import check_pack_text

EVERY_TYPE = load_marked(EVERY_TYPE_YAML).data
Path = tuple[str | int, ...]


def paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in plain data, from the top."""
    yield path
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in steps:
        yield from paths(value, (*path, step))


def changed(path: Path, value: Any) -> Any:
    data = copy.deepcopy(EVERY_TYPE)
    inside = data
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return data


def without(data: Any, path: Path) -> None:
    """Take away what stands at a path, where a mistake made before left it there."""
    *above, last = path
    for step in above:
        there = isinstance(data, dict) and step in data
        there = there or (isinstance(data, list) and isinstance(step, int) and step < len(data))
        data = data[step] if there else None
    if isinstance(data, dict):
        data.pop(last, None)


def found(data: Any) -> list[str]:
    return [problem.column or "" for problem in check_pack_text(json.dumps(data)).problems]


def test_mistakes_of_meaning_are_named_beside_mistakes_of_structure() -> None:
    text = (
        SMALL_PACK_YAML.replace("level: CRITICAL", "level: AWFUL", 1)
        .replace("id: lawful", "id: tested")
        .replace("dimension: law", "dimension: laws")
        .replace("weight: 0.4", "weight: 0.3")
        .replace("{answer: bad, at", "{answer: worse, at")
    )

    assert [(problem.row, problem.column) for problem in check_pack_text(text).problems] == [
        (4, "dimensions.weight"),
        (6, "dimensions[1].id"),  # nothing belongs to it
        (13, "questions[0].options[1].level"),
        (21, "questions[2].id"),
        (22, "questions[2].dimension"),
        (28, "questions[2].floor"),
    ]


def test_mistakes_of_meaning_are_named_where_the_head_of_the_file_is_wrong() -> None:
    text = SMALL_PACK_YAML.replace("pack: small", "pack: Small Pack").replace("answer: good}", "answer: great}")

    assert [problem.column for problem in check_pack_text(text).problems] == ["pack", "questions[1].applies_when"]


def test_a_question_that_depends_on_a_broken_one_is_not_blamed() -> None:
    text = SMALL_PACK_YAML.replace("level: LOW}", "level: FINE}", 1).replace("answer: good}", "answer: great}")

    assert [problem.column for problem in check_pack_text(text).problems] == ["questions[0].options[0].level"]


def test_nothing_is_said_to_be_unknown_while_an_id_is_missing() -> None:
    text = SMALL_PACK_YAML.replace("  - id: tested\n    dimension", "  - dimension").replace("{id: law, group", "{group")

    assert [problem.column for problem in check_pack_text(text).problems] == ["dimensions[1].id", "questions[0].id"]


def test_a_broken_translation_does_not_hide_the_mistakes_of_another() -> None:
    data = copy.deepcopy(EVERY_TYPE)
    code, german = next(iter(data["translations"].items()))
    data["translations"] = {code: german, "fr": {"title": "Essai"}}
    name = next(iter(german["questions"]))
    german["questions"]["nobody"] = german["questions"].pop(name)

    columns = found(data)

    assert f"translations.{code}.questions.nobody" in columns
    assert {"translations.fr.dimensions", "translations.fr.questions"} <= set(columns)


@pytest.mark.parametrize("path", [path for path in paths(EVERY_TYPE) if len(path) >= 2], ids=str)
def test_one_mistake_of_structure_is_not_named_anywhere_else(path: Path) -> None:
    columns = found(changed(path, {"x": {"y": []}}))

    entry = f"{path[0]}[{path[1]}]" if isinstance(path[1], int) else f"{path[0]}.{path[1]}"
    assert columns
    assert {column for column in columns if not re.match(rf"{re.escape(entry)}($|[.\[])", column)} == set()


@given(
    st.sampled_from([path for path in paths(EVERY_TYPE) if path]),
    st.sampled_from([None, "", "x", True, [], {}, [[]], [None], {"x": []}, ["a", "a"]]),
    st.sampled_from([path for path in paths(EVERY_TYPE) if path]),
)
@settings(max_examples=300, deadline=None)
def test_no_mistake_keeps_the_rest_of_the_file_from_being_checked(first: Path, value: Any, second: Path) -> None:
    data = changed(first, value)
    without(data, second)

    parsed = check_pack_text(json.dumps(data))

    assert (parsed.pack is None) == bool(parsed.problems)

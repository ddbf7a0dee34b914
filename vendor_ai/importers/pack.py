"""Pack files: YAML text → Pack, with every mistake by line and field."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from vendor_ai.domain.pack import Pack, Question, weight_text
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answer_word import normal
from vendor_ai.importers.marked_yaml import MarkedDocument, load_marked
from vendor_ai.importers.pack_part import PackParts
from vendor_ai.importers.pack_question import question_problems
from vendor_ai.importers.pack_record import pack_record
from vendor_ai.importers.pack_translation import translation_problems
from vendor_ai.importers.pack_trigger import trigger_problems
from vendor_ai.importers.structure import structure_problems
from vendor_ai.kit.data import data_folder

MOST_COMBINATIONS = 4096
_SCHEMA = "pack.schema.json"


@dataclass(frozen=True, slots=True)
class ParsedPack:
    """The pack, or None where problems forbid its use."""

    pack: Pack | None
    problems: tuple[Problem, ...] = ()


def read_pack(text: str, combinations: Callable[[Sequence[Question]], int]) -> ParsedPack:
    """Read a pack from YAML (or JSON) text; a pack with any problem is refused whole.

    ``combinations`` counts what scoring would have to try for the bounds of a blank assessment.
    """
    document = load_marked(text)
    if document.data is None:
        return ParsedPack(None, document.problems or (Problem(None, None, "The file is empty. Write a pack as in questionnaires/."),))
    structure = structure_problems(document, _schema())
    problems = [*document.problems, *structure, *_meaning_problems(PackParts.of(document, structure))]
    if problems:
        return ParsedPack(None, tuple(sorted(problems, key=lambda problem: problem.row or 0)))
    pack = pack_record(document.data)
    if combinations(pack.questions) > MOST_COMBINATIONS:
        return ParsedPack(None, (_too_many_combinations(document),))
    return ParsedPack(pack)


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((data_folder("questionnaires") / _SCHEMA).read_text(encoding="utf-8"))
    return schema


def _meaning_problems(parts: PackParts) -> Iterator[Problem]:
    """What the schema cannot say, of everything that fits it."""
    document = parts.document
    yield from _weight_problems(parts)
    yield from _repeated(parts, "dimensions")
    yield from _repeated(parts, "questions")
    used = set(parts.texts("questions", "dimension"))
    for index, dimension in parts.sound("dimensions") if parts.all_have("questions", "dimension") else ():
        if dimension["id"] not in used:
            yield document.problem(("dimensions", index, "id"), f"No question belongs to the dimension {dimension['id']!r}. Add one.")
    for index, question in parts.sound("questions"):
        yield from _place_problems(parts, index, question)
        yield from question_problems(document, index)
    yield from trigger_problems(parts)
    yield from translation_problems(parts)


def _weight_problems(parts: PackParts) -> Iterator[Problem]:
    if not parts.all_sound("dimensions"):
        return
    total = sum((Fraction(dimension["weight"]) for _, dimension in parts.sound("dimensions")), Fraction(0))
    if total != 1:
        message = f"The weights of the dimensions add up to {weight_text(total)}, not to exactly 1. Change them by {_signed(1 - total)}."
        yield parts.document.problem(("dimensions",), message, column="dimensions.weight")


def _signed(difference: Fraction) -> str:
    return f"{'+' if difference > 0 else '-'}{weight_text(abs(difference))}"


def _repeated(parts: PackParts, place: str) -> Iterator[Problem]:
    document = parts.document
    first: dict[str, int] = {}
    for index, entry in parts.entries(place):
        name = normal(entry["id"])
        if name in first:
            line = document.line_of((place, first[name], "id"))
            message = f"The id {entry['id']!r} is used before, on line {line}. Every one must differ."
            yield document.problem((place, index, "id"), message)
        else:
            first[name] = index


def _place_problems(parts: PackParts, index: int, question: dict[str, Any]) -> Iterator[Problem]:
    document, dimensions = parts.document, parts.texts("dimensions", "id")
    if question["dimension"] not in dimensions and parts.all_have("dimensions", "id"):
        message = f"The dimension {question['dimension']!r} is not in this pack. Use one of: {', '.join(sorted(dimensions))}."
        yield document.problem(("questions", index, "dimension"), message)
    if normal(question["id"]) in map(normal, dimensions):
        message = f"The question {question['id']!r} has the id of a dimension. Rename it."
        yield document.problem(("questions", index, "id"), message)


def _too_many_combinations(document: MarkedDocument) -> Problem:
    message = "Too many questions decide whether others are asked, so the bounds of an open assessment could not be computed. Use fewer."
    return document.problem(("questions",), message, column="questions.applies_when")

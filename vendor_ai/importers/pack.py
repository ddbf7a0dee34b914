"""Pack files: YAML text → Pack, with every mistake by line and field."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from vendor_ai.domain.pack import (
    Condition,
    Dimension,
    Floor,
    Level,
    Option,
    Pack,
    Question,
    QuestionType,
    Recommendation,
    Scope,
    Trigger,
    weight_text,
)
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answers import means_not_applicable, normal
from vendor_ai.importers.marked_yaml import MarkedDocument, load_marked
from vendor_ai.importers.structure import structure_problems
from vendor_ai.kit.data import data_folder

# Properties of a component that a question may depend on; the names of the inventory.
PROPERTIES = ("kind", "use_case", "decision_type", "affected_rights", "regions", "data_classes")
_MOST_COMBINATIONS = 4096
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
    problems = [*document.problems, *structure_problems(document, _schema())]
    if not problems:
        problems = list(_meaning_problems(document))
    if problems:
        return ParsedPack(None, tuple(sorted(problems, key=lambda problem: problem.row or 0)))
    pack = _pack(document.data)
    if combinations(pack.questions) > _MOST_COMBINATIONS:
        return ParsedPack(None, (_too_many_combinations(document),))
    return ParsedPack(pack)


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((data_folder("questionnaires") / _SCHEMA).read_text(encoding="utf-8"))
    return schema


def _several(value: Any) -> list[Any]:
    """What may be written alone or as a list, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _word(value: Any) -> str:
    """The text of a value; YAML's true and false are read as these words."""
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- what the schema cannot say ---------------------------------------------------------------------------------------


def _meaning_problems(document: MarkedDocument) -> Iterator[Problem]:
    dimensions, questions = document.data["dimensions"], document.data["questions"]
    yield from _weight_problems(document, dimensions)
    yield from _repeated(document, "dimensions", "id", dimensions)
    yield from _repeated(document, "questions", "id", questions)
    names = {normal(dimension["id"]) for dimension in dimensions}
    used = {question["dimension"] for question in questions}
    for index, dimension in enumerate(dimensions):
        if dimension["id"] not in used:
            yield document.problem(("dimensions", index, "id"), f"No question belongs to the dimension {dimension['id']!r}. Add one.")
    earlier: dict[str, set[str]] = {}
    for index, question in enumerate(questions):
        yield from _question_problems(document, index, question, {dimension["id"] for dimension in dimensions})
        if normal(question["id"]) in names:
            message = f"The question {question['id']!r} has the id of a dimension. Rename it."
            yield document.problem(("questions", index, "id"), message)
        yield from _trigger_problems(document, index, question, earlier)
        earlier[question["id"]] = {_word(option["value"]) for option in question["options"]}


def _weight_problems(document: MarkedDocument, dimensions: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    total = sum((Fraction(dimension["weight"]) for dimension in dimensions), Fraction(0))
    if total != 1:
        message = f"The weights of the dimensions add up to {weight_text(total)}, not to exactly 1. Change them by {_signed(1 - total)}."
        yield document.problem(("dimensions",), message, column="dimensions.weight")


def _signed(difference: Fraction) -> str:
    return f"{'+' if difference > 0 else '-'}{weight_text(abs(difference))}"


def _repeated(document: MarkedDocument, place: str, key: str, entries: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        name = normal(_word(entry[key]))
        if name in first:
            line = document.line_of((place, first[name], key))
            yield document.problem((place, index, key), f"The {key} {entry[key]!r} is used before, on line {line}. Every one must differ.")
        else:
            first[name] = index


def _question_problems(document: MarkedDocument, index: int, question: dict[str, Any], dimensions: set[str]) -> Iterator[Problem]:
    place = ("questions", index)
    if question["dimension"] not in dimensions:
        message = f"The dimension {question['dimension']!r} is not in this pack. Use one of: {', '.join(sorted(dimensions))}."
        yield document.problem((*place, "dimension"), message)
    yield from _option_problems(document, index, question["options"])
    values = {_word(option["value"]) for option in question["options"]}
    for floor in _several(question.get("floor")):
        for value in _several(floor["answer"]):
            if _word(value) not in values:
                yield document.problem((*place, "floor"), _no_such_answer(question["id"], value, values))


def _option_problems(document: MarkedDocument, index: int, options: Sequence[dict[str, Any]]) -> Iterator[Problem]:
    words = Counter(normal(_word(option["value"])) for option in options)
    words.update(
        label for option in options if (label := normal(_word(option.get("label", "")))) and label != normal(_word(option["value"]))
    )
    for number, option in enumerate(options):
        for key in ("value", "label"):
            word = _word(option.get(key, ""))
            if words[normal(word)] > 1:
                message = f"{word!r} names two answers of this question. Values and labels must differ."
                yield document.problem(("questions", index, "options", number, key), message)
            if means_not_applicable(word):
                message = f"{word!r} is reserved: whether a question may be skipped is said by not_applicable: true or false."
                yield document.problem(("questions", index, "options", number, key), message)


def _trigger_problems(document: MarkedDocument, index: int, question: dict[str, Any], earlier: dict[str, set[str]]) -> Iterator[Problem]:
    place = ("questions", index, "applies_when")
    for trigger in _several(question.get("applies_when")):
        asked = trigger.get("question")
        if asked is None:
            if trigger["property"] not in PROPERTIES:
                message = f"A component has no property {trigger['property']!r}. Use one of: {', '.join(PROPERTIES)}."
                yield document.problem(place, message)
        elif asked not in earlier:
            later = any(other["id"] == asked for other in document.data["questions"])
            where = "does not stand before this one" if later else "is not in this pack"
            yield document.problem(place, f"The question {asked!r} {where}. Name the id of an earlier question.")
        else:
            for value in _several(trigger["answer"]):
                if _word(value) not in earlier[asked]:
                    yield document.problem(place, _no_such_answer(asked, value, earlier[asked]))


def _no_such_answer(question: str, value: Any, values: set[str]) -> str:
    return f"The question {question!r} has no answer {_word(value)!r}. Its answers: {', '.join(sorted(values))}."


def _too_many_combinations(document: MarkedDocument) -> Problem:
    message = "Too many questions decide whether others are asked, so the bounds of an open assessment could not be computed. Use fewer."
    return document.problem(("questions",), message, column="questions.applies_when")


# --- plain data → records -----------------------------------------------------------------------------------------------


def _pack(data: dict[str, Any]) -> Pack:
    return Pack(
        id=data["pack"],
        version=data["version"],
        title=data["title"].strip(),
        description=data.get("description", "").strip(),
        dimensions=tuple(_dimension(entry) for entry in data["dimensions"]),
        questions=tuple(_question(entry) for entry in data["questions"]),
    )


def _dimension(entry: dict[str, Any]) -> Dimension:
    label = entry.get("label") or str(entry["id"]).replace("_", " ").capitalize()
    return Dimension(entry["id"], label, entry.get("group", ""), Fraction(entry["weight"]))


def _question(entry: dict[str, Any]) -> Question:
    return Question(
        id=entry["id"],
        dimension=entry["dimension"],
        text=" ".join(entry["text"].split()),
        options=tuple(_option(option) for option in entry["options"]),
        type=QuestionType(entry.get("type", "choice")),
        weight=Fraction(entry.get("weight", "1")),
        scope=Scope(entry.get("scope", "component")),
        guidance=" ".join(entry.get("guidance", "").split()),
        evidence=" ".join(entry.get("evidence", "").split()),
        not_applicable=entry.get("not_applicable", True),
        applies_when=tuple(_trigger(trigger) for trigger in _several(entry.get("applies_when"))),
        floors=tuple(_floor(floor) for floor in _several(entry.get("floor"))),
        conditions=tuple(_condition(condition) for condition in _several(entry.get("condition"))),
        source=tuple(entry.get("source", {}).items()),
    )


def _option(entry: dict[str, Any]) -> Option:
    value = _word(entry["value"])
    return Option(value, _word(entry.get("label", value)), _level(entry["level"]))


def _trigger(entry: dict[str, Any]) -> Trigger:
    values = tuple(_word(value) for value in _several(entry.get("answer", entry.get("is"))))
    return Trigger(entry.get("question"), entry.get("property"), values)


def _floor(entry: dict[str, Any]) -> Floor:
    return Floor(tuple(_word(value) for value in _several(entry["answer"])), Recommendation(entry["at_least"]))


def _condition(entry: dict[str, Any]) -> Condition:
    severity = _level(entry["severity"]) if "severity" in entry else None
    text = " ".join(entry["text"].split())
    return Condition(text, _level(entry.get("level", "MEDIUM")), severity, int(entry["days"]), entry.get("owner", ""))


def _level(name: str) -> Level:
    return Level(int(name)) if name.isdigit() else Level[name]

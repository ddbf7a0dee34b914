"""Crosswalk files: YAML text → Crosswalk, with every mistake by line and field."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vendor_ai.domain.crosswalk import Crosswalk, CrosswalkRule
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.problem import Problem
from vendor_ai.domain.sighting import Confidence
from vendor_ai.importers.answer_word import normal
from vendor_ai.importers.marked_yaml import MarkedDocument, load_marked
from vendor_ai.importers.structure import structure_problems
from vendor_ai.kit.data import data_folder

_SCHEMA = "crosswalk.schema.json"
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class ParsedCrosswalk:
    """The crosswalk, or None where problems forbid its use."""

    crosswalk: Crosswalk | None
    problems: tuple[Problem, ...] = ()


def crosswalk_files() -> list[Path]:
    """The crosswalks that came with this installation."""
    return sorted(_folder().glob("*.yaml"))


def read_crosswalk(text: str, pack: Pack | None = None) -> ParsedCrosswalk:
    """Read a crosswalk from YAML (or JSON) text; one with any problem is refused whole.

    With ``pack`` the questions and values that the rules suggest must exist in it.
    """
    document = load_marked(text)
    if document.data is None:
        return ParsedCrosswalk(None, document.problems or (Problem(None, None, "The file is empty. Write a crosswalk with its rules."),))
    problems = [*document.problems, *structure_problems(document, _schema())]
    if not problems:
        problems = [*_meaning_problems(document), *([] if pack is None else _pack_problems(document, pack))]
    if problems:
        return ParsedCrosswalk(None, tuple(sorted(problems, key=lambda problem: problem.row or 0)))
    return ParsedCrosswalk(_crosswalk(document.data))


def _folder() -> Path:
    return data_folder("questionnaires") / "crosswalks"


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((_folder() / _SCHEMA).read_text(encoding="utf-8"))
    return schema


# --- what the schema cannot say ---------------------------------------------------------------------------------------


def _meaning_problems(document: MarkedDocument) -> Iterator[Problem]:
    first: dict[str, int] = {}
    names = {normal(answer) for answer in document.data.get("spellings", {})}
    for index, rule in enumerate(document.data["rules"]):
        place = ("rules", index)
        if rule["id"] in first:
            line = document.line_of(("rules", first[rule["id"]], "id"))
            yield document.problem((*place, "id"), f"The rule {rule['id']!r} stands before, on line {line}. Every id must differ.")
        first.setdefault(rule["id"], index)
        if not rule.get("ids") and not rule.get("domains") and len(rule["words"]) < _FEWEST_WORDS:
            message = f"A rule without ids and domains needs at least {_FEWEST_WORDS} words. Add what tells the question from others."
            yield document.problem((*place, "words"), message)
        yield from _answer_problems(document, index, rule["answers"], names)


def _answer_problems(document: MarkedDocument, index: int, answers: dict[str, Any], names: set[str]) -> Iterator[Problem]:
    for answer in answers:
        if names and normal(answer) not in names:
            message = f"The answer {answer!r} has no spellings. Add it under spellings, or use one of: {', '.join(sorted(names))}."
            yield document.problem(("rules", index, "answers", answer), message)


def _pack_problems(document: MarkedDocument, pack: Pack) -> Iterator[Problem]:
    if document.data["pack"] != pack.id:
        yield document.problem(("pack",), f"The crosswalk is for the pack {document.data['pack']!r}, not for {pack.id!r}.")
        return
    for index, rule in enumerate(document.data["rules"]):
        question = pack.question(str(rule["question"]))
        if question is None:
            message = f"The pack {pack.id!r} has no question {rule['question']!r}. Use an id of its questions."
            yield document.problem(("rules", index, "question"), message)
            continue
        for answer, value in rule["answers"].items():
            if question.option(str(value)) is None:
                known = ", ".join(option.value for option in question.options) or "none that can be chosen"
                message = f"The question {question.id!r} has no answer {value!r}. Its answers: {known}."
                yield document.problem(("rules", index, "answers", answer), message)


# --- plain data → records ---------------------------------------------------------------------------------------------


def _crosswalk(data: dict[str, Any]) -> Crosswalk:
    return Crosswalk(
        id=data["crosswalk"],
        version=data["version"],
        title=data["title"].strip(),
        questionnaire=data["questionnaire"].strip(),
        pack=data["pack"],
        rules=tuple(_rule(entry) for entry in data["rules"]),
        source=" ".join(data["source"].split()),
        spellings={normal(answer): tuple(spellings) for answer, spellings in data.get("spellings", {}).items()},
    )


def _rule(entry: dict[str, Any]) -> CrosswalkRule:
    return CrosswalkRule(
        id=entry["id"],
        question=entry["question"],
        words=tuple(tuple(words) if isinstance(words, list) else (words,) for words in entry["words"]),
        answers={normal(answer): value for answer, value in entry["answers"].items()},
        confidence=Confidence(entry["confidence"]),
        ids=tuple(entry.get("ids", ())),
        domains=tuple(entry.get("domains", ())),
        without=tuple(entry.get("without", ())),
        note=entry.get("note", "").strip(),
    )

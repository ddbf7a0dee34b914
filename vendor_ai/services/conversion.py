"""Foreign questionnaires turned into packs and answers, checked as any pack before anything is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.exporters.pack_yaml import pack_yaml
from vendor_ai.importers.answers import AnswerReader
from vendor_ai.importers.foreign.answer_word import Meaning, opening_meaning
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.conversion import Conversion, Wishes, convert
from vendor_ai.importers.foreign.sheet_choice import Wanted
from vendor_ai.importers.foreign.unplaced import Unplaced
from vendor_ai.services.questionnaire import check_pack_text, read_bytes


@dataclass(frozen=True, slots=True)
class Converted:
    """A conversion with the texts of its two files; ``answers`` is empty where the questionnaire is not filled in."""

    conversion: Conversion
    pack: str
    answers: str

    @property
    def refused(self) -> tuple[Unplaced, ...]:
        """Questions and answers of the file that could not be taken."""
        return tuple(entry for entry in self.conversion.unplaced if entry.refused)


def read_wishes(
    *,
    pack_id: str = "",
    version: str = "1.0",
    title: str = "",
    sheet: str | None = None,
    header_row: int | None = None,
    columns: Mapping[str, str] | None = None,
    compliant: Sequence[tuple[str, str]] = (),
) -> Wishes:
    """What the user asks for, in the terms of the conversion.

    Args:
        pack_id: Id of the pack; empty: from the name of the file.
        version: Version of the pack.
        title: Title of the pack; empty: from the file.
        sheet: The only sheet to read questions from.
        header_row: Its header row, as the spreadsheet numbers it.
        columns: Column heading or letters by field.
        compliant: Pairs of the good answer (yes or no) and the id of a question.

    Raises:
        InvalidInputError: When a field or an answer is unknown.
    """
    mapped: dict[Role, str] = {}
    for field, column in (columns or {}).items():
        if field not in list(Role):
            raise InvalidInputError(f"--map knows no field {field!r}. Use one of: {', '.join(Role)}.")
        mapped[Role(field)] = column
    good: dict[str, Meaning] = {}
    for word, question in compliant:
        meaning = opening_meaning(word)
        if meaning not in (Meaning.YES, Meaning.NO):
            raise InvalidInputError(f"--compliant says {word!r}; the good answer is yes or no, as in --compliant no=ID.")
        good[question] = meaning
    return Wishes(pack_id, version, title, Wanted(sheet, header_row, mapped), good)


def convert_file(path: Path, wishes: Wishes) -> Converted:
    """Convert the file of a foreign questionnaire; nothing is stored or written.

    Raises:
        InvalidInputError: When it cannot be read, shows no questions, or gives a pack that would be refused.
    """
    conversion = convert(read_bytes(path), path.name, wishes)
    text = pack_yaml(conversion.pack)
    parsed = check_pack_text(text)
    if parsed.pack != conversion.pack:
        reason = parsed.problems[0].message if parsed.problems else "Reading it again gave another pack."
        raise InvalidInputError(f"{path.name} cannot be held by a pack: {reason}")
    return _with_answers(conversion, text)


def _with_answers(conversion: Conversion, text: str) -> Converted:
    """The answers as a file that scoring reads; one that it would refuse is reported instead."""
    if not conversion.answers:
        return Converted(conversion, text, "")
    given = {question: _entry(answer) for question, answer in conversion.answers.items()}
    refused = AnswerReader(conversion.pack).read_json(json.dumps(given)).problems
    for problem in refused:
        given.pop(problem.column or "", None)
    more = tuple(Unplaced("", None, problem.column, problem.message) for problem in refused)
    kept = {question: conversion.answers[question] for question in given}
    document = json.dumps(given, ensure_ascii=False, indent=2) + "\n"
    return Converted(replace(conversion, answers=kept, unplaced=(*conversion.unplaced, *more)), text, document)


def _entry(answer: Answer) -> dict[str, Any]:
    key = "reason" if answer.not_applicable else "comment"
    beside = {key: answer.comment, "evidence": answer.evidence}
    return {"value": answer.value, **{name: text for name, text in beside.items() if text}}

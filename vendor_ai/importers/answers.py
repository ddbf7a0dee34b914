"""Answers to a pack: by question or as levels by dimension, from JSON, YAML or one line of JSON."""

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.pack import NOT_APPLICABLE, Level, Pack
from vendor_ai.domain.problem import Problem
from vendor_ai.importers.answer_entry import answer_entry
from vendor_ai.importers.answer_value import AnswerValue, RefusedAnswerError
from vendor_ai.importers.answer_word import ExactNumber, is_iso_date, means_not_applicable, normal
from vendor_ai.importers.marked_yaml import load_marked

__all__ = ["AnswerReader", "AnswerSet", "is_iso_date", "means_not_applicable", "normal"]

_LEVELS: dict[str, Level] = {level.name.lower(): level for level in Level} | {str(level.value): level for level in Level}

LineOf = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """What one file or line says: ``levels`` by dimension (None in it: not applicable), else ``answers`` by question.

    ``problems`` are refused rows beside the good ones; ``refused`` says that nothing could be read. ``component`` is the ref of
    the one a workbook was written about, "" where the file names none. ``remarks`` are about answers that were taken: not
    applicable without a reason, demanded evidence that is missing. ``cleared`` are questions that stand in a workbook without an
    answer, ``assessment`` is the reference of the one it was written for.
    """

    levels: Mapping[str, Level | None] | None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    refused: bool = False
    component: str = ""
    remarks: tuple[Problem, ...] = ()
    cleared: tuple[str, ...] = ()
    assessment: str = ""


def _refused(*problems: Problem) -> AnswerSet:
    return AnswerSet(None, {}, problems, refused=True)


class AnswerReader:
    """Reads answers to one pack, which is prepared once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._dimensions = {normal(dimension.id): dimension.id for dimension in pack.dimensions}
        self._questions = {normal(question.id): question for question in pack.questions}
        self._values = AnswerValue(pack)

    def read_yaml(self, text: str) -> AnswerSet:
        """One set from YAML text."""
        document = load_marked(text, number=ExactNumber)
        if document.problems:
            return _refused(*document.problems)
        return self._read(document.data, lambda key: document.line_of([key]))

    def read_json(self, text: str, line: int | None = None) -> AnswerSet:
        """One set from JSON text; ``line`` is its place in a file with one set a line."""
        try:
            data = json.loads(text, object_pairs_hook=_unrepeated, parse_int=str, parse_float=ExactNumber, parse_constant=str)
        except json.JSONDecodeError as error:
            place = f"at column {error.colno}" if line is not None else f"at line {error.lineno}, column {error.colno}"
            message = f"This is not valid JSON: {error.msg} {place}."
            return _refused(Problem(line if line is not None else error.lineno, None, message))
        except _RepeatedKeyError as error:
            return _refused(Problem(line, error.key, f"The key {error.key!r} stands here twice. Keep one of them."))
        except RecursionError:
            return _refused(Problem(line, None, "The JSON is nested too deeply. Write one answer per question."))
        if line is not None:
            return self._read(data, lambda _: line)
        marks = load_marked(text)  # JSON is YAML, which knows the lines
        return self._read(data, lambda key: marks.line_of([key]) if marks.data is not None else None)

    def answer(
        self, question_id: str, word: str | Sequence[str], *, row: int | None, comment: str = "", evidence: str = "", dated: str = ""
    ) -> Answer | Problem:
        """One answer as a person wrote it (several words only for a question of type multi), or the mistake in it."""
        question = self._questions.get(normal(question_id))
        if question is None:
            return Problem(
                row, question_id, f"There is no question {question_id!r} in the pack {self.pack.id!r}. {self._nearest(question_id)}"
            )
        alone = word if isinstance(word, str) else word[0] if len(word) == 1 else ""
        if means_not_applicable(alone):
            if not question.not_applicable:
                return Problem(row, question.id, f"The question {question.id!r} must be answered; it cannot be set to not applicable.")
            return Answer(question.id, NOT_APPLICABLE, comment, evidence, dated)
        try:
            return Answer(question.id, self._values.of(question, word), comment, evidence, dated)
        except RefusedAnswerError as error:
            return Problem(row, question.id, str(error))

    def remarks(self, answer: Answer, row: int | None) -> tuple[Problem, ...]:
        """What a taken answer lacks: the reason for not applicable, or evidence that its question demands."""
        question = self._questions[normal(answer.question)]
        if answer.not_applicable:
            message = f"The question {question.id!r} is set to not applicable without a reason. Add it as reason or comment."
            return () if answer.comment else (Problem(row, question.id, message),)
        if question.evidence_required and not answer.evidence:
            return (Problem(row, question.id, f"The demanded evidence is missing. Name it: {question.evidence}"),)
        return ()

    def _read(self, data: Any, line_of: LineOf) -> AnswerSet:
        if data is None:
            return AnswerSet(None)
        if not isinstance(data, dict):
            message = "The answers must be one mapping such as {question: answer} or {dimension: HIGH}."
            return _refused(Problem(line_of(""), None, message))
        keys = [normal(key) for key in data]
        by_dimension = any(key in self._dimensions for key in keys)
        if by_dimension and any(key in self._questions for key in keys):
            message = "The file mixes levels by dimension with answers by question. Give one kind only."
            return _refused(Problem(line_of(""), None, message))
        return self._read_levels(data, line_of) if by_dimension else self._read_answers(data, line_of)

    def _read_levels(self, data: dict[str, Any], line_of: LineOf) -> AnswerSet:
        levels: dict[str, Level | None] = {}
        problems: list[Problem] = []
        for key, given in data.items():
            dimension = self._dimensions.get(normal(key))
            if dimension is None:
                message = f"There is no dimension {key!r} in the pack {self.pack.id!r}. {_nearest(key, self._dimensions.values())}"
                problems.append(Problem(line_of(key), key, message))
                continue
            if dimension in levels:
                problems.append(Problem(line_of(key), key, f"The dimension {dimension!r} is given twice. Keep one of them."))
                continue
            entry = answer_entry(given)
            if isinstance(entry, str):
                problems.append(Problem(line_of(key), key, entry))
            elif not isinstance(entry.word, str):
                problems.append(Problem(line_of(key), key, "A list cannot be a risk level. Write one value."))
            elif entry.word:
                level = _LEVELS.get(normal(entry.word))
                if level is None and not means_not_applicable(entry.word):
                    message = f"{entry.word!r} is no risk level. Write LOW, MEDIUM, HIGH, CRITICAL (or 1 to 4), or NA."
                    problems.append(Problem(line_of(key), key, message))
                else:
                    levels[dimension] = level
        return AnswerSet(levels, {}, tuple(problems))

    def _read_answers(self, data: dict[str, Any], line_of: LineOf) -> AnswerSet:
        answers: dict[str, Answer] = {}
        problems: list[Problem] = []
        remarks: list[Problem] = []
        for key, given in data.items():
            entry = answer_entry(given)
            if isinstance(entry, str):
                problems.append(Problem(line_of(key), key, entry))
                continue
            if not entry.word and normal(key) in self._questions:
                continue
            found = self.answer(key, entry.word, row=line_of(key), comment=entry.comment, evidence=entry.evidence, dated=entry.dated)
            if isinstance(found, Problem):
                problems.append(found)
            elif found.question in answers:
                problems.append(Problem(line_of(key), key, f"The question {found.question!r} is answered twice. Keep one of them."))
            else:
                answers[found.question] = found
                remarks.extend(self.remarks(found, line_of(key)))
        return AnswerSet(None, answers, tuple(problems), remarks=tuple(remarks))

    def _nearest(self, question_id: str) -> str:
        return _nearest(question_id, [*(question.id for question in self.pack.questions), *self._dimensions.values()])


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word.casefold(), list(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else "See `vendor-ai questionnaire show` for the names."


class _RepeatedKeyError(ValueError):
    """A JSON object holds one key twice."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _RepeatedKeyError(key)
        found[key] = value
    return found

"""The answers a filled questionnaire holds, as its pack stores them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.band import number_text
from vendor_ai.domain.question import NOT_APPLICABLE, Option, Question, QuestionType
from vendor_ai.importers.foreign.answer_word import Meaning, meaning_of, opening_meaning, plain
from vendor_ai.importers.foreign.asking import Asking
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import number_of
from vendor_ai.importers.foreign.question_row import QuestionRow
from vendor_ai.importers.foreign.unplaced import Unplaced

_LONGEST_TEXT = 5000
_TWO_READINGS = re.compile("[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")  # thousands to some, decimals to others
_PLACEHOLDER = re.compile(
    r"^(?:please )?(?:select|choose)(?: (?:an?|one|your))?(?: answer| option)?$|^seleccione\b.{0,30}$|^bitte (?:aus)?wahlen$"
)


@dataclass(frozen=True, slots=True)
class Filled:
    """Answers by question, and the cells that could not be read as one."""

    answers: Mapping[str, Answer]
    unplaced: tuple[Unplaced, ...]


def read_filled(rows: Sequence[QuestionRow], askings: Sequence[Asking], questions: Sequence[Question]) -> Filled:
    """The answers beside the questions, where the file holds any."""
    answers: dict[str, Answer] = {}
    unplaced: list[Unplaced] = []
    given = any(row.cell(Role.ANSWER) and not asking.refers for row, asking in zip(rows, askings, strict=True))
    for row, asking, question in zip(rows, askings, questions, strict=True):
        word = "" if asking.refers or _PLACEHOLDER.match(plain(row.cell(Role.ANSWER))) else row.cell(Role.ANSWER)
        if not word:
            if given and row.cell(Role.COMMENT):
                unplaced.append(Unplaced(row.sheet, row.row, "comment", "A comment without an answer; the question stays unanswered."))
            continue
        found = _answer(row, asking, question, word)
        if isinstance(found, str):
            unplaced.append(Unplaced(row.sheet, row.row, "answer", found))
        else:
            answers[question.id] = found
    return Filled(answers, tuple(unplaced))


def _answer(row: QuestionRow, asking: Asking, question: Question, word: str) -> Answer | str:
    """The answer, or a sentence that says why it is none."""
    comment, evidence = row.cell(Role.COMMENT), row.cell(Role.EVIDENCE)
    meaning = meaning_of(word)
    if meaning is Meaning.NOT_APPLICABLE:
        if not question.not_applicable:
            return f"{word!r} is not among the answers this question offers; it stays unanswered."
        return Answer(question.id, NOT_APPLICABLE, comment, evidence)
    if question.type.has_options:
        option = _option(asking, question, word)
        if option is None:
            offered = "; ".join(option.label for option in question.options)
            return f"{_short(word)} is none of the answers {offered}; the question stays unanswered."
        exact = plain(word) in (plain(option.label), plain(option.value)) or meaning is not None
        return Answer(question.id, option.value, comment if exact else "; ".join(filter(None, (word, comment))), evidence)
    value = _free(question.type, word)
    if value is None:
        return f"{_short(word)} is no {question.type} (write dates as 2026-07-31 and numbers as 12.5); the question stays unanswered."
    return Answer(question.id, value, comment, evidence)


def _option(asking: Asking, question: Question, word: str) -> Option | None:
    """The option with these words, else the only one of the same meaning."""
    own = next((option for option in question.options if plain(word) in (plain(option.label), plain(option.value))), None)
    if own is not None or asking.graded is None:
        return own
    meaning = opening_meaning(word)
    same = [option for option in question.options if meaning is not None and asking.graded.meanings.get(option.value) is meaning]
    return same[0] if len(same) == 1 else None


def _free(kind: QuestionType, word: str) -> str | None:
    match kind:
        case QuestionType.NUMBER:
            number = None if _TWO_READINGS.fullmatch(word.strip()) else number_of(word)
            return None if number is None else number_text(number)
        case QuestionType.DATE:
            try:
                return date.fromisoformat(word[:10]).isoformat()
            except ValueError:
                return None
        case _:
            return word[:_LONGEST_TEXT]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line if len(line) <= 60 else f"{line[:59]}…")

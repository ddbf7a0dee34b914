"""What a person wrote into an answer → the value that is stored, by type of question."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from vendor_ai.domain.band import number_text
from vendor_ai.domain.pack import Option, Pack, Question, QuestionType
from vendor_ai.importers.answer_word import ExactNumber, is_iso_date, normal

LONGEST_TEXT = 5_000
LONGEST_FILE = 500
_OFFERED = 12  # options named in a message
_SPELLED = {"true": "yes", "false": "no"}  # what an unquoted yes or no may have become in the pack or in an answer
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?")
_AMBIGUOUS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")  # 1.500 is 1500 to half of Europe
_HASH = re.compile("sha256:[0-9a-f]{64}")

Words = Mapping[str, str]


class RefusedAnswerError(ValueError):
    """What was written cannot be the answer; the message says why and how to mend it."""


class AnswerValue:
    """Turns words into stored values for the questions of one pack, which is prepared once."""

    def __init__(self, pack: Pack) -> None:
        translated = [pack.in_language(language).questions for language in pack.languages]
        self._words = {
            question.id: _option_words(question, [each.options for each in languages])
            for question, *languages in zip(pack.questions, *translated, strict=True)
        }

    def of(self, question: Question, written: str | Sequence[str]) -> str:
        """The value to store.

        Args:
            question: One of the pack.
            written: A value, a label in any language of the pack, a number, date or text; several for a question of type multi.

        Raises:
            RefusedAnswerError: When it is no answer to the question.
        """
        if question.type is QuestionType.MULTI:
            return self._chosen(question, written)
        if not isinstance(written, str):
            raise RefusedAnswerError("A list cannot be an answer to this question. Write one value.")
        match question.type:
            case QuestionType.NUMBER:
                return _number(question, written)
            case QuestionType.DATE:
                if not is_iso_date(written.strip()):
                    raise RefusedAnswerError(f"{written!r} is not a date. Write the answer to {question.id!r} as 2026-07-31.")
                return written.strip()
            case QuestionType.TEXT:
                return _short(question, str(written), LONGEST_TEXT)
            case QuestionType.FILE:
                return _file(question, written)
            case _:
                return self._option(question, written)

    def _option(self, question: Question, written: str) -> str:
        value = self._words[question.id].get(normal(written))
        if value is None:
            advice = "Choose one or several of" if question.type is QuestionType.MULTI else "Choose one of"
            raise RefusedAnswerError(f"{written!r} is no answer to the question {question.id!r}. {advice}: {_offered(question.options)}.")
        return value

    def _chosen(self, question: Question, written: str | Sequence[str]) -> str:
        parts = [written] if isinstance(written, str) else written
        words = [word for part in parts for word in self._separate(question, part)]
        return question.joined([self._option(question, word) for word in words])

    def _separate(self, question: Question, written: str) -> list[str]:
        """The words between semicolons or line ends, where a label may hold a semicolon itself."""
        parts = [part.strip() for part in re.split("[;\n]", written)]
        words: list[str] = []
        while parts:
            known = (end for end in range(len(parts), 1, -1) if normal("; ".join(parts[:end])) in self._words[question.id])
            end = next(known, 1)
            words.append("; ".join(parts[:end]))
            parts = parts[end:]
        return [word for word in words if word]


def _option_words(question: Question, languages: Sequence[Sequence[Option]]) -> dict[str, str]:
    """Everything that names an option, with its value: a value wins over a label, a label over those of other languages."""
    own, *others = languages
    words: dict[str, str] = {}
    for other in others:
        for option in other:
            word = normal(option.label)
            words[word] = "" if words.get(word, option.value) != option.value else option.value
    words = {word: value for word, value in words.items() if value}  # what means two things in two languages means nothing
    words |= {normal(option.label): option.value for option in own}
    words |= {_SPELLED[normal(option.value)]: option.value for option in own if normal(option.value) in _SPELLED}
    if question.type is QuestionType.YES_NO:
        words |= _SPELLED
    return words | {normal(option.value): option.value for option in own}


def _offered(options: Sequence[Option]) -> str:
    named = [option.value if normal(option.label) == normal(option.value) else f"{option.value} ({option.label})" for option in options]
    more = f" and {len(named) - _OFFERED} more" if len(named) > _OFFERED else ""
    return ", ".join(named[:_OFFERED]) + more


def _number(question: Question, written: str) -> str:
    text = written.strip()
    if question.unit and normal(text).endswith(normal(question.unit)):
        text = normal(text).removesuffix(normal(question.unit)).rstrip()
    if not _NUMBER.fullmatch(text):
        message = f"{written!r} is not a number. Write the answer to {question.id!r} with a decimal point, such as 12.5."
        raise RefusedAnswerError(message)
    if _AMBIGUOUS.fullmatch(text) and not isinstance(written, ExactNumber):
        raise RefusedAnswerError(_two_readings(written, text))
    number = Decimal(text)
    if question.minimum is not None and number < question.minimum:
        raise RefusedAnswerError(f"{text} lies below the least that the question {question.id!r} allows, {number_text(question.minimum)}.")
    if question.maximum is not None and number > question.maximum:
        raise RefusedAnswerError(f"{text} lies above the most that the question {question.id!r} allows, {number_text(question.maximum)}.")
    return number_text(number)


def _two_readings(written: str, text: str) -> str:
    """The sentence about a number whose point may part thousands or decimals, with a way to write each."""
    decimal = number_text(Decimal(text))
    decimal = f"{decimal}0" if _AMBIGUOUS.fullmatch(decimal) else decimal
    thousands = text.replace(".", "").removeprefix("+")
    return f"{written!r} can be read in two ways. Write {thousands} or {decimal}."


def _short(question: Question, written: str, longest: int) -> str:
    if len(written) > longest:
        raise RefusedAnswerError(f"The answer to {question.id!r} has {len(written)} characters; at most {longest} are kept. Shorten it.")
    return written


def _file(question: Question, written: str) -> str:
    text = written.strip()
    if text.startswith("sha256:") and not _HASH.fullmatch(text):
        raise RefusedAnswerError(f"{text!r} is not the hash of a file. Write sha256: and 64 digits or letters a to f, or a name or link.")
    if "\n" in text:
        raise RefusedAnswerError(f"The answer to {question.id!r} has several lines. Write one name or link of a file.")
    return _short(question, text, LONGEST_FILE)

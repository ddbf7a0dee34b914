"""What somebody wrote or pasted into the cell of an answer → the word that names the answer."""

import re
from collections.abc import Mapping, Sequence

from vendor_ai.domain.form_word import cleaned, says_not_applicable, says_yes_or_no
from vendor_ai.domain.pack import NOT_APPLICABLE, SEPARATOR, Option, Pack, Question, QuestionType
from vendor_ai.importers.answer_word import ExactNumber, is_iso_date

_MOST_PIECES = 60
_MOST_READINGS = 8
_BULLETS = "\u2022\u00b7*-\u2013 \t"
_GROUPED = re.compile("[+-]?[0-9]{1,3}([ '][0-9]{3})+([.,][0-9]+)?")
_TIME = re.compile("([0-9]{4}-[0-9]{2}-[0-9]{2})[T ][0-9:.]+")


class AnswerWords:
    """Knows the answers of a pack in all its languages, those of the file's own language first."""

    def __init__(self, pack: Pack, language: str) -> None:
        own = language.casefold() if language.casefold() in map(str.casefold, pack.languages) else pack.language.casefold()
        codes = sorted(pack.languages, key=lambda code: code.casefold() == own)  # the file's own last: it wins
        languages = [pack.in_language(code).questions for code in codes]
        self._exact = {
            question.id: {label: option.value for option in question.options for label in _shown(question, option)}
            for question in languages[-1]
        }
        self._words = {each[-1].id: _known(each[-1], [question.options for question in each]) for each in zip(*languages, strict=True)}

    def word(self, question: Question, text: str) -> str | Sequence[str]:
        """What the answer's reader understands: a value, several, or the text itself where it is the answer or nothing is known."""
        match question.type:
            case QuestionType.TEXT | QuestionType.FILE:
                return NOT_APPLICABLE if says_not_applicable(text) else text
            case QuestionType.NUMBER:
                return NOT_APPLICABLE if says_not_applicable(text) else plain_number(text, question.unit)
            case QuestionType.DATE:
                return NOT_APPLICABLE if says_not_applicable(text) else plain_date(text)
        value = self.option(question, text)
        if value or says_not_applicable(text):
            return value or NOT_APPLICABLE
        return self._several(question, text) or text.strip() if question.type is QuestionType.MULTI else text.strip()

    def option(self, question: Question, text: str) -> str:
        """The value of the one option that is named, or nothing."""
        exact = self._exact[question.id].get(text)
        if exact:
            return exact
        word = cleaned(text.strip().lstrip(_BULLETS) or text)
        found = self._words[question.id].get(word)
        if found:
            return found
        answer = says_yes_or_no(text)
        return answer if answer and question.option(answer) else ""

    def _several(self, question: Question, text: str) -> list[str]:
        """The options named between semicolons, commas or line ends, where only one reading is possible."""
        pieces = re.split("([;,\n])", text.replace("\r", ""))
        if len(pieces) > 2 * _MOST_PIECES:
            return []
        readings: list[set[frozenset[str]]] = [set() for _ in range(len(pieces) + 2)]
        readings[len(pieces) + 1] = {frozenset()}
        for start in range(len(pieces) - 1, -1, -2):
            for end in range(start, len(pieces), 2):
                words = "".join(pieces[start : end + 1])
                value = self.option(question, words) if words.strip() else ""
                if value or (start == end and not words.strip()):
                    added = frozenset([value] if value else [])
                    readings[start] |= {added | rest for rest in list(readings[end + 2])[:_MOST_READINGS]}
        found = [reading for reading in readings[0] if reading]
        exact = [reading for reading in found if self._written(question, reading) == text]
        best = exact if exact else found
        return sorted(best[0]) if len(best) == 1 else []

    def _written(self, question: Question, values: frozenset[str]) -> str:
        """How the file was written with these answers."""
        labels: dict[str, str] = {}
        for label, value in self._exact[question.id].items():
            labels.setdefault(value, label)
        return SEPARATOR.join(labels[option.value] for option in question.options if option.value in values)


def _shown(question: Question, option: Option) -> tuple[str, ...]:
    """How an option stands in the file; on a scale with its number."""
    numbered = f"{option.value} \u2013 {option.label}"
    return (option.label, numbered) if question.type is QuestionType.SCALE else (option.label,)


def _known(question: Question, languages: Sequence[Sequence[Option]]) -> Mapping[str, str]:
    """Cleaned words with their values: the last language's labels win over values, these over other languages' labels."""
    *others, own = languages
    labels = _labels(question, [option for options in others for option in options])
    values = _unmistakable([(cleaned(option.value), option.value) for option in own])
    return {**labels, **values, **_labels(question, own)}


def _labels(question: Question, options: Sequence[Option]) -> dict[str, str]:
    return _unmistakable([(cleaned(word), option.value) for option in options for word in _shown(question, option)])


def _unmistakable(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What means two things means nothing."""
    words: dict[str, str] = {}
    for word, value in pairs:
        words[word] = value if words.get(word, value) == value else ""
    return {word: value for word, value in words.items() if word and value}


def plain_number(text: str, unit: str) -> str:
    """A number with a decimal point and no groups; what could be read in two ways stays as it is."""
    number = _decimal(text, unit)
    return ExactNumber(number) if isinstance(text, ExactNumber) else number


def _decimal(text: str, unit: str) -> str:
    number = cleaned(text)
    if unit and number.endswith(cleaned(unit)):
        number = number.removesuffix(cleaned(unit)).rstrip()
    elif cleaned(unit) in ("percent", "%") and number.endswith("%"):
        number = number.removesuffix("%").rstrip()
    if _GROUPED.fullmatch(number):
        number = number.replace(" ", "").replace("'", "")
    whole, comma, decimals = number.partition(",")
    ambiguous = len(decimals) == 3 and whole.lstrip("+-") != "0"
    if comma and decimals.isdecimal() and whole.lstrip("+-").isdecimal() and not ambiguous:
        number = f"{whole}.{decimals}"
    return number if re.fullmatch("[+-]?[0-9]+([.][0-9]+)?", number) else text.strip()


def plain_date(text: str) -> str:
    """An ISO date without the time that programs add, or the text itself."""
    date = cleaned(text).upper()
    timed = _TIME.fullmatch(date)
    date = timed[1] if timed else date
    return date if is_iso_date(date) else text.strip()

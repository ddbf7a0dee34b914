"""Crosswalks: how answers to a published questionnaire suggest answers to a pack of ours."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from vendor_ai.domain.sighting import Confidence

Alternatives = tuple[str, ...]

# "AI" must not be found in "aim", nor "API" in "apiary".
_WHOLE_WORD = 3
_GAP = re.compile(r"[\s_/‐-―-]+")


@dataclass(frozen=True, slots=True)
class CrosswalkSuggestion:
    """An answer that a person may confirm: ``value`` for ``question`` of our pack, by ``rule``, found at ``source``."""

    question: str
    value: str
    confidence: Confidence
    rule: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CrosswalkRule:
    """One foreign question, recognised by its place and by its words, and what its answers suggest.

    Attributes:
        ids: Controls or questions it may stand under; a control stands for all its questions. Empty: any.
        domains: Codes or opening words of the domains it may stand in. Empty: any.
        words: Each must begin a word of the question's text; of alternatives one is enough. An id alone proves nothing.
        without: None of these may begin a word of the text.
        answers: Our value by foreign answer; an answer that is not named suggests nothing.
    """

    id: str
    question: str
    words: tuple[Alternatives, ...]
    answers: Mapping[str, str]
    confidence: Confidence
    ids: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    note: str = ""

    def holds(self, question_id: str, text: str, domain: str) -> bool:
        """Whether the foreign question is the one this rule is about."""
        if self.ids and not _under(question_id, self.ids):
            return False
        if self.domains and not _within(question_id, domain, self.domains):
            return False
        plain = _plain(text)
        return all(_mentions(plain, words) for words in self.words) and not _mentions(plain, self.without)


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """The rules for one published questionnaire; ``spellings`` are the words that its filled copies use for an answer."""

    id: str
    version: str
    title: str
    questionnaire: str
    pack: str
    rules: tuple[CrosswalkRule, ...]
    source: str = ""
    spellings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def suggest(self, question_id: str, text: str, domain: str, answer: str) -> tuple[CrosswalkSuggestion, ...]:
        """What one filled row suggests, in the order of the rules; a question of ours at most once, by the first rule that fits.

        Args:
            question_id: As the foreign file has it; "" where it has none.
            text: The foreign question in full.
            domain: Title or code of its section; "" where the file has none.
            answer: The vendor's answer as written.
        """
        found: dict[str, CrosswalkSuggestion] = {}
        for suggestion in self._suggestions(question_id, text, domain, self._answer(answer)):
            found.setdefault(suggestion.question, suggestion)
        return tuple(found.values())

    def _suggestions(self, question_id: str, text: str, domain: str, answer: str) -> Iterator[CrosswalkSuggestion]:
        place = f"{self.questionnaire}, {question_id}" if question_id.strip() else self.questionnaire
        for rule in self.rules:
            if answer in rule.answers and rule.holds(question_id, text, domain):
                source = f"{place}: {answer}"
                yield CrosswalkSuggestion(rule.question, rule.answers[answer], rule.confidence, rule.id, source, rule.note)

    def _answer(self, written: str) -> str:
        """The name of an answer behind its spelling."""
        word = _word(written)
        return next((name for name, spellings in self.spellings.items() if word in map(_word, spellings)), word)


def _word(text: str) -> str:
    return " ".join(text.split()).casefold()


def _plain(text: str) -> str:
    """Lower case, with one blank for every gap between words, hyphens included."""
    return _GAP.sub(" ", text.casefold()).strip()


def _compact(reference: str) -> str:
    return "".join(reference.split()).casefold()


def _under(question_id: str, ids: tuple[str, ...]) -> bool:
    known = _compact(question_id)
    return any(known == _compact(place) or known.startswith(f"{_compact(place)}.") for place in ids)


def _within(question_id: str, domain: str, domains: tuple[str, ...]) -> bool:
    """Whether the domain's title opens with one of the names, or the id does with one of the codes."""
    code, title = _compact(question_id), f"{_plain(domain)} "
    return any(code.startswith(f"{_compact(name)}-") or title.startswith(f"{_plain(name)} ") for name in domains)


def _mentions(plain: str, words: Alternatives) -> bool:
    return bool(words) and _pattern(words).search(plain) is not None


@lru_cache(maxsize=1024)
def _pattern(words: Alternatives) -> re.Pattern[str]:
    forms = (f"{re.escape(_plain(word))}{_ending(word)}" for word in words)
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})")


def _ending(word: str) -> str:
    return r"s?(?!\w)" if len(_plain(word)) <= _WHOLE_WORD else ""

"""Rules from the fields of a document to an answer: what must be there before an answer is suggested."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from vendor_ai.domain.band import number_text
from vendor_ai.domain.suggestion import Confidence, Fact, Ignored, Suggestion, SuggestionSource, by_field, figure

FEWEST_WORDS = 4  # fewer are a label, not a description
_SHOWN_PLACES, _SHOWN_LETTERS = 3, 60


class Proof(StrEnum):
    """What a field must hold."""

    PRESENT = "present"  # anything that is no placeholder
    PROSE = "prose"  # a sentence
    NUMBER = "number"  # a figure
    WORDS = "words"  # certain words


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that must be there: at least ``least`` different texts in any of ``fields`` pass the test."""

    fields: tuple[str, ...]
    test: Proof
    least: int = 1
    words: tuple[str, ...] = ()

    def met_by(self, facts: Mapping[str, Sequence[Fact]]) -> tuple[Fact, ...]:
        """The facts that meet it; none where too few do."""
        passed = [fact for field in self.fields for fact in facts.get(field, ()) if self._passes(fact.text)]
        return tuple(passed) if len({fact.text for fact in passed}) >= self.least else ()

    def _passes(self, text: str) -> bool:
        match self.test:
            case Proof.PRESENT:
                return True
            case Proof.PROSE:
                return len(text.split()) >= FEWEST_WORDS
            case Proof.NUMBER:
                return figure(text) is not None
            case Proof.WORDS:
                return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in self.words)


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One mapping: when every need is met, ``value`` is suggested for ``question``.

    Attributes:
        asks: Words that the question's text must hold: an id alone proves nothing.
        value: The answer; "" where the figure of the first need's field is it, in percent.
        confidence: How surely the fields mean the answer.
        reason: One sentence for the person who confirms.
    """

    id: str
    question: str
    asks: str
    value: str
    needs: tuple[Need, ...]
    confidence: Confidence
    reason: str

    def suggestion(self, facts: Mapping[str, Sequence[Fact]], document: str) -> Suggestion | None:
        """What it suggests from the facts of ``document``, or None."""
        met = [need.met_by(facts) for need in self.needs]
        value = (self.value or _percent(met[0])) if all(met) else ""
        if not value:
            return None
        detail = f"{document} {', '.join(_places(met))}"
        return Suggestion(self.question, value, SuggestionSource.DOCUMENT, detail, self.confidence, self.reason)


def _places(met: Iterable[Sequence[Fact]]) -> Iterator[str]:
    """The exact places, each need's first few."""
    shown: dict[str, None] = {}
    for facts in met:
        shown |= dict.fromkeys(fact.path for fact in facts[:_SHOWN_PLACES])
    yield from shown


def _percent(facts: Sequence[Fact]) -> str:
    """The one figure as percent; "" where there are several or it is no share."""
    values = {figure(fact.text) for fact in facts}
    value = values.pop() if len(values) == 1 else None
    if value is None or not 0 <= value <= 100:
        return ""
    return number_text(value * 100 if value <= 1 else Decimal(value))


def suggest(rules: Sequence[DocumentRule], facts: Sequence[Fact], document: str) -> tuple[Suggestion, ...]:
    """What the rules suggest, a question at most once: the first rule that holds for it counts."""
    sorted_facts = by_field(facts)
    found: dict[str, Suggestion] = {}
    for rule in rules:
        if rule.question not in found and (made := rule.suggestion(sorted_facts, document)) is not None:
            found[rule.question] = made
    return tuple(found.values())


def not_figures(rules: Sequence[DocumentRule], facts: Sequence[Fact]) -> tuple[Ignored, ...]:
    """Facts that are words where a rule looks for a figure."""
    numeric = {field for rule in rules for need in rule.needs if need.test is Proof.NUMBER for field in need.fields}
    words = [fact for fact in facts if fact.field in numeric and figure(fact.text) is None]
    return tuple(dict.fromkeys(Ignored(fact.path, f"{fact.text[:_SHOWN_LETTERS]!r} is not a figure.") for fact in words))

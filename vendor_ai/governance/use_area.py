"""Areas of use, recognised by their phrases in free text."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from vendor_ai.domain.tier import RiskTier

PHRASE_WORD = re.compile(r"[^\W_]+\*?")

_GAP = r"[\s_/‐-―-]+"
_MASK = "\0"  # neither a letter nor a gap: no phrase reaches across it
_UNSEEN = {"Mn", "Cf"}  # accents on their own, soft hyphens, zero-width marks


@dataclass(frozen=True, slots=True)
class UseArea:
    """An area of use.

    Attributes:
        id: Reference in the data files.
        name: In a sentence: "The use case names ...".
        general_tier: PROHIBITED or HIGH by the rules that hold everywhere; None: only a regional rule or a duty speaks of it.
        phrases: Words in a row; ``*`` at the end of a word stands for any ending.
        not_within: Longer phrases that mean something else, such as "data migration" for migration.
    """

    id: str
    name: str
    general_tier: RiskTier | None
    phrases: tuple[str, ...]
    not_within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """An area that a use case names, and the words that name it."""

    area: UseArea
    words: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.area.name} ({', '.join(repr(word) for word in self.words)})"


def mentions(text: str, areas: Iterable[UseArea]) -> tuple[Mention, ...]:
    """Return every area that ``text`` names, on word boundaries, whatever its case and accents."""
    plain, places = _plain(text)
    found = []
    for area in areas:
        searched = _pattern(area.not_within).sub(lambda match: _MASK * len(match[0]), plain) if area.not_within else plain
        hits = [text[places[match.start()] : places[match.end() - 1] + 1] for match in _pattern(area.phrases).finditer(searched)]
        if hits:
            found.append(Mention(area, tuple(dict.fromkeys(" ".join(hit.split()) for hit in hits))))
    return tuple(found)


def phrase_words(phrase: str) -> list[str]:
    """The words of a phrase as they are compared: lower case, without accents; hyphens part words."""
    return re.split(_GAP, _plain(phrase)[0].strip())


def _plain(text: str) -> tuple[str, list[int]]:
    """``text`` in lower case without accents, and for each of its letters the place in ``text``."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for piece in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold()):
            if unicodedata.category(piece) not in _UNSEEN:
                letters.append(piece)
                places.append(place)
    return "".join(letters), places


@lru_cache(maxsize=256)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern for all phrases; the longest is tried first, so that the reason quotes it whole."""
    forms = [_GAP.join(_word(word) for word in phrase_words(phrase)) for phrase in sorted(phrases, key=len, reverse=True)]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(forms)})(?![^\W_])")


def _word(word: str) -> str:
    return re.escape(word[:-1]) + r"[^\W_]*" if word.endswith("*") else re.escape(word)

"""What an answer means in the languages that questionnaires come in."""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from vendor_ai.domain.level import Level


class Meaning(StrEnum):
    """What an answer says about a control that ought to be there."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"
    ALTERNATE = "alternate"
    PLANNED = "planned"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "NA"


# English, Spanish, German, French, Portuguese, Italian, Dutch; without accents and in lower case.
_WORDS = {
    Meaning.YES: "yes|y|si|ja|j|oui|o|sim|s|true|compliant|implemented|cumple|conforme|umgesetzt|erfullt|complies|met|full|fully",
    Meaning.NO: "no|n|non|nein|nao|nee|false|noncompliant|incumple|missing|absent",
    Meaning.PARTIAL: "partial|partially|partly|parcial|parcialmente|teilweise|teils|partiel|partiellement|parziale|parzialmente"
    "|gedeeltelijk",
    Meaning.ALTERNATE: "alternate|alternative|alternativa|alternativo|alternatif|compensating|kompensierend|compensatorio",
    Meaning.PLANNED: "planned|previsto|planificado|geplant|prevu|planejado|planeado|pianificato|gepland",
    Meaning.UNKNOWN: "unknown|unsure|desconocido|unbekannt|inconnu|desconhecido",
    Meaning.NOT_APPLICABLE: "na|nap",
}
_PHRASES: dict[str, Meaning] = {
    "not applicable": Meaning.NOT_APPLICABLE,
    "n a": Meaning.NOT_APPLICABLE,
    "no aplica": Meaning.NOT_APPLICABLE,
    "no procede": Meaning.NOT_APPLICABLE,
    "nicht anwendbar": Meaning.NOT_APPLICABLE,
    "nicht zutreffend": Meaning.NOT_APPLICABLE,
    "entfallt": Meaning.NOT_APPLICABLE,
    "sans objet": Meaning.NOT_APPLICABLE,
    "non applicable": Meaning.NOT_APPLICABLE,
    "s o": Meaning.NOT_APPLICABLE,
    "nao aplicavel": Meaning.NOT_APPLICABLE,
    "nao se aplica": Meaning.NOT_APPLICABLE,
    "non applicabile": Meaning.NOT_APPLICABLE,
    "niet van toepassing": Meaning.NOT_APPLICABLE,
    "in place": Meaning.YES,
    "not in place": Meaning.NO,
    "not implemented": Meaning.NO,
    "non compliant": Meaning.NO,
    "not compliant": Meaning.NO,
    "not met": Meaning.NO,
    "no cumple": Meaning.NO,
    "nicht umgesetzt": Meaning.NO,
    "nicht erfullt": Meaning.NO,
    "non conforme": Meaning.NO,
    "nao conforme": Meaning.NO,
    "in part": Meaning.PARTIAL,
    "en parte": Meaning.PARTIAL,
    "zum teil": Meaning.PARTIAL,
    "en partie": Meaning.PARTIAL,
    "em parte": Meaning.PARTIAL,
    "compensating control": Meaning.ALTERNATE,
    "alternate control": Meaning.ALTERNATE,
    "alternative control": Meaning.ALTERNATE,
    "in progress": Meaning.PLANNED,
    "en curso": Meaning.PLANNED,
    "in arbeit": Meaning.PLANNED,
    "in umsetzung": Meaning.PLANNED,
    "en cours": Meaning.PLANNED,
    "em andamento": Meaning.PLANNED,
    "don t know": Meaning.UNKNOWN,
    "do not know": Meaning.UNKNOWN,
    "not sure": Meaning.UNKNOWN,
    "no se": Meaning.UNKNOWN,
    "weiss nicht": Meaning.UNKNOWN,
    "nao sei": Meaning.UNKNOWN,
    "to be determined": Meaning.UNKNOWN,
} | {word: meaning for meaning, words in _WORDS.items() for word in words.split("|")}  # fmt: skip
# A longer answer is read by its first word only where these stand there: "Yes, since 2021".
_OPENING = ("yes", "no", "si", "ja", "nein", "oui", "non", "sim", "nao")
_LONGEST_OPENING = 6  # words
_LONGEST_KEPT = 500  # characters
_QUALIFYING = (Meaning.PARTIAL, Meaning.ALTERNATE, Meaning.PLANNED)

_SIGNS = re.compile(r"[^\w#&%]+|_")

_LEVELS = {
    Meaning.YES: Level.LOW,
    Meaning.PARTIAL: Level.MEDIUM,
    Meaning.ALTERNATE: Level.MEDIUM,
    Meaning.PLANNED: Level.HIGH,
    Meaning.UNKNOWN: Level.HIGH,
    Meaning.NO: Level.HIGH,
}


def plain(text: str) -> str:
    """A text as words are compared: lower case, without accents and signs, single spaces."""
    return _plain_line(text) if len(text) <= _LONGEST_KEPT else _plain(text)


def _plain(text: str) -> str:
    letters = text.casefold()
    if not letters.isascii():
        letters = "".join(sign for sign in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(sign))
    return " ".join(_SIGNS.sub(" ", letters).split())


_plain_line = lru_cache(maxsize=10_000)(_plain)  # headings, answers and questions are compared many times


def meaning_of(answer: str) -> Meaning | None:
    """What the whole of a short answer means; None where it is not known."""
    return _PHRASES.get(plain(answer))


def opening_meaning(answer: str) -> Meaning | None:
    """What an answer such as ``Yes - with conditions`` begins with."""
    known = meaning_of(answer)
    if known is not None:
        return known
    words = plain(answer).split()
    if not words or words[0] not in _OPENING or len(words) > _LONGEST_OPENING or not re.match(r"^\s*\w+\s*[,;:.(–—-]", answer):
        return None
    qualified = next((meaning for word in words[1:] if (meaning := _PHRASES.get(word)) in _QUALIFYING), None)
    return qualified or _PHRASES[words[0]]


def level_of(meaning: Meaning, *, compliant: Meaning = Meaning.YES) -> Level:
    """The risk level that is assumed for an answer; where the compliant answer is No, Yes and No change places."""
    if compliant is Meaning.NO and meaning in (Meaning.YES, Meaning.NO):
        meaning = Meaning.NO if meaning is Meaning.YES else Meaning.YES
    return _LEVELS[meaning]

"""Words on the forms that vendors fill in, by language: headings, yes, no, not applicable."""

import unicodedata
from enum import IntEnum

FORM_LANGUAGES = ("en", "de", "fr", "es")  # headings and instructions exist in these; answers are read in more


class Column(IntEnum):
    """The columns of the form, in the order they are written."""

    ID = 0
    NUMBER = 1
    AREA = 2
    QUESTION = 3
    ANSWER = 4
    EVIDENCE = 5
    DATE = 6
    COMMENT = 7
    ASKED_FOR = 8
    SCOPE = 9
    APPLIES = 10


HEADINGS: dict[str, tuple[str, ...]] = {
    "en": (
        "qid",
        "No.",
        "Area",
        "Question",
        "Answer",
        "Evidence (link or document)",
        "Evidence date",
        "Comment",
        "Evidence asked for",
        "Scope",
        "asked",
    ),
    "de": (
        "qid",
        "Nr.",
        "Bereich",
        "Frage",
        "Antwort",
        "Nachweis (Link oder Dokument)",
        "Datum des Nachweises",
        "Bemerkung",
        "Verlangter Nachweis",
        "Betrifft",
        "asked",
    ),
    "fr": (
        "qid",
        "N°",
        "Domaine",
        "Question",
        "Réponse",
        "Justificatif (lien ou document)",
        "Date du justificatif",
        "Commentaire",
        "Justificatif demandé",
        "Concerne",
        "asked",
    ),
    "es": (
        "qid",
        "N.º",
        "Área",
        "Pregunta",
        "Respuesta",
        "Evidencia (enlace o documento)",
        "Fecha de la evidencia",
        "Comentario",
        "Evidencia solicitada",
        "Se refiere a",
        "asked",
    ),
}

NOT_APPLICABLE_LABELS = {"en": "Not applicable", "de": "Nicht zutreffend", "fr": "Sans objet", "es": "No aplicable"}

# English, German, French, Spanish, Italian and Portuguese, folded as `folded` does it.
_NOT_APPLICABLE = frozenset(
    (
        *("na", "n/a", "n.a", "n. a", "not applicable", "not_applicable", "not-applicable"),
        *("nicht zutreffend", "nicht anwendbar", "trifft nicht zu", "entfallt"),
        *("sans objet", "non applicable", "s.o", "s/o"),
        *("no aplicable", "no aplica", "no procede"),
        *("non applicabile", "non pertinente"),
        *("nao aplicavel", "nao se aplica"),
    )
)
_YES = frozenset(("yes", "y", "true", "ja", "wahr", "oui", "vrai", "si", "verdadero", "vero", "sim", "verdadeiro"))
_NO = frozenset(("no", "n", "false", "nein", "falsch", "non", "faux", "falso", "nao"))

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", None),
    }
)
_CLOSING = " .,;:!"


def cleaned(word: str) -> str:
    """A word as it is compared after copying and pasting: one kind of quote, dash and blank, no case, nothing at its end."""
    return " ".join(unicodedata.normalize("NFKC", word).translate(_SAME).split()).casefold().strip(_CLOSING)


def folded(word: str) -> str:
    """A cleaned word without accents."""
    letters = unicodedata.normalize("NFKD", cleaned(word))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def says_not_applicable(word: str) -> bool:
    """Whether a word says that a question does not apply, in one of six languages."""
    return folded(word) in _NOT_APPLICABLE


def says_yes_or_no(word: str) -> str:
    """``yes`` or ``no`` where a word says so in one of six languages, else nothing."""
    plain = folded(word)
    return "yes" if plain in _YES else "no" if plain in _NO else ""

"""How each question is answered: by which options, or as text."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vendor_ai.domain.question import QuestionType
from vendor_ai.importers.foreign.answer_word import Meaning, meaning_of, opening_meaning, plain
from vendor_ai.importers.foreign.choice import AnswerList, DropDownLists, Graded, choices_in, graded
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import question_type
from vendor_ai.importers.foreign.question_row import QuestionRow
from vendor_ai.importers.foreign.sheet_choice import ReadBook

_OPEN = re.compile(
    r"^(?:please |if (?:so|yes) |by |in |on |at |to |from |de |en |con |por favor )?"
    r"(?:describe|list|provide|explain|specify|state|name|give|indicate|enter|detail|outline|what|which|who|whom|where|when|how|why"
    r"|describa|indique|indicar|detalle|detallar|enumere|explique|cual|cuales|que|como|donde|cuando|quien"
    r"|beschreiben|nennen|erlautern|welche|welcher|welches|wie|wer|wann|wo|was"
    r"|decrivez|indiquez|precisez|listez|quel|quelle|quels|quelles|comment|descreva|liste|qual|quais|quem|onde|quando)\b"
)
_FIELD = re.compile(
    r"\b(?:name|e mail|email|phone|telephone|address|url|website|contact|nombre|telefono|correo|anschrift|adresse|telefon)\b"
)
_LONGEST_FIELD = 8  # words
_USUAL_WORDS = {
    "en": ("Yes", "No"),
    "es": ("Sí", "No"),
    "de": ("Ja", "Nein"),
    "fr": ("Oui", "Non"),
    "pt": ("Sim", "Não"),
    "it": ("Sì", "No"),
    "nl": ("Ja", "Nee"),
}
_ORDER = (Meaning.YES, Meaning.PARTIAL, Meaning.ALTERNATE, Meaning.PLANNED, Meaning.NO, Meaning.UNKNOWN)
_PLAIN_TYPES = {"text", "number", "date", "file"}


@dataclass(frozen=True, slots=True)
class Asking:
    """How one question is answered; ``labels`` are those the file offers, ``assumed`` says that it offers none."""

    type: QuestionType
    graded: Graded | None = None
    labels: tuple[str, ...] = ()
    assumed: bool = False
    refers: bool = False  # the answer column names a list and holds no answer
    lost: str = ""  # a drop-down list that could not be read


class AskingReader:
    """Decides for every question of a file how it is answered."""

    def __init__(self, read: ReadBook, language: str) -> None:
        self._grids = {sheet.grid.name: sheet.grid for sheet in read.sheets}
        self._drop_downs = DropDownLists(read.book)
        self._answer_lists: Mapping[str, AnswerList] = read.answer_lists
        offering = Counter(row.sheet for row in read.rows if self._offered(row)[1])
        self._offering = {sheet for sheet, count in offering.items() if count >= 0.6 * sum(row.sheet == sheet for row in read.rows)}
        self._usual = self._usual_labels(read.rows, language)
        self._graded: dict[tuple[tuple[str, ...], Meaning], Graded | None] = {}

    def asking(self, row: QuestionRow, compliant: Meaning) -> Asking:
        """How one question is answered, where ``compliant`` is the good answer."""
        kind, labels, refers = self._offered(row)
        lost = row.drop_down if row.drop_down and not labels and not kind else ""
        if kind in _PLAIN_TYPES:
            return Asking(QuestionType(kind), refers=refers)
        if labels:
            return self._choice(labels, compliant, refers=refers)
        if kind != "yes_no" and not lost and self._is_open(row):
            return Asking(QuestionType.TEXT, assumed=True, refers=refers)
        found = self._choice(self._usual, compliant, refers=refers)
        return Asking(found.type, found.graded, found.labels, assumed=True, refers=refers, lost=lost)

    def _choice(self, labels: tuple[str, ...], compliant: Meaning, *, refers: bool) -> Asking:
        if (labels, compliant) not in self._graded:
            self._graded[labels, compliant] = graded(labels, compliant)
        found = self._graded[labels, compliant]
        return Asking(found.type if found else QuestionType.TEXT, found, labels, refers=refers)

    def _offered(self, row: QuestionRow) -> tuple[str, tuple[str, ...], bool]:
        """The type and the labels that the file states, and whether the answer cell is a reference to them."""
        kind = question_type(row.cell(Role.TYPE)) or ""
        listed = self._answer_lists.get(plain(row.cell(Role.ANSWER)))
        if listed is not None and not meaning_of(row.cell(Role.ANSWER)):
            return listed.type or kind, listed.labels, True
        if row.cell(Role.OPTIONS):
            named = self._answer_lists.get(plain(row.cell(Role.OPTIONS)))
            return (named.type or kind, named.labels, False) if named else (kind, choices_in(row.cell(Role.OPTIONS)), False)
        if row.drop_down:
            return kind, self._drop_downs.labels(self._grids[row.sheet], row.drop_down), False
        return kind, (), False

    def _is_open(self, row: QuestionRow) -> bool:
        answer = row.cell(Role.ANSWER)
        if answer:
            return opening_meaning(answer) is None
        words = plain(row.text)
        field = "?" not in row.text and len(words.split()) <= _LONGEST_FIELD and _FIELD.search(words)
        return row.sheet in self._offering or bool(field or _OPEN.match(words))

    def _usual_labels(self, rows: Sequence[QuestionRow], language: str) -> tuple[str, ...]:
        """The words that answers without a list are given in, Yes and No always among them."""
        words: dict[Meaning, Counter[str]] = {}
        for row in rows:
            answer = row.cell(Role.ANSWER)
            meaning = meaning_of(answer)
            if meaning is not None and not self._offered(row)[1]:
                words.setdefault(meaning, Counter())[answer] += 1
        found = {meaning: counts.most_common(1)[0][0] for meaning, counts in words.items()}
        yes, no = _USUAL_WORDS.get(language, _USUAL_WORDS["en"])
        found = {Meaning.YES: yes, Meaning.NO: no} | found
        return (*(found[meaning] for meaning in _ORDER if meaning in found), "N/A")

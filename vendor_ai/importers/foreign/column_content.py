"""What stands in a column below its heading, and how well that fits what the heading promises."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from vendor_ai.importers.foreign.answer_word import opening_meaning, plain
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.grid import Grid

_SAMPLE = 500  # rows
_ID = re.compile(r"^(?=.{1,30}$)[A-Za-z&.]{0,12}[ ._-]?(?:[A-Za-z&]{1,8}[._-])?\d+(?:[._-]?\w{1,4}){0,4}$")
_TYPES = {
    "text": "text|string|free text|open text|open|free form|freetext|narrative|texto libre|texto|freitext|texte libre|texte|texto livre",
    "choice": "choice|unique choice|single choice|select|single select|dropdown|drop down|list|radio|seleccion|auswahl|choix|selecao",
    "multi": "multi|multiple choice|multiple select|multi select|multiselect|checkbox|checkboxes",
    "yes_no": "yes no|yes no na|yes no n a|boolean|bool|si no|ja nein|oui non|sim nao",
    "date": "date|fecha|datum|data",
    "number": "number|numeric|integer|numero|zahl|nombre",
    "file": "file|upload|attachment|archivo|datei|fichier|arquivo",
}
_TYPE_WORDS = {phrase: kind for kind, phrases in _TYPES.items() for phrase in phrases.split("|")}


@dataclass(frozen=True, slots=True)
class ColumnContent:
    """The filled cells of a column below the header, from top to bottom; ``listed`` where cells offer a drop-down list."""

    values: tuple[str, ...]
    listed: bool = False

    @classmethod
    def of(cls, grid: Grid, column: int, header: int) -> "ColumnContent":
        """The first cells below the row ``header``."""
        rows = range(header + 1, min(header + _SAMPLE, grid.last_row) + 1)
        listed = any(row > header for row in grid.lists_in(column))
        return cls(tuple(text for row in rows if (text := grid.merged_text(row, column))), listed)

    @property
    def mean_length(self) -> float:
        """Characters of a filled cell."""
        return sum(map(len, self.values)) / len(self.values) if self.values else 0.0

    @property
    def longest(self) -> int:
        """Characters of the longest cell."""
        return max(map(len, self.values), default=0)

    @property
    def unique_share(self) -> float:
        """Different values, as a share of the filled cells."""
        return len(set(self.values)) / len(self.values) if self.values else 0.0

    @property
    def changes(self) -> int:
        """How often a cell differs from the one above it."""
        return sum(above != below for above, below in zip(self.values, self.values[1:], strict=False))

    def share(self, test: Callable[[str], object]) -> float:
        """The filled cells that pass, as a share."""
        return sum(bool(test(value)) for value in self.values) / len(self.values) if self.values else 0.0


def looks_like_id(text: str) -> bool:
    """Whether a text is built as ids are: letters before figures, as in A&A-01.1, GOVERN 1.2 or 17."""
    return bool(_ID.match(text))


def question_type(word: str) -> str | None:
    """The type of question that a word such as ``free text`` names."""
    return _TYPE_WORDS.get(plain(word))


def number_of(text: str) -> Decimal | None:
    """The number a cell holds, with decimal point or comma, percent or not; None where it holds none."""
    bare = re.sub(r"[\s%]", "", text)
    if re.fullmatch(r"[+-]?\d+,\d+", bare):
        bare = bare.replace(",", ".")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 12 else None


def share_of(text: str) -> Decimal | None:
    """The number a cell holds, 10% as 0.1: what weights and points are counted in."""
    number = number_of(text)
    return number / 100 if number is not None and "%" in text else number


def fit(role: Role, content: ColumnContent) -> float:
    """0 where the content rules the role out, up to 1 where it fits."""
    return _FITS[role](content) if role in _FITS else 0.5


def _fits_id(content: ColumnContent) -> float:
    short = content.share(lambda value: len(value) <= 40 and len(value.split()) <= 4) >= 0.9
    return content.unique_share if short else 0


def _fits_answer(content: ColumnContent) -> float:
    if content.listed:
        return 1
    return 0.6 if content.mean_length <= 60 else 0.2


def _fits_section(content: ColumnContent) -> float:
    repeats = content.unique_share < 0.9 or len(content.values) <= 8
    return float(bool(content.values) and repeats and content.share(lambda value: len(value) <= 150) >= 0.9)


def _fits_number(content: ColumnContent) -> float:
    return content.share(lambda value: number_of(value) is not None)


def _fits_type(content: ColumnContent) -> float:
    share = content.share(question_type)
    return share if share >= 0.8 else 0


def _filled(content: ColumnContent) -> float:
    return float(bool(content.values))


_FITS: dict[Role, Callable[[ColumnContent], float]] = {
    Role.ID: _fits_id,
    Role.TEXT: lambda content: min(1.0, content.mean_length / 60) if content.mean_length >= 3 else 0,
    Role.ANSWER: _fits_answer,
    Role.TYPE: _fits_type,
    Role.SECTION: _fits_section,
    Role.WEIGHT: _fits_number,
    Role.SCORE: _fits_number,
    Role.MAXIMUM: _fits_number,
    Role.COMPLIANT: lambda content: content.share(opening_meaning),
    Role.DEPTH: lambda content: float(content.share(lambda value: value.isdigit() and 0 < int(value) < 10) == 1),
    Role.OPTIONS: _filled,
    Role.GUIDANCE: _filled,
    Role.EVIDENCE_ASKED: _filled,
    Role.CONTROL: _filled,
}

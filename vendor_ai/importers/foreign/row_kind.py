"""What the rows below a header are: questions, section titles, repeated headers, totals, footers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vendor_ai.importers.foreign.answer_word import plain
from vendor_ai.importers.foreign.column import Role, heading_role
from vendor_ai.importers.foreign.column_content import looks_like_id, number_of
from vendor_ai.importers.foreign.grid import Grid
from vendor_ai.importers.foreign.header import Header

_LONGEST_TITLE = 160
_TOTAL = re.compile(
    r"^(?:(?:grand|overall|sub|section|domain|final|question) ?)*(?:total|totals|subtotal|score|sum|average|summe|gesamt|gesamtpunktzahl"
    r"|zwischensumme|puntuacion|suma|promedio|somme|moyenne|pontuacao|soma|media)\b|\b(?:total|gesamt)$"
    r"|^(?:number|count|numero|anzahl|nombre|percent|percentage|porcentaje|prozent|pourcentage|percentual) (?:of |de |des |der )?\w+"
)
_FOOTER = re.compile(
    r"^(?:end of|fin de|ende de|copyright|all rights reserved|thank you|c \d{4}\b|page \d+)|©|\bcopyright\b|\ball rights reserved\b", re.I
)
_TITLE_START = re.compile(r"^(?:section|part|domain|chapter|annex|appendix|seccion|parte|anexo|abschnitt|teil|kapitel|partie|secao|area)\b")
_QUESTION_COLUMNS = (Role.ANSWER, Role.OPTIONS, Role.TYPE, Role.COMPLIANT, Role.WEIGHT, Role.MAXIMUM)


class RowKind(StrEnum):
    """What a row is."""

    QUESTION = "question"
    TITLE = "title"  # of a section
    TOTAL = "total"
    FOOTER = "footer"
    HEADER = "header"
    STRAY = "stray"  # cells that belong to no question


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A filled row; ``title`` is that of a section."""

    number: int
    kind: RowKind
    title: str = ""


class RowReader:
    """Tells the rows of one sheet apart by what is usual in it."""

    def __init__(self, grid: Grid, header: Header) -> None:
        self._grid, self._header, self._columns = grid, header, header.columns
        self._first = grid.first_row if header.row is None else header.row + 1
        self._text, self._id = self._columns.get(Role.TEXT), self._columns.get(Role.ID)
        self._lists = grid.lists_in(self._columns[Role.ANSWER]) if Role.ANSWER in self._columns else {}
        asking = [row for row in range(self._first, grid.last_row + 1) if grid.text(row, self._text)]
        with_id = sum(bool(grid.text(row, self._id)) for row in asking)
        self._ids_usual = with_id >= 0.7 * len(asking) > 0
        self._marks_usual = sum(self._marked(row) for row in asking) >= 0.6 * len(asking) > 0
        titles = sum(self._reads_like_title(grid.text(row, self._text)) for row in asking)
        self._topics = titles > 0.5 * len(asking)  # the questions themselves are short topics

    def rows(self) -> list[SheetRow]:
        """Every filled row below the header, in order; titles that no question follows are footers."""
        found = [*self._header_title(), *(row for number in range(self._first, self._grid.last_row + 1) for row in self._row(number))]
        last = max((index for index, row in enumerate(found) if row.kind is RowKind.QUESTION), default=-1)
        return [
            SheetRow(row.number, RowKind.FOOTER, row.title) if row.kind is RowKind.TITLE and index > last else row
            for index, row in enumerate(found)
        ]

    def _header_title(self) -> Iterator[SheetRow]:
        """The title that stands in the header row itself, above the questions, as in ``Access | Answer | Comments``."""
        if self._header.row is not None and self._header.title[1]:
            yield SheetRow(self._header.row, RowKind.TITLE, self._header.title[1])

    def _row(self, number: int) -> Iterator[SheetRow]:
        filled = self._grid.filled(number)
        if filled:
            kind, title = self._kind(number, filled)
            yield SheetRow(number, kind, " ".join(title.split()))

    def _kind(self, number: int, filled: Sequence[tuple[int, str]]) -> tuple[RowKind, str]:
        text = self._grid.text(number, self._text)
        first = filled[0][1]
        if self._repeats_header(filled):
            left = (cell for column, cell in filled if column <= (self._text or 0))
            title = next((cell for cell in left if heading_role(cell) is None), "")
            return (RowKind.TITLE, title) if title else (RowKind.HEADER, "")
        if self._is_total(number, filled):
            return RowKind.TOTAL, next(cell for _, cell in filled if number_of(cell) is None)
        if _FOOTER.search(plain(first)) or "©" in first:
            return RowKind.FOOTER, first
        if not text:
            return self._without_text(number, filled)
        if self._alone(number, filled) and self._is_title(number, text):
            return RowKind.TITLE, text
        return RowKind.QUESTION, ""

    def _repeats_header(self, filled: Sequence[tuple[int, str]]) -> bool:
        same = [column for column, cell in filled if plain(cell) == plain(self._header.headings.get(column, "\n"))]
        answer = self._columns.get(Role.ANSWER)
        roles = {column: role for role, column in self._columns.items()}
        named = sum((heading_role(cell) or (None,))[0] is roles.get(column, ...) for column, cell in filled)
        return len(same) >= 2 or named >= 2 or (answer in same and self._text not in dict(filled))

    def _is_total(self, number: int, filled: Sequence[tuple[int, str]]) -> bool:
        label = next((cell for _, cell in filled if number_of(cell) is None), "")
        if not label or len(label) > 80 or label.endswith("?") or not _TOTAL.search(plain(label)) or self._grid.text(number, self._id):
            return self._id is not None and bool(label) and self._total_in_id(number, label, filled)
        return any(number_of(cell) is not None for _, cell in filled) or plain(label).startswith("total")

    def _total_in_id(self, number: int, label: str, filled: Sequence[tuple[int, str]]) -> bool:
        """A total whose label stands in the column of ids."""
        inside = self._grid.text(number, self._id) == label and bool(_TOTAL.search(plain(label)))
        return inside and any(number_of(cell) is not None for _, cell in filled)

    def _without_text(self, number: int, filled: Sequence[tuple[int, str]]) -> tuple[RowKind, str]:
        data = {column for role, column in self._columns.items() if role is not Role.SECTION} | set(self._header.controls)
        labels = [cell for column, cell in filled if column not in data and number_of(cell) is None]
        own = self._grid.text(number, self._id)
        if labels and max(map(len, labels)) <= _LONGEST_TITLE:
            return RowKind.TITLE, max(labels, key=len)
        alone = len(filled) == 1 and not looks_like_id(own)
        if own and (alone or self._grid.spreads(number, self._id or 0)) and len(own) <= _LONGEST_TITLE:
            return RowKind.TITLE, own
        return RowKind.STRAY, ""

    def _alone(self, number: int, filled: Sequence[tuple[int, str]]) -> bool:
        """Whether only the text stands in a row."""
        beside = {column for column, _ in filled} - {self._text, self._columns.get(Role.DEPTH), self._columns.get(Role.SECTION)}
        return not beside and number not in self._lists

    def _is_title(self, number: int, text: str) -> bool:
        if self._grid.spreads(number, self._text or 0):
            return len(text) <= _LONGEST_TITLE
        if self._ids_usual or self._marks_usual:
            return len(text) <= _LONGEST_TITLE and not text.endswith("?")
        return text.isupper() if self._topics else self._reads_like_title(text)

    def _marked(self, row: int) -> bool:
        """Whether something beside the text shows that a row is a question."""
        return row in self._lists or any(self._grid.text(row, self._columns.get(role)) for role in _QUESTION_COLUMNS)

    @staticmethod
    def _reads_like_title(text: str) -> bool:
        words = text.split()
        if not words or len(text) > 80 or text.rstrip()[-1] in ".?:;":
            return False
        return text.isupper() or bool(_TITLE_START.match(plain(text))) or len(words) <= 4

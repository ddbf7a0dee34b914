"""A foreign questionnaire as a pack with its answers, and everything that was assumed or left out on the way."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from vendor_ai.domain.answer import Answer
from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.pack import Pack
from vendor_ai.domain.question import Question
from vendor_ai.importers.foreign.answer_word import Meaning, opening_meaning, plain
from vendor_ai.importers.foreign.asking import Asking, AskingReader
from vendor_ai.importers.foreign.assumption import assumptions
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import share_of
from vendor_ai.importers.foreign.draft import Drafter, FrontMatter, sections_of
from vendor_ai.importers.foreign.filled import Filled, read_filled
from vendor_ai.importers.foreign.identity import Identities, question_ids
from vendor_ai.importers.foreign.language import language_of
from vendor_ai.importers.foreign.question_row import QuestionRow, SheetRows
from vendor_ai.importers.foreign.sheet_choice import ReadBook, SheetReport, Wanted, read_book
from vendor_ai.importers.foreign.source_file import read_source
from vendor_ai.importers.foreign.tally import Counted, Domain, domain_of
from vendor_ai.importers.foreign.total import Total, stated_totals
from vendor_ai.importers.foreign.unplaced import Unplaced
from vendor_ai.kit.slug import slug

_LONGEST_TITLE, _LONGEST_LINE = 150, 300
_MOST_QUESTIONS = 5000  # as pack.schema.json has it


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said about the pack and the file; ``compliant`` is the good answer by id, as the file or the pack has it."""

    id: str = ""
    version: str = "1.0"
    title: str = ""
    layout: Wanted = field(default_factory=Wanted)
    compliant: Mapping[str, Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversion:
    """The pack, the answers by question, and the account of what was done."""

    pack: Pack
    answers: Mapping[str, Answer]
    sheets: tuple[SheetReport, ...]
    unplaced: tuple[Unplaced, ...]
    assumed: tuple[str, ...]
    domains: tuple[Domain, ...]
    totals: tuple[Total, ...]

    def as_json(self) -> dict[str, Any]:
        """The keys of the conversion contract; `files` is added by who writes them."""
        return {
            "pack": self.pack.id,
            "version": self.pack.version,
            "questions": len(self.pack.questions),
            "dimensions": len(self.pack.dimensions),
            "answers": len(self.answers),
            "sheets": [sheet.as_json() for sheet in self.sheets],
            "unplaced": [entry.as_json() for entry in self.unplaced],
            "assumed": list(self.assumed),
            "domains": [domain.as_json() for domain in self.domains],
            "totals": [total.as_json() for total in self.totals],
        }


def convert(content: bytes, name: str, wishes: Wishes) -> Conversion:
    """Turn the file of a foreign questionnaire into a pack and its answers.

    Raises:
        InvalidInputError: When the file cannot be read, or shows no questions, or a wish names what is not there.
    """
    book = read_source(content, name)
    read = read_book(book, wishes.layout)
    _refuse_many(read.rows, name)
    identities = question_ids(read.rows)
    front = _front_matter(read, name, wishes)
    compliant = _compliant(read.rows, identities, wishes.compliant)
    reader = AskingReader(read, front.language)
    askings = [reader.asking(row, good) for row, good in zip(read.rows, compliant, strict=True)]
    drafter = Drafter(read.rows, identities.ids, askings)
    pack = drafter.pack(front, sections_of(read.rows, front.title))
    filled = read_filled(read.rows, askings, pack.questions)
    counted = list(_counted(read.rows, askings, pack.questions, filled))
    totals = stated_totals(read.sheets, _other_sheets(read), counted, {entry.label: entry.id for entry in pack.dimensions})
    return Conversion(
        pack=pack,
        answers=filled.answers,
        sheets=tuple(_with_totals(report, totals) for report in read.reports),
        unplaced=(*read.unplaced, *_unreadable(read.rows, askings), *drafter.unplaced, *filled.unplaced),
        assumed=(*book.notes, *read.notes, *drafter.notes, *assumptions(read.rows, identities, askings, compliant)),
        domains=tuple(_domains(pack, counted)),
        totals=tuple(totals),
    )


def _refuse_many(rows: Sequence[QuestionRow], name: str) -> None:
    if len(rows) > _MOST_QUESTIONS:
        raise InvalidInputError(f"{name} holds {len(rows)} questions; a pack holds {_MOST_QUESTIONS} at most. Name one sheet with --sheet.")


def _front_matter(read: ReadBook, name: str, wishes: Wishes) -> FrontMatter:
    """Id, version, title, description and language, as wished or else as the file has them."""
    own = re.sub(r"[_\s-]+", " ", Path(name).stem).strip()
    title = wishes.title or read.book.title or _title_above(read.sheets) or own or "Questionnaire"
    description = f"Converted from {Path(name).name}. The levels of the answers are assumptions; see what the conversion said about them."
    language = language_of(row.text for row in read.rows)
    return FrontMatter(_pack_id(wishes.id, name), wishes.version, " ".join(title.split())[:_LONGEST_LINE], description, language)


def _title_above(sheets: Sequence[SheetRows]) -> str:
    """The first line above the header of the only sheet, where it reads like the title of the questionnaire."""
    if len(sheets) > 1:
        return ""
    sheet = sheets[0]
    lines = [texts for row in range(sheet.grid.first_row, sheet.header.row or 0) if (texts := sheet.grid.filled(row))]
    first = lines[0][0][1] if lines and len(lines[0]) == 1 else ""
    return first if len(first) <= _LONGEST_TITLE else ""


def _pack_id(wanted: str, name: str) -> str:
    if wanted and slug(wanted) != wanted:
        raise InvalidInputError(
            f"{wanted!r} cannot be the id of a pack. Write lower-case letters, digits and hyphens, such as vendor-check."
        )
    return wanted or slug(Path(name).stem)[:80].strip("-") or "questionnaire"


def _compliant(rows: Sequence[QuestionRow], identities: Identities, wished: Mapping[str, Meaning]) -> list[Meaning]:
    """The good answer of every question: as the user says, else as the file's own column does, else Yes."""
    own = Counter(plain(row.cell(Role.ID)) for row in rows if row.cell(Role.ID))
    found: list[Meaning] = []
    used: set[str] = set()
    for row, known in zip(rows, identities.ids, strict=True):
        names = [
            name
            for name in wished
            if name.casefold() == known.casefold() or (plain(name) == plain(row.cell(Role.ID)) and own[plain(name)] == 1)
        ]
        used.update(names)
        stated = opening_meaning(row.cell(Role.COMPLIANT))
        found.append(wished[names[0]] if names else stated if stated in (Meaning.YES, Meaning.NO) else Meaning.YES)
    missing = sorted(wished.keys() - used)
    if missing:
        several = own[plain(missing[0])] > 1
        advice = (
            "Several questions of the file have it; give the id that the pack has." if several else "Give an id of the file or of the pack."
        )
        raise InvalidInputError(f"--compliant names {missing[0]!r}, which is the id of no one question. {advice}")
    return found


def _unreadable(rows: Sequence[QuestionRow], askings: Sequence[Asking]) -> Iterator[Unplaced]:
    lost: dict[tuple[str, str], list[int]] = {}
    for row, asking in zip(rows, askings, strict=True):
        if asking.lost:
            lost.setdefault((row.sheet, asking.lost), []).append(row.row)
        stated = row.cell(Role.COMPLIANT)
        if stated and opening_meaning(stated) not in (Meaning.YES, Meaning.NO):
            message = f"The expected answer {stated!r} is neither Yes nor No; Yes was taken as the good answer."
            yield Unplaced(row.sheet, row.row, "compliant", message)
    for (sheet, source), numbers in lost.items():
        message = f"The drop-down list {source!r} of {len(numbers)} questions is computed or missing; the usual answers were taken."
        yield Unplaced(sheet, numbers[0], "answer", message)


def _counted(rows: Sequence[QuestionRow], askings: Sequence[Asking], questions: Sequence[Question], filled: Filled) -> Iterator[Counted]:
    for row, asking, question in zip(rows, askings, questions, strict=True):
        answer = filled.answers.get(question.id)
        meaning = asking.graded.meanings.get(answer.value) if answer and asking.graded else None
        weight = share_of(row.cell(Role.WEIGHT))
        yield Counted(
            question,
            answer,
            meaning,
            row.section,
            row.sheet,
            row.row,
            Fraction(weight) if weight is not None else question.weight,
            share_of(row.cell(Role.SCORE)),
            share_of(row.cell(Role.MAXIMUM)),
        )


def _domains(pack: Pack, counted: Sequence[Counted]) -> Iterator[Domain]:
    grouped: dict[str, list[Counted]] = {dimension.id: [] for dimension in pack.dimensions}
    for entry in counted:
        grouped[entry.question.dimension].append(entry)
    return (domain_of(dimension.id, dimension.label, grouped[dimension.id]) for dimension in pack.dimensions)


def _with_totals(report: SheetReport, totals: Sequence[Total]) -> SheetReport:
    """A sheet without questions whose totals were held against the answers was not useless."""
    if report.used or not any(total.where.startswith(f"{report.name}, ") for total in totals):
        return report
    return replace(report, reason="It holds no questions; its totals were held against the answers.")


def _other_sheets(read: ReadBook) -> list[Any]:
    used = {sheet.grid.name for sheet in read.sheets}
    return [grid for grid in read.book.grids if grid.name not in used and not grid.hidden]

"""The pack that a foreign questionnaire becomes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from vendor_ai.domain.pack import Dimension, Pack
from vendor_ai.domain.question import Question, QuestionType, weight_text
from vendor_ai.importers.foreign.asking import Asking
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import share_of
from vendor_ai.importers.foreign.identity import dimension_id
from vendor_ai.importers.foreign.question_row import QuestionRow
from vendor_ai.importers.foreign.unplaced import Unplaced

ORIGINAL_ID = "Original id"  # the key under a question's source where its id had to be changed
_LONGEST_TEXT, _LONGEST_LINE, _MOST_DIMENSIONS = 4000, 300, 100
_PLACES = 12  # digits of a weight after the point
_WEIGHT = re.compile(r"^([0-9]{1,9}(\.[0-9]{1,12})?|[0-9]{1,9}/[1-9][0-9]{0,8})$")
_PREFIX = re.compile(r"^([A-Za-z&]+(?:[-_. ][A-Za-z&]+)*)[-_. ]?\d")


@dataclass(frozen=True, slots=True)
class Sections:
    """The label and group of every question's dimension, and how they were found."""

    labels: tuple[str, ...]
    groups: tuple[str, ...]
    note: str = ""


def sections_of(rows: Sequence[QuestionRow], title: str) -> Sections:
    """A dimension for each question: its section, else its sheet, else the beginning of its id."""
    sheets = {row.sheet for row in rows}
    owners: dict[str, set[str]] = {}
    for row in rows:
        owners.setdefault(row.section, set()).add(row.sheet)
    labels = tuple(
        (f"{row.section} ({row.sheet})" if row.section and len(owners[row.section]) > 1 else row.section)
        or (row.sheet if len(sheets) > 1 else title)
        for row in rows
    )
    groups = tuple(row.group or (row.sheet if len(sheets) > 1 and row.section else "") for row in rows)
    if len(set(labels)) > _MOST_DIMENSIONS:
        note = f"{len(set(labels))} sections are more than a pack's {_MOST_DIMENSIONS} dimensions; each sheet is one dimension."
        return Sections(tuple(row.sheet for row in rows), ("",) * len(rows), note)
    if any(row.section for row in rows) or len(sheets) > 1:
        return Sections(labels, groups)
    return _by_prefix(rows) or Sections(labels, groups, "The file shows no sections; all questions are in one dimension.")


def _by_prefix(rows: Sequence[QuestionRow]) -> Sections | None:
    found = [_PREFIX.match(row.cell(Role.ID)) for row in rows]
    prefixes = tuple(match.group(1) for match in found if match)
    if len(prefixes) < len(rows) or not 2 <= len(set(prefixes)) <= min(60, len(rows) // 2):
        return None
    return Sections(prefixes, ("",) * len(rows), "The file shows no sections; the dimensions are the beginnings of the ids.")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a pack says about itself."""

    id: str
    version: str
    title: str
    description: str
    language: str


class Drafter:
    """Builds the records of a pack and notes what they could not take."""

    def __init__(self, rows: Sequence[QuestionRow], ids: Sequence[str], askings: Sequence[Asking]) -> None:
        self._rows, self._ids, self._askings = rows, ids, askings
        self.unplaced: list[Unplaced] = []
        self.notes: list[str] = []
        self._evidence_given = {row.sheet for row, asking in zip(rows, askings, strict=True) if row.cell(Role.ANSWER) and not asking.refers}

    def pack(self, front: FrontMatter, sections: Sections) -> Pack:
        """The pack, its dimensions weighted as their questions are."""
        weights = [self._weight(row) for row in self._rows]
        stated = any(weight is not None for weight in weights)
        names = self._dimension_names(sections)
        questions = tuple(
            self._question(place, names[sections.labels[place]], Fraction(1) if weight is None else weight)
            for place, weight in enumerate(weights)
        )
        if sections.note:
            self.notes.append(sections.note)
        dimensions = self._dimensions(names, sections, questions, stated)
        return Pack(front.id, front.version, front.title, front.description, dimensions, questions, front.language)

    def _dimension_names(self, sections: Sections) -> dict[str, str]:
        taken = {found.casefold() for found in self._ids}
        return {label: dimension_id(label, taken) for label in dict.fromkeys(sections.labels)}

    def _dimensions(
        self, names: Mapping[str, str], sections: Sections, questions: Sequence[Question], stated: bool
    ) -> tuple[Dimension, ...]:
        groups = dict(zip(reversed(sections.labels), reversed(sections.groups), strict=True))
        shares = self._shares(list(names.values()), questions) if stated else None
        if shares is None:
            shares = [Fraction(1, len(names))] * len(names)
            kept = "The weights of the file cannot be summed up by dimension" if stated else "The file states no weights"
            self.notes.append(f"{kept}; the dimensions count equally.")
        else:
            self.notes.append("Each dimension counts as much as the weights of its questions together.")
        return tuple(
            Dimension(name, _line(label), _line(groups[label]), share) for (label, name), share in zip(names.items(), shares, strict=True)
        )

    @staticmethod
    def _shares(names: Sequence[str], questions: Sequence[Question]) -> list[Fraction] | None:
        """Weights that add up to 1; a dimension without any score gets the mean, which never counts. None where no pack can hold them."""
        sums = dict.fromkeys(names, Fraction(0))
        for question in questions:
            sums[question.dimension] += question.weight if question.scored else 0
        scored = [total for total in sums.values() if total]
        if not scored:
            return None
        mean = sum(scored, Fraction(0)) / len(scored)
        parts = [total or mean for total in sums.values()]
        shares = [part / sum(parts, Fraction(0)) for part in parts]
        return shares if all(_WEIGHT.match(weight_text(share)) for share in shares) else None

    def _weight(self, row: QuestionRow) -> Fraction | None:
        """The stated weight of a question; 0 stays 0, None where none is stated."""
        text = row.cell(Role.WEIGHT)
        number = share_of(text) if text else None
        if number is None or number < 0 or number >= 10**9:
            if text:
                self.unplaced.append(
                    Unplaced(row.sheet, row.row, "weight", f"{text!r} is no weight a pack can hold; the question weighs 1.")
                )
            return None
        return Fraction(round(number, _PLACES))

    def _question(self, place: int, dimension: str, weight: Fraction) -> Question:
        row, asking = self._rows[place], self._askings[place]
        found = asking.graded
        scored = found is not None and weight > 0
        guidance = [row.cell(Role.GUIDANCE)]
        if not scored and asking.labels:
            guidance.append(f"Answers offered: {'; '.join(asking.labels)}.")
        return Question(
            id=self._ids[place],
            dimension=dimension,
            text=self._text(row, row.text, "text"),
            options=found.options if found and scored else (),
            type=asking.type if scored or found is None else QuestionType.TEXT,
            weight=weight or Fraction(1),
            guidance=self._text(row, " ".join(guidance), "guidance"),
            evidence=self._text(row, self._evidence(row), "evidence"),
            not_applicable=found.not_applicable or asking.assumed or not scored if found else True,
            source=self._source(place),
        )

    def _evidence(self, row: QuestionRow) -> str:
        """What is asked for: in a blank file the column of evidence says it, in a filled one it holds what was given."""
        return row.cell(Role.EVIDENCE_ASKED) or ("" if row.sheet in self._evidence_given else row.cell(Role.EVIDENCE))

    def _source(self, place: int) -> tuple[tuple[str, str], ...]:
        row = self._rows[place]
        own = row.cell(Role.ID)
        original = {ORIGINAL_ID: _line(own)} if own and own != self._ids[place] else {}
        return tuple({**original, **{_line(heading): _line(value) for heading, value in row.controls}}.items())

    def _text(self, row: QuestionRow, text: str, column: str) -> str:
        line = " ".join(text.split())
        if len(line) <= _LONGEST_TEXT:
            return line
        message = f"{len(line)} characters are more than the {_LONGEST_TEXT} a pack holds; the rest was cut off."
        self.unplaced.append(Unplaced(row.sheet, row.row, column, message))
        return line[: _LONGEST_TEXT - 1].rstrip() + "…"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1].rstrip()}…"

"""Totals that a filled questionnaire states itself, held against our own count."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import chain
from typing import Any

from vendor_ai.importers.foreign.answer_word import Meaning, meaning_of, plain
from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.column_content import number_of
from vendor_ai.importers.foreign.grid import Grid, column_letters
from vendor_ai.importers.foreign.question_row import SheetRows
from vendor_ai.importers.foreign.tally import Counted, Points, points, rules
from vendor_ai.kit.number import fraction_text

_CLOSE = Fraction(1, 10**6)  # what a computed cell may differ by where the file keeps it as a binary number
_LONG_CELL = 10  # digits after the point up to which a person may have rounded
_LONGEST_LABEL = 120
_COUNTING = re.compile(
    r"^(?:total|count|number|no|sum|numero|anzahl|nombre|gesamt|summe|suma|#)?(?: (?:total|of|de|der|des|answers?|responses?))* ?"
)


class Measure(StrEnum):
    """What a total counts."""

    PERCENT = "percent"
    POSSIBLE = "possible points"
    EARNED = "earned points"
    WEIGHT = "weights"
    UNANSWERED = "unanswered"
    ANSWERED = "answered"
    QUESTIONS = "questions"


_MEASURES = (
    (Measure.PERCENT, r"percent|percentage|%|porcentaje|prozent|pourcentage|percentual|compliance|cumplimiento|conformite|erfullungsgrad"),
    (Measure.POSSIBLE, r"max|maximum|possible|maxima|maximo|posible|posibles|moglich|maximal|maximale|available"),
    (Measure.UNANSWERED, r"unanswered|open|blank|missing|sin responder|offen|unbeantwortet|sans reponse"),
    (Measure.ANSWERED, r"answered|completed|respondidas|contestadas|beantwortet|repondues"),
    (Measure.QUESTIONS, r"questions|items|controls|preguntas|fragen|perguntas"),
    (Measure.WEIGHT, r"weight|weights|peso|pesos|gewicht|gewichte|poids"),
    (Measure.EARNED, r"score|points|earned|puntuacion|puntos|punkte|punktzahl|pontuacao|pontos"),
)  # fmt: skip
_ROLE_MEASURES = {Role.WEIGHT: Measure.WEIGHT, Role.SCORE: Measure.EARNED, Role.MAXIMUM: Measure.POSSIBLE}
_WHOLE = re.compile(r"\b(?:total|overall|grand|gesamt|all)\b")
_PART = re.compile(r"^(?:sub|section|domain|zwischensumme)")


@dataclass(frozen=True, slots=True)
class Total:
    """One figure of the file and ours beside it; ``rule`` says how ours was computed where there are several ways."""

    where: str
    stated: str
    computed: str
    equal: bool
    rule: str = ""

    def as_json(self) -> dict[str, Any]:
        """The keys of the conversion contract."""
        return {"where": self.where, "stated": self.stated, "computed": self.computed, "equal": self.equal, "rule": self.rule}


def stated_totals(
    sheets: Sequence[SheetRows], others: Sequence[Grid], counted: Sequence[Counted], labels: Mapping[str, str]
) -> list[Total]:
    """Every total the file states.

    Args:
        sheets: The sheets with the questions, whose rows of totals are read.
        others: Sheets without questions, which may sum them up.
        counted: The questions with their answers.
        labels: The id of the dimension of each label.
    """
    found = [total for sheet in sheets for total in _sheet_totals(sheet, counted)]
    return found + [total for grid in others for total in _summary_totals(grid, counted, labels)]


def _sheet_totals(sheet: SheetRows, counted: Sequence[Counted]) -> Iterator[Total]:
    grid, header = sheet.grid, sheet.header
    roles = {column: role for role, column in header.columns.items()}
    rows = {entry.row: entry for entry in counted if entry.sheet == grid.name}
    for total in sheet.totals:
        above = [entry for row, entry in rows.items() if row < total.number]
        scope = above
        if _PART.search(plain(total.title)) and above:
            scope = [entry for entry in above if entry.question.dimension == above[-1].question.dimension]
        elif re.search(r"\b(?:grand|overall)\b", plain(total.title)):
            scope = list(counted)
        for column, text in grid.filled(total.number):
            number = number_of(text)
            if number is None or roles.get(column) in (Role.ID, Role.DEPTH):
                continue
            measure = _measure(total.title) or _ROLE_MEASURES.get(roles.get(column, Role.TEXT))
            place = f"{grid.name}, {column_letters(column)}{total.number}: {total.title}"
            if measure is None:
                yield _bare(place, text, _column_figures(grid, column, scope), scope)
            else:
                yield from _compared(place, text, number, measure, scope)


def _column_figures(grid: Grid, column: int, scope: Sequence[Counted]) -> list[Decimal]:
    """The numbers beside the questions in one column."""
    texts = (grid.text(entry.row, column) for entry in scope if entry.sheet == grid.name)
    return [number for text in texts if (number := number_of(text)) is not None]


def _bare(where: str, text: str, above: Sequence[Decimal], scope: Sequence[Counted]) -> Total:
    """A total that does not say of what: the figures above it in its column, else questions or answers."""
    stated = number_of(text) or Decimal(0)
    counts = {
        "number of questions": len(scope),
        "number of answered questions": sum(entry.answer is not None for entry in scope),
        "number of answers that mean yes": sum(_meaning(entry) is Meaning.YES for entry in scope),
    }
    ways = {"sum of the column": Fraction(sum(above, Decimal(0)))} if above else {rule: Fraction(count) for rule, count in counts.items()}
    tried = {rule: _total(where, text, stated, ours) for rule, ours in ways.items()}
    rule = next((rule for rule, total in tried.items() if total.equal), next(iter(tried)))
    return replace(tried[rule], rule=rule)


def _summary_totals(grid: Grid, counted: Sequence[Counted], labels: Mapping[str, str]) -> Iterator[Total]:
    """Totals of a sheet that sums up: by the headings of a table whose rows are domains, or one label beside one figure."""
    names = {plain(label): dimension for label, dimension in labels.items()}
    sections = {plain(entry.section) for entry in counted if entry.section}
    measures: dict[int, Measure | Meaning] = {}
    for row in grid.numbers:
        filled = grid.filled(row)
        figures = [(column, text, number) for column, text in filled if (number := number_of(text)) is not None]
        if not figures:
            found = {column: measure for column, text in filled if (measure := _measure(text)) is not None}
            measures = found or measures
            continue
        label = next((text for _, text in filled if number_of(text) is None), "")
        scope = _scope(plain(label), names, sections, counted)
        alone = _measure(label)
        if scope is None and alone is not None:
            figures, scope = figures[:1], list(counted)
        for column, text, number in figures if label and scope else ():
            measure = alone if alone is not None and len(figures) == 1 and column not in measures else measures.get(column)
            if measure is not None:
                yield from _compared(f"{grid.name}, {column_letters(column)}{row}: {label}", text, number, measure, scope or [])


def _scope(label: str, names: Mapping[str, str], sections: set[str], counted: Sequence[Counted]) -> list[Counted] | None:
    if label in names:
        return [entry for entry in counted if entry.question.dimension == names[label]]
    if label in sections:
        return [entry for entry in counted if plain(entry.section) == label]
    if any(plain(entry.sheet) == label for entry in counted):
        return [entry for entry in counted if plain(entry.sheet) == label]
    return list(counted) if _WHOLE.search(label) and _measure(label) is None else None


def _measure(label: str) -> Measure | Meaning | None:
    """What a heading or label counts."""
    if not label or len(label) > _LONGEST_LABEL:
        return None
    words = plain(label.replace("%", " % "))
    meaning = meaning_of(_COUNTING.sub("", words)) or meaning_of(re.sub(r"\b(?:total|answers?|responses?|count)\b", "", words))
    if meaning is not None and not words.startswith("not answered"):
        return meaning
    return next((measure for measure, pattern in _MEASURES if re.search(rf"(?:^|\s)(?:{pattern})(?:\s|$)", words)), None)


def _compared(where: str, text: str, stated: Decimal, measure: Measure | Meaning, scope: Sequence[Counted]) -> Iterator[Total]:
    if "%" in text and measure is Measure.EARNED:
        measure = Measure.PERCENT
    elif "%" in text and measure in (Measure.POSSIBLE, Measure.WEIGHT):
        stated /= 100
    if isinstance(measure, Meaning):
        ours: int | Fraction = sum(_meaning(entry) is measure for entry in scope)
        yield _total(where, text, stated, Fraction(ours))
        return
    counts: dict[Measure, Callable[[], Fraction]] = {
        Measure.QUESTIONS: lambda: Fraction(len(scope)),
        Measure.ANSWERED: lambda: Fraction(sum(entry.answer is not None for entry in scope)),
        Measure.UNANSWERED: lambda: Fraction(sum(entry.answer is None for entry in scope)),
        Measure.WEIGHT: lambda: sum((entry.weight for entry in scope), Fraction(0)),
    }
    if measure in counts:
        yield _total(where, text, stated, counts[measure]())
    elif any(entry.answer is not None for entry in scope):
        yield _by_some_rule(where, text, stated, measure, scope)


def _meaning(entry: Counted) -> Meaning | None:
    return Meaning.NOT_APPLICABLE if entry.not_applicable else entry.meaning


def _by_some_rule(where: str, text: str, stated: Decimal, measure: Measure, scope: Sequence[Counted]) -> Total:
    """Ours by our rule, or by the first other rule that gives the file's figure."""
    share = measure is Measure.PERCENT and "%" not in text and stated <= 1
    tried = [(rule, _figure(points(scope, rule), measure)) for rule in rules()]
    scaled = [(rule, value / 100 if share else value) for rule, value in tried if value is not None]
    if not scaled:
        return Total(where, text, "", False, "nothing here can be scored")
    close = (found for found in scaled if abs(Fraction(stated) - found[1]) < _CLOSE)
    rounded = (found for found in scaled if measure is Measure.PERCENT and _rounds_to(stated, found[1], share=share))
    rule, ours = next(chain(close, rounded), scaled[0])
    equal = abs(Fraction(stated) - ours) < _CLOSE or (measure is Measure.PERCENT and _rounds_to(stated, ours, share=share))
    return Total(where, text, fraction_text(ours), equal, rule.sentence)


def _figure(found: Points, measure: Measure) -> Fraction | None:
    return {Measure.PERCENT: found.percent, Measure.POSSIBLE: found.possible}.get(measure, found.earned)


def _total(where: str, text: str, stated: Decimal, ours: Fraction) -> Total:
    return Total(where, text, fraction_text(ours), abs(Fraction(stated) - ours) < _CLOSE)


def _rounds_to(stated: Decimal, ours: Fraction, *, share: bool) -> bool:
    """Whether ours is what the file states at the digits it shows; a share is held to whole percents at least."""
    digits = max(-int(stated.as_tuple().exponent), 2 if share else 0)
    scaled = ours * 10**digits
    return digits <= _LONG_CELL and Fraction(stated) * 10**digits in (round(scaled), int(scaled + Fraction(1, 2)))

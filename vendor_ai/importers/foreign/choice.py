"""The answers a question offers: from its cell, a drop-down list, a list sheet or a named range, graded by what they mean."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vendor_ai.domain.level import Level
from vendor_ai.domain.question import Option, QuestionType
from vendor_ai.importers.foreign.answer_word import Meaning, level_of, meaning_of, opening_meaning, plain
from vendor_ai.importers.foreign.grid import Book, Grid, area_texts, parse_area
from vendor_ai.kit.slug import slug

_PLACEHOLDER = re.compile(
    r"^(?:please )?(?:select|choose|pick)\b.*|^(?:por favor )?(?:seleccione|elija|selecione|escolha)\b.*|^bitte .*|^choisi.*"
)
_NOT_APPLICABLE = re.compile(r"\bn\s*/\s*a\b", re.IGNORECASE)
_LONGEST_LABEL = 300
_MOST_OPTIONS = 50


def choices_in(text: str) -> tuple[str, ...]:
    """The answers that one cell lists, cut at line breaks, semicolons, bars, slashes or commas."""
    kept = _NOT_APPLICABLE.sub("N⁄A", text)
    for sign in ("\n", ";", "|", "/", ","):
        if sign in kept:
            kept = kept.replace(sign, "\n")
            break
    return cleaned([part.replace("N⁄A", "N/A").strip(" \t•-*") for part in kept.split("\n")])


def cleaned(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels without empty ones, repeats and placeholders such as ``Please select``."""
    lines = [" ".join(label.split())[:_LONGEST_LABEL] for label in labels]
    kept: dict[str, str] = {}
    for line in lines:
        if plain(line) and not _PLACEHOLDER.match(plain(line)):
            kept.setdefault(line.casefold(), line)
    return tuple(kept.values())


class DropDownLists:
    """Finds the labels behind a drop-down list, each source once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._found: dict[tuple[str, str], tuple[str, ...]] = {}

    def labels(self, grid: Grid, source: str) -> tuple[str, ...]:
        """The labels a list offers; empty where its source is computed or missing."""
        key = (grid.name, source)
        if key not in self._found:
            self._found[key] = cleaned(self._texts(grid, source.strip().lstrip("="), 0))
        return self._found[key]

    def _texts(self, grid: Grid, source: str, depth: int) -> list[str]:
        if source.startswith('"'):
            return source.strip('"').replace('""', '"').split(",")
        sheet, mark, place = source.rpartition("!")
        target = self._book.grid(sheet.strip("'").replace("''", "'")) if mark else grid
        area = parse_area(place) if target is not None else None
        if target is not None and area is not None:
            return list(area_texts(target, area))
        named = self._book.names.get(f"{grid.name}!{source}") or next(
            (value for name, value in self._book.names.items() if name.casefold() == source.casefold()), ""
        )
        return self._texts(grid, named.lstrip("="), depth + 1) if named and depth < 3 else []


@dataclass(frozen=True, slots=True)
class AnswerList:
    """A list that questions refer to by its id: a type, and the labels it offers."""

    type: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """Options with levels; none where the labels say nothing about risk. ``meanings`` is by the value of an option."""

    type: QuestionType
    options: tuple[Option, ...]
    meanings: Mapping[str, Meaning | None]
    not_applicable: bool
    unsure: tuple[str, ...] = ()  # labels that were taken as MEDIUM

    @property
    def summary(self) -> str:
        """``Si LOW, Parcial MEDIUM, No HIGH``."""
        return ", ".join(f"{option.label} {option.level.name}" for option in sorted(self.options, key=lambda option: option.level))


def graded(labels: Sequence[str], compliant: Meaning = Meaning.YES) -> Graded | None:
    """Options for labels that are known words; None where they are not, or fewer than two can be told apart."""
    known = {label: meaning_of(label) or opening_meaning(label) for label in labels}
    offered = [label for label in labels if known[label] is not Meaning.NOT_APPLICABLE]
    meanings = {known[label] for label in offered}
    unsure = tuple(label for label in offered if known[label] is None)
    if len(offered) < 2 or len(offered) > _MOST_OPTIONS or (unsure and not {Meaning.YES, Meaning.NO} <= meanings):
        return None
    if len(meanings - {None}) < 2:
        return None
    values = _values(offered, known)
    exact = {known[label] for label in offered if meaning_of(label)}
    options = tuple(Option(values[label], label, _level(label, known[label], exact, compliant)) for label in offered)
    kind = QuestionType.YES_NO if {option.value for option in options} == {"yes", "no"} else QuestionType.CHOICE
    return Graded(kind, options, {values[label]: known[label] for label in offered}, len(offered) < len(labels), unsure)


def _level(label: str, meaning: Meaning | None, exact: set[Meaning | None], compliant: Meaning) -> Level:
    # "Yes, with exceptions" beside a plain "Yes" is less than that.
    qualified = meaning is not None and meaning_of(label) is None and meaning in exact
    return Level.MEDIUM if meaning is None or qualified else level_of(meaning, compliant=compliant)


def _values(labels: Sequence[str], known: Mapping[str, Meaning | None]) -> dict[str, str]:
    """A short value for each label: its meaning where only one label has it, else its own words."""
    often = Counter(known[label] for label in labels)
    values: dict[str, str] = {}
    for number, label in enumerate(labels, start=1):
        meaning = known[label]
        only = meaning is not None and often[meaning] == 1
        own = str(meaning) if only else slug(label)[:60]
        free = own and own not in ("yes", "no", "na") and own not in {value.casefold() for value in values.values()}
        values[label] = own if only or free else f"option-{number}"
    return values

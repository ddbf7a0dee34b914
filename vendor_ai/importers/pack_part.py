"""The parts of a pack file that can be judged although others have mistakes of structure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from vendor_ai.domain.problem import Problem
from vendor_ai.importers.marked_yaml import MarkedDocument

_ENTRY = re.compile(r"(dimensions|questions)\[([0-9]+)\]")


@dataclass(frozen=True, slots=True)
class PackParts:
    """What of a document fits the schema; ``broken`` names the entries that do not, as ``questions[3]`` or ``translations.de``."""

    document: MarkedDocument
    broken: frozenset[str] = frozenset()

    @classmethod
    def of(cls, document: MarkedDocument, problems: Iterable[Problem]) -> "PackParts":
        """The parts of a document with these mistakes of structure."""
        columns = [problem.column or "" for problem in problems]
        entries = {found[0] for column in columns if (found := _ENTRY.match(column))}
        codes = [f"translations.{code}" for code in _mapping(document.data, "translations")]
        translations = {code for code in codes if any(f"{column}.".startswith(f"{code}.") for column in columns)}
        return cls(document, frozenset(entries | translations))

    def entries(self, place: str) -> list[tuple[int, dict[str, Any]]]:
        """The dimensions or questions that have an id, each with its place in the file, sound or not."""
        return [(index, entry) for index, entry in enumerate(self._all(place)) if _has_text(entry, "id")]

    def texts(self, place: str, field: str) -> list[str]:
        """What stands in one field of the dimensions or questions, sound or not, wherever it is text."""
        return [entry[field] for entry in self._all(place) if _has_text(entry, field)]

    def sound(self, place: str) -> list[tuple[int, dict[str, Any]]]:
        """The entries that fit the schema."""
        return [(index, entry) for index, entry in self.entries(place) if self.is_sound(place, index)]

    def is_sound(self, place: str, index: int) -> bool:
        """Whether an entry fits the schema."""
        return f"{place}[{index}]" not in self.broken

    def all_sound(self, place: str) -> bool:
        """Whether there are entries and each fits the schema."""
        return 0 < len(self._all(place)) == len(self.sound(place))

    def all_have(self, place: str, field: str) -> bool:
        """Whether there are entries and each has this text: only then can something be said to be missing among them."""
        return 0 < len(self._all(place)) == len(self.texts(place, field))

    def translations(self) -> dict[str, dict[str, Any]]:
        """The translations that fit the schema, by language."""
        found = _mapping(self.document.data, "translations")
        return {code: entry for code, entry in found.items() if f"translations.{code}" not in self.broken and isinstance(entry, dict)}

    def _all(self, place: str) -> list[Any]:
        found = self.document.data.get(place) if isinstance(self.document.data, dict) else None
        return found if isinstance(found, list) else []


def _mapping(data: Any, field: str) -> dict[str, Any]:
    found = data.get(field) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}


def _has_text(entry: Any, field: str) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get(field), str)

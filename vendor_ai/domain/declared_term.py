"""A term of a clause declared as data: its name, its stated default and what it means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from vendor_ai.domain.term import TermReader

TermValue = str | int | bool | tuple[str, ...] | None


class TermLine(NamedTuple):
    """One line of ``contract show``."""

    term: str
    value: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class DeclaredTerm:
    """One term that needs no code of its own.

    Attributes:
        name: Field in the file.
        default: What holds where the contract is silent; None: nothing is agreed, or a ``required`` term.
        meaning: One phrase for people.
        options: The words possible, for ``word`` and ``words``; empty: any.
        holds: What kind of value it is; ``days``, ``hours`` and ``months`` are whole numbers, a ``share`` lies in 0-1 and stays text.
        required: Whether leaving it out is a mistake.
    """

    name: str
    default: TermValue
    meaning: str
    options: tuple[str, ...] = ()
    holds: Literal["word", "words", "days", "hours", "months", "share", "flag"] = "word"
    required: bool = False

    def read(self, reader: TermReader) -> TermValue:
        """The value in the file, else the default."""
        match self.holds:
            case "word":
                return reader.word(self.name, self.options, str(self.default))
            case "words":
                default = self.default if isinstance(self.default, tuple) else ()
                return reader.texts(self.name, default, options=self.options, required=self.required)
            case "days" | "hours":
                return reader.whole(self.name, self._whole_default, at_most=36_500, required=self.required)
            case "months":
                return reader.whole(self.name, self._whole_default, at_least=1, at_most=120, required=self.required)
            case "share":
                share = reader.number(self.name, None, low="0", high="1", required=self.required)
                return self.default if share is None else f"{share:f}"
            case "flag":
                return reader.flag(self.name, bool(self.default))

    @property
    def _whole_default(self) -> int | None:
        return self.default if isinstance(self.default, int) else None

    def line(self, terms: Mapping[str, Any]) -> TermLine:
        """How the term reads in ``terms``."""
        value = terms.get(self.name, self.default)
        return TermLine(self.name, value_text(value), not self.required and value == self.default)


def read_declared(declared: Iterable[DeclaredTerm], reader: TermReader) -> dict[str, TermValue]:
    """Return every declared term of a mapping, the unsaid ones with their defaults."""
    return {term.name: term.read(reader) for term in declared}


def value_text(value: object) -> str:
    """A value for people."""
    match value:
        case None:
            return "none agreed"
        case bool():
            return "yes" if value else "no"
        case tuple() | list():
            return ", ".join(str(entry) for entry in value) or "all"
        case _:
            return str(value)

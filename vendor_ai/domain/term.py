"""Terms as people write them in a contract file, read strictly: every mistake is collected, none stops the reading."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from vendor_ai.kit.money import Money

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=StrEnum)

Path = tuple[str | int, ...]

# Longer numbers are typing errors, and arithmetic on them would no longer be exact at Python's default precision of 28 digits.
MOST_DIGITS = 18

_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_WHOLE = re.compile(r"[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one field; ``path`` leads to it from the top of the file."""

    path: Path
    message: str


class TermError(ValueError):
    """A value does not say what its field needs."""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'persistence'?`` for a likely slip of the keyboard, else nothing."""
    by_small_letters = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), list(by_small_letters), n=1, cutoff=0.6)
    return f" Did you mean {by_small_letters[close[0]]!r}?" if close else ""


def to_text(value: object) -> str:
    """Text as written; ``true`` and ``false`` need quotes, because YAML means something else by them."""
    if isinstance(value, bool):
        raise TermError(f"{str(value).lower()} is not text here; write it in quotes.")
    if not isinstance(value, str | int | Decimal | date):
        raise TermError("is not text; write one word or sentence.")
    text = str(value).strip()
    if not text:
        raise TermError("is empty; write a value or leave the field out.")
    return text


def to_reference(value: object) -> str:
    """A reference people can type: letters, digits, points, hyphens and underscores."""
    text = to_text(value)
    if not _REFERENCE.fullmatch(text):
        raise TermError(f"{text!r} is not a reference; use letters, digits, '.', '-' and '_' only, as in acme-2026.")
    return text


def to_decimal(value: object) -> Decimal:
    """An exact number from its digits; binary floats are refused, since 0.1 would no longer be 0.1."""
    if isinstance(value, bool | float):
        raise TermError(f'{value!r} is not an exact number; write its digits in quotes, as in "0.85".')
    if not isinstance(value, str | int | Decimal):
        raise TermError("is not a number; write plain digits, as in 0.85.")
    text = str(value).strip()
    if not _DECIMAL.fullmatch(text):
        raise TermError(f"{text!r} is not a number{_advice(text)}")
    if len(text) > MOST_DIGITS:
        raise TermError(f"{text[:MOST_DIGITS]!r}... has more than {MOST_DIGITS} digits.")
    return Decimal(text)


def _advice(text: str) -> str:
    if text.endswith("%"):
        return "; leave the percent sign out."
    if re.fullmatch(r"[+-]?[0-9.]*,[0-9]+", text):
        return "; write a decimal point and no separators, as in 1234.56."
    return "; write plain digits with a decimal point, as in 0.85."


def to_whole(value: object) -> int:
    """A whole number from 0."""
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _WHOLE.fullmatch(text) or len(text) > 9:
        raise TermError("is not a whole number; write digits only." if not text else f"{text!r} is not a whole number; write digits only.")
    return int(text)


def to_flag(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise TermError("is not a yes or no; write true or false, without quotes.")
    return value


def to_date(value: object) -> date:
    """A date of the calendar, year first."""
    text = str(value).strip()
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise TermError(f"{text} is not a date of the calendar.") from None
    raise TermError(f"{text!r} is not a date; write year-month-day, as in 2026-01-31.")


def to_list(value: object) -> list[Any]:
    """A list with at least one entry."""
    if not isinstance(value, list | tuple):
        raise TermError(f"is not a list; write [{value}]." if isinstance(value, str) else "is not a list; begin each entry with '- '.")
    if not value:
        raise TermError("is an empty list; name at least one, or leave the field out.")
    return list(value)


def to_money(value: object, currency: str) -> Money:
    """An amount above 0 in whole smallest units of ``currency``; a binary float is refused."""
    amount = to_decimal(value)
    money = Money(amount, currency)
    if amount <= 0:
        raise TermError("is not above 0.")
    if money.rounded().amount != amount:
        raise TermError(f"{amount} has more digits after the point than {currency} has ({money.digits}).")
    return money


class TermReader:
    """Reads the fields of one mapping; what it never asked for is unknown and said so by ``finish``.

    Every reader returns its default where the field is absent or wrong, so that one run finds all mistakes.
    """

    def __init__(self, data: Mapping[str, Any], path: Path = (), mistakes: list[Mistake] | None = None) -> None:
        self.data = data
        self.path = path
        self.mistakes = [] if mistakes is None else mistakes
        self._asked: dict[str, None] = {}

    @property
    def asked(self) -> tuple[str, ...]:
        """The fields asked for so far: what the mapping may hold."""
        return tuple(self._asked)

    def wrong(self, name: str | None, message: str) -> None:
        """Record a mistake in the field ``name``, or in the mapping as a whole."""
        self.mistakes.append(Mistake(self.path if name is None else (*self.path, name), message))

    def faulty(self, *names: str) -> bool:
        """Whether a mistake was found in one of these fields or inside it."""
        depth = len(self.path)
        fields = {(*self.path, name) for name in names}
        return any(mistake.path[: depth + 1] in fields for mistake in self.mistakes)

    def has(self, name: str) -> bool:
        """Whether the file holds the field."""
        self._asked.setdefault(name)
        return name in self.data

    def read(self, name: str, convert: Callable[[Any], T], default: D, *, required: bool = False, missing: str = "is missing.") -> T | D:
        """Return the converted field, or ``default``; ``missing`` is what to say of a required field that is not there."""
        if not self.has(name):
            if required:
                self.wrong(name, missing)
            return default
        value = self.data[name]
        if value is None:
            self.wrong(name, "is empty; write a value or leave the field out.")
            return default
        try:
            return convert(value)
        except TermError as error:
            self.wrong(name, str(error))
            return default

    def text(self, name: str, default: str = "", *, required: bool = False) -> str:
        """One text."""
        return self.read(name, to_text, default, required=required)

    def whole(self, name: str, default: D, *, at_least: int = 0, at_most: int | None = None, required: bool = False) -> int | D:
        """A whole number inside a range."""

        def convert(value: object) -> int:
            number = to_whole(value)
            if number < at_least or (at_most is not None and number > at_most):
                reach = f"at least {at_least}" if at_most is None else f"from {at_least} to {at_most}"
                raise TermError(f"{number} is out of range; write a whole number {reach}.")
            return number

        return self.read(name, convert, default, required=required)

    def number(self, name: str, default: D, *, low: str = "", high: str = "", advice: str = "", required: bool = False) -> Decimal | D:
        """An exact number; ``low`` and ``high`` are inclusive where given."""

        def convert(value: object) -> Decimal:
            number = to_decimal(value)
            if (low and number < Decimal(low)) or (high and number > Decimal(high)):
                reach = f"from {low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
                raise TermError(f"{number} is out of range; write a number {reach}.{advice}")
            return number

        return self.read(name, convert, default, required=required)

    def flag(self, name: str, default: bool) -> bool:
        """``true`` or ``false``."""
        return self.read(name, to_flag, default)

    def choice(self, name: str, options: type[E], default: D, *, required: bool = False) -> E | D:
        """One member of an enumeration."""
        words = [str(option) for option in options]
        missing = f"is missing; write {' or '.join(words)}."
        return self.read(name, lambda value: options(one_of(value, words)), default, required=required, missing=missing)

    def word(self, name: str, options: Iterable[str], default: str) -> str:
        """One of some words."""
        return self.read(name, lambda value: one_of(value, list(options)), default)

    def texts(
        self, name: str, default: tuple[str, ...] = (), *, options: Iterable[str] = (), required: bool = False, convert: Any = to_text
    ) -> tuple[str, ...]:
        """A list of different texts, at least one; each of ``options`` where those are given."""
        value = self.read(name, to_list, None, required=required)
        if value is None:
            return default
        found: list[str] = []
        for index, entry in enumerate(value):
            try:
                text = one_of(entry, list(options)) if options else convert(entry)
                if text in found:
                    raise TermError(f"{text!r} is named twice.")
                found.append(text)
            except TermError as error:
                self.mistakes.append(Mistake((*self.path, name, index), str(error)))
        return tuple(found)

    def part(self, name: str, *, shape: str, required: bool = False) -> "TermReader | None":
        """A reader of the mapping in the field ``name``; ``shape`` shows what to write instead of a plain value."""
        if not self.has(name):
            if required:
                self.wrong(name, f"is missing; write {shape}.")
            return None
        value = self.data[name]
        if not isinstance(value, Mapping):
            self.wrong(name, f"is not a group of fields; write {shape}.")
            return None
        return TermReader(value, (*self.path, name), self.mistakes)

    def parts(self, name: str, *, required: bool = False) -> tuple["TermReader", ...]:
        """Readers of the mappings in a list."""
        readers = []
        for index, entry in enumerate(self.read(name, to_list, [], required=required)):
            if isinstance(entry, Mapping):
                readers.append(TermReader(entry, (*self.path, name, index), self.mistakes))
            else:
                self.mistakes.append(Mistake((*self.path, name, index), "is not a group of fields."))
        return tuple(readers)

    def finish(self) -> None:
        """Name every field nobody asked for."""
        for name in self.data:
            if name not in self._asked:
                self.wrong(str(name), f"is not a field here.{suggestion(str(name), self._asked)}")


def one_of(value: object, options: list[str]) -> str:
    """Return the option that ``value`` names."""
    text = to_text(value)
    if text not in options:
        raise TermError(f"{text!r} is not possible here; write {' or '.join(options)}.{suggestion(text, options)}")
    return text

"""YAML as plain data that remembers the line of every field.

Numbers and dates stay text, so that a weight reaches exact arithmetic as it was written.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from vendor_ai.domain.problem import Problem

Path = tuple[str | int, ...]

DEEPEST = 60
LARGEST = 2_000_000  # characters; the largest published questionnaire in our form stays below half of it

# The C parser is about ten times faster and gives the same events; it is absent where PyYAML was built without libyaml.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WORDS: dict[str, bool | None] = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False} | dict.fromkeys(
    ("null", "Null", "NULL", "~", "")
)
_NUMBER = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")


@dataclass(frozen=True, slots=True)
class MarkedDocument:
    """``data`` of dicts, lists, text, booleans and None; ``problems`` is what kept the text from being read whole."""

    data: Any
    problems: tuple[Problem, ...] = ()
    lines: dict[Path, int] = field(default_factory=dict)

    def line_of(self, path: Sequence[str | int]) -> int | None:
        """The line (from 1) where the field at ``path`` begins, else that of its nearest parent; None in an empty document."""
        known = tuple(path)
        while known not in self.lines and known:
            known = known[:-1]
        return self.lines.get(known)

    def problem(self, path: Sequence[str | int], message: str, *, column: str | None = None) -> Problem:
        """A mistake in the field at ``path``, with its line."""
        return Problem(self.line_of(path), column if column is not None else (path_text(path) or None), message)


def path_text(path: Sequence[str | int]) -> str:
    """``questions[3].options[0].level``: the name of a field for people; places in lists count from 0."""
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(parts).removeprefix(".")


def load_marked(text: str, *, number: Callable[[str], str] = str) -> MarkedDocument:
    """Read one YAML document; ``number`` marks the text of a decimal number that stands without quotes.

    Syntax errors, repeated keys, references (``*name``) and tags are problems with a line; after a syntax error ``data`` is None.
    """
    text = text.removeprefix("\ufeff")
    refusal = _refusal(text)
    if refusal is not None:
        return MarkedDocument(None, (refusal,))
    reading = _Reading(number)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reading.take(event)
    except _StopReading as stop:
        return MarkedDocument(None, (*reading.problems, stop.problem))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        place = f" at column {mark.column + 1}" if mark else ""
        message = f"This is not valid YAML: {error.problem or error.context}{place}. Check indentation, colons and quotes."
        return MarkedDocument(None, (*reading.problems, Problem(line, None, message)))
    except yaml.YAMLError as error:
        return MarkedDocument(None, (*reading.problems, Problem(None, None, f"This is not valid YAML: {' '.join(str(error).split())}.")))
    return MarkedDocument(reading.root, tuple(reading.problems), reading.lines)


def _refusal(text: str) -> Problem | None:
    if len(text) > LARGEST:
        return Problem(None, None, f"The file has {len(text)} characters; at most {LARGEST} are read. Split it.")
    control = _CONTROL.search(text)
    if control is None:
        return None
    line = text.count("\n", 0, control.start()) + 1
    return Problem(line, None, f"The character U+{ord(control.group()):04X} is not allowed in YAML. Remove it, or save the file as UTF-8.")


class _StopReading(Exception):
    """The rest of the text cannot be read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(line, None, message)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet; ``repeated`` says that its key was there before, so its content is dropped."""

    value: dict[str, Any] | list[Any]
    path: Path
    line: int
    repeated: bool
    key: str | None = None
    key_repeated: bool = False


class _Reading:
    """Builds the data from parser events with a stack of its own, so that deep nesting cannot exhaust Python's."""

    def __init__(self, number: Callable[[str], str]) -> None:
        self._number = number
        self.root: Any = None
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self._stack: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.ScalarEvent():
                self._take_scalar(event, line)
            case yaml.MappingStartEvent():
                self._refuse_tag(event.tag, line)
                self._open({}, line)
            case yaml.SequenceStartEvent():
                self._refuse_tag(event.tag, line)
                self._open([], line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._stack.pop()
            case yaml.AliasEvent():
                raise _StopReading(line, f"The reference *{event.anchor} is not read. Write the value out.")
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _StopReading(line, "A second document begins here (---). Write one document a file.")

    def _take_scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self._refuse_tag(event.tag, line)
        parent = self._stack[-1] if self._stack else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._take_key(parent, event.value, line)
            return
        plain = bool(event.implicit[0]) and event.tag is None
        self._place(self._plain(event.value) if plain else event.value, line)

    def _plain(self, text: str) -> str | bool | None:
        """What text without quotes means."""
        if text in _WORDS:
            return _WORDS[text]
        return self._number(text) if _NUMBER.fullmatch(text) else text

    def _take_key(self, parent: _Open, key: str, line: int) -> None:
        parent.key = key
        parent.key_repeated = key in parent.value
        path = (*parent.path, key)
        if not parent.key_repeated:
            if not parent.repeated:
                self.lines[path] = line
        elif not parent.repeated:
            self.problems.append(
                Problem(
                    line,
                    path_text(path),
                    f"The key {key!r} stands here a second time (first on line {self.lines[path]}). Keep one of them.",
                )
            )

    def _place(self, value: Any, line: int) -> tuple[Path, bool]:
        """Put ``value`` where the parser is; return its path and whether it lies under a repeated key."""
        if not self._stack:
            self.root = value
            self.lines[()] = line
            return (), False
        parent = self._stack[-1]
        if isinstance(parent.value, list):
            path: Path = (*parent.path, len(parent.value))
            parent.value.append(value)
            if not parent.repeated:
                self.lines[path] = line
            return path, parent.repeated
        if parent.key is None:
            raise _StopReading(line, "A list or mapping stands where a field's name is expected. Write a plain word before the colon.")
        path, repeated = (*parent.path, parent.key), parent.repeated or parent.key_repeated
        if not parent.key_repeated:
            parent.value[parent.key] = value
        parent.key, parent.key_repeated = None, False
        return path, repeated

    def _open(self, value: dict[str, Any] | list[Any], line: int) -> None:
        if len(self._stack) >= DEEPEST:
            raise _StopReading(line, f"The nesting is deeper than {DEEPEST} levels. Write the file flatter.")
        path, repeated = self._place(value, line)
        self._stack.append(_Open(value, path, line, repeated))

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag not in _TEXT_TAGS:
            raise _StopReading(line, f"The tag {tag!r} is not read. Remove it.")

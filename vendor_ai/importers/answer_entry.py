"""What stands behind a question in an answer file: a word, a list, or a mapping with reason, evidence and date."""

from dataclasses import dataclass
from typing import Any

from vendor_ai.importers.answer_word import ExactNumber, is_iso_date

_VALUE_KEYS = ("value", "answer", "level")
_COMMENT_KEYS = ("reason", "comment", "note", "notes")
_KNOWN_KEYS = (*_VALUE_KEYS, *_COMMENT_KEYS, "evidence", "date")


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """One entry; ``word`` is empty where the question is unanswered, a tuple where a list was written."""

    word: str | tuple[str, ...]
    comment: str = ""
    evidence: str = ""
    dated: str = ""


def answer_entry(given: Any) -> AnswerEntry | str:
    """The entry, or a sentence where it cannot be one."""
    if isinstance(given, dict):
        return _mapping_entry(given)
    word = _word(given)
    return AnswerEntry(word) if word is not None else "Only plain values may stand in a list of answers, such as [email, chat]."


def _mapping_entry(given: dict[str, Any]) -> AnswerEntry | str:
    unknown = [key for key in given if key not in _KNOWN_KEYS]
    if unknown:
        return f"The field {unknown[0]!r} is unknown. Known here: {', '.join(_KNOWN_KEYS)}."
    words = [_word(given[key]) for key in _VALUE_KEYS if key in given]
    if None in words or any(isinstance(value, (dict, list)) for key, value in given.items() if key not in _VALUE_KEYS):
        return "Only plain values may stand inside an answer, such as {value: NA, reason: not sold in the EU}."
    if len(words) != 1:
        return "Write the answer once, as value: or answer:, such as {value: NA, reason: not sold in the EU}."
    comment = "; ".join(text for key in _COMMENT_KEYS if (text := _text(given.get(key))))
    dated = _text(given.get("date"))
    if dated and not is_iso_date(dated):
        return f"{dated!r} is not a date. Write it as 2026-07-31."
    return AnswerEntry(words[0] or "", comment, _text(given.get("evidence")), dated)


def _word(given: Any) -> str | tuple[str, ...] | None:
    """A value or a list of values as text; None where something else stands there."""
    if isinstance(given, list):
        return None if any(isinstance(value, (dict, list)) for value in given) else tuple(filter(None, map(_text, given)))
    if isinstance(given, ExactNumber):
        return given
    return None if isinstance(given, dict) else _text(given)


def _text(given: Any) -> str:
    match given:
        case None:
            return ""
        case True:
            return "yes"
        case False:
            return "no"
        case _:
            return str(given).strip()

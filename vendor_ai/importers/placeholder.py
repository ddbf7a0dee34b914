"""Placeholder prose: text that a template, an example or a schema left behind. It proves nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from vendor_ai.domain.suggestion import Fact, Ignored
from vendor_ai.importers.marked_yaml import load_marked
from vendor_ai.kit.data import data_folder

FEWEST_WORDS_REPEATED = 3
MOST_REPETITIONS = 2
_TEMPLATE_SHARE = 2  # one of so many places says nothing: nobody filled the document in
_FEWEST_PLACES = 3
_SHOWN = 60
_BRACKETS = re.compile(r"(\[[^\]]*\]|\{\{?[^}]*\}\}?|<[^>]*>)")
_QUESTION = re.compile(r"(who|what|which|when|where|why|how|does|do|is|are|can|has|have|should|will)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The known placeholders, in lower case."""

    whole: frozenset[str]
    starts: tuple[str, ...]
    holds: tuple[str, ...]


@cache
def shipped_placeholders() -> Placeholders:
    """The list that came with this installation."""
    document = load_marked((data_folder("questionnaires") / "documents" / "placeholders.yaml").read_text(encoding="utf-8"))
    data = document.data
    return Placeholders(frozenset(data["whole"]), tuple(data["starts"]), tuple(data["holds"]))


def placeholder_reason(text: str) -> str:
    """Why a text says nothing, in one sentence; "" where it may say something."""
    known, plain = shipped_placeholders(), " ".join(text.split()).casefold()
    shown = repr(text.strip()[:_SHOWN])
    if not plain.strip(" .:;,-_*#"):
        return "Nothing stands here."
    if plain.rstrip(".:") in known.whole or plain in known.whole:
        return f"{shown} is a placeholder."
    if plain.startswith(known.starts) or any(part in plain for part in known.holds):
        return f"{shown} is text of a template."
    if not _BRACKETS.sub("", plain).strip(" .:;,-_"):
        return f"{shown} is a gap that nobody filled."
    if plain.endswith("?") or (_QUESTION.match(plain) and "?" in plain):
        return f"{shown} is the question, not its answer."
    return ""


def without_placeholders(facts: Sequence[Fact]) -> tuple[tuple[Fact, ...], tuple[Ignored, ...]]:
    """The facts that may say something, and why the others do not.

    Where half of all places say nothing, nobody filled the document in, and the rest is not believed either.
    """
    repeated = _repeated(facts)
    said, silent = [], []
    for fact in facts:
        reason = placeholder_reason(fact.text)
        if not reason and _plain(fact.text) in repeated:
            reason = f"The same text stands in {repeated[_plain(fact.text)]} places."
        if reason:
            silent.append(Ignored(fact.path, reason))
        else:
            said.append(fact)
    if len(silent) >= _FEWEST_PLACES and len(silent) * _TEMPLATE_SHARE >= len(facts):
        everything = f"{len(silent)} of {len(facts)} places hold text of a template, so the document counts as not filled in."
        return (), (Ignored("document", everything), *silent)
    return tuple(said), tuple(silent)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _repeated(facts: Iterable[Fact]) -> dict[str, int]:
    """Sentences that stand in more places than anybody would write them to."""
    count = Counter(text for fact in facts if len((text := _plain(fact.text)).split()) >= FEWEST_WORDS_REPEATED)
    return {text: times for text, times in count.items() if times > MOST_REPETITIONS}

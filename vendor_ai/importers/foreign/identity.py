"""Ids of questions and dimensions that a pack can hold: from the file where it has them, else derived."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from vendor_ai.importers.foreign.column import Role
from vendor_ai.importers.foreign.question_row import QuestionRow
from vendor_ai.kit.slug import slug

_LONGEST = 80
_LONGEST_OWN = 50


@dataclass(frozen=True, slots=True)
class Identities:
    """The id of each question in the order of rows, and what had to be done to get them."""

    ids: tuple[str, ...]
    derived: tuple[int, ...]  # places of questions without an id
    repeated: tuple[int, ...]  # places of questions whose id another one had before
    changed: tuple[int, ...]  # places of questions whose id has signs that a pack's cannot have


def question_ids(rows: Sequence[QuestionRow]) -> Identities:
    """A unique id for every question; the first one in the file keeps an id that several have."""
    ids: list[str] = []
    taken: set[str] = set()
    derived: list[int] = []
    repeated: list[int] = []
    changed: list[int] = []
    for place, row in enumerate(rows):
        own = row.cell(Role.ID)
        clean = clean_id(own)
        if not clean:
            derived.append(place)
            clean = derived_id(row)
        elif clean != own:
            changed.append(place)
        if clean.casefold() in taken:
            repeated.append(place)
            clean = _free(f"{clean}-{slug(row.sheet)[:20]}", taken) if not _same_sheet(rows, ids, place, clean) else _free(clean, taken)
        taken.add(clean.casefold())
        ids.append(clean)
    return Identities(tuple(ids), tuple(derived), tuple(repeated), tuple(changed))


def clean_id(text: str) -> str:
    """An id with the signs a pack allows, empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", plain).strip("-._")[:_LONGEST_OWN]


def derived_id(row: QuestionRow) -> str:
    """An id that stays the same as long as sheet and text do."""
    text = f"{row.sheet.casefold()}\n{row.text.casefold()}"
    return f"q-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def dimension_id(label: str, taken: set[str]) -> str:
    """A free id for a dimension."""
    base = slug(label)[:40].strip("-") or f"section-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
    found = _free(base, taken) if base.casefold() in taken else base
    taken.add(found.casefold())
    return found


def _same_sheet(rows: Sequence[QuestionRow], ids: Sequence[str], place: int, wanted: str) -> bool:
    first = next(index for index, found in enumerate(ids) if found.casefold() == wanted.casefold())
    return rows[first].sheet == rows[place].sheet


def _free(base: str, taken: set[str]) -> str:
    number = 2
    base = base.strip("-")[: _LONGEST - 6]
    if base.casefold() not in taken:
        return base
    while f"{base}-{number}".casefold() in taken:
        number += 1
    return f"{base}-{number}"

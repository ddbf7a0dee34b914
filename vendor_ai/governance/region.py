"""Regions of deployment as people write them, and the legal areas they belong to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from vendor_ai.governance.use_area import phrase_words

_BETWEEN = re.compile(r"[,;/+&()]|\band\b", re.IGNORECASE)
# "DE-BY" and "eu-west-1" by their code; before a blank only in capitals, so that "no region" is not Norway.
_CODE = re.compile(r"([A-Za-z]{2})-|([A-Z]{2})\s")


@dataclass(frozen=True, slots=True)
class RegionGroup:
    """Regions under one law; ``name`` stands in a sentence: "belongs to the EU"."""

    id: str
    name: str
    members: frozenset[str]  # as ``region_key`` gives them


@dataclass(frozen=True, slots=True)
class Place:
    """One region of a component, and the groups it belongs to."""

    text: str
    groups: tuple[RegionGroup, ...]


def region_key(text: str) -> str:
    """``text`` as regions are compared: lower case, without accents and a leading "the"."""
    return " ".join(phrase_words(text)).removeprefix("the ")


def find_places(regions: Iterable[str], groups: Iterable[RegionGroup]) -> tuple[Place, ...]:
    """Return each region named, also several in one text ("EU and US"), with its groups."""
    known = tuple(groups)
    texts = dict.fromkeys(part.strip() for region in regions for part in _BETWEEN.split(region) if part.strip())
    return tuple(Place(text, _groups_of(text, known)) for text in texts)


def _groups_of(text: str, groups: tuple[RegionGroup, ...]) -> tuple[RegionGroup, ...]:
    whole = tuple(group for group in groups if region_key(text) in group.members)
    code = _CODE.match(text)
    if whole or code is None:
        return whole
    return tuple(group for group in groups if (code[1] or code[2]).lower() in group.members)

"""Bands: the level of a number, of the age of a date, or of how many options were chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vendor_ai.domain.level import Level


@dataclass(frozen=True, slots=True)
class Band:
    """The level of every figure up to and including ``up_to``; the last band has none and takes the rest."""

    up_to: Decimal | None
    level: Level

    def as_json(self) -> dict[str, Any]:
        """The keys of the pack file."""
        limit = {} if self.up_to is None else {"up_to": number_text(self.up_to)}
        return {**limit, "level": self.level.name}


def reachable_bands(bands: Sequence[Band], *, lowest: Decimal | None, highest: Decimal | None) -> tuple[Band, ...]:
    """The bands, rising, that a figure from ``lowest`` to ``highest`` (both inclusive, None: without end) can fall into.

    Right for whole figures too, such as days, because then all limits are whole.
    """
    found: list[Band] = []
    below: Decimal | None = None  # the limit of the band before, which belongs to that one
    for band in bands:
        ends = [end for end in (band.up_to, highest) if end is not None]
        end = min(ends) if ends else None
        if end is None or ((lowest is None or lowest <= end) and (below is None or below < end)):
            found.append(band)
        below = band.up_to
    return tuple(found)


def number_text(number: Decimal) -> str:
    """A number as answers and pack files hold it: without exponent or closing zeros."""
    return f"{number.normalize() + 0:f}"

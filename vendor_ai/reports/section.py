"""What a section of a report is: found in its folder, built from the facts."""

from collections.abc import Callable
from dataclasses import dataclass

from vendor_ai.domain.account import AccountFacts
from vendor_ai.domain.report import Block


@dataclass(frozen=True, slots=True)
class Section:
    """A section as an extension: ``order`` decides its place, ``build`` words the facts."""

    key: str
    order: int
    title: str
    build: Callable[[AccountFacts], tuple[Block, ...]]

"""How many lines a text takes in a cell that wraps it."""

import math
import textwrap
from collections.abc import Callable
from unicodedata import east_asian_width

_EXTRA_PIXELS = 6  # of a full-width letter beyond what font tables for Latin letters say


def text_pixels(text: str, measure: Callable[[str], int]) -> int:
    """The width of a line of text on the screen, in pixels; ``measure`` knows the font's Latin letters."""
    return int(measure(text)) + _EXTRA_PIXELS * sum(east_asian_width(sign) in "WF" for sign in text)


def line_count(text: str, room: float, measure: Callable[[str], int]) -> int:
    """How many lines ``text`` takes in ``room`` pixels; a little generous, since programs break lines differently."""
    fitting = max(1, math.floor(room * len(text) / max(1, text_pixels(text, measure))))
    return sum(max(1, len(textwrap.wrap(line, fitting, break_on_hyphens=False))) for line in text.splitlines())

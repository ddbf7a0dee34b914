"""How the cells of the questionnaire's workbook look."""

from dataclasses import dataclass
from typing import Any

# Arial has the same letter widths on every system (or a twin that has), so lines break where they were counted to break.
FONT = {"font_name": "Arial", "font_size": 10}


@dataclass(frozen=True, slots=True)
class Style:
    """The formats of one workbook."""

    title: Any
    progress: Any
    muted: Any
    step: Any
    header: Any
    locked: Any
    number: Any
    hidden: Any
    choice: Any
    text: Any
    date: Any
    red: Any
    orange: Any
    grey: Any

    @classmethod
    def of(cls, book: Any) -> "Style":
        """The formats, made in ``book``."""
        cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C8CDD3"}
        open_cell = {**cell, "locked": False, "bg_color": "#FFF8E1", "align": "left"}
        return cls(
            title=book.add_format({"bold": True, "font_size": 14, "font_color": "#1F3A5F"}),
            progress=book.add_format({"bold": True, "font_color": "#A3261B"}),
            muted=book.add_format({"font_color": "#5F6B76"}),
            step=book.add_format({"text_wrap": True, "valign": "top"}),
            header=book.add_format({**cell, "bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF"}),
            locked=book.add_format({**cell, "quote_prefix": True}),
            number=book.add_format({**cell, "align": "center"}),
            hidden=book.add_format({"quote_prefix": True}),
            choice=book.add_format(open_cell),
            text=book.add_format({**open_cell, "num_format": "@", "quote_prefix": True}),
            date=book.add_format({**open_cell, "num_format": "yyyy-mm-dd"}),
            red=book.add_format({"bg_color": "#F8D7DA"}),
            orange=book.add_format({"bg_color": "#FFE0B2"}),
            grey=book.add_format({"bg_color": "#E3E6E9", "font_color": "#8A939B"}),
        )

"""What a conversion could not place."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unplaced:
    """Something of the file that is not in the pack or the answers; ``row`` is None where it is a whole column or sheet.

    ``refused`` tells a question or answer that was given in vain from what no pack has a place for, such as a footer.
    """

    sheet: str
    row: int | None
    column: str | None
    message: str
    refused: bool = True

    def as_json(self) -> dict[str, Any]:
        """The keys of the conversion contract."""
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "message": self.message}

    def sentence(self) -> str:
        """``sheet X, row 12, column Answer: message``."""
        place = [f"sheet {self.sheet}", f"row {self.row}" if self.row is not None else "", f"column {self.column}" if self.column else ""]
        return f"{', '.join(part for part in place if part)}: {self.message}"

"""What is wrong in a file, said beside the rows that were good."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file. ``row`` is the line a spreadsheet user sees (1 is the header); None is the file as a whole."""

    row: int | None
    column: str | None
    message: str

    def as_json(self) -> dict[str, Any]:
        """The keys of the import contract."""
        return {"row": self.row, "column": self.column, "message": self.message}

    def sentence(self, file: str = "") -> str:
        """``file, line 3, field weight: message``."""
        place = [part for part in (file, f"line {self.row}" if self.row else "", f"field {self.column}" if self.column else "") if part]
        return f"{', '.join(place)}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Counts of one import; ``read`` is ``stored`` + ``duplicates`` + ``rejected``."""

    read: int
    stored: int
    duplicates: int
    rejected: int
    problems: tuple[Problem, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The keys of the import contract."""
        return {
            "read": self.read,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "problems": [problem.as_json() for problem in self.problems],
        }

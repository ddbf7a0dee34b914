"""Exceptions for internal audit: what was decided more mildly, rated otherwise or waived, beside everything that was not."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class ActKind(StrEnum):
    """What a person did."""

    DECISION = "decision"
    REVIEW = "review"
    APPROVAL = "approval"
    WAIVER = "waiver"


@dataclass(frozen=True, slots=True)
class AuditedAct:
    """One act; ``exception`` where two persons, a reason and an end date were needed for it."""

    kind: ActKind
    number: int
    exception: bool
    component: str
    assessment: str
    subject: str
    before: str  # what was recommended, claimed or required
    after: str  # what was decided, set or waived
    reason: str
    by: str
    at: datetime
    second_by: str = ""
    second_at: datetime | None = None
    second_reason: str = ""
    until: date | None = None
    state: str = ""

    def as_json(self) -> dict[str, Any]:
        """The act as plain values, in the order of its columns."""
        return {name: _plain(getattr(self, name)) for name in COLUMNS}

    def as_text(self) -> list[str]:
        """The same as the cells of a table."""
        return [_cell(value) for value in self.as_json().values()]


COLUMNS = tuple(entry.name for entry in fields(AuditedAct))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, ActKind) else value


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)

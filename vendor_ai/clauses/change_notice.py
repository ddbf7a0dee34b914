"""Notice before the vendor changes the model or algorithm it serves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from vendor_ai.domain.clause import ClauseKind, Example, Surroundings
from vendor_ai.domain.contract import ChangeNotice
from vendor_ai.domain.declared_term import DeclaredTerm, TermLine, read_declared
from vendor_ai.domain.term import TermReader
from vendor_ai.domain.verdict import VersionChange

_TERMS = (
    DeclaredTerm("notice_days", 60, "days from the receipt of a notice to the change", holds="days"),
    DeclaredTerm("emergency_hours", 48, "hours' notice of an emergency security update", holds="hours"),
    DeclaredTerm("deferral_days", 90, "days by which the customer may defer the change", holds="days"),
    DeclaredTerm("covers", "material", "which changes need a notice", ("material", "any")),
    DeclaredTerm("impact_assessment", True, "whether the notice comes with an impact assessment", holds="flag"),
)


@dataclass(frozen=True, slots=True)
class ServedChange:
    """A version that first answered at ``first_seen``, and the notice of it as far as there was one.

    ``material`` is None until it was measured or a person found it.
    """

    component: str
    before: str
    after: str
    first_seen: datetime
    received_at: datetime | None = None
    notice_id: str | None = None
    emergency: bool = False
    material: bool | None = None


def judge_change(terms: ChangeNotice, change: ServedChange, *, time_zone: str = "UTC") -> VersionChange:
    """Return the notice given beside the notice agreed.

    Args:
        terms: What was agreed.
        change: What was seen; its times are aware.
        time_zone: The contract's; days are counted between its calendar dates, from the day after receipt.

    Returns:
        ``unannounced`` where no notice came or it came later than agreed (an emergency notice counts in hours). A change counts as
        material, whatever was found, where the clause covers any.
    """
    given = None if change.received_at is None else _days_between(change.received_at, change.first_seen, time_zone)
    agreed = -(-terms.emergency_hours // 24) if change.emergency else terms.notice_days
    late = _is_late(terms, change, given)
    return VersionChange(
        component=change.component,
        before=change.before,
        after=change.after,
        first_seen=change.first_seen,
        notice_id=change.notice_id,
        days_notice=given,
        days_agreed=agreed,
        unannounced=late,
        material=True if terms.covers == "any" else change.material,
        reason=_reason(terms, change, given) if late else "",
    )


def _days_between(received_at: datetime, first_seen: datetime, time_zone: str) -> int:
    zone = ZoneInfo(time_zone)
    return (first_seen.astimezone(zone).date() - received_at.astimezone(zone).date()).days


def _is_late(terms: ChangeNotice, change: ServedChange, days_given: int | None) -> bool:
    if change.received_at is None or days_given is None:
        return True
    if change.emergency:
        return change.first_seen - change.received_at < timedelta(hours=terms.emergency_hours)
    return change.first_seen < change.received_at or days_given < terms.notice_days


def _reason(terms: ChangeNotice, change: ServedChange, days_given: int | None) -> str:
    scope = " The clause covers any change." if terms.covers == "any" else ""
    if change.received_at is None or days_given is None:
        return f"No notice was received.{scope}"
    if change.first_seen < change.received_at:
        return f"The notice came after the change.{scope}"
    if change.emergency:
        hours = (change.first_seen - change.received_at) // timedelta(hours=1)
        return f"An emergency notice came {hours} hours ahead; {terms.emergency_hours} were agreed.{scope}"
    return f"The notice came {days_given} days ahead; {terms.notice_days} were agreed.{scope}"


def _read(reader: TermReader, _surroundings: Surroundings) -> ChangeNotice:
    values: dict[str, Any] = dict(read_declared(_TERMS, reader))
    return ChangeNotice(**values)


def _describe(terms: ChangeNotice) -> list[TermLine]:
    return [term.line({term.name: getattr(terms, term.name)}) for term in _TERMS]


def _change(first_seen: str, received_at: str | None = None, *, emergency: bool = False, material: bool | None = True) -> ServedChange:
    received = None if received_at is None else datetime.fromisoformat(received_at)
    return ServedChange(
        "acme-ocr", "v1", "v2", datetime.fromisoformat(first_seen), received, received_at and "notice-1", emergency, material
    )


EXAMPLES = (
    Example("sixty days to the day", {}, _change("2026-03-02T09:00Z", "2026-01-01T17:00Z"), kept=True),
    Example("a day short", {}, _change("2026-03-01T09:00Z", "2026-01-01T17:00Z"), kept=False),
    Example("without a word", {}, _change("2026-03-01T09:00Z"), kept=False),
    Example("without a word, but nothing came of it", {}, _change("2026-03-01T09:00Z", material=False), kept=True),
    Example("any change was to be announced", {"covers": "any"}, _change("2026-03-01T09:00Z", material=False), kept=False),
    Example("an emergency, 48 hours ahead", {}, _change("2026-03-03T09:00Z", "2026-03-01T09:00Z", emergency=True), kept=True),
    Example("an emergency, told too late", {}, _change("2026-03-03T08:59Z", "2026-03-01T09:00Z", emergency=True), kept=False),
)

CLAUSE_KIND = ClauseKind(
    key="change_notice",
    label="Notice of changes",
    read=_read,
    describe=_describe,
    is_kept=lambda terms, change: not judge_change(terms, change).violated,
    examples=EXAMPLES,
)

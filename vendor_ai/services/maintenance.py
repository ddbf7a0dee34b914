"""Announced maintenance: windows whose calls count for nobody, from the agreement's other side or from its message."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from vendor_ai.db import audit
from vendor_ai.db import maintenance as store
from vendor_ai.db import message as message_store
from vendor_ai.db import prediction_log as log_store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.maintenance import MaintenanceRow
from vendor_ai.db.message import MessageRow
from vendor_ai.db.vendor import component_key, components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.errors import ConflictError, InvalidInputError, NotFoundError
from vendor_ai.domain.message import MessageKind, written

LONGEST_WINDOW = timedelta(days=31)
_INSTANT = r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}) UTC"
_ANNOUNCED = re.compile(rf"Maintenance from {_INSTANT} to {_INSTANT}\.\n?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Window:
    """Maintenance ``[starts_at, ends_at)``; ``excludes`` is whether its calls count for nobody."""

    number: int
    component: str
    starts_at: datetime
    ends_at: datetime
    announced_at: datetime
    text: str
    withdrawn_at: datetime | None
    excludes: bool

    @property
    def state(self) -> str:
        """``counts``, ``announced too late`` or ``withdrawn``."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "counts" if self.excludes else "announced too late"

    def as_json(self) -> dict[str, Any]:
        """Everything, for ``--json``."""
        return {
            "number": self.number,
            "component": self.component,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "announced_at": self.announced_at.isoformat(),
            "text": self.text,
            "withdrawn_at": None if self.withdrawn_at is None else self.withdrawn_at.isoformat(),
            "state": self.state,
        }


def add(
    session: Session, component: str, *, starts_at: datetime, ends_at: datetime, announced_at: datetime, text: str, by: Actor, at: datetime
) -> Window:
    """Keep a window and have its days counted again; one announced when it had already begun excludes nothing.

    Raises:
        NotFoundError: When the component is unknown.
        InvalidInputError: When it ends before it starts, is longer than a month, or its announcement lies in the future.
        ConflictError: When the same window is known.
    """
    key, found = component_key(session, component)
    _refuse_impossible(starts_at, ends_at, announced_at, at)
    if any((row.starts_at, row.ends_at) == (starts_at, ends_at) and row.withdrawn_at is None for row in store.listed(session, key)):
        raise ConflictError(f"This window of {found.ref} is known. See: vendor-ai maintenance list {found.ref}")
    row = store.add(
        session,
        MaintenanceRow(
            component_id=key, starts_at=starts_at, ends_at=ends_at, announced_at=announced_at, text=written(text), by=by.name, at=at
        ),
    )
    window = _window(row, found.ref)
    if window.excludes:
        _count_again(session, row)
    audit.append(session, AuditEvent(at, by.name, "maintenance.added", "maintenance", f"{found.ref}/{row.id}", window.as_json()))
    return window


def withdraw(session: Session, number: int, *, reason: str, by: Actor, at: datetime) -> Window:
    """Take a window back, so that its calls count again.

    Raises:
        NotFoundError: When there is none of this number.
        InvalidInputError: When no reason is given.
        ConflictError: When it was withdrawn already.
    """
    row = store.by_id(session, number)
    if row is None:
        raise NotFoundError("maintenance window", str(number), "See `vendor-ai maintenance list`.")
    if not written(reason):
        raise InvalidInputError("Say why the window is withdrawn, with --reason: its calls count again, which can change verdicts.")
    if row.withdrawn_at is not None:
        raise ConflictError(f"Window {number} was withdrawn on {row.withdrawn_at:%Y-%m-%d}. Nothing was changed.")
    counted = store.excludes(row)
    row.withdrawn_at = at
    session.flush()
    if counted:
        _count_again(session, row)
    window = _window(row, components_by_key(session)[row.component_id].ref)
    facts = {"reason": written(reason)}
    audit.append(session, AuditEvent(at, by.name, "maintenance.withdrawn", "maintenance", f"{window.component}/{number}", facts))
    return window


def accept(session: Session, message: int, *, by: Actor, at: datetime) -> Window:
    """Make a window of the vendor's maintenance message; it was announced when the message came.

    Raises:
        NotFoundError: When there is no such message.
        InvalidInputError: When the message announces no maintenance.
        ConflictError: When its window is known.
    """
    row = message_store.by_id(session, message)
    if row is None:
        raise NotFoundError("message", str(message), "See `vendor-ai maintenance list`, which names those to accept.")
    announced = _announced(row)
    if announced is None:
        raise InvalidInputError(f"Message {message} announces no maintenance. Add the window with `vendor-ai maintenance add`.")
    starts_at, ends_at, text = announced
    assessment = session.get(AssessmentRow, row.assessment_id)
    assert assessment is not None
    component = components_by_key(session)[assessment.component_id].ref
    said = f"message {message}: {text}" if text else f"message {message}"
    return add(session, component, starts_at=starts_at, ends_at=ends_at, announced_at=row.at, text=said, by=by, at=at)


def windows(session: Session, component: str | None = None) -> list[Window]:
    """Every window, of one component or of all, by beginning."""
    key = None if component is None else component_key(session, component)[0]
    refs = {each: entry.ref for each, entry in components_by_key(session).items()}
    return [_window(row, refs[row.component_id]) for row in store.listed(session, key)]


def waiting(session: Session) -> list[tuple[int, str]]:
    """Maintenance messages of vendors that are no window yet, by number, with their first line."""
    known = {(row.component_id, row.starts_at, row.ends_at) for row in store.listed(session)}
    found = []
    for row, component_id in store.announcements(session):
        announced = _announced(row)
        if row.id is not None and announced is not None and (component_id, *announced[:2]) not in known:
            found.append((row.id, row.text.splitlines()[0]))
    return found


def _announced(row: MessageRow) -> tuple[datetime, datetime, str] | None:
    """When a message says that maintenance starts and ends, and what it says besides."""
    match = _ANNOUNCED.match(row.text) if row.kind == MessageKind.MAINTENANCE else None
    if match is None:
        return None
    starts_at, ends_at = (datetime.strptime(match[place], "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for place in (1, 2))
    return starts_at, ends_at, match[3].strip()


def _refuse_impossible(starts_at: datetime, ends_at: datetime, announced_at: datetime, at: datetime) -> None:
    if ends_at <= starts_at:
        raise InvalidInputError("The maintenance ends before it starts. Give the later time as its end.")
    if ends_at - starts_at > LONGEST_WINDOW:
        raise InvalidInputError(f"The window is longer than {LONGEST_WINDOW.days} days. Check the dates, or add several windows.")
    if announced_at > at:
        raise InvalidInputError("The announcement lies in the future. Give the time at which it came.")


def _count_again(session: Session, row: MaintenanceRow) -> None:
    """Mark the UTC days of a window as changed, as a fold does."""
    generation = log_store.generation(session, row.component_id)
    log_store.advance(session, row.component_id, expected=generation)  # nobody is faster: a write session is the only one
    first, last = row.starts_at.astimezone(UTC).date(), (row.ends_at - timedelta(microseconds=1)).astimezone(UTC).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    log_store.mark_days(session, row.component_id, days, generation + 1)


def _window(row: MaintenanceRow, component: str) -> Window:
    assert row.id is not None
    return Window(
        row.id, component, row.starts_at, row.ends_at, row.announced_at, row.text, row.withdrawn_at, store.excludes(row)
    )  # fmt: skip

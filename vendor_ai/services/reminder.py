"""Reminders: 7, 3 and 1 days before answers or conditions are due, each made once; by mail where there is a mail server."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from vendor_ai.db import assessment as assessment_store
from vendor_ai.db import audit
from vendor_ai.db import finding as finding_store
from vendor_ai.db import reminder as store
from vendor_ai.db import user as user_store
from vendor_ai.db import vendor_link as link_store
from vendor_ai.db.assessment import AssessmentRow
from vendor_ai.db.finding import FindingRow
from vendor_ai.db.reminder import ReminderRow
from vendor_ai.db.vendor import components_by_key
from vendor_ai.domain.actor import Actor
from vendor_ai.domain.assessment import VENDOR_ANSWERABLE
from vendor_ai.domain.audit import AuditEvent
from vendor_ai.domain.finding import CONDITION
from vendor_ai.domain.vendor import Component
from vendor_ai.outside.mail import Letter
from vendor_ai.services.assessment import key_of
from vendor_ai.services.contract import contracts
from vendor_ai.services.progress import progress_of
from vendor_ai.services.vendor_link import is_address

DAYS = (7, 3, 1)
ASSESSMENT, FINDING = "assessment", "finding"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder; ``recipient`` is an address, or "" where only staff can see it in the list."""

    number: int
    noun: str
    reference: str
    due_at: datetime
    days: int
    recipient: str
    text: str
    made_at: datetime
    sent_at: datetime | None
    failure: str

    def as_json(self) -> dict[str, Any]:
        """Everything, for `--json`."""
        return {
            "reminder": self.number,
            "noun": self.noun,
            "reference": self.reference,
            "due_at": self.due_at.isoformat(),
            "days": self.days,
            "recipient": self.recipient or None,
            "text": self.text,
            "made_at": self.made_at.isoformat(),
            "sent_at": self.sent_at.isoformat() if self.sent_at else None,
            "failure": self.failure or None,
        }


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder that is due now, made or not."""

    noun: str
    reference: str
    due_at: datetime
    days: int
    recipient: str
    text: str

    @property
    def key(self) -> str:
        """What tells it from every other one."""
        return f"{self.noun}/{self.reference}/{self.due_at:%Y-%m-%dT%H:%M}/{self.days}/{self.recipient or 'staff'}"


def stage(due_at: datetime, since: datetime, at: datetime) -> int | None:
    """The reminder that is due: of those whose day has come, the one nearest to the due date; None before the first and after the end.

    One whose day lay before ``since``, when the matter began, is left out: nobody is reminded of what they have just received.
    """
    if at >= due_at:
        return None
    come = [days for days in DAYS if since <= due_at - timedelta(days=days) <= at]
    return min(come, default=None)


def due_reminders(session: Session, *, at: datetime) -> list[DueReminder]:
    """The reminders that are due and were not made yet."""
    found = [*_of_assessments(session, at), *_of_conditions(session, at)]
    return [it for it in found if not _made(session, it)]


def _made(session: Session, due: DueReminder) -> bool:
    return store.find(session, due.noun, due.reference, due_at=due.due_at, days=due.days, recipient=due.recipient) is not None


def _of_assessments(session: Session, at: datetime) -> Iterator[DueReminder]:
    components = components_by_key(session)
    for row in assessment_store.every(session):
        if row.state not in VENDOR_ANSWERABLE or row.due_at is None:
            continue
        days = stage(row.due_at, row.sent_at or row.created_at, at)
        if days is not None:
            text = _answers_text(session, row, components[row.component_id])
            for recipient in _addresses(session, row, at) or [""]:
                yield DueReminder(ASSESSMENT, row.ref, row.due_at, days, recipient, text)


def _addresses(session: Session, row: AssessmentRow, at: datetime) -> list[str]:
    """The vendor's contact and everybody with a link that still works, once each."""
    active = [link.email for link in link_store.links(session, key_of(row)) if link.revoked_at is None and link.expires_at > at]
    return list({address.casefold(): address for address in [row.contact, *active] if is_address(address)}.values())


def _answers_text(session: Session, row: AssessmentRow, component: Component) -> str:
    done = progress_of(session, row.ref)
    return (
        f"The questionnaire {row.ref} about {component.name} is due on {_when(session, row.due_at, component)}.\n"
        f"{done.answered} of {done.asked} questions are answered so far.\n\n"
        "To answer it, use the link that you received. If it no longer works, ask for a new one; the answers are kept."
    )


def _when(session: Session, due_at: datetime | None, component: Component) -> str:
    """A moment in UTC, and in the zone of the component's contract where that is another one."""
    assert due_at is not None
    shown = f"{due_at:%Y-%m-%d %H:%M} UTC"
    zones = [contract.time_zone for contract in contracts(session, vendor=component.vendor) if component.ref in contract.components]
    if not zones or zones[0] == "UTC":
        return shown
    return f"{shown} ({due_at.astimezone(ZoneInfo(zones[0])):%Y-%m-%d %H:%M} in {zones[0]})"


def _of_conditions(session: Session, at: datetime) -> Iterator[DueReminder]:
    components = components_by_key(session)
    for row in finding_store.findings(session, CONDITION):
        if row.closed_at is not None or row.due_at is None:
            continue
        days = stage(row.due_at, row.opened_at, at)
        about = assessment_store.find(session, row.subject.partition(":")[0])
        if days is None or about is None:
            continue
        component = components[about.component_id]
        text = f"A condition about {component.name} is due on {_when(session, row.due_at, component)}:\n{row.details.get('text', '')}"
        for recipient in _owners(session, row, about, component, at) or [""]:
            yield DueReminder(FINDING, str(row.id), row.due_at, days, recipient, text)


def _owners(session: Session, row: FindingRow, about: AssessmentRow, component: Component, at: datetime) -> list[str]:
    """Addresses of who owns a condition: the vendor's people, an address, a user, or the owner of the component in that role."""
    owner = row.owner.strip()
    if owner.casefold() == "vendor":
        return _addresses(session, about, at)
    named = getattr(component, f"{owner.casefold()}_owner", owner) if owner.casefold() in ("business", "technical", "operations") else owner
    if is_address(named):
        return [named]
    user = user_store.find(session, named.removeprefix("user:")) if named else None
    return [user.email] if user is not None and user.disabled_at is None and is_address(user.email) else []


def make(session: Session, due: DueReminder, *, at: datetime) -> bool:
    """Note a reminder; False when it was made before."""
    if _made(session, due):
        return False
    row = ReminderRow(
        noun=due.noun, reference=due.reference, due_at=due.due_at, days=due.days, recipient=due.recipient, text=due.text, made_at=at
    )
    store.add(session, row)
    said = {"due_at": due.due_at.isoformat(), "days": due.days, "recipient": due.recipient or None}
    audit.append(session, AuditEvent(at, "job:reminder", "reminder.made", due.noun, due.reference, said))
    return True


def unsent(session: Session, *, at: datetime) -> list[Reminder]:
    """Reminders that can go by mail and did not, as long as what they remind of lies ahead; oldest first."""
    return [it for it in reversed(reminders(session)) if it.sent_at is None and it.recipient and it.due_at > at]


def reminders(session: Session, *, noun: str = "", reference: str = "") -> list[Reminder]:
    """Reminders that were made, newest first."""
    return [_reminder(row) for row in store.every(session, noun=noun, reference=reference)]


def _reminder(row: ReminderRow) -> Reminder:
    assert row.id is not None
    return Reminder(row.id, row.noun, row.reference, row.due_at, row.days, row.recipient, row.text, row.made_at, row.sent_at, row.failure)


def letter(reminder: Reminder, *, at: datetime) -> Letter:
    """A reminder as a mail; it holds no link, since links are kept as hashes only."""
    what = f"Answers to {reminder.reference}" if reminder.noun == ASSESSMENT else "Condition"
    return Letter(reminder.recipient, f"{what} due on {reminder.due_at:%Y-%m-%d}", f"{reminder.text}\n", at)


def note_sent(session: Session, number: int, *, by: Actor, at: datetime) -> None:
    """Note that a reminder went out."""
    row = store.by_id(session, number)
    assert row is not None
    row.sent_at, row.failure = at, ""
    session.flush()
    said = {"days": row.days, "recipient": row.recipient}
    audit.append(session, AuditEvent(at, by.name, "reminder.sent", row.noun, row.reference, said))


def note_failure(session: Session, number: int, failure: str) -> None:
    """Note why a reminder did not go out; the next run tries again."""
    row = store.by_id(session, number)
    assert row is not None
    row.failure = failure
    session.flush()

"""Reminds of answers and conditions 7, 3 and 1 days before they are due."""

from collections.abc import Iterator
from functools import partial

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.job import DueItem, Job
from vendor_ai.outside.mail import MailFailedError, Send, smtp_sender
from vendor_ai.services.reminder import DueReminder, Reminder, due_reminders, letter, make, note_failure, note_sent, unsent
from vendor_ai.wiring import App

BY = Actor("job:reminder")


def due_items(app: App, send: Send | None) -> Iterator[DueItem]:
    """Every reminder to be made and then, where there is a way to send, every one that has not gone out."""
    with app.records.read() as session:
        found = due_reminders(session, at=app.clock.now())
    for due in found:
        yield DueItem(due.key, partial(_make, app, due))
    if send is None:
        return
    with app.records.read() as session:
        waiting = unsent(session, at=app.clock.now())
    for reminder in waiting:
        yield DueItem(f"mail/{reminder.number}", partial(_mail, app, send, reminder))


def _make(app: App, due: DueReminder) -> str:
    with app.records.write() as session:
        made = make(session, due, at=app.clock.now())
    return f"{due.days} days before, to {due.recipient or 'staff'}" if made else "made before"


def _mail(app: App, send: Send, reminder: Reminder) -> str:
    at = app.clock.now()
    try:
        send(letter(reminder, at=at))
    except MailFailedError as error:
        with app.records.write() as session:
            note_failure(session, reminder.number, str(error))
        raise
    with app.records.write() as session:
        note_sent(session, reminder.number, by=BY, at=at)
    return f"sent to {reminder.recipient}"


def _due(app: App) -> Iterator[DueItem]:
    settings = app.settings
    yield from due_items(app, smtp_sender(settings.mail_server, settings.mail_from) if settings.mail_server else None)


JOB = Job("reminder", "Reminds of answers and conditions before they are due", every_s=3_600, due=_due)

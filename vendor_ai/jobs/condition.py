"""Reopens decisions that no longer hold, and notes accepted risks that went stale."""

from collections.abc import Iterator
from functools import partial

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.lapse import lapses, reopen_lapsed
from vendor_ai.services.risk import going_stale, note_stale
from vendor_ai.wiring import App

BY = Actor("job:condition")


def _due(app: App) -> Iterator[DueItem]:
    """One item a decision or risk and day: one that cannot be handled does not hold up the others."""
    now = app.clock.now()
    with app.records.read() as session:
        lapsed, stale = lapses(session, at=now), going_stale(session, at=now)
    for lapse in lapsed:
        yield DueItem(f"{now:%Y-%m-%d}/decision/{lapse.decision}", partial(_reopen, app, lapse.assessment))
    for number, _reason in stale:
        yield DueItem(f"{now:%Y-%m-%d}/risk/{number}", partial(_note_stale, app, number))


def _reopen(app: App, assessment: str) -> str:
    with app.records.write() as session:
        lapse = reopen_lapsed(session, assessment, by=BY, at=app.clock.now())
    return f"{assessment} reopened: {lapse.reason}" if lapse else f"{assessment} holds"


def _note_stale(app: App, number: int) -> str:
    with app.records.write() as session:
        reason = note_stale(session, number, by=BY, at=app.clock.now())
    return f"Risk {number} is stale: {reason}" if reason else f"Risk {number} holds"


JOB = Job("condition", "Reopens decisions with overdue conditions or past their end; notes stale risks", every_s=86_400, due=_due)

"""Acts upon evidence that no longer holds, and removes what must not be kept any longer."""

from collections.abc import Iterator
from functools import partial

from vendor_ai.domain.actor import Actor
from vendor_ai.domain.job import DueItem, Job
from vendor_ai.services.evidence import delete_document, remove_orphans
from vendor_ai.services.evidence_expiry import deletable_documents, expire_answer, expire_document, expired_documents, outdated_answers
from vendor_ai.wiring import App


def _due(app: App) -> Iterator[DueItem]:
    """One item a document or answer, so that a mistake in one does not hold up the others; the sweep once a day."""
    today = app.clock.now().date()
    with app.records.read() as session:
        expired, outdated = expired_documents(session, today), outdated_answers(session, today)
        deletable = deletable_documents(session, today)
    for ref, last_day in expired:
        yield DueItem(f"expired/{ref}/{last_day}", partial(_expire_document, app, ref))
    for ref, question, dated in outdated:
        yield DueItem(f"outdated/{ref}/{question}/{dated}/{today}", partial(_expire_answer, app, ref, question))
    for ref in deletable:
        yield DueItem(f"deletion/{ref}", partial(_delete, app, ref))
    yield DueItem(f"sweep/{today}", partial(_sweep, app))


def _expire_document(app: App, ref: str) -> str:
    with app.records.write() as session:
        return expire_document(session, ref, at=app.clock.now()).sentence()


def _expire_answer(app: App, ref: str, question: str) -> str:
    with app.records.write() as session:
        return expire_answer(session, ref, question, at=app.clock.now()).sentence()


def _delete(app: App, ref: str) -> str:
    with app.records.write() as session:
        delete_document(session, ref, "Its deletion date has come.", by=Actor("job:evidence"), at=app.clock.now())
    return f"deleted; {_sweep(app)}"


def _sweep(app: App) -> str:
    with app.records.write() as session:
        return f"{len(remove_orphans(session, app.settings.home))} files removed"


JOB = Job("evidence", "Reopens what rested on expired evidence, and deletes what must go", every_s=3_600, due=_due)

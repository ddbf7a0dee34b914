"""What passes between vendor and staff beside the answers: documents, messages, notices, evidence for conditions."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.domain.evidence import MEBIBYTE, Confidentiality
from vendor_ai.services.evidence import limits_of
from vendor_ai.services.response import say
from vendor_ai.services.response_attachment import Attachment, attach
from vendor_ai.services.response_decision import give_closure
from vendor_ai.services.response_notice import announce_maintenance, give_notice
from vendor_ai.web.access import Installed
from vendor_ai.web.form import Form, form_of, text, upload
from vendor_ai.web.respondent import RespondentRoute, Visiting
from vendor_ai.web.response_page import back

ROUTER = APIRouter(prefix="/respond", route_class=RespondentRoute, default_response_class=HTMLResponse)

_BESIDES_FILE = 64 * 1024  # the other fields of an upload
Upload = Annotated[FormData, Depends(form_of(lambda app: app.settings.evidence_limit_mib * MEBIBYTE + _BESIDES_FILE))]


@ROUTER.post("/evidence/{question}")
def attach_evidence(question: str, app: Installed, visit: Visiting, form: Upload) -> Response:
    """Take a document for one question."""
    document = _attachment(form)
    if document is None:
        raise InvalidInputError("No file was chosen. Choose one and send it again.")
    limits, at = limits_of(app.settings), app.clock.now()
    with app.records.write() as session:
        attach(session, app.settings.home, visit.respondent, document, question=question, limits=limits, at=at)
    return back(text(form, "language"), "attached", f"q-{question}")


@ROUTER.post("/messages")
def message(app: Installed, visit: Visiting, form: Form) -> Response:
    """Take a comment, or the reply to a message."""
    question, answered = text(form, "question"), text(form, "reply_to")
    if answered and not (answered.isascii() and answered.isdecimal() and len(answered) < 10):
        raise InvalidInputError("The message that this replies to has no such number. Open the page again and reply from there.")
    with app.records.write() as session:
        said = say(
            session,
            visit.respondent,
            text(form, "text"),
            question=question,
            reply_to=int(answered) if answered else None,
            at=app.clock.now(),
        )
    return back(text(form, "language"), "sent", f"q-{said.question}" if said.question else "messages")


@ROUTER.post("/conditions/{number}")
def close_condition(number: int, app: Installed, visit: Visiting, form: Upload) -> Response:
    """Take what shows that a condition of the decision was met."""
    limits, at = limits_of(app.settings), app.clock.now()
    with app.records.write() as session:
        give_closure(
            session, app.settings.home, visit.respondent, number, text(form, "text"), document=_attachment(form), limits=limits, at=at
        )
    return back(text(form, "language"), "sent", "messages")


@ROUTER.post("/notices")
def change_notice(app: Installed, visit: Visiting, form: Form) -> Response:
    """Take the notice of a change; it counts from now."""
    with app.records.write() as session:
        give_notice(
            session,
            visit.respondent,
            version=text(form, "version"),
            effective_on=_day(text(form, "effective_on")),
            emergency=bool(text(form, "emergency")),
            text=text(form, "text"),
            at=app.clock.now(),
        )
    return back(text(form, "language"), "noticed", "messages")


@ROUTER.post("/maintenance")
def maintenance_notice(app: Installed, visit: Visiting, form: Form) -> Response:
    """Take the notice of maintenance ahead."""
    starts_at, ends_at = _moment(text(form, "starts_at")), _moment(text(form, "ends_at"))
    with app.records.write() as session:
        announce_maintenance(session, visit.respondent, starts_at=starts_at, ends_at=ends_at, text=text(form, "text"), at=app.clock.now())
    return back(text(form, "language"), "noticed", "messages")


def _attachment(form: FormData) -> Attachment | None:
    found = upload(form, "file")
    if found is None:
        return None
    named = text(form, "confidentiality") or Confidentiality.INTERNAL
    if named not in set(Confidentiality):
        raise InvalidInputError("The confidentiality is not one of those offered. Open the page again and choose one.")
    return Attachment(found.file, found.filename or "document", _day(text(form, "issued_on")), Confidentiality(named))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written.strip()) if written.strip() else None
    except ValueError:
        raise InvalidInputError(f"{written!r} is not a date. Write it as 2026-07-31.") from None


def _moment(written: str) -> datetime:
    """A moment as a browser's field has it, in UTC as the field's label says."""
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        raise InvalidInputError(f"{written!r} is not a date and time. Write it as 2026-07-31T22:00.") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

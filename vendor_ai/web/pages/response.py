"""The vendor's way in and the form: answers in parts, sign-off by section, handing in, and the receipt for it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from starlette.responses import JSONResponse, RedirectResponse, Response

from vendor_ai.domain.errors import NotAllowedError
from vendor_ai.services import response
from vendor_ai.services.answering import Submission
from vendor_ai.services.receipt import copy_of, receipt_of
from vendor_ai.services.response import Saved
from vendor_ai.services.response_form import ResponseForm, response_form
from vendor_ai.services.vendor_link import LinkClosedError, Respondent, open_link
from vendor_ai.web.access import Installed
from vendor_ai.web.form import Form, text
from vendor_ai.web.respondent import RespondentRoute, Visiting, end_visit, is_secure, keep_visit, tries
from vendor_ai.web.response_page import back, entry_of, form_page, show
from vendor_ai.wiring import App

ROUTER = APIRouter(prefix="/respond", route_class=RespondentRoute, default_response_class=HTMLResponse)

Language = Annotated[str, Query(max_length=20)]


@ROUTER.get("")
def questionnaire(app: Installed, visit: Visiting, language: Language = "", done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """The whole questionnaire as far as the link reaches, and where it stands."""
    return form_page(app, visit, language=language, done=done)


@ROUTER.post("/leave")
def leave(request: Request, app: Installed, _form: Form) -> Response:
    """End the visit in this browser; the link stays good."""
    answer = show("response_left.html")
    end_visit(answer, secure=is_secure(request, app))
    return answer


@ROUTER.post("/sections/{section}")
def save_section(section: str, app: Installed, visit: Visiting, form: Form) -> Response:
    """Save one section; what cannot be saved comes back as it was typed."""
    at, language = app.clock.now(), text(form, "language")
    with app.records.write() as session:
        shown = response_form(session, visit.respondent, language=language)
        asked = [it for part in shown.sections if part.id == section for it in part.questions if f"seen.{it.id}" in form]
        entries = [entry_of(form, question) for question in asked]
        saved = response.save(session, visit.respondent, entries, at=at)
    if saved.problems or saved.conflicts:
        typed = {entry.question: entry for entry in entries if entry.question in saved.problems or entry.question in saved.conflicts}
        return form_page(app, visit, language=language, typed=typed, saved=saved, status=409 if saved.conflicts else 422)
    return back(language, "kept" if saved.kept else "saved", f"section-{section}")


@ROUTER.post("/answers/{question}")
def save_answer(question: str, app: Installed, visit: Visiting, form: Form) -> Response:
    """Save one answer for the page's script, and say how the questionnaire stands now."""
    at = app.clock.now()
    with app.records.write() as session:
        asked = response.own_question(session, visit.respondent, question)
        entry = entry_of(form, asked)
        saved = response.save(session, visit.respondent, [entry], at=at)
        shown = response_form(session, visit.respondent, language=text(form, "language"))
    return _outcome(shown, question, saved, at)


def _outcome(shown: ResponseForm, question: str, saved: Saved, at: datetime) -> JSONResponse:
    if question in saved.problems:
        return JSONResponse({"message": saved.problems[question]}, 422)
    found = shown.question(question)
    if question in saved.conflicts and found is not None:
        theirs = {"by": saved.conflicts[question].by_person, "said": found.said or "no answer", "seen": found.seen}
        return JSONResponse({"message": "Somebody else changed this answer meanwhile.", "theirs": theirs}, 409)
    parts = shown.sections
    return JSONResponse(
        {
            "saved_at": f"{at.astimezone(UTC):%H:%M} UTC",
            "kept": question in saved.kept,
            "seen": found.seen if found else "",
            "answered": shown.answered,
            "asked": shown.asked,
            "sections": {it.id: {"answered": it.answered, "asked": it.asked, "signed": bool(it.signed_by)} for it in parts},
            "applies": {it.id: it.applies for part in parts for it in part.questions},
            "points": [{"question": it.question, "number": it.number, "text": it.text} for it in shown.points],
        }
    )


@ROUTER.post("/sections/{section}/sign-off")
def sign_off(section: str, app: Installed, visit: Visiting, form: Form) -> Response:
    """Say that a section is answered."""
    with app.records.write() as session:
        response.sign_off(session, visit.respondent, section, at=app.clock.now())
    return back(text(form, "language"), "signed", f"section-{section}")


@ROUTER.post("/hand-in")
def hand_in(app: Installed, visit: Visiting, form: Form) -> Response:
    """Attest the answers and hand them in."""
    with app.records.write() as session:
        submission = response.hand_in(
            session,
            visit.respondent,
            signatory=text(form, "signatory"),
            role=text(form, "role"),
            attested=bool(text(form, "attested")),
            incomplete=bool(text(form, "incomplete")),
            at=app.clock.now(),
        )
    return RedirectResponse(f"/respond/receipts/{submission.number}", 303)


@ROUTER.get("/receipts/{number}")
def receipt(number: int, app: Installed, visit: Visiting) -> Response:
    """What was handed in, when and by whom, with its hash."""
    return show("response_receipt.html", it=_submission(app, visit.respondent, number), ref=visit.respondent.ref, visit=visit)


@ROUTER.get("/receipts/{number}/copy")
def copy(number: int, app: Installed, visit: Visiting) -> Response:
    """The content that was handed in; its SHA-256 is the receipt's."""
    found = _submission(app, visit.respondent, number)
    headers = {"Content-Disposition": f'attachment; filename="{visit.respondent.ref}-{number}.json"'}
    return Response(copy_of(found), headers=headers, media_type="application/json")


def _submission(app: App, respondent: Respondent, number: int) -> Submission:
    if respondent.sections:
        raise NotAllowedError("Your link is for sections. Receipts are for who answers the whole questionnaire.")
    with app.records.read() as session:
        return receipt_of(session, respondent.ref, number)


@ROUTER.get("/{token}")
def come_in(token: str, request: Request, app: Installed) -> Response:
    """Begin a visit by a link; its token leaves the address at once."""
    at, address = app.clock.now(), request.client.host if request.client else ""
    counted = tries(request)
    counted.refuse_too_many(address, at)
    try:
        with app.records.write() as session:
            visit = open_link(session, token, asker=app.settings.asker, at=at)
    except LinkClosedError:
        counted.count(address, at)
        raise
    answer = RedirectResponse("/respond", 303)
    keep_visit(answer, visit, secure=is_secure(request, app))
    return answer

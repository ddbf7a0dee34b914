"""The workbook by the vendor's link: out blank or filled, and back with a preview before anything is stored."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse
from starlette.datastructures import FormData
from starlette.responses import Response

from vendor_ai.domain.errors import InvalidInputError
from vendor_ai.importers.workbook_guard import LARGEST_FILE
from vendor_ai.services import response
from vendor_ai.services.response import Entry
from vendor_ai.services.response_workbook import WorkbookPreview, preview_workbook, vendor_workbook
from vendor_ai.web.access import Installed
from vendor_ai.web.form import Form, form_of, text, upload
from vendor_ai.web.respondent import RespondentRoute, Visiting
from vendor_ai.web.response_page import back, form_page, show

ROUTER = APIRouter(prefix="/respond", route_class=RespondentRoute, default_response_class=HTMLResponse)

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Returned = Annotated[FormData, Depends(form_of(lambda _: LARGEST_FILE + 64 * 1024))]
_FIELDS = ("question", "comment", "evidence", "dated", "seen")


@ROUTER.get("/workbook/{content}")
def workbook(
    content: Literal["blank", "filled"], app: Installed, visit: Visiting, language: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """The questionnaire as a workbook, ``blank`` or ``filled``."""
    with app.records.write() as session:
        asker = app.settings.asker
        file = vendor_workbook(session, visit.respondent, filled=content == "filled", language=language, asker=asker)
    headers = {"Content-Disposition": f'attachment; filename="{visit.respondent.ref}.xlsx"'}
    return Response(file, headers=headers, media_type=_TYPE)


@ROUTER.post("/workbook")
def preview(app: Installed, visit: Visiting, form: Returned) -> Response:
    """Show what a filled workbook would change."""
    file = upload(form, "file")
    if file is None:
        raise InvalidInputError("No workbook was chosen. Choose the filled file and send it again.")
    with app.records.read() as session:
        found = preview_workbook(session, visit.respondent, file.file.read(), name=file.filename or "The file")
    return show("response_preview.html", it=found, visit=visit, entries=_packed(found), language=text(form, "language"))


@ROUTER.post("/workbook/answers")
def store(app: Installed, visit: Visiting, form: Form) -> Response:
    """Store what the preview showed; an answer that somebody changed meanwhile comes back to be looked at."""
    language, entries = text(form, "language"), _unpacked(text(form, "entries"))
    with app.records.write() as session:
        saved = response.save(session, visit.respondent, entries, at=app.clock.now())
    if saved.problems or saved.conflicts:
        typed = {entry.question: entry for entry in entries if entry.question in saved.problems or entry.question in saved.conflicts}
        return form_page(app, visit, language=language, typed=typed, saved=saved, status=409 if saved.conflicts else 422)
    return back(language, "imported", "content")


def _packed(found: WorkbookPreview) -> str:
    entries = [change.entry for change in found.changes]
    return json.dumps([{"value": entry.value, **{name: getattr(entry, name) for name in _FIELDS}} for entry in entries])


def _unpacked(written: str) -> list[Entry]:
    try:
        return [_entry(packed) for packed in json.loads(written)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InvalidInputError("The preview's answers are incomplete. Upload the workbook again.") from None


def _entry(packed: dict[str, Any]) -> Entry:
    value = packed["value"]
    texts = {name: str(packed[name]) for name in _FIELDS}
    return Entry(value=value if isinstance(value, str) else tuple(str(it) for it in value), exact=True, **texts)

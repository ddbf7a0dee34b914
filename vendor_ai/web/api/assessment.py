"""Questionnaires about components, read and started."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from vendor_ai.services import answering
from vendor_ai.services import assessment as service
from vendor_ai.services.assessment_sheet import sheet_of
from vendor_ai.services.questionnaire import DEFAULT_PACK, find_pack
from vendor_ai.web.access import Assessor, Installed, Reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["assessments"])

StateFilter = Annotated[str, Query(max_length=40, description="Only those in this state, e.g. submitted.")]


class NewAssessment(BaseModel):
    """What starts an assessment; only packs that came with the program can be named."""

    pack: str = Field(default=DEFAULT_PACK, pattern="^[a-z0-9-]+$")
    contact: str = ""
    language: str = ""
    due_at: datetime | None = None
    supersedes: str = ""
    draft: bool = False


@ROUTER.get("/assessments")
def list_assessments(app: Installed, _: Reader, state: StateFilter = "", cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Assessments, by reference."""
    with app.records.read() as session:
        found = [entry for entry in service.assessments(session) if state in ("", entry.state)]
    return page(found, lambda entry: entry.ref, lambda entry: entry.as_json(), cursor=cursor, limit=limit)


@ROUTER.get("/assessments/{ref}")
def show_assessment(ref: str, app: Installed, _: Reader) -> dict[str, Any]:
    """One assessment with its answers, levels, review and score."""
    with app.records.read() as session:
        return sheet_of(session, ref, at=app.clock.now()).as_json()


@ROUTER.post("/components/{ref}/assessments", status_code=201)
def start_assessment(ref: str, wanted: NewAssessment, app: Installed, by: Assessor) -> dict[str, Any]:
    """Send a questionnaire about a component, with what the vendor answered for all its components."""
    pack, at = find_pack(wanted.pack), app.clock.now()
    with app.records.write() as session:
        made = service.send(session, ref, pack, by=by, at=at, **wanted.model_dump(exclude={"pack"}))
        answering.inherit(session, made, by=by, at=at)
        return service.assessment(session, made).as_json()

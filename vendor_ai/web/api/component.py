"""Components: listed, moved through their gates, assessed again."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from vendor_ai.domain.gate import GateBlockedError
from vendor_ai.domain.vendor import ComponentStatus
from vendor_ai.services.component import change_status
from vendor_ai.services.inventory import listing
from vendor_ai.services.reassessment import note_incident, reassessments
from vendor_ai.web import problem
from vendor_ai.web.access import Decider, Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["inventory"])

VendorFilter = Annotated[str | None, Query(max_length=200, description="Only those of this vendor's reference.")]
_READ = [Depends(reader)]


class NewStatus(BaseModel):
    """The status a component is to have."""

    to: ComponentStatus


class NewIncident(BaseModel):
    """An incident to note."""

    note: Annotated[str, Field(min_length=1, max_length=5_000)]


@ROUTER.get("/components", dependencies=_READ)
def components(app: Installed, vendor: VendorFilter = None, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Components, by reference."""
    with app.records.read() as session:
        found = [component for owner, component in listing(session) if vendor is None or owner.ref == vendor.lower()]
    return page(found, lambda component: component.ref, asdict, cursor=cursor, limit=limit)


@ROUTER.post("/components/{ref}/status", response_model=None)
def set_status(ref: str, body: NewStatus, app: Installed, by: Decider) -> dict[str, Any] | Response:
    """Give a component another status; 409 with the gate's answer where a gate blocks it."""
    try:
        with app.records.write() as session:
            return change_status(session, ref, body.to, by=by, at=app.clock.now()).as_json()
    except GateBlockedError as error:
        return problem.document(error.code, str(error), gate=error.result.as_json())


@ROUTER.post("/components/{ref}/incidents", status_code=201)
def add_incident(ref: str, body: NewIncident, app: Installed, by: Decider) -> dict[str, Any]:
    """Note an incident; the component must be assessed again."""
    with app.records.write() as session:
        return {"incident": note_incident(session, ref, body.note, by=by, at=app.clock.now())}


@ROUTER.get("/reassessments", dependencies=_READ)
def due_again(app: Installed, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Components whose next assessment is due or overdue, by reference."""
    with app.records.read() as session:
        found = reassessments(session, at=app.clock.now())
    return page(found, lambda entry: entry.component, lambda entry: entry.as_json(), cursor=cursor, limit=limit)

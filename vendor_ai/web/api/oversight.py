"""Calls that wait for a person, and what the person decides."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from vendor_ai.services import oversight as service
from vendor_ai.web.access import Assessor, Installed, Reader

ROUTER = APIRouter(tags=["oversight"])


class Decision(BaseModel):
    """What a person decides; the note says why where the AI is overruled."""

    decision: Annotated[str, Field(min_length=1, max_length=1_000)]
    note: Annotated[str, Field(max_length=5_000)] = ""
    unusual: bool = False  # the word is meant, though no review of the component holds it


@ROUTER.get("/human-reviews")
def waiting(
    *,
    app: Installed,
    _by: Reader,
    component: Annotated[str, Query(max_length=200)] = "",
    most: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """Reviews that wait, oldest call first; none shows the AI's answer before its first decision."""
    with app.records.read() as session:
        return {"reviews": [entry.as_json() for entry in service.waiting(session, component, most=most)]}


@ROUTER.post("/human-reviews/{number}/first")
def first(number: int, act: Decision, app: Installed, by: Assessor) -> dict[str, Any]:
    """Decide without the AI's answer; the answer to this request holds it."""
    with app.records.write() as session:
        return service.decide_first(session, number, act.decision, unusual=act.unusual, by=by, at=app.clock.now()).as_json()


@ROUTER.post("/human-reviews/{number}/final")
def final(number: int, act: Decision, app: Installed, by: Assessor) -> dict[str, Any]:
    """Decide finally, having seen it."""
    with app.records.write() as session:
        return service.decide_finally(session, number, act.decision, note=act.note, by=by, at=app.clock.now()).as_json()

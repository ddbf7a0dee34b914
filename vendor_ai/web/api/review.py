"""Reviews of answers; a level that a reviewer sets waits for another person."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vendor_ai.domain.pack import Level
from vendor_ai.domain.review import ReviewKind
from vendor_ai.services import review as service
from vendor_ai.web.access import Decider, Installed

ROUTER = APIRouter(tags=["review and decision"])

Text = Annotated[str, Field(max_length=5_000)]


class NewReview(BaseModel):
    """One act of review; with a level, reason and end date are needed."""

    kind: ReviewKind
    subject: Annotated[str, Field(max_length=200)]
    verified: bool = True
    level: Literal["LOW", "MEDIUM", "HIGH", "CRITICAL"] | None = None
    reason: Text = ""
    until: date | None = None


class Verification(BaseModel):
    """Many answers at once: those of a dimension, or all."""

    dimension: Annotated[str, Field(max_length=200)] = ""
    verified: bool = True
    including_remarks: bool = False
    reason: Text = ""


class Reason(BaseModel):
    """Why."""

    reason: Text = ""


@ROUTER.post("/assessments/{ref}/reviews", status_code=201)
def review(ref: str, act: NewReview, app: Installed, by: Decider) -> dict[str, Any]:
    """Review one answer or dimension."""
    found = act.model_dump() | {"level": Level[act.level] if act.level else None}
    with app.records.write() as session:
        return service.review(session, ref, by=by, at=app.clock.now(), **found).as_json()


@ROUTER.post("/assessments/{ref}/reviews/batch", status_code=201)
def review_many(ref: str, act: Verification, app: Installed, by: Decider) -> dict[str, Any]:
    """Review the answers of a dimension, or all; the reviewer's own, and those to be looked at singly, are left out and named."""
    with app.records.write() as session:
        batch = service.review_answers(session, ref, by=by, at=app.clock.now(), **act.model_dump())
        made = [entry.as_json() for entry in batch.reviews]
        return {"reviews": made, "left_out": list(batch.left_out), "remarks": batch.remarks_as_json()}


@ROUTER.post("/assessments/{ref}/reviews/{number}/second")
def second(ref: str, number: int, act: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """Agree, as another person, to a level that a reviewer set."""
    with app.records.write() as session:
        return service.second(session, ref, number, reason=act.reason, by=by, at=app.clock.now()).as_json()

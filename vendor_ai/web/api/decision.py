"""Decisions about assessments, and assessments side by side."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from vendor_ai.domain.decision import DecisionCondition, read_condition
from vendor_ai.domain.pack import Recommendation
from vendor_ai.services import decision as service
from vendor_ai.services.assessment import assessment
from vendor_ai.services.assessment_comparison import compare
from vendor_ai.services.lapse import decision_in_force
from vendor_ai.web.access import Decider, Installed, Reader
from vendor_ai.web.api.review import Reason, Text

ROUTER = APIRouter(tags=["review and decision"])

Refs = Annotated[list[str], Query(alias="assessment", description="Two to five assessments; the differences are to the first.")]


class NewDecision(BaseModel):
    """What is decided, and why; conditions are written as text|owner|days."""

    decision: Recommendation
    rationale: Text
    valid_until: date | None = None
    conditions: Annotated[list[Text], Field(max_length=200)] = []
    dropped: dict[str, Text] = {}

    def added(self) -> list[DecisionCondition]:
        """The conditions beside those that the score raises."""
        return [read_condition(text) for text in self.conditions]


@ROUTER.get("/assessments/{ref}/decisions")
def decisions(ref: str, app: Installed, _: Reader) -> dict[str, Any]:
    """Every decision, oldest first, and the one that holds now."""
    with app.records.read() as session:
        found, holding = service.decisions_of(session, ref), decision_in_force(session, ref, at=app.clock.now())
    return {"items": [entry.as_json() for entry in found], "in_force": holding.as_json() if holding else None}


@ROUTER.post("/assessments/{ref}/decisions", status_code=201)
def decide(ref: str, wanted: NewDecision, app: Installed, by: Decider) -> dict[str, Any]:
    """Decide; what is milder than recommended waits for another person."""
    stated = wanted.model_dump(include={"rationale", "valid_until", "dropped"})
    with app.records.write() as session:
        return service.decide(session, ref, wanted.decision, added=wanted.added(), by=by, at=app.clock.now(), **stated).as_json()


@ROUTER.post("/assessments/{ref}/decisions/second")
def agree(ref: str, act: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """Agree, as another person, to the proposed decision."""
    with app.records.write() as session:
        return service.agree(session, ref, reason=act.reason, by=by, at=app.clock.now()).as_json()


@ROUTER.post("/assessments/{ref}/decisions/refuse")
def refuse(ref: str, act: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """Refuse the proposed decision; the assessment stays under review."""
    with app.records.write() as session:
        return service.refuse(session, ref, reason=act.reason, by=by, at=app.clock.now()).as_json()


@ROUTER.post("/assessments/{ref}/reopen")
def reopen(ref: str, act: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """End the decision; the assessment is answered and reviewed again."""
    with app.records.write() as session:
        service.reopen(session, ref, reason=act.reason, by=by, at=app.clock.now())
        return assessment(session, ref).as_json()


@ROUTER.get("/comparison")
def comparison(refs: Refs, app: Installed, _: Reader) -> dict[str, Any]:
    """Two to five assessments side by side, as they score now."""
    with app.records.read() as session:
        return compare(session, refs, at=app.clock.now()).as_json()

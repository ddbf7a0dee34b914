"""Gates, approvals and waivers."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from vendor_ai.domain.gate import Gate
from vendor_ai.services import approval as approvals
from vendor_ai.services import waiver as waivers
from vendor_ai.services.gate import check_gate
from vendor_ai.web.access import Decider, Installed, reader
from vendor_ai.web.api.review import Reason, Text
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["gates"])

_READ = [Depends(reader)]


class NewApproval(BaseModel):
    """An approval to give."""

    approval: Annotated[str, Field(max_length=100)]
    note: Text
    valid_until: date | None = None


class NewWaiver(BaseModel):
    """A waiver to ask for."""

    subject: Annotated[str, Field(max_length=100)]
    reason: Text
    until: date


class NewFact(BaseModel):
    """A fact to note."""

    fact: Annotated[str, Field(max_length=100)]
    note: Text


@ROUTER.get("/components/{ref}/gates/{gate}", dependencies=_READ)
def read_gate(ref: str, gate: Gate, app: Installed) -> dict[str, Any]:
    """Whether a gate lets the component through, and what keeps it closed."""
    with app.records.read() as session:
        return check_gate(session, ref, gate, at=app.clock.now()).as_json()


@ROUTER.post("/components/{ref}/gates/{gate}/approvals", status_code=201)
def add_approval(ref: str, gate: Gate, body: NewApproval, app: Installed, by: Decider) -> dict[str, Any]:
    """Give one approval at one gate, signed."""
    with app.records.write() as session:
        given = approvals.approve(
            session, ref, gate, body.approval, note=body.note, valid_until=body.valid_until, by=by, at=app.clock.now()
        )
    return given.as_json() | {"gate": gate.value}


@ROUTER.get("/approvals/{number}/file", dependencies=_READ)
def approval_file(number: int, app: Installed) -> dict[str, Any]:
    """An approval as a signed document that verifies offline."""
    with app.records.read() as session:
        return approvals.approval_file(session, number)


@ROUTER.post("/approvals/{number}/revocation")
def revoke_approval(number: int, body: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """Take an approval back."""
    with app.records.write() as session:
        return approvals.revoke(session, number, body.reason, by=by, at=app.clock.now()).as_json() | {"revoked": True}


@ROUTER.post("/components/{ref}/facts", status_code=201)
def add_fact(ref: str, body: NewFact, app: Installed, by: Decider) -> dict[str, Any]:
    """Note a fact that closes a gate."""
    with app.records.write() as session:
        return {"fact": waivers.note_fact(session, ref, body.fact, body.note, by=by, at=app.clock.now())}


@ROUTER.post("/facts/{number}/clearance")
def clear_fact(number: int, body: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """Say that a fact no longer stands."""
    with app.records.write() as session:
        waivers.clear_fact(session, number, body.reason, by=by, at=app.clock.now())
    return {"fact": number, "cleared": True}


@ROUTER.get("/waivers", dependencies=_READ)
def list_waivers(app: Installed, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Every waiver, by number."""
    with app.records.read() as session:
        found = waivers.waivers(session)
    return page(
        found,
        lambda entry: f"{entry[1].number:012d}",
        lambda entry: {"component": entry[0], "gate": entry[1].gate, **entry[1].as_json()},
        cursor=cursor,
        limit=limit,
    )


@ROUTER.post("/components/{ref}/gates/{gate}/waivers", status_code=201)
def add_waiver(ref: str, gate: Gate, body: NewWaiver, app: Installed, by: Decider) -> dict[str, Any]:
    """Ask for a waiver; a second person has to agree to it."""
    with app.records.write() as session:
        return waivers.waive(session, ref, gate, body.subject, reason=body.reason, until=body.until, by=by, at=app.clock.now()).as_json()


@ROUTER.post("/waivers/{number}/second")
def second_waiver(number: int, app: Installed, by: Decider) -> dict[str, Any]:
    """Agree to a waiver that somebody else asked for."""
    with app.records.write() as session:
        return waivers.second_waiver(session, number, by=by, at=app.clock.now()).as_json()


@ROUTER.post("/waivers/{number}/end")
def end_waiver(number: int, body: Reason, app: Installed, by: Decider) -> dict[str, Any]:
    """End a waiver before its date."""
    with app.records.write() as session:
        return waivers.end_waiver(session, number, body.reason, by=by, at=app.clock.now()).as_json() | {"ended": True}

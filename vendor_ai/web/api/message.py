"""Messages about an assessment, from the staff's side."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from vendor_ai.domain.message import LONGEST_TEXT, MessageKind, Side
from vendor_ai.services import message as service
from vendor_ai.web.access import Assessor, Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["assessment"])

Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


class NewMessage(BaseModel):
    """A message to the vendor, a clarification request, or a note among staff."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=LONGEST_TEXT)
    question: str = Field(default="", max_length=200, description="Id of the question it is about; empty: the whole.")
    clarification: bool = Field(default=False, description="Whether the vendor is to answer.")
    internal: bool = Field(default=False, description="Whether the vendor never sees it.")


@ROUTER.get("/assessments/{ref}/messages", dependencies=[Depends(reader)])
def messages(ref: str, app: Installed, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """What was written about an assessment, internal notes among it, oldest first."""
    with app.records.read() as session:
        found = service.messages(session, ref, side=Side.STAFF)
    return page(found, lambda entry: f"{entry.number:012d}", lambda entry: entry.as_json(), cursor=cursor, limit=limit)


@ROUTER.post("/assessments/{ref}/messages", status_code=201)
def write(ref: str, given: NewMessage, app: Installed, by: Assessor) -> dict[str, Any]:
    """Write one."""
    kind = MessageKind.CLARIFICATION if given.clarification else MessageKind.COMMENT
    with app.records.write() as session:
        return service.write(
            session,
            ref,
            given.text,
            side=Side.STAFF,
            kind=kind,
            question=given.question,
            internal=given.internal,
            by=by,
            at=app.clock.now(),
        ).as_json()


@ROUTER.post("/assessments/{ref}/messages/{number}/settled")
def settle(ref: str, number: Number, app: Installed, by: Assessor) -> dict[str, Any]:
    """Note that a clarification request was answered to satisfaction."""
    with app.records.write() as session:
        return service.settle(session, ref, number, by=by, at=app.clock.now()).as_json()

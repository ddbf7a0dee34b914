"""Campaigns and where their assessments stand."""

from typing import Any

from fastapi import APIRouter, Depends

from vendor_ai.services import campaign as service
from vendor_ai.web.access import Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["campaign"], dependencies=[Depends(reader)])


@ROUTER.get("/campaigns")
def campaigns(app: Installed, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Campaigns, by reference."""
    with app.records.read() as session:
        found = service.campaigns(session)
    return page(found, lambda entry: entry.ref, lambda entry: entry.as_json(), cursor=cursor, limit=limit)


@ROUTER.get("/campaigns/{ref}")
def campaign(ref: str, app: Installed) -> dict[str, Any]:
    """One campaign with the state, progress, due date and score of every assessment."""
    with app.records.read() as session:
        found, lines = service.campaign(session, ref), service.progress(session, ref, at=app.clock.now())
    return found.as_json() | {"lines": [line.as_json() for line in lines]}

"""Components."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from vendor_ai.services.inventory import listing
from vendor_ai.web.access import Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["inventory"], dependencies=[Depends(reader)])

VendorFilter = Annotated[str | None, Query(max_length=200, description="Only those of this vendor's reference.")]


@ROUTER.get("/components")
def components(app: Installed, vendor: VendorFilter = None, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Components, by reference."""
    with app.records.read() as session:
        found = [component for owner, component in listing(session) if vendor is None or owner.ref == vendor.lower()]
    return page(found, lambda component: component.ref, asdict, cursor=cursor, limit=limit)

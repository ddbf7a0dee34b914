"""Vendors."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends

from vendor_ai.services.inventory import listing
from vendor_ai.web.access import Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["inventory"], dependencies=[Depends(reader)])


@ROUTER.get("/vendors")
def vendors(app: Installed, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Vendors with a component, by reference."""
    with app.records.read() as session:
        found = {vendor.ref: vendor for vendor, _ in listing(session)}
    return page(list(found.values()), lambda vendor: vendor.ref, asdict, cursor=cursor, limit=limit)

"""Shadow-AI findings."""

from typing import Any

from fastapi import APIRouter, Depends

from vendor_ai.services.shadow import StoredFinding, stored_findings
from vendor_ai.web.access import Indicators, Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["shadow AI"], dependencies=[Depends(reader)])


def _json(entry: StoredFinding) -> dict[str, Any]:
    return {**entry.finding.as_json(), "name": entry.finding.name, "state": entry.state, "owner": entry.owner}


@ROUTER.get("/findings")
def findings(app: Installed, services: Indicators, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Findings over all scans, by service and signal."""
    with app.records.read() as session:
        found = stored_findings(session, services)
    return page(found, lambda entry: f"{entry.finding.service}/{entry.finding.signal}", _json, cursor=cursor, limit=limit)

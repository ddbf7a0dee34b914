"""Contracts, and where they stand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from vendor_ai.domain.contract_json import contract_json
from vendor_ai.domain.verdict_json import evaluation_json
from vendor_ai.services.contract import contracts as stored_contracts
from vendor_ai.services.standing import standing_over
from vendor_ai.web.access import Installed, reader
from vendor_ai.web.paging import Cursor, Limit, page

ROUTER = APIRouter(tags=["contract"], dependencies=[Depends(reader)])

PeriodName = Annotated[str, Query(max_length=10, description="2026-Q3, 2026-07 or 2026.")]


@ROUTER.get("/contracts")
def contracts(app: Installed, cursor: Cursor = None, limit: Limit = 100) -> dict[str, Any]:
    """Contracts, by reference."""
    with app.records.read() as session:
        found = stored_contracts(session)
    return page(found, lambda contract: contract.ref, contract_json, cursor=cursor, limit=limit)


@ROUTER.get("/contracts/{ref}/evaluation")
def evaluation(ref: str, period: PeriodName, app: Installed) -> dict[str, Any]:
    """Every clause over a period: as stored for a closed one, so far for a running one; nothing is counted or stored here."""
    return evaluation_json(standing_over(app.log, ref, period))

"""One contract over its last closed and its running period."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from vendor_ai.clauses import CLAUSE_KINDS
from vendor_ai.domain.contract_description import describe_contract
from vendor_ai.services.standing import standing
from vendor_ai.web.access import Installed
from vendor_ai.web.display import term_groups
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)


@ROUTER.get("/contracts/{ref}")
def contract_page(ref: str, app: Installed) -> HTMLResponse:
    """Promise, measured value, interval and verdict of every clause, then all that was agreed."""
    found = standing(app.log, ref)
    return render("contract.html", it=found, terms=term_groups(describe_contract(found.contract, CLAUSE_KINDS)))

"""What somebody has to see to: conditions of approvals, unapproved use, owners nobody named."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from vendor_ai.domain.finding import SHADOW_AI
from vendor_ai.services.finding import findings
from vendor_ai.web.access import Installed
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)


@ROUTER.get("/to-do")
def open_findings_page(app: Installed) -> HTMLResponse:
    """Every open finding that is no shadow AI, overdue ones first, then by due date."""
    at = app.clock.now()
    with app.records.read() as session:
        found = [it for it in findings(session, open_only=True, at=at) if it.kind != SHADOW_AI]
    found.sort(key=lambda it: (not it.overdue, it.due_at is None, it.due_at or at, it.number))
    return render("to_do.html", found=found, at=at)

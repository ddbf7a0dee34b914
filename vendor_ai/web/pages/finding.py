"""Shadow-AI findings."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from vendor_ai.services.shadow import signals_fed, stored_findings
from vendor_ai.web.access import Indicators, Installed
from vendor_ai.web.rendering import render

ROUTER = APIRouter(default_response_class=HTMLResponse)


@ROUTER.get("/findings")
def findings_page(app: Installed, services: Indicators) -> HTMLResponse:
    """Every finding over all scans, most calls first."""
    with app.records.read() as session:
        found, fed = stored_findings(session, services), signals_fed(session)
    return render("findings.html", findings=found, fed=fed, at=app.clock.now())
